package streams

import "context"

// writerCore is the part of a writer that its stream knows. The domain's lock guards all fields but stream.
type writerCore[T any] struct {
	stream   *WritableStream[T] // immutable once acquired
	released bool
	ended    bool // closed is settled
	holder   lockHolder
	closed   *promise // nil, as is ready, unless somebody can look at it
	ready    *promise // pending while the queue is full; once rejected it stays so
	lane     *lane[T] // that begins at the stream; nil if none does; immutable once acquired
	observer step     // made due when the stream can take more, closes or errors; set by a pipe
}

// acquireLocked locks s to w. It is SetUpWritableStreamDefaultWriter.
func (w *writerCore[T]) acquireLocked(s *WritableStream[T], holder lockHolder) error {
	if s.writer != nil {
		return lockedBy(s.writer.holder)
	}
	w.stream, w.holder = s, holder
	s.writer = w
	if s.controller != nil {
		w.lane = s.controller.lane
	}
	switch s.state {
	case writable:
		if s.closeQueuedOrInFlightLocked() || !s.backpressure {
			w.ready.beginSettled(nil)
		}
	case erroring:
		w.ready.beginSettled(s.storedError)
	case sinkClosed, sinkErrored:
		w.ended = true
		w.ready.beginSettled(s.storedError)
		w.closed.beginSettled(s.storedError)
	}
	return nil
}

// releaseLocked is WritableStreamDefaultWriterRelease.
func (w *writerCore[T]) releaseLocked() {
	if w.released {
		return
	}
	w.released = true
	d := w.stream.domainLocked()
	w.ready.rejectLocked(d, ErrReleased)
	w.closed.rejectLocked(d, ErrReleased)
	w.stream.writer = nil
}

func (w *writerCore[T]) resolveReadyLocked() {
	w.ready.settleLocked(w.stream.domainLocked(), nil)
	w.notifyLocked()
}

func (w *writerCore[T]) settleClosedLocked(err error) {
	if w.ended {
		return // the writer was made when the stream was errored already, but its sink still aborting
	}
	w.ended = true
	w.closed.settleLocked(w.stream.domainLocked(), err)
	w.notifyLocked()
}

func (w *writerCore[T]) notifyLocked() {
	if w.observer != nil {
		w.stream.domainLocked().steps.push(w.observer)
	}
}

// writeLocked is the rest of WritableStreamDefaultWriterWrite, after the size function. The owner of the write, which may
// be nil, is told what the sink made of it, unless writeLocked returns an error: then the chunk was not queued.
func (w *writerCore[T]) writeLocked(chunk T, size int, owner writeOwner) error {
	if err := w.refusesWriteLocked(); err != nil {
		return err
	}
	w.stream.controller.writeLocked(chunk, size, owner)
	return nil
}

// passLocked writes the chunks that the sink can do all of at once, from the first on, and returns how many these are.
func (w *writerCore[T]) passLocked(d *domain, chunks []T) (n int) {
	for n < len(chunks) && w.refusesWriteLocked() == nil && !w.stream.backpressure && w.stream.controller.passLocked(d, chunks[n]) {
		n++
		n += w.lane.passBatchLocked(chunks[n:])
	}
	return n
}

// refusesWriteLocked returns why a write cannot be queued, nil if it can.
func (w *writerCore[T]) refusesWriteLocked() error {
	s := w.stream
	switch {
	case w.released:
		return ErrReleased
	case s.state == sinkErrored:
		return s.storedError
	case s.closeQueuedOrInFlightLocked() || s.state == sinkClosed:
		return ErrClosed
	case s.state == erroring:
		return s.storedError
	}
	return nil
}

// A writeOwner wants to know what came of a write. It is called with the lock held, in the middle of another operation:
// it only takes note.
type writeOwner interface {
	writtenLocked(err error)
}

// A DefaultWriter writes chunks to the stream it locks. Several goroutines may use it. It is got from
// [WritableStream.GetWriter]. See section 5.3 of the standard.
type DefaultWriter[T any] struct {
	core          writerCore[T]
	closed, ready promise // guarded by the domain's lock
}

