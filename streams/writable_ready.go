package streams

import (
	"context"
	"errors"
	"fmt"
)

// A ReadySink is a sink that mostly has room, such as a buffer that other goroutines empty. Its Write does not block, and
// may say that there is no room for now; there is no goroutine while the chunk waits. It is the counterpart of a
// [ReadySource] without a Wait.
//
// What such a stream does is what it would do if Write were a callback of an [UnderlyingSink] that waits for room. A panic
// is an error that errors the stream, here as elsewhere.
type ReadySink[T any] struct {
	// Start is called once, before ToReady returns, and must not block.
	Start func(c *ReadySinkController[T])

	// Write takes a chunk. It returns ErrNotReady if there is no room for it now, and is given it again when
	// [ReadySinkController.Ready] is called; another error errors the stream. It must not block. Calls never overlap.
	Write func(chunk T) error

	// Close is called at most once, when all chunks were written; it may block, and may be nil. Its context ends when the
	// stream is aborted.
	Close func(ctx context.Context) error

	// Abort is called at most once, when the producer gives up, in place of Close; it may block, and may be nil.
	Abort func(ctx context.Context, reason error) error
}

// ToReady makes a stream of what sink takes. The default strategy counts chunks up to a mark of 1. It never blocks. If the
// stream is aborted while a chunk waits for room, that is waited for, too: Ready or Error of the controller end it. A sink
// without Start or Write makes a stream that is errored with ErrInvalidArgument, a negative mark one that is errored with
// ErrRange.
func ToReady[T any](sink ReadySink[T], strategy ...QueuingStrategy[T]) *WritableStream[T] {
	queuing := strategyOr(strategy, 1)
	if err := checkHighWaterMark(queuing.HighWaterMark); err != nil {
		return erroredWritable[T](err)
	}
	if sink.Start == nil || sink.Write == nil {
		return erroredWritable[T](fmt.Errorf("%w: ToReady without Start or Write", ErrInvalidArgument))
	}
	r := &readySink[T]{ready: sink}
	r.user.callbacks = UnderlyingSink[T]{Close: sink.Close, Abort: sink.Abort}
	r.user.stream.home.Store(r.user.own.begin())
	r.user.controller.setUpLocked(&r.user.stream, r, &r.user.life, queuing) // nobody else has the stream yet
	err := r.start()
	d := r.user.stream.lock()
	defer d.unlock()
	r.user.controller.startDoneLocked(err)
	return &r.user.stream
}

// A ReadySinkController is how a [ReadySink] tells its stream what Write does not. Several goroutines may use it, also
// after the stream has ended, when it does nothing.
type ReadySinkController[T any] struct{ sink *readySink[T] }

// Error errors the stream as [WritableController.Error] does, and gives up a chunk that there was no room for. It never
// blocks.
func (c *ReadySinkController[T]) Error(err error) {
	r := c.sink
	d := r.user.stream.lock()
	r.user.controller.errorIfNeededLocked(orNoReason(err))
	r.broken = true
	if r.signal.tellLocked() {
		r.giveUpLocked()
	}
	d.unlock()
}

// Ready says that there is room. A chunk that waits is written, and those that come after it, as far as they are there; the
// goroutine that calls Ready does that itself, as that of [ReadyController.Ready] does. Ready is remembered while Write runs.
func (c *ReadySinkController[T]) Ready() {
	r := c.sink
	d := r.user.stream.lock()
	if r.signal.tellLocked() {
		r.callLocked()
	}
	d.assistLocked(nil).unlock()
}

// A readySink is the sinkAlgorithms of a ReadySink.
type readySink[T any] struct {
	callResult
	user  userSink[T]  // the stream, with what it has of an UnderlyingSink
	ready ReadySink[T] // immutable
	chunk T            // what Write gets: set before it is made ready, and not changed before it settles

	// The domain's lock guards following fields.

	signal readySignal
	broken bool // Error was called: no chunk waits any more
}

// start calls Start.
func (r *readySink[T]) start() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
	}()
	r.ready.Start(&ReadySinkController[T]{r})
	return nil
}

func (r *readySink[T]) writeLocked(chunk T) {
	r.chunk = chunk
	r.callLocked()
}

func (r *readySink[T]) callLocked() { r.user.domainLocked().callPlainLocked((*readyWrite[T])(r)) }

func (r *readySink[T]) closeLocked() *promise { return r.user.closeLocked() }

func (r *readySink[T]) abortLocked(reason error) *promise { return r.user.abortLocked(reason) }

// doneLocked ends the write.
func (r *readySink[T]) doneLocked(err error) {
	var zero T
	r.chunk = zero
	r.user.controller.writeDoneLocked(err)
}

// giveUpLocked ends a write that there is no room for.
func (r *readySink[T]) giveUpLocked() { r.doneLocked(r.user.stream.storedError) }

// readyWrite is the call of Write. There is one at a time.
type readyWrite[T any] readySink[T]

func (w *readyWrite[T]) run() error { return w.ready.Write(w.chunk) }

func (w *readyWrite[T]) stepLocked() {
	r := (*readySink[T])(w)
	switch {
	case !errors.Is(r.err, ErrNotReady):
		r.doneLocked(r.err)
	case r.broken:
		r.giveUpLocked()
	case r.signal.restLocked():
		r.callLocked()
	}
}
