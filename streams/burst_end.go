package streams

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

func (u *userSink[T]) readyLocked() bool { return u.end.pipe.writesLocked() }

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
