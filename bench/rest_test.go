package bench

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// What of weir is at rest holds no goroutine.
func TestNoGoroutineAtRest(t *testing.T) {
	for _, w := range workload.Streams() {
		for _, e := range w.Engines {
			if !e.IsWeir() || e.Hold == nil {
				continue
			}
			t.Run(w.Name+"/"+e.Name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					others := goleak.IgnoreCurrent()
					for range w.Size.Test {
						release, err := e.Hold()
						if err != nil {
							t.Fatal(err)
						}
						defer release()
					}
					synctest.Wait()
					goleak.VerifyNone(t, others)
				})
			})
		}
	}
}
