package streams

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Generate makes a stream of what next returns, until next returns io.EOF, which closes the stream, or another error,
// which errors it. next is called by demand, one call at a time, and must not block; give FromFunc one that may. The
// default strategy has mark 0: nothing is taken ahead of the reads.
func Generate[T any](next func() (T, error), strategy ...QueuingStrategy[T]) *ReadableStream[T] {
	if next == nil {
		return erroredReadable[T](fmt.Errorf("%w: Generate(nil)", ErrInvalidArgument))
	}
	return newNextStream(&nextSource[T]{generate: next}, strategyOr(strategy, 0))
}

// FromFunc is [Generate] for a function that may block. Its context ends when the stream is cancelled; the result of a
// call that is still running then is dropped.
func FromFunc[T any](next func(ctx context.Context) (T, error), strategy ...QueuingStrategy[T]) *ReadableStream[T] {
	if next == nil {
		return erroredReadable[T](fmt.Errorf("%w: FromFunc(nil)", ErrInvalidArgument))
	}
	return newNextStream(&nextSource[T]{next: next}, strategyOr(strategy, 0))
}

// FromChan makes a stream of what is sent on ch, until ch is closed. It receives one value for each read. A value that
// was received when the stream is cancelled is dropped.
func FromChan[T any](ch <-chan T) *ReadableStream[T] {
	return FromFunc(func(ctx context.Context) (T, error) {
		select {
		case v, ok := <-ch:
			if !ok {
				return v, io.EOF
			}
			return v, nil
		case <-ctx.Done():
			var zero T
			return zero, context.Cause(ctx)
		}
	})
}

// FromSlice makes a stream of the elements of values, which must not be changed until they have been read.
func FromSlice[T any](values []T) *ReadableStream[T] {
	src := &sliceSource[T]{values: values}
	src.stream.home.Store(src.own.begin())
	src.controller.setUpLocked(&src.stream, src, CountQueuingStrategy[T](0))
	src.controller.startDoneLocked(nil)
	return &src.stream
}

// A nextSource gets one chunk from each call of a function. Since the function has no controller, nothing can happen to
// the stream from inside it.
type nextSource[T any] struct {
	callResult
	stream     ReadableStream[T]
	controller ReadableController[T]
	own        domainWithAgenda
	generate   func() (T, error)                    // the function, if it does not block; else nil; immutable
	next       func(ctx context.Context) (T, error) // the function, if it may block; else nil; immutable
	measure    func(T) int                          // the size function of the strategy; immutable
	takeBack   func(chunk T)                        // is given chunks that a sink is done with; nil if there is no use for them
	seq        *sequence[T]                         // what generate takes from, if it is one
	ready      *readiness[T]                        // if generate is the Next of a ReadySource; else nil

	chunk T   // what the call in progress returned,
	size  int // and its size; written by the call, read when it settles

	// The domain's lock guards following fields.

	life    lifetime // of the context of next, or of Wait
	fused   burstSource[T]
	stopped *promise // set when the stream was cancelled during a call: what stopping comes to
}

func newNextStream[T any](src *nextSource[T], strategy QueuingStrategy[T]) *ReadableStream[T] {
	if err := checkHighWaterMark(strategy.HighWaterMark); err != nil {
		return erroredReadable[T](err)
	}
	src.measure = strategy.Size
	src.stream.home.Store(src.own.begin())
	src.controller.setUpLocked(&src.stream, src, strategy) // nobody else has the stream yet
	err := src.start()
	d := src.stream.lock()
	defer d.unlock()
	src.controller.startDoneLocked(err)
	return &src.stream
}

func (n *nextSource[T]) pullLocked() {
	d := n.controller.domainLocked()
	switch {
	case n.next != nil:
		n.life.contextLocked()
		d.callBlockingLocked((*nextCall[T])(n))
	case n.measure == nil && n.fused.chainedLocked(&n.controller):
		d.callPullLocked((*nextCall[T])(n))
	default:
		d.callPlainLocked((*nextCall[T])(n))
	}
}

func (n *nextSource[T]) cancelLocked(reason error) *promise {
	if n.ready != nil {
		return n.cancelReadyLocked(reason)
	}
	if n.controller.pulling {
		n.stopped = new(promise)
		if n.next != nil { // its context tells it to end; nothing is left to stop
			n.stopped.settled = true
		}
		return n.stopped
	}
	return n.stopLocked(new(promise))
}

// stopLocked stops the sequence and settles p with what that comes to.
func (n *nextSource[T]) stopLocked(p *promise) *promise {
	s := n.controller.stream
	if n.seq == nil || n.seq.halt == nil {
		p.settleLocked(s.domainLocked(), nil)
		return p
	}
	s.domainLocked().callPlainLocked(&rareCall{
		function: n.seq.stop,
		react:    func(err error) { p.settleLocked(s.domainLocked(), err) },
	})
	return p
}

func (n *nextSource[T]) takeBackLocked(chunk T) {
	if n.takeBack != nil {
		n.takeBack(chunk)
	}
}

func (n *nextSource[T]) endLocked(cause error) { n.life.endLocked(cause) }

func (n *nextSource[T]) tellLocked(cause error) { n.life.tellLocked(cause) }

// nextCall is the call of the function. There is one at a time.
type nextCall[T any] nextSource[T]

