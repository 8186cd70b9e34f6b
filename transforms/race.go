package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// Race gives the chunks of the input that is the first to give one, or to end, and cancels the others with
// streams.ErrTerminated at once. The race begins at the first read. Of no input it is closed.
//
// When the consumer is slow, the input waits. An input that fails before it is decided errors the stream, and cancels the
// others with its error. What it holds, and other errors, are as with [Merge].
func Race[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[T] {
	j := newJoint[T]()
	intakes := connectAll(j, inputs)
	return j.start(func() {
		if len(intakes) > 1 {
			winner := slices.IndexFunc(intakes, func(a *intake[T]) bool { return a.hasNext() || a.exhausted() })
			if winner < 0 {
				return
			}
			for i, loser := range intakes {
				if i != winner {
					_ = loser.drop(over, streams.ErrTerminated) // it only says that it did not wait
				}
			}
			intakes = intakes[winner : winner+1]
		}
		if len(intakes) == 0 || intakes[0].exhausted() {
			j.finish()
		} else if chunk, ok := intakes[0].next(); ok {
			j.give(chunk)
		}
	})
}
