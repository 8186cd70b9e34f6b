package transforms

import "github.com/weirstreams/weir/streams"

// Filter passes on the chunks for which keep is true, and drops the others. keep must not block.
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

// identity passes on all chunks.
func identity[T any]() *streams.TransformStream[T, T] {
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		emit(chunk)
		return nil
	}, nil)
}

// IgnoreElements drops all chunks and passes on the end of the stream, or its error.
func IgnoreElements[T any]() *streams.TransformStream[T, T] {
	return streams.TransformFunc(func(T, func(T)) error { return nil }, nil)
}
