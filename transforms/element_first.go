package transforms

import "github.com/weirstreams/weir/streams"

// First passes on the first chunk and ends the stream with it, as Take(1) does. If there is none, the stream is errored
// with [ErrEmpty].
func First[T any]() *streams.TransformStream[T, T] { return ElementAt[T](0) }

// ElementAt passes on the chunk with index n, which counts from 0, and ends the stream with it as [Take] does. If there is
// none, the stream is errored with [ErrEmpty]. A negative n makes a stream that is errored with streams.ErrRange.
func ElementAt[T any](n int) *streams.TransformStream[T, T] {
	if n < 0 {
		return erroredTransform[T, T](outOfRange("ElementAt", n))
	}
	return streams.TransformFunc(
		func(chunk T, emit func(T)) error {
			if n > 0 {
				n--
				return nil
			}
			emit(chunk)
			return streams.ErrTerminated
		},
		// An element would have ended the stream in another way.
		func(func(T)) error { return ErrEmpty })
}

// Find passes on the first chunk for which matches is true, and ends the stream with it as [Take] does. If there is none,
// the output is empty; let [ThrowIfEmpty] follow where that is an error. matches must not block.
func Find[T any](matches func(T) bool) *streams.TransformStream[T, T] {
	if matches == nil {
		return erroredTransform[T, T](missing("Find"))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if !matches(chunk) {
			return nil
		}
		emit(chunk)
		return streams.ErrTerminated
	}, nil)
}

// Last passes on the last chunk, when the stream has ended. If there is none, the stream is errored with [ErrEmpty].
//
// It reads its input without waiting for the consumer, and holds 1 chunk.
func Last[T any]() *streams.TransformStream[T, T] {
	var last T
	empty := true
	return streams.TransformFunc(
		func(chunk T, _ func(T)) error {
			last, empty = chunk, false
			return nil
		},
		func(emit func(T)) error {
			if empty {
				return ErrEmpty
			}
			emit(last)
			return nil
		})
}
