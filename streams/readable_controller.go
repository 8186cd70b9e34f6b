package streams

// A sourceAlgorithms is what a default controller calls to get chunks: the pull and cancel algorithms of the standard.
// The lock is held and the caller is in the middle of an operation, so an algorithm only begins its work here, and
// reports what it came to in a step or a call.
type sourceAlgorithms interface {
	// pullLocked begins a pull; pullDoneLocked of the controller is called with its result.
	pullLocked()
	// cancelLocked begins to cancel the source and returns what that comes to.
	cancelLocked(reason error) *promise
	// endLocked says that the stream has ended, and why. It comes before cancelLocked.
	endLocked(cause error)
	// tellLocked ends the contexts of callbacks, up to the beginning of the pipeline: the stream is about to be cancelled,
	// but a callback may be in the way of the cancel.
	tellLocked(cause error)
}

// A puller is what the controllers of readable streams have in common: it calls the pull algorithm of the source, one call
// at a time. The domain's lock guards it.
type puller struct {
	source    sourceAlgorithms // nil once the stream has ended
	started   bool
	pulling   bool
	pullAgain bool
}

// callPullLocked begins a pull, or remembers to do so when the one that is under way is done.
func (p *puller) callPullLocked() {
	if p.pulling {
		p.pullAgain = true
		return
	}
	p.pulling = true
	p.source.pullLocked()
}

// donePullingLocked ends a pull and reports whether another was called for meanwhile.
func (p *puller) donePullingLocked() (again bool) {
	again = p.pullAgain
	p.pulling, p.pullAgain = false, false
	return again
}

// tellLocked tells the source, if there is one.
func (p *puller) tellLocked(cause error) {
	if p.source != nil {
		p.source.tellLocked(cause)
	}
}

// endLocked lets go of the source: an ended stream calls nothing of it.
func (p *puller) endLocked(cause error) {
	if p.source != nil {
		p.source.endLocked(cause)
		p.source = nil
	}
}

// A ReadableController is what a source puts its chunks into. It is handed to the callbacks of an [UnderlyingSource];
// its methods may be called from anywhere, also concurrently and after the callback has returned, and never block. See
// section 4.6 of the standard.
type ReadableController[T any] struct {
	stream *ReadableStream[T]

	// The domain's lock guards following fields.

	puller
	size           func(T) int // nil counts chunks; nil once the stream has ended
	highWaterMark  int
	queue          chunkQueue[T]
	lane           *lane[T] // that ends here; nil if none does; immutable
	closeRequested bool
	closeWaits     bool // for size functions, before the stream closes
	measuring      int  // chunks whose size function runs
}

// setUpLocked gives stream s its controller. The source counts as not started.
func (c *ReadableController[T]) setUpLocked(s *ReadableStream[T], source sourceAlgorithms, strategy QueuingStrategy[T]) {
	c.stream, c.source = s, source
	c.highWaterMark, c.size = strategy.HighWaterMark, strategy.Size
	s.controller = c
}

// Enqueue puts a chunk into the stream: straight to a read that waits, else into the queue. It never blocks and does
// not look at the mark; a source that respects backpressure looks at DesiredSize or waits for its next Pull. (A goroutine
// that has chunks to push and wants to wait for room writes to a TransformStream without a Transform; see its Example.)
//
// It returns ErrClosed after Close and when the stream was cancelled, and ErrErrored when it is errored. When the size
// function fails, the stream is errored and Enqueue returns that error.
func (c *ReadableController[T]) Enqueue(chunk T) error {
	d := c.stream.lock()
	if err := c.canCloseOrEnqueueLocked(); err != nil {
		d.unlock()
		return err
	}
	d, n, err := c.measureLocked(d, chunk)
	if err != nil {
		c.errorLocked(err)
		d.unlock()
		return err
	}
	c.enqueueLocked(chunk, n)
	d.unlockUnchanged()
	return nil
}

