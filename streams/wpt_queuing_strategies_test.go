package streams_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

func TestWPTQueuingStrategies(t *testing.T) {
	runWPT(t, "queuing-strategies", map[string]func(t *testing.T){
		"CountQueuingStrategy: Can construct a with a valid high water mark": func(t *testing.T) {
			wantEqual(t, streams.CountQueuingStrategy[int](4).HighWaterMark, 4)
		},
		"ByteLengthQueuingStrategy: Can construct a with a valid high water mark": func(t *testing.T) {
			wantEqual(t, streams.ByteLengthQueuingStrategy[[]byte](4).HighWaterMark, 4)
		},
		"CountQueuingStrategy: highWaterMark constructor values are converted per the unrestricted double rules": func(t *testing.T) {
			testMarks(t, streams.CountQueuingStrategy[string])
		},
		"ByteLengthQueuingStrategy: highWaterMark constructor values are converted per the unrestricted double rules": func(t *testing.T) {
			testMarks(t, streams.ByteLengthQueuingStrategy[string])
		},
		"CountQueuingStrategy: size behaves as expected with strange arguments": func(t *testing.T) {
			testSizes(t, streams.CountQueuingStrategy[any](0), map[any]int{nil: 1, "": 1, 5: 1, [2]int{1, 2}: 1})
		},
		"ByteLengthQueuingStrategy: size behaves as expected with strange arguments": func(t *testing.T) {
			testSizes(t, streams.ByteLengthQueuingStrategy[string](0), map[string]int{"": 0, "a": 1, "é": 2, "\xff\x00": 2})
		},
	})
}

// testMarks checks that a strategy takes every mark, and that a stream takes every mark that is not negative.
func testMarks(t *testing.T, strategy func(highWaterMark int) streams.QueuingStrategy[string]) {
	for mark, want := range map[int]error{
		streams.Unbounded:      errPending, // the stream lives
		7:                      errPending,
		0:                      errPending,
		-1:                     streams.ErrRange,
		-streams.Unbounded - 1: streams.ErrRange,
	} {
		wantEqual(t, strategy(mark).HighWaterMark, mark)
		readable := streams.NewReadableStream(streams.UnderlyingSource[string]{}, strategy(mark))
		wantError(t, readableEnd(t, readable), want)
		writable := streams.NewWritableStream(streams.UnderlyingSink[string]{}, strategy(mark))
		wantError(t, writableEnd(t, writable), want)
	}
}

// testSizes checks by how much each chunk fills the queue of a stream.
func testSizes[T comparable](t *testing.T, strategy streams.QueuingStrategy[T], sizes map[T]int) {
	for chunk, size := range sizes {
		var controller *streams.ReadableController[T]
		streams.NewReadableStream(streams.UnderlyingSource[T]{
			Start: func(_ context.Context, c *streams.ReadableController[T]) error {
				controller = c
				return nil
			},
		}, strategy)
		synctest.Wait()
		wantError(t, controller.Enqueue(chunk), nil)
		wantDesiredSize(t, controller, -size)
	}
}
