package streams

import (
	"context"
	"errors"
	"fmt"
)

// ErrNotReady is what the Next of a [ReadySource] returns when it has nothing for now.
var ErrNotReady = errors.New("streams: nothing is ready")

// A ReadySource is a source whose chunks are ready more often than not, such as a buffer that other goroutines fill. A
// chain of plain functions after it runs as one loop, as after Generate, until nothing is ready. Then Wait is called, and
// only while that runs is there a goroutine.
//
// What such a stream does is what it would do if Next and Wait were one callback of an [UnderlyingSource]: it calls Next,
// if that was not ready Wait, then Next again, until there is a chunk. Calls of Next and Wait never overlap, and what one
// returns after the stream has ended is dropped. A panic is an error that errors the stream, here as elsewhere.
type ReadySource[T any] struct {
	// Start is called once, before FromReady returns, and must not block; it may be nil. fail errors the stream at once,
	// whether it is read or not, as [ReadableController.Error] does: it never blocks and may be called from anywhere.
	Start func(fail func(err error))

	// Next returns the next chunk, io.EOF to close the stream, ErrNotReady if there is nothing for now, or another error,
	// which errors the stream. It is called by demand and must not block.
	Next func() (T, error)

	// Wait is called when Next was not ready, and may block. It returns nil when Next is worth another call, or an error, as
	// Next does. Its context ends when the stream is cancelled or errored, with the reason as its cause. If the read that
	// wanted the chunk is given up, Wait goes on, and the chunk is for the next read.
	Wait func(ctx context.Context) error

	// Cancel is called at most once, when the consumer cancels the stream; it may block, and may be nil. It may overlap a Next
	// or a Wait, and one call of Next may follow it. Its error is what the consumer's Cancel returns.
	Cancel func(ctx context.Context, reason error) error
}

// FromReady makes a stream of what src has ready. The default strategy has mark 0: nothing is taken ahead of the reads. It
// never blocks. A source without Next or Wait makes a stream that is errored with ErrInvalidArgument, a negative mark one
// that is errored with ErrRange.
func FromReady[T any](src ReadySource[T], strategy ...QueuingStrategy[T]) *ReadableStream[T] {
	if src.Next == nil || src.Wait == nil {
		return erroredReadable[T](fmt.Errorf("%w: FromReady without Next or Wait", ErrInvalidArgument))
	}
	return newNextStream(&nextSource[T]{generate: src.Next, ready: &src}, strategyOr(strategy, 0))
}

// start calls Start, if there is one.
func (n *nextSource[T]) start() (err error) {
	if n.ready == nil || n.ready.Start == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
	}()
	n.ready.Start(n.controller.Error)
	return nil
}

func (n *nextSource[T]) cancelReadyLocked(reason error) *promise {
	n.stopped = fulfilled // what a call in progress comes to is dropped
	if n.ready.Cancel == nil {
		return fulfilled
	}
	return n.controller.domainLocked().promiseCallLocked(func() error {
		return n.ready.Cancel(context.Background(), reason)
	})
}

// waitStep goes on with a pull for which nothing was ready. It comes after what is due already, for which else another
// goroutine would be needed while Wait runs.
type waitStep[T any] nextSource[T]

func (w *waitStep[T]) stepLocked() {
	w.life.contextLocked()
	w.controller.domainLocked().callBlockingLocked((*waitCall[T])(w))
}

// waitCall is the call of Wait, which is part of a pull. There is one at a time.
type waitCall[T any] nextSource[T]

func (c *waitCall[T]) run() error { return c.ready.Wait(c.life.ctx) }

func (c *waitCall[T]) stepLocked() {
	n := (*nextSource[T])(c)
	if n.err == nil && n.stream.state == readable {
		n.pullLocked()
		return
	}
	n.pullDoneLocked(n.err)
}
