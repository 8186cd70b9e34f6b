package streams

import "context"

// writableState is the state of a WritableStream (section 5.2.2 of the standard).
type writableState uint8

const (
	// writable: chunks are taken. It may become erroring, or closed when a close succeeds.
	writable writableState = iota
	// erroring: an error or an abort is known, but the sink's start, write or close still runs. It becomes errored, or
	// closed if a close that was in flight succeeds after all.
	erroring
	// sinkClosed: the sink has closed. Final.
	sinkClosed
	// sinkErrored: broken by an error, which every write returns. Final.
	sinkErrored
)

func (s writableState) String() string {
	return [...]string{"writable", "erroring", "closed", "errored"}[s]
}

// A WritableStream is a destination for chunks of type T. One producer at a time writes to it: a writer got by
// [WritableStream.GetWriter], or a pipe, each of which locks it. All methods may be called concurrently. See section 5
// of the standard.
type WritableStream[T any] struct {
	member

	// The domain's lock guards following fields.

	state         writableState
	storedError   error // non-nil while the state is erroring or errored
	writer        *writerCore[T]
	controller    *WritableController[T] // nil if the stream was errored from the first
	backpressure  bool                   // the queue is full
	closeRequest  bool                   // the close waits for the queued writes
	inFlightClose bool                   // the sink is busy with the close
	closing       promise                // of the one close that there can be
	pendingAbort  *abortRequest          // of an abort that waits for what is in flight; else nil
}

type abortRequest struct {
	promise            *promise
	reason             error
	wasAlreadyErroring bool
}

// erroredWritable returns a stream that is errored with err.
func erroredWritable[T any](err error) *WritableStream[T] {
	s := new(struct {
		WritableStream[T]
		own domain
	})
	s.home.Store(s.own.begin())
	s.state, s.storedError = sinkErrored, err
	return &s.WritableStream
}

// Locked reports whether a writer or a pipe has the stream.
func (s *WritableStream[T]) Locked() bool {
	d := s.lock()
	defer d.unlockUnchanged()
	return s.writer != nil
}

// Abort ends the stream at once: queued chunks are dropped and their writes fail, the context of a callback that still
// runs ends, and when that has returned the sink's Abort gets the reason (ErrNoReason in place of nil). The stream is
// errored with the reason. Abort waits until all that is done or ctx has ended, and returns the error of the sink's
// Abort, or the cause of ctx; the stream is aborted in any case.
//
// It returns ErrLocked if a writer has the stream and nil if it is closed or errored. While the stream is breaking from
// another error, Abort waits and returns that one; while a close is in flight that succeeds, it returns nil.
func (s *WritableStream[T]) Abort(ctx context.Context, reason error) error {
	d := s.lockFor(ctx)
	if s.writer != nil {
		holder := s.writer.holder
		d.unlock()
		return lockedBy(holder)
	}
	return s.abortLocked(orNoReason(reason)).await(ctx, d)
}

// Close closes the stream as [DefaultWriter.Close] does. It returns ErrLocked if a writer has the stream.
func (s *WritableStream[T]) Close(ctx context.Context) error {
	d := s.lockFor(ctx)
	if s.writer != nil {
		holder := s.writer.holder
		d.unlock()
		return lockedBy(holder)
	}
	return s.tryCloseLocked().await(ctx, d)
}

// GetWriter locks the stream to a new writer. It returns ErrLocked if something has it already. A closed or errored
// stream can be locked like any other.
func (s *WritableStream[T]) GetWriter() (*DefaultWriter[T], error) {
	d := s.lock()
	defer d.unlock()
	w := new(DefaultWriter[T])
	w.core.closed, w.core.ready = &w.closed, &w.ready
	if err := w.core.acquireLocked(s, heldByWriter); err != nil {
		return nil, err
	}
	return w, nil
}

// abortLocked is WritableStreamAbort.
func (s *WritableStream[T]) abortLocked(reason error) *promise {
	if s.state == sinkClosed || s.state == sinkErrored {
		return settledPromise(nil)
	}
	s.controller.signal.endLocked(reason)
	if s.pendingAbort != nil {
		return s.pendingAbort.promise
	}
	abort := &abortRequest{promise: new(promise), reason: reason, wasAlreadyErroring: s.state == erroring}
	s.pendingAbort = abort
	if !abort.wasAlreadyErroring {
		s.startErroringLocked(reason)
	}
	return abort.promise
}

