package node_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/weirstreams/weir/bench/internal/catalog"
	"github.com/weirstreams/weir/bench/internal/workload"
	"github.com/weirstreams/weir/bench/node"
)

// Every job that a workload names is in the script, gives the right result, and prints its figures.
func TestJobs(t *testing.T) {
	if _, err := node.Version(t.Context()); err != nil {
		t.Skipf("Node is not installed: %v", err)
	}
	for _, w := range catalog.All() {
		for _, e := range w.Engines {
			if e.Node == "" {
				continue
			}
			t.Run(w.Name, func(t *testing.T) {
				t.Parallel()
				cmd := node.Command(t.Context(), e.Node, w.Size.Test, time.Millisecond)
				out, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				var figures map[string]float64
				if err := json.Unmarshal(out, &figures); err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{workload.CPU, workload.Wall} {
					if figures[name] <= 0 {
						t.Errorf("%s is %v", name, figures[name])
					}
				}
			})
		}
	}
}
