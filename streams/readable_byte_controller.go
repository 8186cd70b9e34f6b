package streams

import (
	"fmt"
	"io"
	"slices"
)

// A ByteController is what a byte source puts its bytes into. It is handed to the callbacks of an [UnderlyingByteSource];
// its methods may be called from anywhere, also concurrently and after the callback has returned, and never block. See
// section 4.7 of the standard.
type ByteController struct {
	stream *ReadableStream[[]byte]

	// The domain's lock guards following fields.

	puller
	highWaterMark    int
	autoAllocate     int          // the size of the buffers made for reads that bring none; 0 is not to make any
	queue            fifo[[]byte] // chunks, none of them empty
	total            int          // the bytes in queue
	closeRequested   bool
	pendingPullIntos fifo[*pullInto]
	byobRequest      *BYOBRequest // for the first of pendingPullIntos; nil until it is asked for
	lent             []byte       // the buffer of the last request, for the next one; nil while the source has it
}

// A pullInto is a buffer that waits to be filled (the standard's pull-into descriptor).
type pullInto struct {
	buffer  []byte
	filled  int // bytes in buffer
	minimum int // with fewer bytes the buffer goes on waiting
	owner   pullIntoOwner
	lent    []byte // what the source was given to fill: a part of buffer if that is the stream's own, else a copy to be made
}

// pullIntoOwner says who gets a buffer when it is filled (the standard's reader type).
type pullIntoOwner uint8

const (
	forDefaultReader pullIntoOwner = iota // the buffer is the stream's own and becomes a chunk
	forBYOBReader                         // the buffer is the reader's
	forNobody                             // the reader has left; the buffer is the stream's own and goes to the queue
)

// setUpLocked gives stream s its controller. The source counts as not started.
func (c *ByteController) setUpLocked(s *ReadableStream[[]byte], source sourceAlgorithms, highWaterMark, autoAllocate int) {
	c.stream, c.source = s, source
	c.highWaterMark, c.autoAllocate = highWaterMark, autoAllocate
	s.controller = c
}

// Enqueue puts a chunk into the stream, which owns it from now on. It never blocks and does not look at the mark. Reads that
// wait are served at once, and the current BYOBRequest becomes invalid.
//
// It returns ErrInvalidArgument if the chunk is empty, ErrClosed after Close and when the stream was cancelled, and
// ErrErrored when it is errored.
func (c *ByteController) Enqueue(chunk []byte) error {
	if len(chunk) == 0 {
		return fmt.Errorf("%w: an empty chunk in a byte stream", ErrInvalidArgument)
	}
	d := c.stream.lock()
	defer d.unlock()
	if err := c.canCloseOrEnqueueLocked(); err != nil {
		return err
	}
	c.enqueueLocked(chunk)
	return nil
}

// Close ends the stream once the bytes in its queue have been read. A read into a buffer that waits then ends when the source
// has given the buffer back, by a response of 0. A read may come at any time before Close, so a source that is at its end
// calls both:
//
//	c.Close()
//	if request := c.BYOBRequest(); request != nil {
//		request.Respond(0)
//	}
//
// Close returns ErrClosed if it was called before or the stream was cancelled, and ErrErrored when it is errored.
func (c *ByteController) Close() error {
	d := c.stream.lock()
	defer d.unlock()
	if err := c.canCloseOrEnqueueLocked(); err != nil {
		return err
	}
	c.closeLocked()
	return nil
}

// Error errors the stream: the queue is dropped, and all reads return err (ErrNoReason in place of nil). It does nothing if
// the stream is closed or errored.
func (c *ByteController) Error(err error) {
	d := c.stream.lock()
	c.errorLocked(orNoReason(err))
	d.unlock()
}

// DesiredSize is how many bytes the queue may still take before it is full: negative when it is over-full, 0 when the
// stream is closed. ok is false when the stream is errored.
func (c *ByteController) DesiredSize() (n int, ok bool) {
	d := c.stream.lock()
	defer d.unlockUnchanged()
	switch c.stream.state {
	case errored:
		return 0, false
	case closed:
		return 0, true
	}
	return desired(c.highWaterMark, c.total), true
}

// BYOBRequest is the buffer that the first of the reads waits to have filled, or nil if none does. It is the same until it
// becomes invalid.
func (c *ByteController) BYOBRequest() *BYOBRequest {
	d := c.stream.lock()
	defer d.unlock()
	return c.byobRequestLocked()
}

