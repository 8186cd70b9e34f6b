package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// Zip pairs the chunks of two streams: the first with the first, the second with the second. It ends as soon as one of them
// has ended, and cancels the other with streams.ErrTerminated.
//
// When the consumer is slow, or one input, the other input waits. What it holds, and errors, are as with [Merge].
func Zip[A, B any](a *streams.ReadableStream[A], b *streams.ReadableStream[B]) *streams.ReadableStream[Pair[A, B]] {
	j := newJoint[Pair[A, B]]()
	lanes, lasts := newPairOfLanes(j, a, b)
	return zip(j, lanes, lasts)
}

// ZipAll is [Zip] for any number of streams of one type. The slices belong to whoever reads them. Of no input it is closed.
func ZipAll[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[[]T] {
	j := newJoint[[]T]()
	lanes, lasts := newLanes(j, inputs)
	return zip(j, lanes, lasts)
}

func zip[O any](j *joint[O], lanes []anyLane, lasts func() O) *streams.ReadableStream[O] {
	return j.start(func() {
		switch {
		case len(lanes) == 0 || slices.ContainsFunc(lanes, anyLane.exhausted):
			j.finish()
		case all(lanes, anyLane.hasNext) && all(lanes, anyLane.take):
			j.give(lasts())
		}
	})
}
