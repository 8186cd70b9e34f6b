package streams

import (
	"context"
	"errors"
	"fmt"
)

// A Transformer is what a transform stream does with its chunks. Each callback may be nil, may block, and may use the
// stream it belongs to. The library never holds a lock while one runs. See section 6.2.3 of the standard.
//
// The context of Start, Transform and Flush ends when the stream is aborted, cancelled or about to be, errored or terminated,
// with the reason as its cause. A callback that returns an error or panics errors both sides.
type Transformer[I, O any] struct {
	// Start is called once, soon after the stream was made. Nothing is transformed before it has returned.
	Start func(ctx context.Context, c *TransformController[O]) error

	// Transform is called for each chunk, in order, when the readable side wants more. Without it the chunks go through as
	// they are, which needs I and O to be the same type.
	Transform func(ctx context.Context, chunk I, c *TransformController[O]) error

	// Flush is called when the writable side is closed and all chunks have been transformed. The readable side closes when
	// it has returned.
	Flush func(ctx context.Context, c *TransformController[O]) error

	// Cancel is called when the readable side is cancelled or the writable side aborted. Of Flush and Cancel at most one is
	// called.
	Cancel func(ctx context.Context, reason error) error
}

// NewTransformStream makes a transform stream. The default marks are 1 on the writable side and 0 on the readable. It
// never blocks; misuse makes a stream of which both sides are errored: with ErrRange for a negative mark, with
// ErrInvalidArgument if Transform is missing and I is not O.
func NewTransformStream[I, O any](t Transformer[I, O], opts ...TransformOption) *TransformStream[I, O] {
	u := &userTransformer[I, O]{callbacks: t}
	s := &u.stream
	identity := t.Transform == nil
	if identity {
		t.Transform = identityTransform[I](&s.controller)
	}
	options, err := newTransformOptions[I, O](opts)
	if err == nil && t.Transform == nil {
		err = fmt.Errorf("%w: a Transformer without Transform changes the type", ErrInvalidArgument)
	}
	if err != nil {
		s.failFromStart(err)
		return s
	}
	u.callbacks = t
	s.initializeLocked(u, &u.life, options)
	if c, ok := any(&s.controller).(*TransformController[I]); ok && identity {
		u.lane = newLane(&s.sink, c)
	}
	if t.Start == nil {
		s.startDoneLocked(nil)
		return s
	}
	d := s.readable.lock()
	defer d.unlock()
	ctx := s.life.contextLocked()
	d.callBlockingLocked(&rareCall{
		function: func() error { return t.Start(ctx, &s.controller) },
		react:    s.startDoneLocked,
		life:     s.life,
		home:     d,
	})
	return s
}

// identityTransform is the transform that a Transformer has by default; nil if I is not O. See also lane.
func identityTransform[I, O any](controller *TransformController[O]) func(context.Context, I, *TransformController[O]) error {
	c, ok := any(controller).(*TransformController[I])
	if !ok {
		return nil
	}
	return func(_ context.Context, chunk I, _ *TransformController[O]) error {
		err := c.Enqueue(chunk)
		if errors.Is(err, ErrClosed) {
			return nil // a cancel has come since the write, in which the standard does this at once
		}
		return err
	}
}

// A userTransformer is the transformAlgorithms of a Transformer.
type userTransformer[I, O any] struct {
	callResult

	stream TransformStream[I, O]
	life   lifetime // guarded by the domain's lock

	// The next two are immutable.

	callbacks Transformer[I, O]
	lane      *lane[I] // if Transform is our own; else nil

	// What the call of Transform gets: set before it is made ready, and not changed before it settles.
	ctx   context.Context
	chunk I
}

func (u *userTransformer[I, O]) transformLocked(chunk I) {
	d := u.stream.readable.domainLocked()
	if u.lane != nil && u.lane.plainLocked() {
		u.err = u.lane.transformLocked(chunk)
		d.steps.push((*transformCall[I, O])(u))
		return
	}
	u.ctx, u.chunk = u.stream.life.contextLocked(), chunk
	if u.lane != nil {
		d.callPlainLocked((*transformCall[I, O])(u))
		return
	}
	d.callBlockingLocked((*transformCall[I, O])(u))
}

func (u *userTransformer[I, O]) flushLocked() *promise {
	if u.callbacks.Flush == nil {
		return settledPromise(nil)
	}
	d, p := u.stream.readable.domainLocked(), new(promise)
	ctx := u.stream.life.contextLocked()
	d.callBlockingLocked(&rareCall{
		function: func() error { return u.callbacks.Flush(ctx, &u.stream.controller) },
		react:    func(err error) { p.settleLocked(d.root(), err) },
		life:     u.stream.life,
		home:     d,
	})
	return p
}

func (u *userTransformer[I, O]) cancelLocked(reason error) *promise {
	if u.callbacks.Cancel == nil {
		return settledPromise(nil)
	}
	return u.stream.readable.domainLocked().promiseCallLocked(func() error {
		return u.callbacks.Cancel(context.Background(), reason)
	})
}

// transformCall is the call of Transform. There is one at a time.
type transformCall[I, O any] userTransformer[I, O]

func (t *transformCall[I, O]) run() error {
	return t.callbacks.Transform(t.ctx, t.chunk, &t.stream.controller)
}

func (t *transformCall[I, O]) stepLocked() {
	var zero I
	t.chunk = zero
	if !t.stream.life.withholdLocked(t.stream.readable.domainLocked(), t, t.err) {
		t.stream.transformDoneLocked(t.err)
	}
}

