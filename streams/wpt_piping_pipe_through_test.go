package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// An anyPair is a pair of streams that do not know of each other.
type anyPair struct {
	readable *streams.ReadableStream[int]
	writable *streams.WritableStream[int]
}

func (p anyPair) Readable() *streams.ReadableStream[int] { return p.readable }
func (p anyPair) Writable() *streams.WritableStream[int] { return p.writable }

func TestWPTPipingPipeThrough(t *testing.T) {
	runWPT(t, "piping/pipe-through", map[string]func(t *testing.T){
		"Piping through a duck-typed pass-through transform stream should work": func(t *testing.T) {
			readable, src := recordingReadable(streams.UnderlyingSource[int]{})
			writable, _ := recordingWritable(streams.UnderlyingSink[int]{
				Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
					return src.controller.Enqueue(chunk)
				},
				Close: func(context.Context) error { return src.controller.Close() },
			})
			through := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3, 4, 5}), anyPair{readable, writable})
			wantEqual(t, through, readable)
			chunks, err := through.Collect(t.Context())
			wantError(t, err, nil)
			wantChunks(t, chunks, 1, 2, 3, 4, 5)
		},
		"Piping through a transform errored on the writable end does not cause an unhandled promise rejection": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
			pair, sink := newPair()
			sink.controller.Error(errA)
			readable := streams.PipeThrough(source, pair)
			src.want(t, "cancel error A")
			wantError(t, readableEnd(t, source), nil)
			wantError(t, readableEnd(t, readable), errPending)
		},
		"pipeThrough should accept a real AbortSignal": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			pair, sink := newPair()
			ctx, abort := abortable()
			streams.PipeThrough(source, pair, streams.WithContext(ctx))
			src.want(t, "pull")
			abort()
			src.want(t, "pull", "cancel error A")
			sink.want(t, "abort error A")
			wantUnlocked(t, source, pair.writable)
		},
		"pipeThrough should throw if this is locked": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			getReader(t, source)
			pair, sink := newPair()
			wantError(t, readableEnd(t, streams.PipeThrough(source, pair)), streams.ErrLocked)
			wantEqual(t, pair.writable.Locked(), false)
			wantError(t, readableEnd(t, pair.readable), errPending)
			src.want(t, "pull")
			sink.want(t)
		},
		"pipeThrough should throw if writable is locked": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			pair, sink := newPair()
			getWriter(t, pair.writable)
			wantError(t, readableEnd(t, streams.PipeThrough(source, pair)), streams.ErrLocked)
			wantEqual(t, source.Locked(), false)
			wantError(t, readableEnd(t, pair.readable), errPending)
			src.want(t, "pull")
			sink.want(t)
		},
		"pipeThrough should not care if readable is locked": func(t *testing.T) {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1)})
			pair, sink := newPair()
			getReader(t, pair.readable)
			wantEqual(t, streams.PipeThrough(source, pair), pair.readable)
			sink.want(t, "write 1", "close")
		},
		"preventCancel should work": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			pair, sink := newPair()
			sink.controller.Error(errA)
			streams.PipeThrough(source, pair, streams.PreventCancel())
			wantError(t, readableEnd(t, source), errPending)
			src.want(t, "pull")
		},
		"preventClose should work": func(t *testing.T) {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1)})
			pair, sink := newPair()
			streams.PipeThrough(source, pair, streams.PreventClose())
			wantError(t, writableEnd(t, pair.writable), errPending)
			sink.want(t, "write 1")
		},
		"preventAbort should work": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			pair, sink := newPair()
			streams.PipeThrough(source, pair, streams.PreventAbort())
			src.controller.Error(errA)
			wantError(t, writableEnd(t, pair.writable), errPending)
			sink.want(t)
		},
	})
}

func newPair() (anyPair, *recordingSink) {
	readable, _ := recordingReadable(streams.UnderlyingSource[int]{})
	writable, sink := recordingWritable(streams.UnderlyingSink[int]{})
	return anyPair{readable, writable}, sink
}
