package streams

import "context"

// readableState is the state of a ReadableStream (section 4.2.2 of the standard).
type readableState uint8

const (
	// readable: chunks may come. It may become closed or errored.
	readable readableState = iota
	// closed: no chunk will come any more. Final.
	closed
	// errored: broken by an error, which every read returns. Final.
	errored
)

func (s readableState) String() string {
	return [...]string{"readable", "closed", "errored"}[s]
}

// A ReadableStream is a source of chunks of type T. One consumer at a time reads from it: a reader got by
// [ReadableStream.GetReader], a pipe, a tee, or one of the loops Values, ForEach and Collect, each of which locks it.
// All methods may be called concurrently. See section 4 of the standard.
type ReadableStream[T any] struct {
	member

	// The domain's lock guards following fields.

	state       readableState
	storedError error // non-nil once the state is errored
	reader      *readerCore[T]
	controller  readableStreamController[T] // nil if the stream was errored from the first
}

// readableStreamController is what a stream asks of its controller (section 4.2.2 of the standard, "controller
// contract").
type readableStreamController[T any] interface {
	// cancelStepsLocked cancels the source and returns what that comes to.
	cancelStepsLocked(reason error) *promise
	// pullStepsLocked serves a read of a readable stream: at once from the queue, or later.
	pullStepsLocked(request readRequest[T])
	// tellLocked is the sourceAlgorithms' method.
	tellLocked(cause error)
	// releaseStepsLocked is told that the reader lets go.
	releaseStepsLocked()
	// queuedLocked is the number of chunks that a read would get at once.
	queuedLocked() int
	// withdrawReadLocked is told that the i-th of the reads that wait, as many as reads, is taken back.
	withdrawReadLocked(i, reads int)
}

// erroredReadable returns a stream that is errored with err.
func erroredReadable[T any](err error) *ReadableStream[T] {
	s := new(struct {
		ReadableStream[T]
		own domain
	})
	s.home.Store(s.own.begin())
	s.state, s.storedError = errored, err
	return &s.ReadableStream
}

// Locked reports whether a reader, a pipe, a tee or a loop has the stream.
func (s *ReadableStream[T]) Locked() bool {
	d := s.lock()
	defer d.unlockUnchanged()
	return s.reader != nil
}

// Cancel ends the stream from the consumer's side: it becomes closed, its queue is dropped, and the Cancel callback of
// its source gets the reason (ErrNoReason in place of nil). Cancel waits until that callback has returned, or ctx has
// ended, and returns the callback's error, or the cause of ctx; the stream is cancelled in any case. It returns
// ErrLocked if a reader has the stream, nil if it is closed, and the stored error if it is errored.
func (s *ReadableStream[T]) Cancel(ctx context.Context, reason error) error {
	d := s.lockFor(ctx)
	if s.reader != nil {
		holder := s.reader.holder
		d.unlock()
		return lockedBy(holder)
	}
	return s.cancelLocked(orNoReason(reason)).await(ctx, d)
}

// GetReader locks the stream to a new reader. It returns ErrLocked if something has it already. A closed or errored
// stream can be locked like any other.
func (s *ReadableStream[T]) GetReader() (*DefaultReader[T], error) {
	d := s.lock()
	defer d.unlock()
	r := new(DefaultReader[T])
	r.core.closed = &r.closed
	if err := r.core.acquireLocked(s, heldByReader); err != nil {
		return nil, err
	}
	return r, nil
}

// cancelLocked is ReadableStreamCancel.
func (s *ReadableStream[T]) cancelLocked(reason error) *promise {
	switch s.state {
	case closed:
		return settledPromise(nil)
	case errored:
		return settledPromise(s.storedError)
	}
	s.closeLocked()
	if r := s.reader; r != nil && r.byob != nil {
		r.byob.endRequestsLocked(errDone)
	}
	return s.controller.cancelStepsLocked(reason)
}

// closeLocked is ReadableStreamClose.
func (s *ReadableStream[T]) closeLocked() {
	s.state = closed
	if r := s.reader; r != nil {
		r.closed.settleLocked(s.domainLocked(), nil)
		r.failRequestsLocked(errDone)
		r.notifyLocked()
	}
}

// errorLocked is ReadableStreamError.
func (s *ReadableStream[T]) errorLocked(err error) {
	s.state, s.storedError = errored, err
	if r := s.reader; r != nil {
		r.closed.settleLocked(s.domainLocked(), err)
		r.failRequestsLocked(err)
		if r.byob != nil {
			r.byob.endRequestsLocked(err)
		}
		r.notifyLocked()
	}
}

// readRequestsLocked is ReadableStreamGetNumReadRequests.
func (s *ReadableStream[T]) readRequestsLocked() int {
	if s.reader == nil {
		return 0
	}
	return s.reader.requests.len
}

// fulfillReadRequestLocked is ReadableStreamFulfillReadRequest, with a chunk. There must be a request.
func (s *ReadableStream[T]) fulfillReadRequestLocked(chunk T) {
	s.reader.requests.pop().chunkStepsLocked(chunk)
}