func (c *nextCall[T]) beginLocked(ctx context.Context, w *waiter) bool {
	if c.stopped != nil && !c.fused.burst.engagedFrom(c) {
		return false // cancelled while it waited for its turn
	}
	if c.fused.beginLocked(ctx, w, &c.controller, c) && c.stopped != nil {
		c.fused.burst.stop.Store(true)
	}
	return true
}

func (c *nextCall[T]) run() (err error) {
	if c.fused.running {
		return c.runBurst()
	}
	if c.next != nil {
		c.chunk, err = c.next(c.life.ctx)
	} else {
		c.chunk, err = c.generate()
	}
	if err != nil || c.measure == nil {
		c.size = 1
		return err
	}
	c.size, err = measure(c.measure, c.chunk, nil)
	return err
}

func (c *nextCall[T]) runBurst() error {
	b := &c.fused.burst
	b.drain()
	if c.seq != nil && c.fused.loopBurst() == nil { // the body of a loop belongs into the goroutine that is in the loop
		if b.goesOn() {
			if err := c.seq.runBurst(b, c.fused.take); err != nil {
				return err
			}
		}
		return b.fill()
	}
	for b.goesOn() {
		if _, err := c.feed(); err != nil {
			return err
		}
	}
	return b.fill()
}

func (c *nextCall[T]) feed() (bool, error) {
	chunk, err := c.generate()
	if err == nil {
		c.fused.take(chunk)
	}
	return err == nil, err
}

func (c *nextCall[T]) loopBurst() *burst { return c.fused.loopBurst() }

func (c *nextCall[T]) settledLocked() { c.controller.donePullingLocked() }

func (c *nextCall[T]) stepLocked() {
	n := (*nextSource[T])(c)
	chunk, err := n.chunk, n.err
	var zero T
	n.chunk = zero
	wasBurst := n.fused.running
	if wasBurst {
		var held bool
		if err, held = n.fused.endLocked(n.controller.domainLocked(), err); held {
			return
		}
	}
	if n.stopped != nil {
		if !n.stopped.settled {
			n.stopLocked(n.stopped)
		}
		return
	}
	switch {
	case n.ready != nil && errors.Is(err, ErrNotReady):
		n.notReadyLocked()
		return
	case n.withholdLocked(c, err):
		return
	case err == nil && !wasBurst:
		n.controller.enqueueLocked(chunk, n.size)
	}
	n.pullDoneLocked(err)
}

// withholdLocked is that of the lifetime, for a call c that may also have ended the stream.
func (n *nextSource[T]) withholdLocked(c reaction, err error) bool {
	return err != io.EOF && n.life.withholdLocked(n.controller.domainLocked(), c, err)
}

// pullDoneLocked ends the pull, which came to err.
func (n *nextSource[T]) pullDoneLocked(err error) {
	if err == io.EOF {
		n.controller.closeLocked()
		err = nil
	}
	n.controller.pullDoneLocked(err)
}

// A sliceSource gets its chunks from a slice.
type sliceSource[T any] struct {
	callResult
	stream     ReadableStream[T]
	controller ReadableController[T]
	own        domainWithAgenda

	// Guarded by the domain's lock, but for a burst:

	values []T
	next   int // the index of the first that was not taken yet

	fused burstSource[T] // guarded by the domain's lock
}

func (s *sliceSource[T]) pullLocked() {
	d := s.controller.domainLocked()
	if s.fused.chainedLocked(&s.controller) {
		d.callPullLocked((*slicePull[T])(s))
		return
	}
	d.steps.push((*slicePull[T])(s))
}

func (s *sliceSource[T]) cancelLocked(error) *promise { return settledPromise(nil) }

func (s *sliceSource[T]) endLocked(error) {
	if !s.fused.running {
		s.values, s.next = nil, 0
	}
}

func (s *sliceSource[T]) tellLocked(error) {}

// slicePull is the pull. Only a burst has anything to run.
type slicePull[T any] sliceSource[T]

func (p *slicePull[T]) beginLocked(ctx context.Context, w *waiter) bool {
	p.err = nil
	return (p.next < len(p.values) || p.fused.burst.engagedFrom(p)) && p.fused.beginLocked(ctx, w, &p.controller, p)
}

func (p *slicePull[T]) run() error {
	b, take := &p.fused.burst, p.fused.take
	b.drain()
	for p.next < len(p.values) && b.goesOn() {
		p.next++ // before the call, which may panic
		take(p.values[p.next-1])
	}
	return b.fill()
}

func (p *slicePull[T]) feed() (bool, error) {
	if p.next == len(p.values) {
		return false, nil
	}
	p.next++
	p.fused.take(p.values[p.next-1])
	return true, nil
}

func (p *slicePull[T]) loopBurst() *burst { return p.fused.loopBurst() }

func (p *slicePull[T]) settledLocked() { p.controller.donePullingLocked() }

func (p *slicePull[T]) stepLocked() {
	c := &p.controller
	if p.fused.running {
		// What is left of the error belonged to no stage, and run calls nothing else.
		if _, held := p.fused.endLocked(c.domainLocked(), p.err); held {
			return
		}
	} else if c.stream.state == readable && p.next < len(p.values) {
		p.next++
		c.enqueueLocked(p.values[p.next-1], 1)
	} else {
		c.closeLocked()
	}
	c.pullDoneLocked(nil)
}
