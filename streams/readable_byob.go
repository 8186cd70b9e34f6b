package streams

import (
	"context"
	"fmt"
)

// A readIntoRequest is a read into a buffer that waits for its bytes: a goroutine in BYOBReader.Read, or a tee. Exactly
// one call is made. The lock is held, in the middle of another operation: a request only takes note.
type readIntoRequest interface {
	// buffer is where the bytes go.
	buffer() []byte
	// readIntoStepsLocked is the chunk steps (err is nil), the close steps (errDone) and the error steps of the standard. The
	// first n bytes of the buffer are filled.
	readIntoStepsLocked(n int, err error)
}

// A BYOBReader reads the bytes of a stream into buffers of the caller ("bring your own buffer"). Several goroutines may
// use it; reads are served in the order of the calls. It is got from [ReadableByteStream.GetBYOBReader]. See section 4.5
// of the standard.
//
// The buffer of a read is never lent to the source, which might hold it longer than the reader wants to wait. A source that
// asks for a BYOBRequest gets a buffer of the stream, whose bytes are copied when it responds.
type BYOBReader struct {
	core       readerCore[[]byte]
	closed     promise               // guarded by the domain's lock
	controller *ByteController       // nil if the stream was errored from the first
	requests   fifo[readIntoRequest] // reads that wait, in the order of the calls; guarded by the domain's lock
	spare      *readIntoWaiter       // kept from the last read for the next one; guarded by the domain's lock
}

// Read reads up to len(p) bytes into p and returns how many. It waits until there is at least one, the stream ends, the
// lock is released or ctx has ended. Bytes or an end that are there are returned whatever ctx says, and a Read that ctx
// ends loses no bytes: what the source gives in answer goes to the next read. When Read has returned, the stream does not
// touch p any more.
//
// It returns io.EOF once the stream is closed and drained, the stored error of an errored stream, ErrReleased after
// ReleaseLock, ErrInvalidArgument if p is empty, and else the cause of ctx.
func (r *BYOBReader) Read(ctx context.Context, p []byte) (int, error) {
	return r.ReadAtLeast(ctx, p, 1)
}

// ReadAtLeast is [BYOBReader.Read] with a minimum: it waits until minimum bytes are there. If the stream closes or ctx ends
// before, it returns what it has got, with io.EOF or the cause of ctx. If the stream was asked to close before and holds less
// than the minimum, it returns that with an error that is io.ErrUnexpectedEOF, and the stream is errored with it. It returns ErrInvalidArgument if p is empty or minimum is less than 1, and
// ErrRange if minimum is more than len(p).
func (r *BYOBReader) ReadAtLeast(ctx context.Context, p []byte, minimum int) (int, error) {
	switch {
	case len(p) == 0:
		return 0, fmt.Errorf("%w: read into an empty buffer", ErrInvalidArgument)
	case minimum < 1:
		return 0, fmt.Errorf("%w: read of at least %d bytes", ErrInvalidArgument, minimum)
	case minimum > len(p):
		return 0, fmt.Errorf("%w: read of at least %d bytes into a buffer of %d", ErrRange, minimum, len(p))
	}
	d := r.core.stream.lockFor(ctx)
	w := r.takeWaiterLocked()
	w.p = p
	d = r.readLocked(ctx, d, w, minimum)
	n, err := w.n, w.err
	r.keepWaiterLocked(w)
	d.unlock()
	return n, err
}

// readLocked leaves the result of one read in w.
func (r *BYOBReader) readLocked(ctx context.Context, d *domain, w *readIntoWaiter, minimum int) *domain {
	switch {
	case r.core.released:
		w.finishLocked(ErrReleased)
		return d
	case ctx.Err() != nil && !r.availableLocked(minimum):
		w.finishLocked(context.Cause(ctx))
		return d
	}
	r.readIntoLocked(w, minimum)
	if w.done {
		return d
	}
	w.reader, w.withdrawal = r, w
	d = d.waitLocked(ctx, &w.waiter)
	if !w.done {
		w.withdrawLocked()
		w.finishLocked(context.Cause(ctx))
	}
	return d
}

// availableLocked reports whether a read would have its result at once.
func (r *BYOBReader) availableLocked(minimum int) bool {
	switch r.core.stream.state {
	case errored:
		return true
	case closed:
		return r.controller.pendingPullIntos.len == 0
	}
	return r.controller.pendingPullIntos.len == 0 && (r.controller.total >= minimum || r.controller.closeRequested)
}

// readIntoLocked is ReadableStreamBYOBReaderRead, for a reader that is not released.
func (r *BYOBReader) readIntoLocked(request readIntoRequest, minimum int) {
	if r.core.stream.state == errored {
		request.readIntoStepsLocked(0, r.core.stream.storedError)
		return
	}
	r.controller.pullIntoLocked(r, request, minimum)
}

// endRequestsLocked ends all reads that wait, without bytes.
func (r *BYOBReader) endRequestsLocked(err error) {
	for r.requests.len > 0 {
		r.requests.pop().readIntoStepsLocked(0, err)
	}
}

