package wsstream

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// deflated returns p as the payload of a compressed message, and flushed that with the end of the block.
func deflated(t *testing.T, p []byte) (payload, flushed []byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(p); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte(syncTail)), b.Bytes()
}

// inflating returns a reader of one compressed message in fragments of this size.
func inflating(payload []byte, fragment int, limit int64) *messageReader {
	var wire []byte
	for first := true; first || len(payload) > 0; first = false {
		n := min(fragment, len(payload))
		f := wstest.Frame{Fin: n == len(payload), Op: wstest.Continuation, Payload: payload[:n]}
		if first {
			f.Op, f.Rsv = wstest.Binary, rsv1
		}
		wire = append(wire, f.Bytes()...)
		payload = payload[n:]
	}
	return &messageReader{
		frames:  newFrameReader(newInput(bytes.NewReader(wire), nil, DefaultInputBufferSize), ws.StateClientSide|ws.StateExtended),
		limits:  messageLimits{message: limit, inflated: limit, frame: limit, fragments: DefaultMaxFragments},
		deflate: true,
	}
}

func TestABombIsRefusedWithoutTheMemory(t *testing.T) {
	_, mebibyte := deflated(t, make([]byte, 1<<20))
	bomb := bytes.TrimSuffix(bytes.Repeat(mebibyte, 1<<10), []byte(syncTail)) // each stands for itself
	r := inflating(bomb, 1<<20, DefaultMaxMessageSize)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := r.next()
	runtime.ReadMemStats(&after)
	if failed, ok := errors.AsType[*failure](err); !ok || failed.code != StatusMessageTooBig {
		t.Errorf("the bomb ends with %v", err)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("%d bytes were allocated", allocated)
	}
}

// What looks like a bomb and keeps to the limit comes through, whether it stays so to its end or not.
func TestWhatOnlyLooksLikeABomb(t *testing.T) {
	noise := make([]byte, 3*keptCompressed)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	zeros := make([]byte, 3<<20)
	for name, message := range map[string][]byte{
		"zeros":                      zeros,
		"zeros, then noise":          append(slices.Clip(zeros), noise...),
		"noise, then zeros":          append(slices.Clip(noise), zeros...),
		"zeros, noise, zeros, noise": append(append(append(slices.Clip(zeros), noise...), zeros...), noise...),
		"as large as the limit":      make([]byte, 8<<20),
	} {
		payload, _ := deflated(t, message)
		for _, fragment := range []int{100, 5000, 1 << 20} {
			reader := inflating(payload, fragment, 8<<20)
			m, err := reader.next()
			if err != nil || !bytes.Equal(m.Data, message) {
				t.Errorf("%s in fragments of %d: %d bytes of %d, %v", name, fragment, len(m.Data), len(message), err)
			}
			if _, err := reader.next(); !errors.Is(err, io.EOF) || reader.inflater != nil {
				t.Errorf("%s: then %v", name, err)
			}
		}
	}
	payload, _ := deflated(t, make([]byte, 8<<20+1))
	_, err := inflating(payload, 100, 8<<20).next()
	if failed, ok := errors.AsType[*failure](err); !ok || failed.code != StatusMessageTooBig {
		t.Errorf("a byte more than the limit: %v", err)
	}
}

func TestAConnectionAtRestHoldsNoMoreThanTheWindow(t *testing.T) {
	var wire bytes.Buffer
	o := newOutput(&wire, false, DefaultOutputBufferSize, func(err error) { t.Error(err) })
	o.deflate = newDeflater(deflateTerms{sendTakeover: true, sendBits: 12, threshold: 1})
	for range 3 {
		if err := o.writeLarge(Binary(bytes.Repeat([]byte("weir "), 2000))); err != nil {
			t.Fatal(err)
		}
	}
	if held := cap(o.deflate.history.bytes); held > 3<<11 {
		t.Errorf("holds %d bytes", held)
	}
}