// byobRequestLocked is ReadableByteStreamControllerGetBYOBRequest.
func (c *ByteController) byobRequestLocked() *BYOBRequest {
	if c.byobRequest == nil && c.pendingPullIntos.len > 0 {
		first := *c.pendingPullIntos.at(0)
		c.byobRequest = &BYOBRequest{controller: c, view: c.lendLocked(first)}
	}
	return c.byobRequest
}

// lendLocked returns the buffer that the source is to fill for p. That is the rest of p's own, unless it is the reader's.
func (c *ByteController) lendLocked(p *pullInto) []byte {
	rest := p.buffer[p.filled:]
	if p.owner != forBYOBReader {
		p.lent = slices.Clip(rest)
		return p.lent
	}
	if cap(c.lent) < len(rest) {
		c.lent = make([]byte, len(rest))
	}
	p.lent = c.lent[:len(rest):len(rest)]
	c.lent = nil
	return p.lent
}

// invalidateBYOBRequestLocked is ReadableByteStreamControllerInvalidateBYOBRequest.
func (c *ByteController) invalidateBYOBRequestLocked() {
	if c.byobRequest != nil {
		c.byobRequest.view = nil
		c.byobRequest = nil
	}
}

// canCloseOrEnqueueLocked returns why nothing can be put into the stream any more, nil if it can.
func (c *ByteController) canCloseOrEnqueueLocked() error {
	switch {
	case c.stream.state == errored:
		return refusedByErrored(c.stream.storedError)
	case c.closeRequested || c.stream.state == closed:
		return ErrClosed
	}
	return nil
}

// closeLocked is ReadableByteStreamControllerClose.
func (c *ByteController) closeLocked() {
	if c.closeRequested || c.stream.state != readable {
		return
	}
	if c.total > 0 {
		c.closeRequested = true
		return
	}
	c.endLocked(ErrClosed)
	c.stream.closeLocked()
}

// errorLocked is ReadableByteStreamControllerError.
func (c *ByteController) errorLocked(err error) {
	if c.stream.state != readable {
		return
	}
	c.clearLocked()
	c.endLocked(err)
	c.stream.errorLocked(err)
}

// clearLocked drops the queue and the buffers that wait.
func (c *ByteController) clearLocked() {
	c.invalidateBYOBRequestLocked()
	c.pendingPullIntos.reset()
	c.queue.reset()
	c.total, c.lent = 0, nil
}

// enqueueLocked is ReadableByteStreamControllerEnqueue.
func (c *ByteController) enqueueLocked(chunk []byte) {
	if c.closeRequested || c.stream.state != readable {
		return
	}
	if c.pendingPullIntos.len > 0 {
		c.invalidateBYOBRequestLocked()
		if (*c.pendingPullIntos.at(0)).owner == forNobody {
			c.enqueueOrphanLocked()
		}
	}
	reader := c.stream.reader
	switch {
	case reader == nil:
		c.pushLocked(chunk)
	case reader.byob != nil:
		c.pushLocked(chunk)
		c.fillFromQueueLocked()
	default:
		c.serveReadsLocked()
		if reader.requests.len == 0 {
			c.pushLocked(chunk)
			break
		}
		c.dropAllocatedLocked()
		c.stream.fulfillReadRequestLocked(chunk)
	}
	c.callPullIfNeededLocked()
}

// serveReadsLocked is ReadableByteStreamControllerProcessReadRequestsUsingQueue.
func (c *ByteController) serveReadsLocked() {
	for c.stream.readRequestsLocked() > 0 && c.total > 0 {
		c.dropAllocatedLocked()
		c.fulfillFromQueueLocked(c.stream.reader.requests.pop())
	}
}

// dropAllocatedLocked drops the buffer that was made for the first read, which gets something else.
func (c *ByteController) dropAllocatedLocked() {
	if c.pendingPullIntos.len > 0 {
		c.pendingPullIntos.pop()
	}
}

// pushLocked puts a chunk at the end of the queue.
func (c *ByteController) pushLocked(chunk []byte) {
	c.queue.push(chunk)
	c.total += len(chunk)
}

// enqueueOrphanLocked takes the first buffer, whose reader has left, and puts what is in it into the queue. It is
// ReadableByteStreamControllerEnqueueDetachedPullIntoToQueue.
func (c *ByteController) enqueueOrphanLocked() {
	if p := c.pendingPullIntos.pop(); p.filled > 0 {
		c.pushLocked(p.buffer[:p.filled:p.filled])
	}
}

