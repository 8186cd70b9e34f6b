package streams

import (
	"context"
	"fmt"
)

// An UnderlyingSink is where a stream puts its chunks. Each callback may be nil, may block, and may use the stream it
// belongs to; none overlaps another. The library never holds a lock while one runs. See section 5.2.3 of the standard.
//
// The context of Start, Write and Close is the abort signal of the standard: it ends when the stream is aborted, with
// the reason as its cause, also while the callback still runs. A callback that returns an error or panics errors the
// stream.
type UnderlyingSink[T any] struct {
	// Start is called once, soon after the stream was made. No other callback is called before it has returned.
	Start func(ctx context.Context, c *WritableController[T]) error

	// Write is called for each chunk, in order. The next chunk comes when it has returned.
	Write func(ctx context.Context, chunk T, c *WritableController[T]) error

	// Close is called when the producer closes the stream and all chunks have been written.
	Close func(ctx context.Context) error

	// Abort is called when the stream is aborted, in place of Close and never after it. A Close that is missing is not
	// stood in for by Abort, nor the other way round. A stream that breaks by itself, because a callback failed, calls
	// neither.
	Abort func(ctx context.Context, reason error) error
}

// NewWritableStream makes a stream that hands its chunks to sink. The default strategy counts chunks up to a mark of 1.
// It never blocks; a negative mark makes a stream that is errored with ErrRange.
func NewWritableStream[T any](sink UnderlyingSink[T], strategy ...QueuingStrategy[T]) *WritableStream[T] {
	return newUserSink(&userSink[T]{callbacks: sink}, strategyOr(strategy, 1))
}

func newUserSink[T any](u *userSink[T], queuing QueuingStrategy[T]) *WritableStream[T] {
	if err := checkHighWaterMark(queuing.HighWaterMark); err != nil {
		return erroredWritable[T](err)
	}
	u.stream.home.Store(u.own.begin())
	u.controller.setUpLocked(&u.stream, u, &u.life, queuing)
	if u.callbacks.Start == nil {
		u.controller.startDoneLocked(nil)
		return &u.stream
	}
	d := u.stream.lock()
	defer d.unlock()
	ctx := u.life.contextLocked()
	d.callBlockingLocked(&rareCall{
		function: func() error { return u.callbacks.Start(ctx, &u.controller) },
		react:    u.controller.startDoneLocked,
	})
	return &u.stream
}

// A userSink is the sinkAlgorithms of an UnderlyingSink.
type userSink[T any] struct {
	callResult
	stream     WritableStream[T]
	controller WritableController[T]
	own        domain
	callbacks  UnderlyingSink[T] // immutable
	givesBack  bool              // no chunk is kept after its Write, and the source may have it back; immutable

	// What the call of Write gets: set before it is made ready, and not changed before it settles.
	ctx   context.Context
	chunk T

	// The domain's lock guards following fields.

	life lifetime
	end  sinkEnd[T]
}

func (u *userSink[T]) domainLocked() *domain { return u.controller.stream.domainLocked() }

func (u *userSink[T]) writeLocked(chunk T) {
	if u.callbacks.Write == nil {
		u.domainLocked().steps.push((*writeDone[T])(&u.controller))
		return
	}
	u.ctx, u.chunk = u.life.contextLocked(), chunk
	u.domainLocked().callBlockingLocked((*writeCall[T])(u))
}

func (u *userSink[T]) closeLocked() *promise {
	if u.callbacks.Close == nil {
		return settledPromise(nil)
	}
	ctx := u.life.contextLocked()
	return u.domainLocked().promiseCallLocked(func() error { return u.callbacks.Close(ctx) })
}

func (u *userSink[T]) abortLocked(reason error) *promise {
	if u.callbacks.Abort == nil {
		return settledPromise(nil)
	}
	return u.domainLocked().promiseCallLocked(func() error {
		return u.callbacks.Abort(context.Background(), reason)
	})
}

// writeCall is the call of Write. There is one at a time.
type writeCall[T any] userSink[T]

func (w *writeCall[T]) run() error { return w.callbacks.Write(w.ctx, w.chunk, &w.controller) }

func (w *writeCall[T]) stepLocked() {
	if w.givesBack {
		(*userSink[T])(w).giveBackLocked()
	}
	var zero T
	w.chunk = zero
	d := (*userSink[T])(w).domainLocked()
	if w.err == nil && w.end.goesOnLocked(d, &w.controller) {
		return
	}
	d.calls.settleHeldLocked(d)
	w.controller.writeDoneLocked(w.err)
}

// giveBackLocked gives the chunk that was written to the source that it came from through a pipe, which nobody else has seen.
func (u *userSink[T]) giveBackLocked() {
	p, ok := u.controller.queue.at(0).owner.(*pipe[T])
	if !ok {
		return
	}
	if c, ok := p.source.controller.(*ReadableController[T]); ok {
		if source, ok := c.source.(*nextSource[T]); ok {
			source.takeBackLocked(u.chunk)
		}
	}
}

// writeDone is the step in which a write that takes no call succeeds.
type writeDone[T any] WritableController[T]

func (w *writeDone[T]) stepLocked() { (*WritableController[T])(w).writeDoneLocked(nil) }

// SinkFunc makes a stream that hands each chunk to write, which must not block; give NewWritableStream one that may. The
// default strategy counts chunks up to a mark of 1.
func SinkFunc[T any](write func(T) error, strategy ...QueuingStrategy[T]) *WritableStream[T] {
	queuing := strategyOr(strategy, 1)
	if err := checkHighWaterMark(queuing.HighWaterMark); err != nil {
		return erroredWritable[T](err)
	}
	if write == nil {
		return erroredWritable[T](fmt.Errorf("%w: SinkFunc(nil)", ErrInvalidArgument))
	}
	f := &funcSink[T]{write: write}
	f.stream.home.Store(f.own.begin())
	f.controller.setUpLocked(&f.stream, f, nil, queuing)
	f.controller.startDoneLocked(nil)
	return &f.stream
}

// A funcSink is the sinkAlgorithms of SinkFunc.
type funcSink[T any] struct {
	callResult
	stream     WritableStream[T]
	controller WritableController[T]
	own        domain
	write      func(T) error // immutable
	chunk      T             // what the call gets: set before it is made ready, and not changed before it settles
	stage      sinkStage[T]  // guarded by the domain's lock
}

func (f *funcSink[T]) writeLocked(chunk T) {
	f.chunk = chunk
	f.controller.stream.domainLocked().callPlainLocked((*funcCall[T])(f))
}

func (f *funcSink[T]) closeLocked() *promise { return settledPromise(nil) }

func (f *funcSink[T]) abortLocked(error) *promise { return settledPromise(nil) }

// funcCall is the call of the function. There is one at a time.
type funcCall[T any] funcSink[T]

func (f *funcCall[T]) run() error { return f.write(f.chunk) }

// burstLocked is of use only where many chunks are there: nothing comes after the stage.
func (f *funcCall[T]) burstLocked(ctx context.Context, w *waiter, c readyCall) readyCall {
	s := f.controller.stream
	if p := s.pipeLocked(); f.controller.sink == nil || p == nil || p.source.controller == nil || p.source.controller.queuedLocked() < fewest {
		return c
	}
	d := s.domainLocked()
	if !f.stage.chainedLocked(d, (*funcSink[T])(f), s) || !f.stage.beginLocked(d, w, s, f.chunk) {
		return c
	}
	return f.stage.root.callLocked(ctx)
}

func (f *funcCall[T]) stepLocked() {
	var zero T
	f.chunk = zero
	f.controller.writeDoneLocked(f.err)
}
