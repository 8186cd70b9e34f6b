package operators_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/operators"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// Every operator lets as many chunks out as it should.
func TestOperators(t *testing.T) {
	w := operators.Workload()
	for _, e := range w.Engines {
		t.Run(e.Name, func(t *testing.T) {
			job, err := e.Prepare(w.Size.Test)
			if err != nil {
				t.Fatal(err)
			}
			if err := job.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
