package wsstream

import (
	"os"
	"testing"
	"testing/synctest"
)

// stuckWriter takes some bytes, and then meets its deadline.
type stuckWriter struct{ room int }

func (w *stuckWriter) Write(p []byte) (int, error) {
	n := min(w.room, len(p))
	w.room -= n
	if n < len(p) {
		return n, os.ErrDeadlineExceeded
	}
	return n, nil
}

// Where nothing but a Close frame may follow, control frames that wait must not have each release start a flush whose
// release starts the next: in a bubble, that would never come to rest.
func TestControlFramesThatCannotBeSentAreDropped(t *testing.T) {
	payload := make([]byte, 100)
	for name, breakOff := range map[string]func(o *output){
		"a frame was cut off": func(o *output) {
			if err := o.write(o.newHeader(2, len(payload)), payload); err == nil || len(o.rest) == 0 {
				t.Errorf("the write returns %v and leaves %d bytes", err, len(o.rest))
			}
		},
		"the Close frame was sent": func(o *output) { o.shut = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutput(&stuckWriter{room: 10}, false, func(error) {})
				if !o.tryAcquire() {
					t.Fatal("somebody holds the lock")
				}
				breakOff(o)
				o.pong(payload) // which waits for the holder
				o.ping()
				o.release()
				synctest.Wait()
				o.pong(payload) // which finds no holder
				synctest.Wait()
				if !o.controls.isEmpty() || len(o.lock) > 0 {
					t.Errorf("at rest frames wait: %t, and the lock is held: %t", !o.controls.isEmpty(), len(o.lock) > 0)
				}
			})
		})
	}
}

// A socket that fails while control frames are written, and more come meanwhile, is told of once.
func TestControlFramesThatFailAreDropped(t *testing.T) {
	for name, room := range map[string]int{"before the first byte": 0, "in a frame": 3} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				failures := 0
				var o *output
				o = newOutput(&stuckWriter{room: room}, true, func(error) {
					failures++
					o.pong([]byte("more"))
				})
				o.pong([]byte("first"))
				synctest.Wait()
				if failures != 1 || !o.controls.isEmpty() || len(o.lock) > 0 {
					t.Errorf("%d failures, frames wait: %t, and the lock is held: %t", failures, !o.controls.isEmpty(), len(o.lock) > 0)
				}
			})
		})
	}
}
