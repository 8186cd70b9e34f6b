package transforms

import (
	"context"
	"sync/atomic"

	"github.com/weirstreams/weir/streams"
)

// TakeUntil passes on its input until notifier gives something: that ends the stream at once, as the last chunk of [Take]
// does. If notifier ends without a chunk, the input is passed on to its end; an error of notifier errors the stream.
//
// notifier is locked and one chunk of it is taken, from the time the stage is made. It is cancelled when the stage ends. A
// chunk costs about as much as one of [MapErr].
func TakeUntil[T, N any](notifier *streams.ReadableStream[N]) *streams.TransformStream[T, T] {
	if notifier == nil {
		return erroredTransform[T, T](missing("TakeUntil"))
	}
	return streams.NewTransformStream(streams.Transformer[T, T]{
		Start: func(ctx context.Context, c *streams.TransformController[T]) error {
			return watch(ctx, notifier, c.Terminate, c.Error)
		},
	})
}

// SkipUntil drops its input until notifier gives something, and passes on the chunks that come to the stage after that. If
// notifier ends without a chunk, nothing is passed on but the end; an error of notifier errors the stream.
//
// notifier is locked and one chunk of it is taken, from the time the stage is made. It is cancelled when the stage ends. A
// chunk costs about as much as one of [MapErr].
func SkipUntil[T, N any](notifier *streams.ReadableStream[N]) *streams.TransformStream[T, T] {
	if notifier == nil {
		return erroredTransform[T, T](missing("SkipUntil"))
	}
	var open atomic.Bool
	return streams.NewTransformStream(streams.Transformer[T, T]{
		Start: func(ctx context.Context, c *streams.TransformController[T]) error {
			return watch(ctx, notifier, func() { open.Store(true) }, c.Error)
		},
		Transform: func(_ context.Context, chunk T, c *streams.TransformController[T]) error {
			if open.Load() {
				_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
			}
			return nil
		},
	})
}

// watch calls fire when notifier gives its first chunk, or fail with its error. It does not wait for that. It gives up and
// cancels notifier when ctx ends.
func watch[N any](ctx context.Context, notifier *streams.ReadableStream[N], fire func(), fail func(error)) error {
	sink := streams.NewWritableStream(streams.UnderlyingSink[N]{
		Write: func(context.Context, N, *streams.WritableController[N]) error {
			fire()
			return streams.ErrTerminated // one is enough
		},
		Abort: func(_ context.Context, reason error) error {
			fail(reason) // does nothing if it is ctx that has ended, and the stage with it
			return nil
		},
	})
	// A pipe that is not made says why through the stream it returns.
	return streams.PipeThrough(notifier, dead[N]{sink}, streams.WithContext(ctx)).Cancel(ctx, streams.ErrClosed)
}

// A dead end is a pair with nothing to read.
type dead[T any] struct{ end *streams.WritableStream[T] }

func (d dead[T]) Readable() *streams.ReadableStream[T] { return streams.FromSlice[T](nil) }

func (d dead[T]) Writable() *streams.WritableStream[T] { return d.end }
