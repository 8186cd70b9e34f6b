package bench

import (
	"strings"
	"testing"

	"github.com/weirstreams/weir/bench/internal/catalog"
	"github.com/weirstreams/weir/bench/internal/workload"
)

func BenchmarkW1(b *testing.B)             { family(b, "W1") }
func BenchmarkW1BlockingSink(b *testing.B) { family(b, "W1-sink") }
func BenchmarkW1BlockingAll(b *testing.B)  { family(b, "W1-ctx") }
func BenchmarkW1BlockingFunc(b *testing.B) { family(b, "W1-func") }
func BenchmarkRead(b *testing.B)           { family(b, "Read") }
func BenchmarkPush(b *testing.B)           { family(b, "Push") }
func BenchmarkW2(b *testing.B)             { family(b, "W2") }
func BenchmarkW3(b *testing.B)             { family(b, "W3") }
func BenchmarkW3Batch(b *testing.B)        { family(b, "W3-batch") }
func BenchmarkW4(b *testing.B)             { family(b, "W4") }
func BenchmarkW5(b *testing.B)             { family(b, "W5") }
func BenchmarkW7(b *testing.B)             { family(b, "W7") }
func BenchmarkRest(b *testing.B)           { family(b, "Rest") }
func BenchmarkOperators(b *testing.B)      { family(b, "Operators") }

func BenchmarkWebSocketEcho(b *testing.B) { family(b, "WS-echo") }
func BenchmarkWebSocketUp(b *testing.B)   { family(b, "WS-up") }
func BenchmarkWebSocketIdle(b *testing.B) { family(b, "WS-idle") }

// family runs the workloads of a family, such as W3 with each of its marks, by every engine that is in Go.
func family(b *testing.B, name string) {
	b.Helper()
	for _, w := range catalog.All() {
		if w.Family() != name {
			continue
		}
		for _, e := range w.Engines {
			if e.Node != "" {
				continue
			}
			variant := strings.TrimPrefix(strings.TrimPrefix(w.Name, name), "/")
			b.Run(strings.TrimPrefix(variant+"/"+e.Name, "/"), func(b *testing.B) {
				if err := e.Measure(b, units(w)); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

func units(w workload.Workload) int {
	if testing.Short() {
		return w.Size.Quick
	}
	return w.Size.Full
}

// Every family has a benchmark.
func TestEveryFamilyIsThere(t *testing.T) {
	want := "W1 W1-sink W1-ctx W1-func Read Push W2 W3 W3-batch W4 W5 W7 Rest Operators WS-echo WS-up WS-idle"
	var families []string
	for _, w := range catalog.All() {
		if f := w.Family(); len(families) == 0 || families[len(families)-1] != f {
			families = append(families, f)
		}
	}
	if got := strings.Join(families, " "); got != want {
		t.Errorf("families of the workloads:\n%s\nfamilies that have a benchmark here:\n%s", got, want)
	}
}
