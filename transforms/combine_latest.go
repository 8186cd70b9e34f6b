package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// CombineLatest gives a pair of the last chunks of two streams whenever one of them has a new one, from when both have given
// one. It ends when both have ended, or one has without a chunk; the other is cancelled with streams.ErrTerminated then.
//
// When the consumer is slow, both inputs wait: no combination is left out. CombineLatest holds the last chunk of each and
// one more. Errors are as with [Merge].
func CombineLatest[A, B any](a *streams.ReadableStream[A], b *streams.ReadableStream[B]) *streams.ReadableStream[Pair[A, B]] {
	j := newJoint[Pair[A, B]]()
	lanes, lasts := newPairOfLanes(j, a, b)
	return combineLatest(j, lanes, lasts)
}

// CombineLatestAll is [CombineLatest] for any number of streams of one type. The slices belong to whoever reads them. Of no
// input it is closed.
func CombineLatestAll[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[[]T] {
	j := newJoint[[]T]()
	lanes, lasts := newLanes(j, inputs)
	return combineLatest(j, lanes, lasts)
}

func combineLatest[O any](j *joint[O], lanes []anyLane, lasts func() O) *streams.ReadableStream[O] {
	turn := 0 // the lane that is looked at first
	takeOne := func() bool {
		for i := range lanes {
			at := (turn + i) % len(lanes)
			if lanes[at].take() {
				turn = at + 1
				return true
			}
		}
		return false
	}
	return j.start(func() {
		for j.isWanted() && takeOne() {
			if all(lanes, anyLane.hasGiven) {
				j.give(lasts())
				return
			}
		}
		if all(lanes, anyLane.exhausted) || slices.ContainsFunc(lanes, isEmpty) {
			j.finish()
		}
	})
}

// WithLatestFrom pairs each chunk of source with the last one of other. Chunks of source that come before the first of other
// are dropped. It ends when source has ended, and cancels other with streams.ErrTerminated; when other ends, its last
// chunk stays.
//
// When the consumer is slow, both inputs wait; while it waits for source, other is read as fast as it comes. WithLatestFrom
// holds the last chunk of other, and one more of each. Errors are as with [Merge].
func WithLatestFrom[A, B any](
	source *streams.ReadableStream[A], other *streams.ReadableStream[B],
) *streams.ReadableStream[Pair[A, B]] {
	j := newJoint[Pair[A, B]]()
	sources, others := connect(j, source), newLane(j, other)
	return j.start(func() {
		others.take()
		chunk, ok := sources.next()
		switch {
		case ok && others.given:
			j.give(Pair[A, B]{chunk, others.last})
		case sources.exhausted():
			j.finish()
		}
	})
}
