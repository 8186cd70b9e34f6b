package streams

// A TransformController is what a transformer puts its results into. It is handed to the callbacks of a [Transformer];
// its methods may be called from anywhere, also concurrently and after the callback has returned, and never block. See
// section 6.3 of the standard.
type TransformController[O any] struct {
	readable *ReadableController[O] // immutable
	ends     transformEnds          // immutable

	backpressure bool // the readable side wants nothing; guarded by the domain's lock
}

// transformEnds is the part of a TransformStream that does not depend on what it takes.
type transformEnds interface {
	setBackpressureLocked(backpressure bool)
	errorLocked(err error)
	errorWritableAndUnblockWriteLocked(err error)
	terminateLocked()
}

// Enqueue puts a chunk into the readable side. It never blocks and does not look at the mark. It returns ErrClosed when
// the readable side is closed, closing or cancelled, and ErrErrored when it is errored. When the size function fails,
// both sides are errored and Enqueue returns that error.
func (c *TransformController[O]) Enqueue(chunk O) error {
	s := c.readable.stream
	d := s.lock()
	if err := c.readable.canCloseOrEnqueueLocked(); err != nil {
		d.unlock()
		return err
	}
	d, n, err := c.readable.measureLocked(d, chunk)
	if err != nil {
		c.readable.errorLocked(err)
		c.ends.errorWritableAndUnblockWriteLocked(err)
		if s.state == errored {
			err = s.storedError // of an error that came while the size function ran
		}
	} else {
		c.enqueueLocked(chunk, n)
	}
	d.unlock()
	return err
}

// Error errors both sides with err (ErrNoReason in place of nil). Chunks in the queue of the readable side are dropped.
func (c *TransformController[O]) Error(err error) {
	d := c.readable.stream.lock()
	c.ends.errorLocked(orNoReason(err))
	d.unlock()
}

// Terminate closes the readable side, once the chunks in its queue have been read, and errors the writable side with
// ErrTerminated: what is needed is there, and the producer may stop.
func (c *TransformController[O]) Terminate() {
	d := c.readable.stream.lock()
	c.ends.terminateLocked()
	d.unlock()
}

// DesiredSize is how much the queue of the readable side may still take before it is full; see
// [ReadableController.DesiredSize].
func (c *TransformController[O]) DesiredSize() (n int, ok bool) { return c.readable.DesiredSize() }

// enqueueLocked is the rest of TransformStreamDefaultControllerEnqueue, after the size function.
func (c *TransformController[O]) enqueueLocked(chunk O, size int) {
	c.readable.enqueueLocked(chunk, size)
	if c.readable.canCloseOrEnqueueLocked() != nil {
		return // it ended while the size function ran
	}
	// The other way round is for the pull: if reads have come in since backpressure began, one is due.
	if !c.backpressure && !c.readable.shouldCallPullLocked() {
		c.ends.setBackpressureLocked(true)
	}
}
