package streams

import (
	"context"
	"io"
)

// errDone is how a read request learns that the stream has closed.
var errDone = io.EOF

// A readRequest is a read that waits for its chunk: a goroutine in Read, a pipe or a tee. Exactly one of the methods is
// called, once. The lock is held, in the middle of another operation: a request only takes note.
type readRequest[T any] interface {
	chunkStepsLocked(chunk T)
	// failStepsLocked is the close steps (errDone) and the error steps of the standard.
	failStepsLocked(err error)
}

// lockHolder names what locks a stream, for the text of ErrLocked.
type lockHolder uint8

const (
	heldByReader lockHolder = iota
	heldByWriter
	heldByPipe
	heldByTee
)

func (h lockHolder) String() string {
	return [...]string{"a reader", "a writer", "a pipe", "a tee"}[h]
}

// readerCore is the part of a reader that its stream knows (the standard's generic reader and default reader). The
// domain's lock guards all fields but stream.
type readerCore[T any] struct {
	stream   *ReadableStream[T] // immutable once acquired
	released bool
	holder   lockHolder
	requests fifo[readRequest[T]] // reads that wait, in the order of the calls
	byob     *BYOBReader          // the reader this is the core of, if that reads into buffers; else nil
	closed   *promise             // nil unless somebody can look at it
	observer step                 // made due when the stream closes or errors; set by a pipe or a tee
	loop     *loopEnd[T]          // set by a loop that reads for a body; else nil
	lane     *lane[T]             // that ends at the stream; nil if none does; immutable once acquired
}

// acquireLocked locks s to r. It is AcquireReadableStreamDefaultReader.
func (r *readerCore[T]) acquireLocked(s *ReadableStream[T], holder lockHolder) error {
	if s.reader != nil {
		return lockedBy(s.reader.holder)
	}
	r.stream, r.holder = s, holder
	s.reader = r
	if c, ok := s.controller.(*ReadableController[T]); ok {
		r.lane = c.lane
	}
	switch s.state {
	case closed:
		r.closed.beginSettled(nil)
	case errored:
		r.closed.beginSettled(s.storedError)
	}
	return nil
}

// beginLoop says that the reader reads for the body of a loop.
func (r *readerCore[T]) beginLoop(loop *loopEnd[T]) {
	d := r.stream.lockFor(loop.ctx)
	r.loop = loop
	d.topology++
	d.unlock()
}

// readLocked is ReadableStreamDefaultReaderRead, for a reader that is not released.
func (r *readerCore[T]) readLocked(request readRequest[T]) {
	switch s := r.stream; s.state {
	case closed:
		request.failStepsLocked(errDone)
	case errored:
		request.failStepsLocked(s.storedError)
	default:
		s.controller.pullStepsLocked(request)
	}
}

// releaseLocked is ReadableStreamDefaultReaderRelease.
func (r *readerCore[T]) releaseLocked() {
	if r.released {
		return
	}
	r.released = true
	r.stream.reader = nil
	if r.loop != nil {
		r.stream.domainLocked().topology++
	}
	r.closed.rejectLocked(r.stream.domainLocked(), ErrReleased)
	if r.stream.controller != nil {
		r.stream.controller.releaseStepsLocked()
	}
	r.failRequestsLocked(ErrReleased)
	if r.byob != nil {
		r.byob.endRequestsLocked(ErrReleased)
	}
}

// failRequestsLocked ends all reads that wait.
func (r *readerCore[T]) failRequestsLocked(err error) {
	for r.requests.len > 0 {
		r.requests.pop().failStepsLocked(err)
	}
}

func (r *readerCore[T]) notifyLocked() {
	if r.observer != nil {
		r.stream.domainLocked().steps.push(r.observer)
	}
}

// availableLocked reports whether a read would have its result at once.
func (r *readerCore[T]) availableLocked() bool {
	return r.stream.state != readable || r.stream.controller.queuedLocked() > 0
}

// A DefaultReader reads the chunks of the stream it locks. Several goroutines may use it; reads are served in the order
// of the calls. It is got from [ReadableStream.GetReader]. See section 4.4 of the standard.
type DefaultReader[T any] struct {
	core   readerCore[T]
	closed promise        // guarded by the domain's lock
	spare  *readWaiter[T] // kept from the last Read for the next one; guarded by the domain's lock
}

// Read returns the next chunk. It waits until there is one, the stream ends, the lock is released or ctx has ended. A
// chunk or an end that is there is returned whatever ctx says, and a Read that ctx ends takes no chunk with it.
//
// It returns io.EOF once the stream is closed and drained, the stored error of an errored stream, ErrReleased after
// ReleaseLock, and else the cause of ctx.
func (r *DefaultReader[T]) Read(ctx context.Context) (T, error) {
	if chunk, ok := r.core.lane.take(ctx, &r.core); ok {
		return chunk, nil
	}
	d := r.core.stream.lockFor(ctx)
	w := r.takeWaiterLocked()
	d = r.readLocked(ctx, d, w)
	chunk, err := w.chunk, w.err
	r.keepWaiterLocked(w)
	unlockAndOpen(d, r.core.lane)
	return chunk, err
}

