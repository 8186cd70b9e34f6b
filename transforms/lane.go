package transforms

import "github.com/weirstreams/weir/streams"

// A Pair is what [Zip], [CombineLatest] and [WithLatestFrom] make of a chunk of each input.
type Pair[A, B any] struct {
	First  A
	Second B
}

// A lane is an intake whose last chunk is kept, for operators that combine chunks of several inputs.
type lane[T any] struct {
	*intake[T]
	last  T
	given bool // last has come
}

// take takes the chunk that has come, if there is one.
func (l *lane[T]) take() bool {
	chunk, ok := l.next()
	if ok {
		l.last, l.given = chunk, true
	}
	return ok
}

func (l *lane[T]) hasGiven() bool { return l.given }

// An anyLane is a lane of whatever type.
type anyLane interface {
	take() bool
	hasGiven() bool
	hasNext() bool
	exhausted() bool
}

// isEmpty reports whether the lane has ended without a chunk.
func isEmpty(l anyLane) bool { return l.exhausted() && !l.hasGiven() }

// all reports whether holds is true of each lane.
func all(lanes []anyLane, holds func(anyLane) bool) bool {
	for _, l := range lanes {
		if !holds(l) {
			return false
		}
	}
	return true
}

// newLane makes a lane that reads source.
func newLane[T, O any](j *joint[O], source *streams.ReadableStream[T]) *lane[T] {
	return &lane[T]{intake: connect(j, source)}
}

// newLanes makes a lane for each of the sources. lasts makes a slice of their last chunks.
func newLanes[T any](j *joint[[]T], sources []*streams.ReadableStream[T]) (all []anyLane, lasts func() []T) {
	lanes := make([]*lane[T], len(sources))
	all = make([]anyLane, len(sources))
	for i, source := range sources {
		lanes[i] = newLane(j, source)
		all[i] = lanes[i]
	}
	return all, func() []T {
		chunks := make([]T, len(lanes))
		for i, l := range lanes {
			chunks[i] = l.last
		}
		return chunks
	}
}

// newPairOfLanes is newLanes for two sources of different types.
func newPairOfLanes[A, B any](
	j *joint[Pair[A, B]], a *streams.ReadableStream[A], b *streams.ReadableStream[B],
) (all []anyLane, lasts func() Pair[A, B]) {
	first, second := newLane(j, a), newLane(j, b)
	return []anyLane{first, second}, func() Pair[A, B] { return Pair[A, B]{first.last, second.last} }
}
