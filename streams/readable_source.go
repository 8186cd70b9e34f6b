package streams

import "context"

// An UnderlyingSource is where a stream gets its chunks from. Each callback may be nil, may block, and may use the
// stream it belongs to. The library never holds a lock while one runs. See section 4.2.3 of the standard.
//
// The context of Start and Pull ends when the stream is cancelled, errored or closed, with the reason as its cause. A
// callback that returns an error or panics errors the stream.
type UnderlyingSource[T any] struct {
	// Start is called once, soon after the stream was made. Nothing is pulled before it has returned.
	Start func(ctx context.Context, c *ReadableController[T]) error

	// Pull is called when the stream wants more: it has room below its mark, or a read waits. Calls never overlap. A Pull
	// that has returned without an Enqueue is called again only after something has changed.
	Pull func(ctx context.Context, c *ReadableController[T]) error

	// Cancel is called at most once, when the consumer cancels the stream. It may overlap a Pull that still runs. Its
	// error is what the consumer's Cancel returns.
	Cancel func(ctx context.Context, reason error) error
}

// NewReadableStream makes a stream of what src enqueues. The default strategy counts chunks up to a mark of 1. It never
// blocks; a negative mark makes a stream that is errored with ErrRange.
func NewReadableStream[T any](src UnderlyingSource[T], strategy ...QueuingStrategy[T]) *ReadableStream[T] {
	queuing := strategyOr(strategy, 1)
	if err := checkHighWaterMark(queuing.HighWaterMark); err != nil {
		return erroredReadable[T](err)
	}
	u := &userSource[T]{callbacks: src}
	s := newReadable[T](newDomain())
	d := s.lock()
	defer d.unlock()
	u.controller.setUpLocked(s, u, queuing)
	if src.Start == nil {
		u.controller.startDoneLocked(nil)
		return s
	}
	ctx := u.life.contextLocked()
	d.callBlockingLocked(&rareCall{
		function: func() error { return src.Start(ctx, &u.controller) },
		react:    u.controller.startDoneLocked,
	})
	return s
}

// A userSource is the sourceAlgorithms of an UnderlyingSource.
type userSource[T any] struct {
	callResult
	controller ReadableController[T]
	callbacks  UnderlyingSource[T] // immutable
	life       lifetime            // guarded by the domain's lock
}

func (u *userSource[T]) pullLocked() {
	if u.callbacks.Pull == nil {
		u.controller.pulling = false
		return
	}
	u.life.contextLocked()
	u.controller.stream.domainLocked().callBlockingLocked((*pullCall[T])(u))
}

func (u *userSource[T]) cancelLocked(reason error) *promise {
	cancel := u.callbacks.Cancel
	if cancel == nil {
		return settledPromise(nil)
	}
	return u.controller.stream.domainLocked().promiseCallLocked(func() error {
		return cancel(context.Background(), reason)
	})
}

func (u *userSource[T]) endLocked(cause error) { u.life.endLocked(cause) }

// pullCall is the call of Pull. There is one at a time.
type pullCall[T any] userSource[T]

func (p *pullCall[T]) run() error { return p.callbacks.Pull(p.life.ctx, &p.controller) }

func (p *pullCall[T]) stepLocked() { p.controller.pullDoneLocked(p.err) }