// ReadBatch waits like Read for a chunk and stores it in dst, with as many of the following ones as are queued and fit.
// It returns how many it stored, at least 1 unless there is an error; the errors are those of Read. An empty dst gets
// 0 and no error.
func (r *DefaultReader[T]) ReadBatch(ctx context.Context, dst []T) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	if n := r.core.lane.takeBatch(ctx, &r.core, dst); n > 0 {
		return n, nil
	}
	d := r.core.stream.lockFor(ctx)
	w := r.takeWaiterLocked()
	n := 0
	for {
		d = r.readLocked(ctx, d, w)
		if w.err != nil {
			break
		}
		dst[n] = w.chunk
		n++
		if c, ok := r.core.stream.controller.(*ReadableController[T]); ok && !r.core.released {
			n += c.takeLocked(dst[n:])
		}
		if n == len(dst) || r.core.released || r.core.stream.state != readable || !r.core.availableLocked() {
			break
		}
		w.reset()
	}
	err := w.err
	r.keepWaiterLocked(w)
	unlockAndOpen(d, r.core.lane)
	return n, err
}

// readLocked leaves the result of one read in w.
func (r *DefaultReader[T]) readLocked(ctx context.Context, d *domain, w *readWaiter[T]) *domain {
	switch {
	case r.core.released:
		w.failStepsLocked(ErrReleased)
		return d
	case ctx.Err() != nil && !r.core.availableLocked():
		w.failStepsLocked(context.Cause(ctx))
		return d
	}
	r.core.readLocked(w)
	if w.done {
		return d
	}
	w.reader, w.withdrawal = r, w
	d = d.waitLocked(ctx, &w.waiter)
	if !w.done {
		w.withdrawLocked()
		w.failStepsLocked(context.Cause(ctx))
	}
	return d
}

// Cancel cancels the stream as [ReadableStream.Cancel] does; the reader keeps its lock. It returns ErrReleased after
// ReleaseLock.
func (r *DefaultReader[T]) Cancel(ctx context.Context, reason error) error {
	return r.core.cancel(ctx, reason)
}

// Closed waits until the stream is closed or errored, the lock is released, or ctx has ended. It returns nil, the
// stored error, ErrReleased or the cause of ctx, in this order.
func (r *DefaultReader[T]) Closed(ctx context.Context) error {
	return r.core.closed.await(ctx, r.core.stream.lockFor(ctx))
}

// ReleaseLock gives the stream free for another consumer. Reads that wait return ErrReleased. A second call does
// nothing.
func (r *DefaultReader[T]) ReleaseLock() {
	d := r.core.stream.lock()
	r.core.releaseLocked()
	d.unlock()
}

func (r *readerCore[T]) cancel(ctx context.Context, reason error) error {
	d := r.stream.lockFor(ctx)
	if r.released {
		d.unlock()
		return ErrReleased
	}
	return r.stream.cancelLocked(orNoReason(reason)).await(ctx, d)
}

// A readWaiter is a goroutine in Read.
type readWaiter[T any] struct {
	waiter
	reader *DefaultReader[T]
	chunk  T
}

func (w *readWaiter[T]) chunkStepsLocked(chunk T) {
	w.chunk = chunk
	w.finishLocked(nil)
}

func (w *readWaiter[T]) failStepsLocked(err error) { w.finishLocked(err) }

// withdrawLocked takes back the read, which waits.
func (w *readWaiter[T]) withdrawLocked() {
	core := &w.reader.core
	if core.loop != nil && core.loop.waiter == w {
		core.loop.waiter = nil
	}
	for i := range core.requests.len {
		if *core.requests.at(i) == readRequest[T](w) {
			core.stream.controller.withdrawReadLocked(i, core.requests.len)
			break
		}
	}
	core.requests.remove(func(request readRequest[T]) bool { return request == readRequest[T](w) })
}

// reset makes w ready for the next read.
func (w *readWaiter[T]) reset() {
	var zero T
	w.chunk = zero
	w.waiter.reset()
}

func (r *DefaultReader[T]) takeWaiterLocked() *readWaiter[T] {
	w := r.spare
	if w == nil {
		return new(readWaiter[T])
	}
	r.spare = nil
	return w
}

func (r *DefaultReader[T]) keepWaiterLocked(w *readWaiter[T]) {
	w.reset()
	r.spare = w
}