// fulfillFromQueueLocked is ReadableByteStreamControllerFillReadRequestFromQueue.
func (c *ByteController) fulfillFromQueueLocked(request readRequest[[]byte]) {
	chunk := c.queue.pop()
	c.total -= len(chunk)
	c.handleQueueDrainLocked()
	request.chunkStepsLocked(chunk)
}

// handleQueueDrainLocked is ReadableByteStreamControllerHandleQueueDrain.
func (c *ByteController) handleQueueDrainLocked() {
	if c.total == 0 && c.closeRequested {
		c.endLocked(ErrClosed)
		c.stream.closeLocked()
		return
	}
	c.callPullIfNeededLocked()
}

// pullIntoLocked is ReadableByteStreamControllerPullInto.
func (c *ByteController) pullIntoLocked(reader *BYOBReader, request readIntoRequest, minimum int) {
	p := &pullInto{buffer: request.buffer(), minimum: minimum, owner: forBYOBReader}
	if c.pendingPullIntos.len > 0 { // the source was asked for the first of them
		c.pendingPullIntos.push(p)
		reader.requests.push(request)
		return
	}
	if c.stream.state == closed {
		request.readIntoStepsLocked(0, errDone)
		return
	}
	if c.total > 0 && c.fillLocked(p) {
		c.handleQueueDrainLocked()
		request.readIntoStepsLocked(p.filled, nil)
		return
	}
	if c.closeRequested { // the queue held less than the minimum, and that was all there will be
		err := fmt.Errorf("%w: %w: %d bytes where at least %d are wanted", ErrClosed, io.ErrUnexpectedEOF, p.filled, minimum)
		c.errorLocked(err)
		request.readIntoStepsLocked(p.filled, err)
		return
	}
	c.pendingPullIntos.push(p)
	reader.requests.push(request)
	c.callPullIfNeededLocked()
}

// fillLocked moves bytes from the queue into p and reports whether that is enough. It is
// ReadableByteStreamControllerFillPullIntoDescriptorFromQueue.
func (c *ByteController) fillLocked(p *pullInto) bool {
	for c.total > 0 && p.filled < len(p.buffer) {
		first := c.queue.at(0)
		n := copy(p.buffer[p.filled:], *first)
		p.filled += n
		c.total -= n
		if *first = (*first)[n:]; len(*first) == 0 {
			c.queue.pop()
		}
	}
	return p.filled >= p.minimum
}

// fillFromQueueLocked fills buffers that wait from the queue, and then ends the reads of those that are filled. It is
// ReadableByteStreamControllerProcessPullIntoDescriptorsUsingQueue with the commits after it.
func (c *ByteController) fillFromQueueLocked() {
	for c.pendingPullIntos.len > 0 && c.total > 0 {
		p := *c.pendingPullIntos.at(0)
		if !c.fillLocked(p) {
			return
		}
		c.pendingPullIntos.pop()
		c.commitLocked(p, nil)
	}
}

// respondLocked is ReadableByteStreamControllerRespondInternal: the source has written these bytes for the first of the
// buffers that wait.
func (c *ByteController) respondLocked(written []byte) {
	first := *c.pendingPullIntos.at(0)
	c.invalidateBYOBRequestLocked()
	if c.stream.state == closed {
		c.respondInClosedStateLocked(first)
		return
	}
	copy(first.buffer[first.filled:], written) // which may be the same bytes
	first.filled += len(written)
	if first.owner == forBYOBReader && cap(first.lent) > 0 {
		c.lent = first.lent // given back
	}
	first.lent = nil
	c.respondInReadableStateLocked(first)
	c.callPullIfNeededLocked()
}

// respondInReadableStateLocked is ReadableByteStreamControllerRespondInReadableState.
func (c *ByteController) respondInReadableStateLocked(first *pullInto) {
	switch {
	case first.owner == forNobody:
		c.enqueueOrphanLocked()
		c.serveReadsLocked()
	case first.filled < first.minimum:
		return
	default:
		c.pendingPullIntos.pop()
		c.commitLocked(first, nil)
	}
	c.fillFromQueueLocked()
}

// commitLocked is ReadableByteStreamControllerCommitPullIntoDescriptor; err is nil, or errDone if the stream is closed.
func (c *ByteController) commitLocked(p *pullInto, err error) {
	if p.owner == forDefaultReader {
		c.stream.fulfillReadRequestLocked(p.buffer[:p.filled:p.filled])
		return
	}
	c.stream.reader.byob.requests.pop().readIntoStepsLocked(p.filled, err)
}

