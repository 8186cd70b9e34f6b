package streams

// A sinkAlgorithms is what a writable controller calls to get chunks away: the write, close and abort algorithms of the
// standard. The lock is held and the caller is in the middle of an operation, so an algorithm only begins its work
// here, and reports what it came to in a step or a call.
type sinkAlgorithms[T any] interface {
	// writeLocked begins a write; writeDoneLocked of the controller is called with its result.
	writeLocked(chunk T)
	closeLocked() *promise
	abortLocked(reason error) *promise
}

// A WritableController is how a sink breaks its own stream. It is handed to the callbacks of an [UnderlyingSink]; it may
// be used from anywhere, also concurrently and after the callback has returned. See section 5.4 of the standard.
type WritableController[T any] struct {
	stream *WritableStream[T]

	// The domain's lock guards following fields.

	sink          sinkAlgorithms[T] // nil once no algorithm will be called any more
	lane          *lane[T]          // of an identity transform; nil for other sinks, and once no algorithm will be called any more
	signal        *lifetime         // the abort signal: the context of the sink's callbacks; may be nil
	size          func(T) int       // nil counts chunks
	highWaterMark int
	queue         chunkQueue[writeRequest[T]]
	inFlightWrite bool // the sink is busy with the first of the queue
	started       bool
}

// A writeRequest is a chunk in the queue.
type writeRequest[T any] struct {
	chunk T
	owner writeOwner // may be nil
}

// setUpLocked gives stream s its controller. The sink counts as not started.
func (c *WritableController[T]) setUpLocked(s *WritableStream[T], sink sinkAlgorithms[T], signal *lifetime, strategy QueuingStrategy[T]) {
	c.stream, c.sink, c.signal = s, sink, signal
	c.highWaterMark, c.size = strategy.HighWaterMark, strategy.Size
	s.controller = c
	s.backpressure = c.backpressureLocked()
}

// Error errors the stream: queued chunks are dropped, and all writes return err (ErrNoReason in place of nil) at once,
// the ones in the queue when the callback in progress has returned. It does nothing unless the stream is writable.
func (c *WritableController[T]) Error(err error) {
	d := c.stream.lock()
	c.errorIfNeededLocked(orNoReason(err))
	d.unlock()
}

// errorIfNeededLocked is WritableStreamDefaultControllerErrorIfNeeded.
func (c *WritableController[T]) errorIfNeededLocked(err error) {
	if c.stream.state == writable {
		c.clearAlgorithmsLocked()
		c.stream.startErroringLocked(err)
	}
}

// clearAlgorithmsLocked is WritableStreamDefaultControllerClearAlgorithms.
func (c *WritableController[T]) clearAlgorithmsLocked() { c.sink, c.lane, c.size = nil, nil, nil }

// endLocked drops what only a living stream needs.
func (c *WritableController[T]) endLocked() {
	c.clearAlgorithmsLocked()
	c.queue.resetQueue()
}

// desiredSizeLocked is WritableStreamDefaultControllerGetDesiredSize.
func (c *WritableController[T]) desiredSizeLocked() int {
	return desired(c.highWaterMark, c.queue.total)
}

// backpressureLocked is WritableStreamDefaultControllerGetBackpressure.
func (c *WritableController[T]) backpressureLocked() bool { return c.desiredSizeLocked() <= 0 }

// writeLocked is WritableStreamDefaultControllerWrite.
func (c *WritableController[T]) writeLocked(chunk T, size int, owner writeOwner) {
	c.queue.enqueueValueWithSize(writeRequest[T]{chunk, owner}, size)
	c.stream.updateBackpressureLocked(c.backpressureLocked())
	c.advanceQueueIfNeededLocked()
}

// passLocked does all of a write at once, where the sink has nothing to wait for and nothing else is due in between, and
// reports whether it could.
func (c *WritableController[T]) passLocked(d *domain, chunk T) bool {
	return c.lane != nil && c.queue.len == 0 && c.started && d.idleLocked() && c.lane.passLocked(chunk)
}

// advanceQueueIfNeededLocked is WritableStreamDefaultControllerAdvanceQueueIfNeeded. The close request stands in for the
// close sentinel at the end of the queue.
func (c *WritableController[T]) advanceQueueIfNeededLocked() {
	s := c.stream
	switch {
	case !c.started || s.operationInFlightLocked():
		return
	case s.state == erroring:
		s.finishErroringLocked()
		return
	case c.queue.len > 1 && c.lane != nil && s.domainLocked().idleLocked():
		c.lane.passQueuedLocked() // what is left brings about what comes after a write
	}
	switch {
	case c.queue.len > 0:
		c.inFlightWrite = true
		c.sink.writeLocked(c.queue.at(0).chunk)
	case s.closeRequest:
		c.processCloseLocked()
	}
}

// processCloseLocked is WritableStreamDefaultControllerProcessClose.
func (c *WritableController[T]) processCloseLocked() {
	s := c.stream
	s.inFlightClose, s.closeRequest = true, false
	result := c.sink.closeLocked()
	c.clearAlgorithmsLocked()
	result.whenSettledLocked(s.domainLocked(), (*closeReaction[T])(c))
}

// closeReaction is the reaction to the promise of the sink's close.
type closeReaction[T any] WritableController[T]

func (r *closeReaction[T]) setResult(err error) { r.stream.closing.err = err }

func (r *closeReaction[T]) stepLocked() { r.stream.finishInFlightCloseLocked(r.stream.closing.err) }

// writeDoneLocked is the reaction to the promise of a write.
func (c *WritableController[T]) writeDoneLocked(err error) {
	s := c.stream
	c.inFlightWrite = false
	if owner := c.queue.dequeueValue().owner; owner != nil {
		owner.writtenLocked(err)
	}
	if err != nil {
		if s.state == writable {
			c.clearAlgorithmsLocked()
		}
		s.dealWithRejectionLocked(err)
		return
	}
	if s.state == writable && !s.closeQueuedOrInFlightLocked() {
		s.updateBackpressureLocked(c.backpressureLocked())
	}
	c.advanceQueueIfNeededLocked()
}

// startDoneLocked is the reaction to the promise of start.
func (c *WritableController[T]) startDoneLocked(err error) {
	c.started = true
	if err != nil {
		c.stream.dealWithRejectionLocked(err)
		return
	}
	c.advanceQueueIfNeededLocked()
}

// abortStepsLocked is [[AbortSteps]].
func (c *WritableController[T]) abortStepsLocked(reason error) *promise {
	result := settledPromise(nil)
	if c.sink != nil {
		result = c.sink.abortLocked(reason)
	}
	c.endLocked()
	return result
}

// errorStepsLocked is [[ErrorSteps]], and the rejection of the write requests, which wait in the same queue.
func (c *WritableController[T]) errorStepsLocked() {
	for c.queue.len > 0 {
		if owner := c.queue.dequeueValue().owner; owner != nil {
			owner.writtenLocked(c.stream.storedError)
		}
	}
	c.queue.resetQueue()
}
