package streams

import "context"

// An UnderlyingSource is where a stream gets its chunks from. Each callback may be nil, may block, and may use the
// stream it belongs to. The library never holds a lock while one runs. See section 4.2.3 of the standard.
//
// The context of Start and Pull ends when the stream is cancelled or about to be, errored or closed, with the reason as its
// cause. A callback that returns an error or panics errors the stream.
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
	s := new(struct {
		ReadableStream[T]
		controller ReadableController[T]
		source     userSource[*ReadableController[T]]
		own        domainWithAgenda
	})
	s.home.Store(s.own.begin())
	d := s.lock()
	defer d.unlock()
	s.source.set(&s.controller, src.Start, src.Pull, src.Cancel)
	s.controller.setUpLocked(&s.ReadableStream, &s.source, queuing)
	s.source.startLocked(d)
	return &s.ReadableStream
}

// A sourceController is the controller of a source, whatever its chunks are.
type sourceController interface {
	startDoneLocked(err error)
	pullDoneLocked(err error)
	domainLocked() *domain
}

// A userSource is the sourceAlgorithms of callbacks that take a controller of type C.
type userSource[C sourceController] struct {
	callResult

	// The next four are immutable.

	controller C
	start      func(ctx context.Context, c C) error
	pull       func(ctx context.Context, c C) error
	cancel     func(ctx context.Context, reason error) error

	life lifetime // guarded by the domain's lock
}

// set makes u the source of controller c.
func (u *userSource[C]) set(c C, start, pull func(context.Context, C) error, cancel func(context.Context, error) error) {
	u.controller, u.start, u.pull, u.cancel = c, start, pull, cancel
}

// startLocked begins to start the source.
func (u *userSource[C]) startLocked(d *domain) {
	if u.start == nil {
		u.controller.startDoneLocked(nil)
		return
	}
	ctx := u.life.contextLocked()
	d.callBlockingLocked(&rareCall{
		function: func() error { return u.start(ctx, u.controller) },
		react:    u.controller.startDoneLocked,
		life:     &u.life,
		home:     d,
	})
}

func (u *userSource[C]) pullLocked() {
	if u.pull == nil {
		u.controller.pullDoneLocked(nil)
		return
	}
	u.life.contextLocked()
	u.controller.domainLocked().callBlockingLocked((*pullCall[C])(u))
}

func (u *userSource[C]) cancelLocked(reason error) *promise {
	if u.cancel == nil {
		return settledPromise(nil)
	}
	return u.controller.domainLocked().promiseCallLocked(func() error {
		return u.cancel(context.Background(), reason)
	})
}

func (u *userSource[C]) endLocked(cause error) { u.life.endLocked(cause) }

func (u *userSource[C]) tellLocked(cause error) { u.life.tellLocked(cause) }

// pullCall is the call of Pull. There is one at a time.
type pullCall[C sourceController] userSource[C]

func (p *pullCall[C]) run() error { return p.pull(p.life.ctx, p.controller) }

func (p *pullCall[C]) stepLocked() {
	if !p.life.withholdLocked(p.controller.domainLocked(), p, p.err) {
		p.controller.pullDoneLocked(p.err)
	}
}
