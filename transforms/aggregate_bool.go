package transforms

import "github.com/weirstreams/weir/streams"

// Every passes on whether holds is true for all chunks. The first for which it is false ends the stream as the last chunk
// of [Take] does; true comes when the stream has ended, also an empty one. holds must not block.
//
// It reads its input without waiting for the consumer.
func Every[T any](holds func(T) bool) *streams.TransformStream[T, bool] {
	if holds == nil {
		return erroredTransform[T, bool](missing("Every"))
	}
	return decide(false, func(chunk T) bool { return !holds(chunk) })
}

// Some passes on whether holds is true for any chunk. The first for which it is ends the stream as the last chunk of
// [Take] does; false comes when the stream has ended, also an empty one. holds must not block.
//
// It reads its input without waiting for the consumer.
func Some[T any](holds func(T) bool) *streams.TransformStream[T, bool] {
	if holds == nil {
		return erroredTransform[T, bool](missing("Some"))
	}
	return decide(true, holds)
}

// Contains passes on whether any chunk equals value, as [Some] does.
func Contains[T comparable](value T) *streams.TransformStream[T, bool] {
	return decide(true, func(chunk T) bool { return chunk == value })
}

// decide passes on answer at the first chunk that settles it, and the opposite if none does.
func decide[T any](answer bool, settles func(T) bool) *streams.TransformStream[T, bool] {
	return streams.TransformFunc(
		func(chunk T, emit func(bool)) error {
			if !settles(chunk) {
				return nil
			}
			emit(answer)
			return streams.ErrTerminated
		},
		func(emit func(bool)) error {
			emit(!answer)
			return nil
		})
}
