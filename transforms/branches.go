package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// branches are an operator of one entry and several exits, each of which gets some of the chunks.
type branches[T any] struct {
	turns
	in   *entry[T]
	outs []*outflow[T]

	open int // branches that are not cancelled; the lock of the turns guards it
}

// An outflow is an exit that may be cancelled without an end of the operator.
type outflow[T any] struct {
	*exit[T]
	gone bool // cancelled; the lock of the turns guards it
}

// newOutflow makes an outflow; cancelled is called when its consumer has cancelled it.
func newOutflow[T any](t *turns, cancelled func(ctx context.Context, reason error)) *outflow[T] {
	b := &outflow[T]{exit: newExit[T](t)}
	b.exit.cancelled = func(ctx context.Context, reason error) {
		t.mu.Lock()
		b.gone = true
		t.mu.Unlock()
		cancelled(ctx, reason)
	}
	return b
}

func (b *outflow[T]) isGone() bool {
	b.turns.mu.Lock()
	defer b.turns.mu.Unlock()
	return b.gone
}

// newBranches makes n branches of source, whose turns are calls of advance.
func newBranches[T any](source *streams.ReadableStream[T], n int, advance func(b *branches[T])) []*streams.ReadableStream[T] {
	b := &branches[T]{open: n}
	b.advance = func() { advance(b) }
	b.in = newEntry[T](&b.turns)
	readables := make([]*streams.ReadableStream[T], n)
	for i := range readables {
		out := newOutflow[T](&b.turns, b.cancelled)
		b.outs = append(b.outs, out)
		readables[i] = out.stream
	}
	b.in.attach(source)
	return readables
}

// cancelled ends the operator with the last of its branches.
func (b *branches[T]) cancelled(ctx context.Context, reason error) {
	b.mu.Lock()
	b.open--
	last := b.open == 0
	b.mu.Unlock()
	if last {
		b.endWith(ctx, reason)
		return
	}
	b.wake()
}

// finish closes all branches.
func (b *branches[T]) finish() {
	for _, out := range b.outs {
		out.close()
	}
	b.end(streams.ErrTerminated)
}

// refused is n branches that are errored with err.
func refused[T any](source *streams.ReadableStream[T], n int, err error) []*streams.ReadableStream[T] {
	readables := make([]*streams.ReadableStream[T], n)
	for i := range readables {
		readables[i] = erroredTransform[T, T](err).Readable()
	}
	if source != nil {
		_ = source.Cancel(over, err) // it only says that it did not wait, or that somebody has the stream
	}
	return readables
}
