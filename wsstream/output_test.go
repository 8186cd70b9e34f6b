package wsstream

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"testing/synctest"

	"github.com/gobwas/ws"
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
				o := newOutput(&stuckWriter{room: 10}, false, DefaultOutputBufferSize, func(error) {})
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
				o = newOutput(&stuckWriter{room: room}, true, DefaultOutputBufferSize, func(error) {
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

// chokedWriter takes some bytes, meets its deadline, and takes all from then on.
type chokedWriter struct {
	stuckWriter
	taken []byte
	freed bool
}

func (w *chokedWriter) Write(p []byte) (int, error) {
	if w.freed {
		w.taken = append(w.taken, p...)
		return len(p), nil
	}
	n, err := w.stuckWriter.Write(p)
	w.taken = append(w.taken, p[:n]...)
	return n, err
}

// Wherever a frame is cut off, in a copy or gathered, plain or masked, its rest is kept if it has begun, and that of the
// frames before it if these have.
func TestTheRestOfAWriteThatWasCutOff(t *testing.T) {
	payload := bytes.Repeat([]byte("0123456789"), 1000)
	for name, kind := range map[string]struct{ client, gathers bool }{
		"plain": {}, "gathered": {gathers: true}, "masked": {client: true, gathers: true},
	} {
		t.Run(name, func(t *testing.T) {
			whole := new(chokedWriter)
			whole.freed = true
			if err := writeBehindPong(t, newOutput(whole, kind.client, 1000, nil), kind.gathers, payload); err != nil {
				t.Fatal(err)
			}
			pong := len(whole.taken) - ws.HeaderSize(ws.Header{Length: int64(len(payload)), Masked: kind.client}) - len(payload)
			for room := range whole.taken {
				w := &chokedWriter{stuckWriter: stuckWriter{room: room}}
				o := newOutput(w, kind.client, 1000, nil)
				if err := writeBehindPong(t, o, kind.gathers, payload); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("cut off at %d: %v", room, err)
				}
				if o.begun != (room > pong) {
					t.Errorf("cut off at %d, the frame has begun: %t", room, o.begun)
				}
				w.freed = true
				if err := o.writeRest(); err != nil {
					t.Fatal(err)
				}
				want := len(whole.taken)
				if room <= pong {
					want = pong
				}
				if len(w.taken) != want || !kind.client && !bytes.Equal(w.taken, whole.taken[:want]) {
					t.Errorf("cut off at %d, %d bytes were written in the end, want %d", room, len(w.taken), want)
				}
			}
		})
	}
}

// writeBehindPong writes a frame in front of which a pong waits.
func writeBehindPong(t *testing.T, o *output, gathers bool, payload []byte) error {
	t.Helper()
	o.gathers = gathers
	if !o.tryAcquire() {
		t.Fatal("somebody holds the lock")
	}
	o.controls.addPong([]byte("p"))
	return o.write(o.newHeader(ws.OpBinary, len(payload)), payload)
}
