package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// ForkJoin reads all inputs to their ends, at the same time, and gives one slice of the last chunk of each. If an input
// ends without a chunk it gives nothing, ends, and cancels the others with streams.ErrTerminated. Of no input it is
// closed.
//
// Nothing is read before the consumer wants the result. ForkJoin holds the last chunk of each input, and one more. Errors
// are as with [Merge].
func ForkJoin[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[[]T] {
	j := newJoint[[]T]()
	lanes, lasts := newLanes(j, inputs)
	return j.start(func() {
		for _, l := range lanes {
			l.take()
		}
		switch {
		case len(lanes) == 0 || slices.ContainsFunc(lanes, isEmpty):
			j.finish()
		case all(lanes, anyLane.exhausted):
			j.give(lasts())
			j.finish()
		}
	})
}

// SequenceEqual gives one value, and ends: whether both streams give the same chunks in the same order. At the first
// difference it cancels both with streams.ErrTerminated.
//
// Nothing is compared before the consumer wants the result. What it holds, and errors, are as with [Merge].
func SequenceEqual[T comparable](a, b *streams.ReadableStream[T]) *streams.ReadableStream[bool] {
	j := newJoint[bool]()
	first, second := newLane(j, a), newLane(j, b)
	answer := func(equal bool) {
		j.give(equal)
		j.finish()
	}
	return j.start(func() {
		switch {
		case first.exhausted() && second.exhausted():
			answer(true)
		case first.exhausted() && second.hasNext(), second.exhausted() && first.hasNext():
			answer(false)
		case first.hasNext() && second.hasNext() && first.take() && second.take():
			if first.last != second.last {
				answer(false)
			}
		}
	})
}
