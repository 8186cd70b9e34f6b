// Package catalog lists all workloads.
package catalog

import (
	"slices"
	"strings"

	"github.com/weirstreams/weir/bench/internal/operators"
	"github.com/weirstreams/weir/bench/internal/websocket"
	"github.com/weirstreams/weir/bench/internal/workload"
)

// All returns every workload, in the order of the tables.
func All() []workload.Workload {
	return slices.Concat(workload.Streams(), []workload.Workload{operators.Workload()}, websocket.Workloads())
}

// Find returns the workload and the engine of a name such as "W3/mark=128/weir", and whether there are such.
func Find(name string) (workload.Workload, workload.Engine, bool) {
	for _, w := range All() {
		if engine, ok := strings.CutPrefix(name, w.Name+"/"); ok {
			if e, ok := w.Engine(engine); ok {
				return w, e, true
			}
		}
	}
	return workload.Workload{}, workload.Engine{}, false
}
