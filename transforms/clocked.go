package transforms

import (
	"context"
	"sync"
	"time"

	"github.com/weirstreams/weir/streams"
)

// A clocked is an operator that has a clock beside its input: a transform stream whose chunks come from an alarm, too. It
// has no goroutine, and at rest at most a timer.
//
// Backpressure is that of the transform stream: a chunk is taken when the readable side wants one, that is when its queue is
// below its mark or a read waits. What the alarm gives goes into that queue, so whoever waits to be given is one chunk.
//
// Take, the alarm and the end of the input each hold the lock while they run the operator, also while they give chunks, so
// that chunks come in the order of what they come from. Locks of streams come after it; functions of the user are not
// called with it.
type clocked[I, O any] struct {
	operator timeOperator[I]     // immutable
	begin    func()              // called in the lock when the stream starts; may be nil; immutable
	before   func(chunk I) error // called without the lock before each take; may be nil; immutable

	mu    sync.Mutex // guards following fields, and the operator
	out   *streams.TransformController[O]
	alarm alarm
	now   time.Time     // when take, ring or flush was called
	rings chan struct{} // closed when the alarm has rung; nil if nobody waits for that
	over  bool
}

// A timeOperator is what is done in the lock of a clocked.
type timeOperator[I any] interface {
	// take takes a chunk. It waits by clocked.wait only.
	take(ctx context.Context, chunk I) error
	// ring is called when the alarm has rung.
	ring()
	// flush is called when all chunks have been taken. It waits as take does.
	flush(ctx context.Context) error
}

// start makes the stream of the operator, with the mark for its readable side.
func (c *clocked[I, O]) start(operator timeOperator[I], mark int) *streams.TransformStream[I, O] {
	c.operator = operator
	c.alarm.ring = c.ring
	transformer := streams.Transformer[I, O]{Transform: c.transform, Flush: c.flush, Cancel: c.cancel}
	if c.begin != nil {
		transformer.Start = c.started
	}
	return streams.NewTransformStream(transformer, streams.WithReadableStrategy(streams.CountQueuingStrategy[O](mark)))
}

// give gives a chunk to the readable side.
func (c *clocked[I, O]) give(chunk O) {
	// It fails only if the stream has ended meanwhile; whoever ended it knows why.
	_ = c.out.Enqueue(chunk)
}

func (c *clocked[I, O]) started(_ context.Context, out *streams.TransformController[O]) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = out
	if !c.over {
		c.begin()
	}
	return nil
}

func (c *clocked[I, O]) transform(ctx context.Context, chunk I, out *streams.TransformController[O]) error {
	if c.before != nil {
		if err := c.before(chunk); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.now = out, time.Now()
	c.ringLocked() // what is due now comes before the chunk
	return unlessEnded(ctx, c.operator.take(ctx, chunk))
}

func (c *clocked[I, O]) flush(ctx context.Context, out *streams.TransformController[O]) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.now = out, time.Now()
	err := c.operator.flush(ctx)
	c.endLocked()
	return unlessEnded(ctx, err)
}

// unlessEnded is the error of a callback, without that of a stream that has ended meanwhile: whoever ended it knows why, and need
// not hear of it again.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (c *clocked[I, O]) cancel(context.Context, error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked()
	return nil
}

func (c *clocked[I, O]) endLocked() {
	c.over = true
	c.alarm.clear()
}

func (c *clocked[I, O]) ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.Now()
	c.alarm.fired()
	c.ringLocked()
	c.alarm.renew()
}

// ringLocked lets the operator know if the alarm is due.
func (c *clocked[I, O]) ringLocked() {
	if c.over || !c.alarm.rang(c.now) {
		return
	}
	c.operator.ring()
	if c.rings != nil {
		close(c.rings)
		c.rings = nil
	}
}

// wait gives up the lock until the alarm has rung, which must be set, or the stream has ended.
func (c *clocked[I, O]) wait(ctx context.Context) error {
	if c.rings == nil {
		c.rings = make(chan struct{})
	}
	rings := c.rings
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-rings:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
