package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// Tap passes on its input, and calls see for each chunk before. see must not block. [Finalize] is for the end.
func Tap[T any](see func(T)) *streams.TransformStream[T, T] {
	if see == nil {
		return erroredTransform[T, T](missing("Tap"))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		see(chunk)
		emit(chunk)
		return nil
	}, nil)
}

// Finalize passes on its input, and calls done once when that is over, which may block: to clean up, to log or to count.
// reason is nil if the stream has ended, the error it failed with, or the reason with which the consumer cancelled it.
//
// The end is passed on when done has returned. An error of done takes the place of an end, and of an error or a
// reason. The context ends when the stream fails in the meantime. A pipeline that is dropped before its end never calls
// done.
func Finalize[T any](done func(ctx context.Context, reason error) error) *streams.TransformStream[T, T] {
	if done == nil {
		return erroredTransform[T, T](missing("Finalize"))
	}
	return streams.NewTransformStream(streams.Transformer[T, T]{
		Flush:  func(ctx context.Context, _ *streams.TransformController[T]) error { return done(ctx, nil) },
		Cancel: done,
	})
}