// Write waits until the queue has room, then puts the chunk into it. A nil error means that the chunk was accepted, not
// that the sink has taken it: see [DefaultWriter.WriteAsync], Close or Closed for that. The wait ends when there is
// room, the stream closes or errors, the lock is released, or ctx has ended; a Write that ctx ends, also before it
// began, was not accepted.
//
// It returns the stored error once the stream is errored or about to be, ErrClosed if it is closed or closing,
// ErrReleased after ReleaseLock, and else the cause of ctx. When the size function fails, the stream is errored and
// Write returns that error. A stream with mark 0 never has room by itself.
func (w *DefaultWriter[T]) Write(ctx context.Context, chunk T) error {
	if w.core.lane.give(ctx, &w.core, chunk) {
		return nil
	}
	size, d, err := w.measureLocked(ctx, chunk)
	if err == nil {
		d, err = w.writeWhenReadyLocked(ctx, d, chunk, size)
	}
	unlockAndOpen(d, w.core.lane)
	return err
}

// WriteBatch writes the chunks one after the other as Write does, with as few waits as there can be. It returns how many
// were accepted, and the error that kept it from accepting the next.
func (w *DefaultWriter[T]) WriteBatch(ctx context.Context, chunks []T) (int, error) {
	n := w.core.lane.giveBatch(ctx, &w.core, chunks)
	if n > 0 && n == len(chunks) {
		return n, nil
	}
	d := w.core.stream.lockFor(ctx)
	for n < len(chunks) {
		size, err := 1, error(nil)
		if w.core.sizeLocked() != nil {
			d.unlock()
			size, d, err = w.measureLocked(ctx, chunks[n])
		}
		if err == nil {
			d, err = w.writeWhenReadyLocked(ctx, d, chunks[n], size)
		}
		if err != nil {
			unlockAndOpen(d, w.core.lane)
			return n, err
		}
		n++
		n += w.core.passLocked(d, chunks[n:])
	}
	unlockAndOpen(d, w.core.lane)
	return len(chunks), nil
}

// WriteAsync is the standard's write: it queues the chunk at once, whatever the mark, and never blocks. The result says
// what the sink made of it; the errors are those of Write.
func (w *DefaultWriter[T]) WriteAsync(chunk T) *WriteResult {
	result := &WriteResult{member: &w.core.stream.member}
	size, d, err := w.measureLocked(context.Background(), chunk)
	if err == nil {
		err = w.core.writeLocked(chunk, size, result)
	}
	if err != nil {
		result.promise.settleLocked(d, err)
	}
	d.unlock()
	return result
}

// Ready waits until the queue has room or the stream is closed or closing, and returns nil. It returns the stored error
// as soon as the stream is about to be errored, ErrReleased after ReleaseLock, and the cause of ctx when that has ended
// first.
func (w *DefaultWriter[T]) Ready(ctx context.Context) error {
	return w.core.ready.await(ctx, w.core.stream.lockFor(ctx))
}

// DesiredSize is how much the queue may still take before it is full, in the unit of the strategy: negative when it is
// over-full, 0 when the stream is closed. ok is false when the stream is errored or about to be, and after ReleaseLock.
func (w *DefaultWriter[T]) DesiredSize() (n int, ok bool) {
	s := w.core.stream
	d := s.lock()
	defer d.unlockUnchanged()
	switch {
	case w.core.released || s.state == erroring || s.state == sinkErrored:
		return 0, false
	case s.state == sinkClosed:
		return 0, true
	}
	return s.controller.desiredSizeLocked(), true
}

