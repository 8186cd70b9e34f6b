package websocket

import (
	"flag"
	"log"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/workload"
)

func TestMain(m *testing.M) {
	ServeIfAsked()
	// The servers are this program too. With the race detector they would take a second each to end.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		log.Fatal(err)
	}
	if err := flag.Set("test.benchtime", "1x"); err != nil {
		log.Fatal(err)
	}
	goleak.VerifyTestMain(m)
}

// Every library measures every workload it has, without an error, and the figures are there.
func TestLibraries(t *testing.T) {
	for _, w := range Workloads() {
		for _, e := range w.Engines {
			t.Run(w.Name+"/"+e.Name, func(t *testing.T) {
				var err error
				result := testing.Benchmark(func(b *testing.B) { err = e.Measure(b, w.Size.Test) })
				if err != nil {
					t.Fatal(err)
				}
				want := []string{workload.CPU, workload.Wall}
				if e.Report != nil {
					want = []string{workload.Space}
				}
				for _, name := range want {
					if result.Extra[name] <= 0 {
						t.Errorf("%s is %v", name, result.Extra[name])
					}
				}
			})
		}
	}
}

func TestServerThatCannotStart(t *testing.T) {
	if _, err := start(task{Library: "none"}); err == nil {
		t.Error("a server of no library has started")
	}
}
