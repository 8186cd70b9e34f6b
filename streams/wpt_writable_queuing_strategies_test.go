package streams_test

import (
	"context"
	"math"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableByteLengthQueuingStrategy(t *testing.T) {
	runWPT(t, "writable-streams/byte-length-queuing-strategy", map[string]func(t *testing.T){
		"Closing a writable stream with in-flight writes below the high water mark delays the close call properly": func(t *testing.T) {
			var calls events
			writing := newHeld(t)
			s := streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
				Write: func(_ context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
					defer calls.add("written")
					return writing.wait()
				},
				Close: func(context.Context) error {
					calls.add("close")
					return nil
				},
			}, streams.ByteLengthQueuingStrategy[[]byte](16*1024))
			w := getWriter(t, s)
			w.WriteAsync(make([]byte, 1024))
			wantDesiredSize(t, w, 15*1024)
			closing := beginCall(w.Close)
			closing.wantPending(t)
			calls.want(t)
			writing.let(nil)
			closing.wantOK(t)
			calls.want(t, "written", "close")
		},
	})
}

func TestWPTWritableCountQueuingStrategy(t *testing.T) {
	runWPT(t, "writable-streams/count-queuing-strategy", map[string]func(t *testing.T){
		"Can construct a writable stream with a valid CountQueuingStrategy": func(t *testing.T) {
			s := streams.NewWritableStream(intSink{}, streams.CountQueuingStrategy[int](4))
			w := getWriter(t, s)
			wantAll(t, nil, w.Ready)
			wantDesiredSize(t, w, 4)
		},
		"Correctly governs the value of a WritableStream's state property (HWM = 0)": func(t *testing.T) {
			testDesiredSizes(t, 0, "wwllwl", -1, -2, -1, 0, -1, 0)
		},
		"Correctly governs the value of a WritableStream's state property (HWM = 4)": func(t *testing.T) {
			testDesiredSizes(t, 4, "wwwwwwwlllwlw", 3, 2, 1, 0, -1, -2, -3, -2, -1, 0, -1, 0, -1)
		},
	})
}

// testDesiredSizes tests the desired sizes after each step: a write that begins (w), or the one in flight that is let go (l).
func testDesiredSizes(t *testing.T, mark int, steps string, want ...int) {
	t.Helper()
	writing := newHeld(t)
	s, _ := recordingWritable(intSink{Write: writing.write}, streams.CountQueuingStrategy[int](mark))
	w := getWriter(t, s)
	wantDesiredSize(t, w, mark)
	for i, step := range steps {
		if step == 'w' {
			w.WriteAsync(i)
		} else {
			writing.let(nil)
		}
		wantDesiredSize(t, w, want[i])
	}
}

// Sizes are integers here: there is no rounding, and what would overflow stops at the largest number, which is what the
// clamp at 0 is for.
func TestWPTWritableFloatingPointTotalQueueSize(t *testing.T) {
	runWPT(t, "writable-streams/floating-point-total-queue-size", map[string]func(t *testing.T){
		"Floating point arithmetic must manifest near NUMBER.MAX_SAFE_INTEGER (total ends up positive)": func(t *testing.T) {
			testTotalQueueSize(t, -math.MaxInt, 2, math.MaxInt-1)
		},
		"Floating point arithmetic must manifest near 0 (total ends up positive, but clamped)": func(t *testing.T) {
			testTotalQueueSize(t, -math.MaxInt, math.MaxInt-1, 2)
		},
		"Floating point arithmetic must manifest near 0 (total ends up positive, and not clamped)": func(t *testing.T) {
			testTotalQueueSize(t, -(1 + 1<<53 + 2), 1, 1<<53, 2)
		},
		"Floating point arithmetic must manifest near 0 (total ends up zero)": func(t *testing.T) {
			testTotalQueueSize(t, -(2 + 1<<53), 2, 1<<53)
		},
	})
}

// testTotalQueueSize tests the desired size of a stream with mark 0 when chunks of the given sizes are in the queue, and
// that nothing is left of them when they are written.
func testTotalQueueSize(t *testing.T, want int, sizes ...int) {
	t.Helper()
	s, _, starting := unstartedWritable(t, intSink{}, streams.QueuingStrategy[int]{
		Size: func(chunk int) int { return chunk },
	})
	w := getWriter(t, s)
	for _, size := range sizes {
		w.WriteAsync(size)
	}
	wantDesiredSize(t, w, want)
	starting.let(nil)
	wantDesiredSize(t, w, 0)
}