// tryCloseLocked is what the close methods do before and with WritableStreamClose.
func (s *WritableStream[T]) tryCloseLocked() *promise {
	switch {
	case s.closeQueuedOrInFlightLocked() || s.state == sinkClosed:
		return settledPromise(ErrClosed)
	case s.state == sinkErrored:
		return settledPromise(refusedByErrored(s.storedError))
	}
	return s.closeLocked()
}

// closeLocked is WritableStreamClose, for a stream that can be closed.
func (s *WritableStream[T]) closeLocked() *promise {
	s.closeRequest = true
	if s.writer != nil && s.backpressure && s.state == writable {
		s.writer.resolveReadyLocked()
	}
	s.controller.advanceQueueIfNeededLocked()
	return &s.closing
}

// closeQueuedOrInFlightLocked is WritableStreamCloseQueuedOrInFlight.
func (s *WritableStream[T]) closeQueuedOrInFlightLocked() bool {
	return s.closeRequest || s.inFlightClose
}

// operationInFlightLocked is WritableStreamHasOperationMarkedInFlight.
func (s *WritableStream[T]) operationInFlightLocked() bool {
	return s.inFlightClose || s.controller.inFlightWrite
}

// dealWithRejectionLocked is WritableStreamDealWithRejection.
func (s *WritableStream[T]) dealWithRejectionLocked(err error) {
	if s.state == writable {
		s.startErroringLocked(err)
		return
	}
	s.finishErroringLocked()
}

// startErroringLocked is WritableStreamStartErroring.
func (s *WritableStream[T]) startErroringLocked(reason error) {
	s.state, s.storedError = erroring, reason
	if s.writer != nil {
		s.writer.ready.rejectLocked(s.domainLocked(), reason)
	}
	if !s.operationInFlightLocked() && s.controller.started {
		s.finishErroringLocked()
	}
}

// finishErroringLocked is WritableStreamFinishErroring.
func (s *WritableStream[T]) finishErroringLocked() {
	s.state = sinkErrored
	s.controller.errorStepsLocked()
	abort := s.pendingAbort
	s.pendingAbort = nil
	switch {
	case abort == nil:
		s.controller.endLocked()
		s.rejectCloseAndClosedLocked()
	case abort.wasAlreadyErroring:
		s.controller.endLocked()
		abort.promise.settleLocked(s.domainLocked(), s.storedError)
		s.rejectCloseAndClosedLocked()
	default:
		s.controller.abortStepsLocked(abort.reason).whenSettledLocked(s.domainLocked(), &reactFunc{react: func(err error) {
			abort.promise.settleLocked(s.domainLocked(), err)
			s.rejectCloseAndClosedLocked()
		}})
	}
}

// finishInFlightCloseLocked is WritableStreamFinishInFlightClose, and its WithError if err is not nil.
func (s *WritableStream[T]) finishInFlightCloseLocked(err error) {
	d := s.domainLocked()
	s.inFlightClose = false
	s.closing.settleLocked(d, err)
	if s.pendingAbort != nil { // the sink's Abort never runs after its Close
		s.pendingAbort.promise.settleLocked(d, err)
		s.pendingAbort = nil
	}
	if err != nil {
		s.dealWithRejectionLocked(err)
		return
	}
	s.state, s.storedError = sinkClosed, nil // an error that came meanwhile was too late
	s.controller.endLocked()
	if s.writer != nil {
		s.writer.settleClosedLocked(nil)
	}
}

// rejectCloseAndClosedLocked is WritableStreamRejectCloseAndClosedPromiseIfNeeded.
func (s *WritableStream[T]) rejectCloseAndClosedLocked() {
	if s.closeRequest {
		s.closeRequest = false
		s.closing.settleLocked(s.domainLocked(), s.storedError)
	}
	if s.writer != nil {
		s.writer.settleClosedLocked(s.storedError)
	}
}

// updateBackpressureLocked is WritableStreamUpdateBackpressure.
func (s *WritableStream[T]) updateBackpressureLocked(backpressure bool) {
	if s.backpressure == backpressure {
		return
	}
	s.backpressure = backpressure
	if s.writer == nil {
		return
	}
	if backpressure {
		s.writer.ready.renewLocked()
	} else {
		s.writer.resolveReadyLocked()
	}
}

// pipeLocked is the pipe that writes to the stream; nil if there is none.
func (s *WritableStream[T]) pipeLocked() *pipe[T] {
	if s.writer == nil {
		return nil
	}
	p, _ := s.writer.observer.(*pipe[T])
	return p
}
