package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// Map makes each chunk into f of it. f must not block; give [MapErr] one that may, or that can fail. A panic in f errors
// the stream.
//
// When the consumer is slow, f is not called. The stage holds nothing but the chunk that waits in its writable side.
func Map[T, U any](f func(T) U) *streams.TransformStream[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("Map"))
	}
	return streams.TransformFunc(func(chunk T, emit func(U)) error {
		emit(f(chunk))
		return nil
	}, nil)
}

// MapErr makes each chunk into f of it, where f may block and may fail. The first error of f errors the stream and is
// what the pipeline ends with. The context ends when the stream is cancelled, aborted or errored, with the reason as its
// cause; the result of a call that is still running then is dropped. f is called for one chunk after the other, and runs
// beside the other stages, as far as their marks let them go on.
//
// When the consumer is slow, f is not called. The stage holds the chunk that f is at work on, or its result, and one that
// waits in the writable side.
func MapErr[T, U any](f func(ctx context.Context, chunk T) (U, error)) *streams.TransformStream[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("MapErr"))
	}
	return streams.NewTransformStream(streams.Transformer[T, U]{
		Transform: func(ctx context.Context, chunk T, c *streams.TransformController[U]) error {
			result, err := f(ctx, chunk)
			if err != nil {
				return err
			}
			// It fails only if the stream has ended meanwhile; whoever ended it knows why.
			_ = c.Enqueue(result)
			return nil
		},
	})
}

// Filter passes on the chunks for which keep is true, and drops the others. keep must not block. A panic in keep errors
// the stream.
//
// When the consumer is slow, keep is not called. The stage holds nothing but the chunk that waits in its writable side.
func Filter[T any](keep func(T) bool) *streams.TransformStream[T, T] {
	if keep == nil {
		return erroredTransform[T, T](missing("Filter"))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if keep(chunk) {
			emit(chunk)
		}
		return nil
	}, nil)
}

// Take passes on the first n chunks and ends the stream with the nth: the readable side closes, and the source is
// cancelled at once, with streams.ErrTerminated as the reason. Take(0) does that before the first chunk. A negative n
// makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, the stage holds nothing but the chunk that waits in its writable side; a chunk that waits
// there when the nth goes out is lost, as are those that stages before it have read ahead.
func Take[T any](n int) *streams.TransformStream[T, T] {
	switch {
	case n < 0:
		return erroredTransform[T, T](outOfRange("Take", n))
	case n == 0:
		return terminatedTransform[T, T]()
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		emit(chunk)
		n--
		if n == 0 {
			return streams.ErrTerminated
		}
		return nil
	}, nil)
}
