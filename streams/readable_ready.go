package streams

import (
	"context"
	"errors"
	"fmt"
)

// ErrNotReady is what the Next of a [ReadySource] returns when it has nothing for now, and the Write of a [ReadySink] when
// it has no room for now.
var ErrNotReady = errors.New("streams: not ready")

// A ReadySource is a source whose chunks are ready more often than not, such as a buffer that other goroutines fill. A
// chain of plain functions after it runs as one loop, as after Generate, until nothing is ready. Then Wait is called, and
// only while that runs is there a goroutine; or, without a Wait, the source says when it goes on.
//
// What such a stream does is what it would do if Next and Wait were one callback of an [UnderlyingSource]: it calls Next,
// if that was not ready Wait, then Next again, until there is a chunk. Calls of Next and Wait never overlap, and what one
// returns after the stream has ended is dropped. A panic is an error that errors the stream, here as elsewhere.
type ReadySource[T any] struct {
	// Start is called once, before FromReady returns, and must not block; it may be nil.
	Start func(c *ReadyController[T])

	// Next returns the next chunk, io.EOF to close the stream, ErrNotReady if there is nothing for now, or another error,
	// which errors the stream. It is called by demand and must not block.
	Next func() (T, error)

	// Wait is called when Next was not ready, and may block. It returns nil when Next is worth another call, or an error, as
	// Next does. Its context ends when the stream is cancelled or errored, with the reason as its cause. If the read that
	// wanted the chunk is given up, Wait goes on, and the chunk is for the next read. Without a Wait, Next is called again
	// when [ReadyController.Ready] is.
	Wait func(ctx context.Context) error

	// Cancel is called at most once, when the consumer cancels the stream; it may block, and may be nil. It may overlap a Next
	// or a Wait, and one call of Next may follow it. Its error is what the consumer's Cancel returns.
	Cancel func(ctx context.Context, reason error) error
}

// FromReady makes a stream of what src has ready. The default strategy has mark 0: nothing is taken ahead of the reads. It
// never blocks. A source without Next, or with neither Wait nor Start, makes a stream that is errored with
// ErrInvalidArgument, a negative mark one that is errored with ErrRange.
func FromReady[T any](src ReadySource[T], strategy ...QueuingStrategy[T]) *ReadableStream[T] {
	if src.Next == nil || src.Wait == nil && src.Start == nil {
		return erroredReadable[T](fmt.Errorf("%w: FromReady without Next or Wait", ErrInvalidArgument))
	}
	n := &nextSource[T]{generate: src.Next}
	n.ready = &readiness[T]{source: src, controller: ReadyController[T]{n}}
	return newNextStream(n, strategyOr(strategy, 0))
}

// A ReadyController is how a [ReadySource] tells its stream what Next does not. Several goroutines may use it, also after
// the stream has ended, when it does nothing.
type ReadyController[T any] struct{ source *nextSource[T] }

// Error errors the stream at once, whether it is read or not, as [ReadableController.Error] does. It never blocks.
func (c *ReadyController[T]) Error(err error) { c.source.controller.Error(err) }

// Ready says that Next is worth another call, for a source without a Wait. If a chunk is wanted, Next is called, and what is
// to be done with the chunk; the goroutine that calls Ready does that itself, as far as it does not block and no other is at
// it, so it should hold no lock that a function of the chain takes. Ready is remembered while Next runs.
func (c *ReadyController[T]) Ready() {
	n := c.source
	d := n.stream.lock()
	if n.ready.tellLocked() && n.stream.state == readable {
		n.pullLocked()
	}
	d.assistLocked((*nextCall[T])(n)).unlock()
}

// A readiness is what a nextSource has for a ReadySource.
type readiness[T any] struct {
	source     ReadySource[T] // immutable
	controller ReadyController[T]
	readySignal
}

// A readySignal brings together a function that was not ready and the word that it is. The domain's lock guards it.
type readySignal struct {
	resting bool // the function was not ready, and waits for the word
	told    bool // the word has come since the function was called
}

// tellLocked takes note of the word, and reports whether to call the function again.
func (s *readySignal) tellLocked() (again bool) {
	again = s.resting
	s.resting, s.told = false, !again
	return again
}

// restLocked takes note that the function was not ready, and reports whether to call it again, because the word has come
// meanwhile.
func (s *readySignal) restLocked() (again bool) {
	again = s.told
	s.resting, s.told = !again, false
	return again
}

// start calls Start, if there is one.
func (n *nextSource[T]) start() (err error) {
	if n.ready == nil || n.ready.source.Start == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
	}()
	n.ready.source.Start(&n.ready.controller)
	return nil
}

func (n *nextSource[T]) cancelReadyLocked(reason error) *promise {
	n.stopped = fulfilled // what a call in progress comes to is dropped
	cancel := n.ready.source.Cancel
	if cancel == nil {
		return fulfilled
	}
	return n.controller.domainLocked().promiseCallLocked(func() error { return cancel(context.Background(), reason) })
}

// notReadyLocked goes on with a pull for which nothing was ready.
func (n *nextSource[T]) notReadyLocked() {
	switch {
	case n.ready.source.Wait != nil:
		n.controller.domainLocked().steps.push((*waitStep[T])(n))
	case n.ready.restLocked():
		n.pullLocked()
	}
}

// waitStep makes the call of Wait ready. It comes after what is due already, for which else another goroutine would be
// needed while Wait runs.
type waitStep[T any] nextSource[T]

func (w *waitStep[T]) stepLocked() {
	w.life.contextLocked()
	w.controller.domainLocked().callBlockingLocked((*waitCall[T])(w))
}

// waitCall is the call of Wait, which is part of a pull. There is one at a time.
type waitCall[T any] nextSource[T]

func (c *waitCall[T]) run() error { return c.ready.source.Wait(c.life.ctx) }

func (c *waitCall[T]) stepLocked() {
	n := (*nextSource[T])(c)
	if n.err == nil && n.stream.state == readable {
		n.pullLocked()
		return
	}
	if !n.withholdLocked(c, n.err) {
		n.pullDoneLocked(n.err)
	}
}

// mostAssisted is how much a goroutine does that has come with something else to do.
const mostAssisted = 16

// assistLocked has a goroutine that only passes through do what is to be done and does not block, as far as it is not a
// pull that comes last, but for that of its own. The lock is given up meanwhile; assistLocked returns the domain locked
// again, which may have become part of another one.
func (d *domain) assistLocked(own plainPull) *domain {
	for range mostAssisted {
		d.runStepsLocked()
		q := &d.calls
		switch {
		case q.plying > 0 || q.ready.len > 0 && q.ready.at(0).mayBlock:
			return d
		case q.ready.len > 0:
			d = d.runCallLocked(context.Background(), nil)
		case q.pulls.len > 0 && *q.pulls.at(0) == own:
			d = d.runPullLocked(context.Background(), nil)
		default:
			return d
		}
	}
	return d
}
