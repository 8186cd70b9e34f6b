package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// An exit is a readable stream that an operator gives chunks to in its turns, one for each read that waits. It holds
// none.
type exit[T any] struct {
	turns  *turns
	stream *streams.ReadableStream[T]

	// cancelled is called when the consumer cancels the stream, without a lock. It may wait until ctx has ended. Immutable.
	cancelled func(ctx context.Context, reason error)

	// The lock of the turns guards following fields.

	controller *streams.ReadableController[T] // nil until the stream has started
	wanted     bool                           // a read waits
	closed     bool                           // by the operator, or cancelled
	err        error                          // that the operator ended with before the stream had started
}

// newExit makes an exit and adds it to the parts of t. If the consumer cancels it, the operator ends, unless
// cancelled is set to something else.
func newExit[T any](t *turns) *exit[T] {
	out := &exit[T]{turns: t, cancelled: t.endWith}
	out.stream = streams.NewReadableStream(streams.UnderlyingSource[T]{
		Start:  out.start,
		Pull:   out.pull,
		Cancel: out.cancel,
	}, streams.CountQueuingStrategy[T](0))
	if !t.add(out) {
		out.end(over, streams.ErrTerminated)
	}
	return out
}

// isWanted reports whether the consumer waits for a chunk.
func (out *exit[T]) isWanted() bool {
	out.turns.mu.Lock()
	defer out.turns.mu.Unlock()
	return out.wanted
}

// give gives a chunk to the consumer, who waits for it.
func (out *exit[T]) give(chunk T) {
	out.turns.mu.Lock()
	out.wanted = false
	out.turns.mu.Unlock()
	// It fails only if the stream has ended meanwhile; whoever ended it knows why.
	_ = out.controller.Enqueue(chunk)
}

// close ends the stream when all that was given has been read.
func (out *exit[T]) close() {
	out.turns.mu.Lock()
	closed, c := out.closed, out.controller
	out.closed, out.wanted = true, false
	out.turns.mu.Unlock()
	if c != nil && !closed {
		_ = c.Close() // as above
	}
}

func (out *exit[T]) start(_ context.Context, c *streams.ReadableController[T]) error {
	out.turns.mu.Lock()
	out.controller = c
	closed, err := out.closed, out.err
	out.turns.mu.Unlock()
	if err == nil && closed {
		_ = c.Close() // as above
	}
	return err
}

func (out *exit[T]) pull(context.Context, *streams.ReadableController[T]) error {
	out.turns.mu.Lock()
	out.wanted = !out.closed
	out.turns.wakeAndUnlock()
	return nil
}

func (out *exit[T]) cancel(ctx context.Context, reason error) error {
	out.turns.mu.Lock()
	out.closed, out.wanted = true, false
	out.turns.mu.Unlock()
	out.cancelled(ctx, reason)
	return nil
}

// end errors the stream, unless it has ended.
func (out *exit[T]) end(_ context.Context, reason error) {
	out.turns.mu.Lock()
	closed, c := out.closed, out.controller
	if !closed {
		out.closed, out.wanted, out.err = true, false, reason
	}
	out.turns.mu.Unlock()
	if c != nil && !closed {
		c.Error(reason)
	}
}
