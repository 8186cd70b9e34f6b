package streams

import (
	"context"
	"errors"
)

// A sinkEnd is a burstEnd whose sink is an UnderlyingSink.
type sinkEnd[T any] struct {
	pipe  *pipe[T]
	burst *burst // nil if the sink was never the end of a chain
	take  func(chunk T)
	stash fifo[T] // what came through, and has not been delivered
	room  int     // how much the queue takes
}

func (u *userSink[T]) fuseLocked(p *pipe[T], b *burst) intake[T] {
	if u.callbacks.Write == nil {
		return nil
	}
	e := &u.end
	if e.burst != nil && e.burst != b && e.burst.engaged {
		return nil // the burst of a pipe that is over still runs
	}
	e.pipe, e.burst, b.end = p, b, u
	e.take = func(chunk T) {
		if b.failed != noStage {
			return
		}
		e.stash.push(chunk)
		if e.stash.len >= e.room {
			b.halted = true
		}
	}
	return u
}

func (u *userSink[T]) taker() func(chunk T) { return u.end.take }

func (u *userSink[T]) keep(chunk T) { u.end.stash.push(chunk) }

func (u *userSink[T]) isQueue() bool { return true }

func (u *userSink[T]) readyLocked(*waiter) bool { return u.end.pipe.writesLocked() }

func (u *userSink[T]) enterLocked() { u.end.pipe.stopReadingLocked() }

func (u *userSink[T]) beginLocked() (full bool) {
	u.end.room = max(0, u.controller.desiredSizeLocked())
	return u.end.stash.len >= u.end.room
}

func (u *userSink[T]) deliverLocked() (full bool) {
	e, c := &u.end, &u.controller
	for e.stash.len > 0 && !c.backpressureLocked() && e.pipe.writesLocked() {
		e.pipe.unwritten++
		c.queue.enqueueValueWithSize(writeRequest[T]{e.stash.pop(), e.pipe}, 1)
	}
	full = c.backpressureLocked()
	if u.stream.state == writable && !u.stream.closeQueuedOrInFlightLocked() {
		u.stream.updateBackpressureLocked(full)
	}
	c.advanceQueueIfNeededLocked()
	return full && c.inFlightWrite
}

func (u *userSink[T]) settleLocked() {
	for e := &u.end; e.stash.len > 0; {
		e.pipe.handBackLocked(e.stash.pop())
	}
}

func (u *userSink[T]) leaveLocked() {
	u.deliverLocked()
	u.settleLocked()
	u.domainLocked().steps.push(u.end.pipe)
}

func (u *userSink[T]) writeCall() call { return (*writeCall[T])(u) }

// goesOnLocked ends a write that succeeded, if a burst is held before the sink, and reports whether one is.
func (e *sinkEnd[T]) goesOnLocked(d *domain, c *WritableController[T]) bool {
	if e.burst == nil || d.calls.held != e.burst {
		return false
	}
	c.inFlightWrite = false
	c.queue.dequeueValue()
	e.pipe.unwritten--
	e.burst.resumeLocked(d)
	return true
}

// A loopEnd is a burstEnd that calls the body of a loop, in the goroutine that is in the loop and waits for a chunk. No other
// runs such a burst. The body may block, so others go on meanwhile, with the stages busy.
type loopEnd[T any] struct {
	reader *DefaultReader[T]
	ctx    context.Context
	body   func(chunk T) bool // false is to leave the loop
	take   func(chunk T)
	burst  *burst
	waiter *readWaiter[T] // the read that was under way when the burst began; guarded by the domain's lock

	// The goroutine in the loop owns following fields.

	left  bool    // the body has returned false, or not at all
	stash fifo[T] // what came through after that
}

func (e *loopEnd[T]) fuseLocked(b *burst) intake[T] {
	b.end, e.burst = e, b
	e.take = func(chunk T) {
		switch {
		case b.failed != noStage:
			return
		case b.halted || e.ctx.Err() != nil:
			b.halted = true
			e.stash.push(chunk)
			return
		}
		caller := b.at
		b.at = atBody
		e.left, b.halted = true, true // unless the body returns
		e.left = !e.body(chunk)
		b.at = caller
		b.halted = e.left
	}
	return e
}

func (e *loopEnd[T]) taker() func(chunk T) { return e.take }

func (e *loopEnd[T]) keep(chunk T) { e.stash.push(chunk) }

func (e *loopEnd[T]) isQueue() bool { return false }

// readyLocked also finds out which read it is.
func (e *loopEnd[T]) readyLocked(w *waiter) bool {
	requests := &e.reader.core.requests
	if w == nil || requests.len != 1 {
		return false
	}
	read, ok := (*requests.at(0)).(*readWaiter[T])
	e.waiter = read
	return ok && w == &read.waiter
}

func (e *loopEnd[T]) enterLocked() { e.reader.core.requests.pop() }

func (e *loopEnd[T]) beginLocked() (full bool) { return false }

func (e *loopEnd[T]) deliverLocked() (full bool) { return false }

func (e *loopEnd[T]) settleLocked() {}

// leaveLocked goes on with the read, unless the loop was left.
func (e *loopEnd[T]) leaveLocked() {
	core := &e.reader.core
	for e.stash.len > 0 {
		core.stream.handBackLocked(e.stash.pop())
	}
	switch {
	case e.waiter == nil: // it has gone
	case e.left:
		e.waiter.failStepsLocked(errLeft)
	case e.ctx.Err() != nil: // the body is not called again
		e.waiter.failStepsLocked(context.Cause(e.ctx))
	default:
		core.readLocked(e.waiter)
	}
}

func (e *loopEnd[T]) writeCall() call { return nil }

// errLeft ends the read of a loop that was left in a burst.
var errLeft = errors.New("streams: internal error: the loop was left")