// measureLocked returns the size of a chunk that is about to be enqueued. It gives up the lock while a size function runs,
// and returns the domain locked again.
func (c *ReadableController[T]) measureLocked(d *domain, chunk T) (*domain, int, error) {
	if c.size == nil || c.stream.readRequestsLocked() > 0 {
		return d, 1, nil
	}
	size := c.size
	c.measuring++
	d.unlock()
	n, err := measure(size, chunk, c.exitFromSize)
	d = c.stream.lock()
	if c.measuring--; c.measuring == 0 && c.closeWaits {
		// After this operation, whose chunk comes first.
		d.steps.push(stepFunc(c.closeLocked))
	}
	return d, n, err
}

// exitFromSize errors the stream when the size function has called runtime.Goexit.
func (c *ReadableController[T]) exitFromSize() {
	d := c.stream.lock()
	c.measuring--
	c.errorLocked(ErrGoexit)
	d.unlock()
}

// Close ends the stream once the chunks in its queue have been read. It returns ErrClosed if Close was called before or
// the stream was cancelled, and ErrErrored when it is errored.
func (c *ReadableController[T]) Close() error {
	d := c.stream.lock()
	defer d.unlock()
	if err := c.canCloseOrEnqueueLocked(); err != nil {
		return err
	}
	c.closeLocked()
	return nil
}

// Error errors the stream: the queue is dropped, and all reads return err (ErrNoReason in place of nil). It does
// nothing if the stream is closed or errored.
func (c *ReadableController[T]) Error(err error) {
	d := c.stream.lock()
	c.errorLocked(orNoReason(err))
	d.unlock()
}

// DesiredSize is how much the queue may still take before it is full, in the unit of the strategy: negative when it is
// over-full, 0 when the stream is closed. ok is false when the stream is errored.
func (c *ReadableController[T]) DesiredSize() (n int, ok bool) {
	d := c.stream.lock()
	defer d.unlockUnchanged()
	return c.desiredSizeLocked()
}

// canCloseOrEnqueueLocked is ReadableStreamDefaultControllerCanCloseOrEnqueue; nil is yes.
func (c *ReadableController[T]) canCloseOrEnqueueLocked() error {
	switch {
	case c.stream.state == errored:
		return refusedByErrored(c.stream.storedError)
	case c.closeRequested || c.stream.state == closed:
		return ErrClosed
	}
	return nil
}

// enqueueLocked is the rest of ReadableStreamDefaultControllerEnqueue, after the size function, which may have let
// anything happen meanwhile: a stream that has ended drops the chunk, and a read that has come in gets it.
func (c *ReadableController[T]) enqueueLocked(chunk T, size int) {
	if c.stream.state != readable {
		return
	}
	if c.stream.readRequestsLocked() > 0 {
		c.stream.fulfillReadRequestLocked(chunk)
	} else {
		c.queue.enqueueValueWithSize(chunk, size)
	}
	c.callPullIfNeededLocked()
}

// closeLocked is ReadableStreamDefaultControllerClose. It does nothing if the stream cannot close.
func (c *ReadableController[T]) closeLocked() {
	if c.closeRequested || c.stream.state != readable {
		return
	}
	c.closeRequested = true
	if c.queue.len == 0 {
		c.clearAlgorithmsLocked(ErrClosed)
		c.stream.closeLocked()
	}
}

// closeInReactionLocked is closeLocked in the reaction to a promise. In the standard a size function has returned by then,
// and its chunk has been queued.
func (c *ReadableController[T]) closeInReactionLocked() {
	if c.measuring > 0 {
		c.closeWaits = true
		return
	}
	c.closeLocked()
}

// errorLocked is ReadableStreamDefaultControllerError.
func (c *ReadableController[T]) errorLocked(err error) {
	if c.stream.state != readable {
		return
	}
	c.queue.resetQueue()
	c.clearAlgorithmsLocked(err)
	c.stream.errorLocked(err)
}

