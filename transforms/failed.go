package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// erroredTransform makes a transform stream of which both sides are errored with err from the start.
func erroredTransform[I, O any](err error) *streams.TransformStream[I, O] {
	t := streams.TransformFunc(func(I, func(O)) error { return nil }, nil)
	// Nothing was written and no callback is asked, so this neither waits nor fails.
	_ = t.Writable().Abort(context.Background(), err)
	return t
}

// erroredWritable makes a writable stream that is errored with err from the start.
func erroredWritable[T any](err error) *streams.WritableStream[T] {
	w := streams.SinkFunc(func(T) error { return nil })
	_ = w.Abort(context.Background(), err) // as above
	return w
}

// erroredReadable makes a readable stream that is errored with err from the start.
func erroredReadable[T any](err error) *streams.ReadableStream[T] {
	return erroredTransform[T, T](err).Readable()
}

// terminatedTransform makes a transform stream that is in the state after TransformController.Terminate from the start:
// its readable side is closed, its writable side errored with ErrTerminated.
func terminatedTransform[I, O any]() *streams.TransformStream[I, O] {
	t := streams.TransformFunc(func(I, func(O)) error { return nil }, nil)
	_ = t.Readable().Cancel(context.Background(), streams.ErrTerminated) // as above
	return t
}