// respondInClosedStateLocked is ReadableByteStreamControllerRespondInClosedState.
func (c *ByteController) respondInClosedStateLocked(first *pullInto) {
	if first.owner == forNobody {
		c.pendingPullIntos.pop()
	}
	if reader := c.stream.reader; reader != nil && reader.byob != nil {
		for reader.byob.requests.len > 0 {
			c.commitLocked(c.pendingPullIntos.pop(), errDone)
		}
	}
}

// withdrawPullIntoLocked takes back the i-th buffer, because its reader will not wait for it any more, and returns how many
// bytes are in it: they are the reader's. If the source has the rest to fill, a buffer of the stream's own takes its place.
func (c *ByteController) withdrawPullIntoLocked(i int) (filled int) {
	p := *c.pendingPullIntos.at(i)
	filled = p.filled
	if i == 0 && c.byobRequest != nil {
		p.buffer, p.filled = p.buffer[p.filled:], 0
		p.orphan()
		return filled
	}
	c.pendingPullIntos.remove(func(other *pullInto) bool { return other == p })
	return filled
}

// orphan makes a buffer that the source may be filling one of the stream's own, with the same bytes in it.
func (p *pullInto) orphan() {
	if p.owner == forBYOBReader {
		own := make([]byte, len(p.buffer))
		copy(own, p.buffer[:p.filled])
		p.buffer = own
	}
	p.owner = forNobody
}

// callPullIfNeededLocked is ReadableByteStreamControllerCallPullIfNeeded.
func (c *ByteController) callPullIfNeededLocked() {
	if c.shouldCallPullLocked() {
		c.callPullLocked()
	}
}

// shouldCallPullLocked is ReadableByteStreamControllerShouldCallPull.
func (c *ByteController) shouldCallPullLocked() bool {
	if c.stream.state != readable || c.closeRequested || !c.started {
		return false
	}
	if r := c.stream.reader; r != nil && (r.requests.len > 0 || r.byob != nil && r.byob.requests.len > 0) {
		return true
	}
	return desired(c.highWaterMark, c.total) > 0
}

// pullDoneLocked is the reaction to the promise of a pull.
func (c *ByteController) pullDoneLocked(err error) {
	again := c.donePullingLocked()
	switch {
	case err != nil:
		c.errorLocked(err)
	case again:
		c.callPullIfNeededLocked()
	}
}

// startDoneLocked is the reaction to the promise of start.
func (c *ByteController) startDoneLocked(err error) {
	if err != nil {
		c.errorLocked(err)
		return
	}
	c.started = true
	c.callPullIfNeededLocked()
}

// cancelStepsLocked is [[CancelSteps]].
func (c *ByteController) cancelStepsLocked(reason error) *promise {
	c.clearLocked()
	source := c.source
	c.endLocked(reason)
	return source.cancelLocked(reason)
}

// pullStepsLocked is [[PullSteps]].
func (c *ByteController) pullStepsLocked(request readRequest[[]byte]) {
	if c.total > 0 {
		c.fulfillFromQueueLocked(request)
		return
	}
	if c.autoAllocate > 0 {
		c.pendingPullIntos.push(&pullInto{
			buffer:  make([]byte, c.autoAllocate),
			minimum: 1,
			owner:   forDefaultReader,
		})
	}
	c.stream.reader.requests.push(request)
	c.callPullIfNeededLocked()
}

// releaseStepsLocked is [[ReleaseSteps]].
func (c *ByteController) releaseStepsLocked() {
	if c.pendingPullIntos.len > 0 {
		first := c.pendingPullIntos.pop()
		first.orphan()
		c.pendingPullIntos.reset()
		c.pendingPullIntos.push(first)
	}
}

func (c *ByteController) queuedLocked() int { return c.queue.len }

// withdrawReadLocked takes back the buffer that was made for the read, if there is one. The reads that wait and the buffers
// made for them end together.
func (c *ByteController) withdrawReadLocked(i, reads int) {
	at := c.pendingPullIntos.len - reads + i
	if at >= 0 && (*c.pendingPullIntos.at(at)).owner == forDefaultReader {
		c.withdrawPullIntoLocked(at)
	}
}

func (c *ByteController) domainLocked() *domain { return c.stream.domainLocked() }