// Cancel cancels the stream as [ReadableStream.Cancel] does; the reader keeps its lock. Reads that wait return io.EOF and
// no bytes. It returns ErrReleased after ReleaseLock.
func (r *BYOBReader) Cancel(ctx context.Context, reason error) error {
	return r.core.cancel(ctx, reason)
}

// Closed waits until the stream is closed or errored, the lock is released, or ctx has ended. It returns nil, the stored
// error, ErrReleased or the cause of ctx, in this order.
func (r *BYOBReader) Closed(ctx context.Context) error {
	return r.core.closed.await(ctx, r.core.stream.lockFor(ctx))
}

// ReleaseLock gives the stream free for another consumer. Reads that wait return ErrReleased; bytes that the source gives
// in answer to them go to the next reader. A second call does nothing.
func (r *BYOBReader) ReleaseLock() {
	d := r.core.stream.lock()
	r.core.releaseLocked()
	d.unlock()
}

// A readIntoWaiter is a goroutine in Read.
type readIntoWaiter struct {
	waiter
	reader *BYOBReader
	p      []byte
	n      int
}

func (w *readIntoWaiter) buffer() []byte { return w.p }

func (w *readIntoWaiter) readIntoStepsLocked(n int, err error) {
	w.n = n
	w.finishLocked(err)
}

// withdrawLocked takes back the read, which waits, with the bytes that it has got.
func (w *readIntoWaiter) withdrawLocked() {
	r := w.reader
	for i := range r.requests.len {
		if *r.requests.at(i) == readIntoRequest(w) {
			w.n = r.controller.withdrawPullIntoLocked(r.controller.pendingPullIntos.len - r.requests.len + i)
			break
		}
	}
	r.requests.remove(func(other readIntoRequest) bool { return other == readIntoRequest(w) })
}

func (r *BYOBReader) takeWaiterLocked() *readIntoWaiter {
	w := r.spare
	if w == nil {
		return new(readIntoWaiter)
	}
	r.spare = nil
	return w
}

func (r *BYOBReader) keepWaiterLocked(w *readIntoWaiter) {
	w.p, w.n = nil, 0
	w.reset()
	r.spare = w
}

// A BYOBRequest is a buffer that a reader waits to have filled. It is got from [ByteController.BYOBRequest] and valid until
// it is responded to, or something is enqueued, or the stream is cancelled or errored. See section 4.8 of the standard.
type BYOBRequest struct {
	controller *ByteController
	view       []byte // nil once the request is invalid; guarded by the domain's lock
}

// View is the buffer to fill, nil if the request is not valid any more. Nothing else touches it until the source responds
// or the request becomes invalid; after that the source must not write to it.
func (r *BYOBRequest) View() []byte {
	d := r.controller.stream.lock()
	defer d.unlock()
	return r.view
}

// Respond says that the source has written n bytes to the beginning of View. If the reader asked for more, the rest is in
// a new request. After the stream was closed, n must be 0: so the source gives the buffer back, and the read ends.
//
// It returns ErrInvalidArgument if the request is not valid or n is 0 in a stream that is not closed, ErrClosed if n is not
// 0 in one that is, and ErrRange if n is negative or more than the length of View. After such an error the request is as
// it was.
func (r *BYOBRequest) Respond(n int) error {
	d := r.controller.stream.lock()
	defer d.unlock()
	if err := r.checkLocked(n); err != nil {
		return err
	}
	r.controller.respondLocked(r.view[:n])
	return nil
}

// RespondWithNewView is Respond with a buffer in place of View, filled to its length: View itself, cut to what was written,
// or another one of the same capacity. The bytes are used before it returns. The errors are those of Respond, and ErrRange
// if the capacity differs.
func (r *BYOBRequest) RespondWithNewView(view []byte) error {
	d := r.controller.stream.lock()
	defer d.unlock()
	if err := r.checkLocked(len(view)); err != nil {
		return err
	}
	if cap(view) != cap(r.view) {
		return fmt.Errorf("%w: a view of capacity %d for a request of %d", ErrRange, cap(view), cap(r.view))
	}
	r.controller.respondLocked(view)
	return nil
}

// checkLocked returns why the request cannot be answered with n bytes, nil if it can.
func (r *BYOBRequest) checkLocked(n int) error {
	switch isClosed := r.controller.stream.state == closed; {
	case r.view == nil:
		return fmt.Errorf("%w: the BYOB request was answered or ended before", ErrInvalidArgument)
	case isClosed && n != 0:
		return fmt.Errorf("%w: a response of %d bytes", ErrClosed, n)
	case !isClosed && n == 0:
		return fmt.Errorf("%w: a response of 0 bytes", ErrInvalidArgument)
	case n < 0 || n > len(r.view):
		return fmt.Errorf("%w: a response of %d bytes to a request of %d", ErrRange, n, len(r.view))
	}
	return nil
}
