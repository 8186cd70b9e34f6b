package transforms_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		reader := mustReader(t, transforms.Interval(time.Second))
		read := func() time.Duration {
			tick, err := reader.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if now := time.Now(); now.Sub(tick) >= time.Second {
				t.Errorf("a tick of %v came at %v", tick, now)
			}
			return tick.Sub(start)
		}
		wantSlice(t, []time.Duration{read(), read(), read()}, 1*time.Second, 2*time.Second, 3*time.Second)
		pause(2500 * time.Millisecond)
		wantSlice(t, []time.Duration{read(), read()}, 5*time.Second, 6*time.Second)

		waiting := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader) // also ends the wait
		wantFailed(t, <-waiting)
	})
	_, err := transforms.Interval(0).Collect(t.Context())
	wantError(t, err, streams.ErrRange)
}

func TestTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		due := time.Now().Add(time.Second)
		got, err := transforms.Timer(time.Second).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, due)
		wantSlice(t, []time.Time{time.Now()}, due)

		reader := mustReader(t, transforms.Timer(time.Second))
		waiting := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantFailed(t, <-waiting)
	})
}

// wantFailed expects an error, of a read that waits when its stream is cancelled.
func wantFailed(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("a read of a cancelled stream returned a chunk")
	}
}