// Close closes the stream when the sink has taken what is queued. It waits until the sink's Close has returned or ctx
// has ended, and returns the error of that callback, the stored error if the stream breaks before, or the cause of ctx;
// the stream closes in any case. It returns ErrClosed if it is closed or closing, ErrErrored if it is errored, and
// ErrReleased after ReleaseLock.
func (w *DefaultWriter[T]) Close(ctx context.Context) error {
	d := w.core.stream.lockFor(ctx)
	if w.core.released {
		d.unlock()
		return ErrReleased
	}
	return w.core.stream.tryCloseLocked().await(ctx, d)
}

// Abort aborts the stream as [WritableStream.Abort] does; the writer keeps its lock. It returns ErrReleased after
// ReleaseLock.
func (w *DefaultWriter[T]) Abort(ctx context.Context, reason error) error {
	d := w.core.stream.lockFor(ctx)
	if w.core.released {
		d.unlock()
		return ErrReleased
	}
	return w.core.stream.abortLocked(orNoReason(reason)).await(ctx, d)
}

// Closed waits until the stream is closed or errored, the lock is released, or ctx has ended. It returns nil, the stored
// error, ErrReleased or the cause of ctx, in this order.
func (w *DefaultWriter[T]) Closed(ctx context.Context) error {
	return w.core.closed.await(ctx, w.core.stream.lockFor(ctx))
}

// ReleaseLock gives the stream free for another producer. What was written before stays written and queued; Ready and
// Closed return ErrReleased. A second call does nothing.
func (w *DefaultWriter[T]) ReleaseLock() {
	d := w.core.stream.lock()
	w.core.releaseLocked()
	d.unlock()
}

// measureLocked returns the size of chunk, with the domain locked. If the size function fails the stream is errored, and
// the error is the size function's or, as with the standard, what kept the write from being queued before that.
func (w *DefaultWriter[T]) measureLocked(ctx context.Context, chunk T) (int, *domain, error) {
	d := w.core.stream.lockFor(ctx)
	size := w.core.sizeLocked()
	if size == nil {
		return 1, d, nil
	}
	d.unlock()
	n, err := measure(size, chunk, w.exitFromSize)
	d = w.core.stream.lock()
	if err == nil {
		return n, d, nil
	}
	if refusal := w.core.refusesWriteLocked(); refusal != nil {
		return 0, d, refusal
	}
	w.core.stream.controller.errorIfNeededLocked(err)
	return 0, d, err
}

// exitFromSize errors the stream when the size function has called runtime.Goexit.
func (w *DefaultWriter[T]) exitFromSize() {
	d := w.core.stream.lock()
	w.core.stream.controller.errorIfNeededLocked(ErrGoexit)
	d.unlock()
}

// sizeLocked is the size function that a write has to run first; nil if each chunk counts 1.
func (w *writerCore[T]) sizeLocked() func(T) int {
	if w.stream.controller == nil {
		return nil
	}
	return w.stream.controller.size
}

// writeWhenReadyLocked waits for ready and queues the chunk. It returns the domain locked.
func (w *DefaultWriter[T]) writeWhenReadyLocked(ctx context.Context, d *domain, chunk T, size int) (*domain, error) {
	for {
		if err := w.core.refusesWriteLocked(); err != nil {
			return d, err
		}
		if ctx.Err() != nil {
			return d, context.Cause(ctx)
		}
		if !w.core.stream.backpressure {
			if c := w.core.stream.controller; !c.passLocked(d, chunk) {
				c.writeLocked(chunk, size, nil)
			}
			return d, nil
		}
		d, _ = w.core.ready.waitLocked(ctx, d) // the loop looks at everything again
	}
}

// A WriteResult is what comes of a [DefaultWriter.WriteAsync].
type WriteResult struct {
	member  *member
	promise promise
}

// Wait waits until the sink has taken the chunk or it is known that it will not, or ctx has ended. It returns nil, the
// error, or the cause of ctx. It may be called from several goroutines, and again.
func (r *WriteResult) Wait(ctx context.Context) error {
	return r.promise.await(ctx, r.member.lockFor(ctx))
}

func (r *WriteResult) writtenLocked(err error) {
	r.promise.settleLocked(r.member.domainLocked(), err)
}
