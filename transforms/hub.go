package transforms

import (
	"github.com/weirstreams/weir/streams"
)

// A MergeHub is a stream with one readable side and many writable sides, which come and go. It is fair: where several
// producers have a chunk, they take turns. Several goroutines may use it.
//
// When the consumer is slow, the producers wait. The hub holds two chunks of each. A producer leaves by closing its side,
// and the hub stays open. An abort of one side errors the readable side at once, and the other producers with it; so the
// error of a stream that is piped into the hub does. To keep it from the others, pipe with streams.PreventAbort. Cancelling
// the readable side errors all writable sides, also those that are made later.
type MergeHub[T any] struct {
	turns    turns
	out      *exit[T]
	rotation rotation[T] // only turns use it

	// The lock of the turns guards following fields.

	joining []*entry[T] // that the turns have not seen yet
	closed  bool
}

// NewMergeHub makes a hub without producers.
func NewMergeHub[T any]() *MergeHub[T] {
	h := new(MergeHub[T])
	h.turns.advance = h.advance
	h.out = newExit[T](&h.turns)
	h.rotation = rotation[T]{out: h.out, n: 1, left: h.forget}
	return h
}

// Readable is the side that all chunks come out of.
func (h *MergeHub[T]) Readable() *streams.ReadableStream[T] { return h.out.stream }

// Writable makes a side for a new producer, and never blocks. After Close, and when the hub has ended, it makes one that
// is errored with streams.ErrTerminated.
func (h *MergeHub[T]) Writable() *streams.WritableStream[T] {
	h.turns.mu.Lock()
	refused := h.closed || h.turns.over
	h.turns.mu.Unlock()
	if refused {
		return erroredWritable[T](streams.ErrTerminated)
	}
	in := newEntry[T](&h.turns)
	h.turns.mu.Lock()
	h.joining = append(h.joining, in)
	h.turns.wakeAndUnlock()
	return in.stream.Writable()
}

// Close says that no more producers come: the readable side ends when those that are there have closed theirs. It does not
// wait for that.
func (h *MergeHub[T]) Close() {
	h.turns.mu.Lock()
	h.closed = true
	h.turns.wakeAndUnlock()
}

func (h *MergeHub[T]) advance() {
	h.turns.mu.Lock()
	joining, closed := h.joining, h.closed
	h.joining = nil
	h.turns.mu.Unlock()
	for _, in := range joining {
		h.rotation.inputs = append(h.rotation.inputs, in)
	}
	h.rotation.give((*rotation[T]).giveFirst)
	if closed && len(h.rotation.inputs) == 0 {
		h.out.close()
		h.turns.end(streams.ErrTerminated)
	}
}

// forget lets go of a producer that has left.
func (h *MergeHub[T]) forget(producer taker[T]) {
	if in, ok := producer.(*entry[T]); ok {
		h.turns.remove(in)
	}
}
