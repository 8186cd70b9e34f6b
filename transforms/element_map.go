package transforms

import (
	"context"
	"fmt"
	"reflect"

	"github.com/weirstreams/weir/streams"
)

// Map makes each chunk into f of it. f must not block; give [MapErr] one that may, or that can fail.
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

// FilterMap makes each chunk into f of it, and drops those for which f reports false. f must not block.
func FilterMap[T, U any](f func(T) (result U, keep bool)) *streams.TransformStream[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("FilterMap"))
	}
	return streams.TransformFunc(func(chunk T, emit func(U)) error {
		if result, keep := f(chunk); keep {
			emit(result)
		}
		return nil
	}, nil)
}

// Cast passes on the chunks as values of type U, by a type assertion: T is an interface as a rule. The first chunk that is
// no U errors the stream with [ErrCast].
func Cast[T, U any]() *streams.TransformStream[T, U] {
	return streams.TransformFunc(func(chunk T, emit func(U)) error {
		result, ok := any(chunk).(U)
		if !ok {
			return fmt.Errorf("%w: %T is not %v", ErrCast, chunk, reflect.TypeFor[U]())
		}
		emit(result)
		return nil
	}, nil)
}
