package transforms

import "github.com/weirstreams/weir/streams"

// Scan passes on what [Reduce] would have come to after each chunk. f must not block.
func Scan[T, A any](initial A, f func(accumulated A, chunk T) A) *streams.TransformStream[T, A] {
	if f == nil {
		return erroredTransform[T, A](missing("Scan"))
	}
	accumulated := initial
	return streams.TransformFunc(func(chunk T, emit func(A)) error {
		accumulated = f(accumulated, chunk)
		emit(accumulated)
		return nil
	}, nil)
}

// Pairwise passes on each chunk together with the one before it. There is none for the first.
//
// It holds 1 chunk.
func Pairwise[T any]() *streams.TransformStream[T, [2]T] {
	var before T
	first := true
	return streams.TransformFunc(func(chunk T, emit func([2]T)) error {
		pair := [2]T{before, chunk}
		before = chunk
		if first {
			first = false
			return nil
		}
		emit(pair)
		return nil
	}, nil)
}