// TransformFunc makes a transform stream of two functions that must not block; give NewTransformStream callbacks that
// may. transform is called for each chunk, flush, which may be nil, when the writable side is closed and all chunks have
// been transformed. Both hand their results to emit, any number of them, and do not keep emit beyond the call. What is
// emitted after the readable side has been cancelled or errored is dropped.
//
// An error errors both sides, but ErrTerminated ends the stream as [TransformController.Terminate] does: the chunks
// emitted so far are delivered, the readable side closes, and the producer is told to stop.
func TransformFunc[I, O any](transform func(chunk I, emit func(O)) error, flush func(emit func(O)) error, opts ...TransformOption) *TransformStream[I, O] {
	f := &funcTransformer[I, O]{transform: transform, flush: flush}
	s := &f.stream
	options, err := newTransformOptions[I, O](opts)
	if err == nil && transform == nil {
		err = fmt.Errorf("%w: TransformFunc(nil)", ErrInvalidArgument)
	}
	if err != nil {
		s.failFromStart(err)
		return s
	}
	f.emit = func(chunk O) {
		// An error means that nobody wants the chunk any more, or that the stream is errored already: both reach the
		// producer through the writable side.
		_ = s.controller.Enqueue(chunk)
	}
	s.initializeLocked(f, nil, options)
	s.startDoneLocked(nil)
	return s
}

// A funcTransformer is the transformAlgorithms of TransformFunc. All fields but chunk are immutable.
type funcTransformer[I, O any] struct {
	callResult
	stream    TransformStream[I, O]
	transform func(chunk I, emit func(O)) error
	flush     func(emit func(O)) error
	emit      func(O)
	chunk     I // what the call gets: set before it is made ready, and not changed before it settles

	stage funcStage[I, O] // guarded by the domain's lock, and by who runs a burst
}

func (f *funcTransformer[I, O]) transformLocked(chunk I) {
	f.chunk = chunk
	f.stream.readable.domainLocked().callPlainLocked((*emitCall[I, O])(f))
}

func (f *funcTransformer[I, O]) flushLocked() *promise {
	if f.flush == nil {
		return settledPromise(nil)
	}
	p := new(promise)
	f.stream.readable.domainLocked().callPlainLocked(&rareCall{
		function: func() error { return f.flush(f.emit) },
		react: func(err error) {
			p.settleLocked(f.stream.readable.domainLocked(), f.terminateInsteadLocked(err))
		},
	})
	return p
}

func (f *funcTransformer[I, O]) cancelLocked(error) *promise { return settledPromise(nil) }

// terminateInsteadLocked terminates the stream if err is ErrTerminated, and returns the error that is left.
func (f *funcTransformer[I, O]) terminateInsteadLocked(err error) error {
	if !errors.Is(err, ErrTerminated) {
		return err
	}
	f.stream.terminateLocked()
	return nil
}

// emitCall is the call of transform. There is one at a time.
type emitCall[I, O any] funcTransformer[I, O]

func (e *emitCall[I, O]) run() error { return e.transform(e.chunk, e.emit) }

func (e *emitCall[I, O]) burstLocked(ctx context.Context, w *waiter, c readyCall) readyCall {
	f := (*funcTransformer[I, O])(e)
	t := &f.stream
	if t.readable.state != readable || t.source.closeRequested || t.source.size != nil || t.source.queue.len > 0 ||
		t.controller.backpressure || t.sink.sink == nil {
		return c
	}
	d := t.readable.domainLocked()
	if !f.stage.chainedLocked(d, f, &t.writable) || !f.stage.beginLocked(d, w, &t.writable, f.chunk) {
		return c
	}
	f.wantNothingLocked()
	return f.stage.root.callLocked(ctx)
}

func (e *emitCall[I, O]) stepLocked() {
	f := (*funcTransformer[I, O])(e)
	var zero I
	f.chunk = zero
	f.stream.transformDoneLocked(f.terminateInsteadLocked(f.err))
}

// A TransformOption is an option of NewTransformStream and TransformFunc.
type TransformOption interface {
	// strategies returns the QueuingStrategy for each side, nil for a side that the option is not about.
	strategies() (writable, readable any)
}

type transformOption struct{ writable, readable any }

func (o transformOption) strategies() (writable, readable any) { return o.writable, o.readable }

// WithWritableStrategy sets the strategy of the writable side; without it, that counts chunks up to a mark of 1. I must be
// what the stream takes, else the stream is errored with ErrInvalidArgument.
func WithWritableStrategy[I any](strategy QueuingStrategy[I]) TransformOption {
	return transformOption{writable: strategy}
}

// WithReadableStrategy sets the strategy of the readable side; without it, that counts chunks up to a mark of 0. O must be
// what the stream gives, else the stream is errored with ErrInvalidArgument.
func WithReadableStrategy[O any](strategy QueuingStrategy[O]) TransformOption {
	return transformOption{readable: strategy}
}

type transformOptions[I, O any] struct {
	writable QueuingStrategy[I]
	readable QueuingStrategy[O]
}

func newTransformOptions[I, O any](opts []TransformOption) (transformOptions[I, O], error) {
	options := transformOptions[I, O]{
		writable: CountQueuingStrategy[I](1),
		readable: CountQueuingStrategy[O](0),
	}
	for _, opt := range opts {
		writable, readable := opt.strategies()
		if err := setStrategy(&options.writable, writable); err != nil {
			return options, err
		}
		if err := setStrategy(&options.readable, readable); err != nil {
			return options, err
		}
	}
	return options, nil
}

// setStrategy sets a strategy to one that is given as any; nil is none.
func setStrategy[T any](strategy *QueuingStrategy[T], given any) error {
	if given == nil {
		return nil
	}
	s, ok := given.(QueuingStrategy[T])
	if !ok {
		return fmt.Errorf("%w: a strategy of type %T where %T is needed", ErrInvalidArgument, given, *strategy)
	}
	*strategy = s
	return checkHighWaterMark(s.HighWaterMark)
}