// clearAlgorithmsLocked is ReadableStreamDefaultControllerClearAlgorithms.
func (c *ReadableController[T]) clearAlgorithmsLocked(cause error) {
	c.endLocked(cause)
	c.size = nil
}

func (c *ReadableController[T]) desiredSizeLocked() (n int, ok bool) {
	switch c.stream.state {
	case errored:
		return 0, false
	case closed:
		return 0, true
	}
	return desired(c.highWaterMark, c.queue.total), true
}

// shouldCallPullLocked is ReadableStreamDefaultControllerShouldCallPull.
func (c *ReadableController[T]) shouldCallPullLocked() bool {
	if c.closeRequested || c.stream.state != readable || !c.started {
		return false
	}
	return c.stream.readRequestsLocked() > 0 || desired(c.highWaterMark, c.queue.total) > 0
}

// callPullIfNeededLocked is ReadableStreamDefaultControllerCallPullIfNeeded.
func (c *ReadableController[T]) callPullIfNeededLocked() {
	if c.shouldCallPullLocked() {
		c.callPullLocked()
	}
}

// pullDoneLocked is the reaction to the promise of a pull.
func (c *ReadableController[T]) pullDoneLocked(err error) {
	again := c.donePullingLocked()
	switch {
	case err != nil:
		c.errorLocked(err)
	case again:
		c.callPullIfNeededLocked()
	}
}

// startDoneLocked is the reaction to the promise of start.
func (c *ReadableController[T]) startDoneLocked(err error) {
	if err != nil {
		c.errorLocked(err)
		return
	}
	c.started = true
	c.callPullIfNeededLocked()
}

// cancelStepsLocked is [[CancelSteps]].
func (c *ReadableController[T]) cancelStepsLocked(reason error) *promise {
	c.queue.resetQueue()
	source := c.source
	c.clearAlgorithmsLocked(reason)
	return source.cancelLocked(reason)
}

// pullStepsLocked is [[PullSteps]].
func (c *ReadableController[T]) pullStepsLocked(request readRequest[T]) {
	if c.queue.len == 0 {
		c.stream.reader.requests.push(request)
		c.callPullIfNeededLocked()
		return
	}
	chunk := c.queue.dequeueValue()
	if c.closeRequested && c.queue.len == 0 {
		c.clearAlgorithmsLocked(ErrClosed)
		c.stream.closeLocked()
	} else {
		c.callPullIfNeededLocked()
	}
	request.chunkStepsLocked(chunk)
}

// takeLocked does for what is queued, as far as it fits dst, what as many reads would, and returns how many chunks it took.
func (c *ReadableController[T]) takeLocked(dst []T) (n int) {
	for n < len(dst) && c.queue.len > 0 && c.stream.state == readable {
		if c.pullAgain || c.closeRequested { // none of them calls for a pull that is not remembered already
			n += c.queue.dequeueValues(dst[n:])
		} else {
			dst[n] = c.queue.dequeueValue()
			n++
		}
		if c.closeRequested && c.queue.len == 0 {
			c.clearAlgorithmsLocked(ErrClosed)
			c.stream.closeLocked()
		} else if !c.pullAgain {
			c.callPullIfNeededLocked()
		}
	}
	return n
}

// releaseStepsLocked is [[ReleaseSteps]].
func (c *ReadableController[T]) releaseStepsLocked() {}

func (c *ReadableController[T]) queuedLocked() int { return c.queue.len }

func (c *ReadableController[T]) withdrawReadLocked(int, int) {}

func (c *ReadableController[T]) domainLocked() *domain { return c.stream.domainLocked() }

// pullDone is the step in which a pull that takes no call succeeds.
type pullDone[T any] ReadableController[T]

func (p *pullDone[T]) stepLocked() { (*ReadableController[T])(p).pullDoneLocked(nil) }
