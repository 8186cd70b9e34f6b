package transforms

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/weirstreams/weir/streams"
)

// TumblingWindowStreams splits its input into windows, which are streams of the chunks of a period, and gives each with its
// first chunk. Periods follow each other from the making of the stage on; one without a chunk gives nothing. [TumblingWindow]
// gives slices; a stream is for a window that does not fit into memory, or whose chunks are wanted as they come. (There is no
// such thing for windows that overlap: each would have to hold what another one has been read ahead of it.)
//
// A window has at most so many chunks as most says: with that many it ends, and the next is of the same period.
// streams.Unbounded is no limit. A period that is not above 0, or a most below 1, makes a stream that is errored with
// streams.ErrRange.
//
// There is one window at a time: the next is given when the one before is over. Its chunks are taken from the input as they
// are read from it. It ends by the clock, whether it is read or not, and what comes after that is for the next. So a window
// that nobody reads keeps its first chunk, which can be read later, and holds up the producer until the end of the period, no
// longer. One that its consumer cancels goes on without him: what comes in its time is dropped, when the next window is asked
// for.
//
// An error of the input errors the window that is open and the stream of windows; so does cancelling the stream of windows
// with its reason. When a consumer is slow, the producer waits. The stage holds one chunk for each window that has not been
// read.
func TumblingWindowStreams[T any](period time.Duration, most int) streams.ReadableWritablePair[T, *streams.ReadableStream[T]] {
	switch {
	case period <= 0:
		return erroredTransform[T, *streams.ReadableStream[T]](outOfRange("TumblingWindowStreams", period))
	case most < 1:
		return erroredTransform[T, *streams.ReadableStream[T]](outOfRange("TumblingWindowStreams", most))
	}
	start := time.Now()
	return newWindowing[T](most, func(now time.Time) time.Duration { return untilNext(start, now, period) }, false)
}

// SessionWindowStreams splits its input into windows, which are streams of chunks that each follow the one before within the
// time gap, and gives each with its first chunk. [SessionWindow] gives slices.
//
// A window has at most so many chunks as most says: with that many it ends, and the session goes on with the next.
// streams.Unbounded is no limit. A gap that is not above 0, or a most below 1, makes a stream that is errored with
// streams.ErrRange.
//
// For the rest it is as [TumblingWindowStreams] says. The time since a chunk was taken counts, also while the consumer is at
// work on it: a window that nobody reads is over after the time gap, and a consumer that takes longer than that for a chunk
// gets each in a window of its own.
func SessionWindowStreams[T any](gap time.Duration, most int) streams.ReadableWritablePair[T, *streams.ReadableStream[T]] {
	switch {
	case gap <= 0:
		return erroredTransform[T, *streams.ReadableStream[T]](outOfRange("SessionWindowStreams", gap))
	case most < 1:
		return erroredTransform[T, *streams.ReadableStream[T]](outOfRange("SessionWindowStreams", most))
	}
	return newWindowing[T](most, func(time.Time) time.Duration { return gap }, true)
}

// errWindowOver ends the wait for a chunk when its window has ended, or was cancelled.
var errWindowOver = errors.New("transforms: internal error: the window is over")

// A windowing gives its input in windows, of which one is open at a time. It has no goroutine but those in which a read of a
// window or of the stream of windows waits, and one timer.
type windowing[T any] struct {
	input *streams.DefaultReader[T]

	// Following fields are immutable.

	most    int
	lasts   func(now time.Time) time.Duration // how long a window lasts, from a chunk on
	restart bool                              // lasts is asked for each chunk, not only for the first

	mu    sync.Mutex // guards following fields, and the windows where they say so
	alarm alarm      // the end of open
	open  *window[T] // the latest; nil before the first
	held  slot[T]    // a chunk that was taken for open, but came after its time: the first of the next
}

func newWindowing[T any](
	most int, lasts func(now time.Time) time.Duration, restart bool,
) streams.ReadableWritablePair[T, *streams.ReadableStream[T]] {
	w := &windowing[T]{most: most, lasts: lasts, restart: restart}
	w.alarm.ring = w.ring
	var output *demand[T, *streams.ReadableStream[T]]
	input := streams.NewTransformStream(streams.Transformer[T, T]{
		Transform: func(_ context.Context, chunk T, c *streams.TransformController[T]) error {
			_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile; whoever ended it knows why
			return nil
		},
		// It is called when the input is aborted, and when the output is cancelled.
		Cancel: func(_ context.Context, reason error) error {
			output.fail(reason)
			w.fail(reason)
			return nil
		},
	})
	reader, err := input.Readable().GetReader()
	if err != nil {
		panic("transforms: internal error: " + err.Error())
	}
	w.input = reader
	output = newDemand(input.Writable(), w.next, reader.Cancel)
	return output
}

// next returns the next window.
func (w *windowing[T]) next(ctx context.Context) (*streams.ReadableStream[T], error) {
	if err := w.finish(ctx); err != nil {
		return nil, err
	}
	if chunk, ok := w.takeHeld(); ok {
		return w.begin(chunk), nil
	}
	chunk, err := w.input.Read(ctx)
	if err != nil {
		return nil, err
	}
	return w.begin(chunk), nil
}

func (w *windowing[T]) takeHeld() (chunk T, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held.full {
		return chunk, false
	}
	return w.held.take(), true
}

// finish waits until the open window is over. If it was cancelled, its rest is dropped.
func (w *windowing[T]) finish(ctx context.Context) error {
	for {
		w.mu.Lock()
		open := w.open
		if open == nil || open.ended {
			w.mu.Unlock()
			return nil
		}
		wait, cancelled := open.wait, open.cancelled
		w.mu.Unlock()
		if cancelled {
			if _, err := open.take(wait, true); err != nil && err != errWindowOver { //nolint:errorlint // it never leaves this package
				return err
			}
			continue
		}
		select {
		case <-wait.Done():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// begin opens a window with its first chunk.
func (w *windowing[T]) begin(first T) *streams.ReadableStream[T] {
	opened := &window[T]{windowing: w, left: w.most, busy: true}
	opened.wait, opened.stop = context.WithCancelCause(context.Background())
	w.mu.Lock()
	w.open = opened
	opened.tookLocked(true)
	w.mu.Unlock()
	return streams.NewReadableStream(streams.UnderlyingSource[T]{
		Start: func(_ context.Context, c *streams.ReadableController[T]) error {
			return opened.start(c, first)
		},
		Pull:   opened.pull,
		Cancel: opened.cancel,
	}, streams.CountQueuingStrategy[T](0))
}

// ring ends the open window when its time has come.
func (w *windowing[T]) ring() {
	var idle *streams.ReadableController[T]
	w.mu.Lock()
	w.alarm.fired()
	if w.alarm.rang(time.Now()) {
		idle = w.open.endLocked()
	}
	w.alarm.renew()
	w.mu.Unlock()
	if idle != nil {
		_ = idle.Close() // fails only if the stream has ended meanwhile
	}
}

// fail errors the open window.
func (w *windowing[T]) fail(reason error) {
	w.mu.Lock()
	open := w.open
	if open == nil || open.ended {
		w.mu.Unlock()
		return
	}
	open.endLocked()
	open.err = reason
	c := open.controller
	w.mu.Unlock()
	if c != nil {
		c.Error(reason)
	}
}

// A window is a stream of chunks that are read from the input of its windowing, by demand.
type window[T any] struct {
	windowing *windowing[T]

	// The lock of the windowing guards following fields.

	controller *streams.ReadableController[T] // nil until the stream has started
	busy       bool                           // start or pull is at it, and closes the stream if the window ends meanwhile
	left       int                            // how many chunks the window may have yet
	ended      bool                           // there are no more chunks; a terminal state
	cancelled  bool                           // by its consumer; it goes on without him
	err        error                          // that it ended with before it had started
	wait       context.Context                // ends with errWindowOver when the window ends or is cancelled
	stop       context.CancelCauseFunc        // of wait
}

func (o *window[T]) start(c *streams.ReadableController[T], first T) error {
	o.windowing.mu.Lock()
	o.controller = c
	err := o.err
	o.windowing.mu.Unlock()
	if err != nil {
		return err
	}
	_ = c.Enqueue(first) // fails only if the stream has ended meanwhile
	o.rest(c)
	return nil
}

func (o *window[T]) pull(_ context.Context, c *streams.ReadableController[T]) error {
	o.windowing.mu.Lock()
	o.busy = true
	wait := o.wait
	o.windowing.mu.Unlock()
	chunk, err := o.take(wait, false)
	switch err {
	case nil:
		_ = c.Enqueue(chunk) // as above
	case errWindowOver, io.EOF:
	default:
		return err
	}
	o.rest(c)
	return nil
}

// rest is what start and pull do last.
func (o *window[T]) rest(c *streams.ReadableController[T]) {
	o.windowing.mu.Lock()
	o.busy = false
	ended := o.ended
	o.windowing.mu.Unlock()
	if ended {
		_ = c.Close() // as above
	}
}

// take reads a chunk of the window, and waits for one as long as wait says. Its error is errWindowOver if there is none,
// io.EOF if the input has ended, or the error of the input. next says that it is called by the one who opens the next window.
func (o *window[T]) take(wait context.Context, next bool) (chunk T, err error) {
	if wait.Err() != nil { // a read would take a chunk that is there
		return chunk, errWindowOver
	}
	chunk, err = o.windowing.input.Read(wait)
	if err == errWindowOver { //nolint:errorlint // it never leaves this package
		return chunk, err
	}
	o.windowing.mu.Lock()
	defer o.windowing.mu.Unlock()
	switch {
	case o.ended && next && err == nil, // while the read was returning
		!o.ended && err == nil && o.windowing.alarm.rang(time.Now()): // now that the chunk is here
		o.windowing.held.put(chunk)
		o.endLocked()
		err = errWindowOver
	case o.ended:
	case err != nil:
		o.endLocked()
	default:
		o.tookLocked(o.windowing.restart)
	}
	return chunk, err
}

// tookLocked takes note of a chunk that was taken from the input. timed says that it puts off the end of the window.
func (o *window[T]) tookLocked(timed bool) {
	if o.left--; o.left == 0 {
		o.endLocked()
		return
	}
	if timed {
		now := time.Now()
		o.windowing.alarm.set(now.Add(o.windowing.lasts(now)))
	}
}

// endLocked ends the window. It returns the controller of its stream if that has to be closed.
func (o *window[T]) endLocked() *streams.ReadableController[T] {
	o.ended = true
	o.windowing.alarm.clear()
	o.stop(errWindowOver)
	if o.busy {
		return nil
	}
	return o.controller
}

// cancel is called when the consumer cancels the window.
func (o *window[T]) cancel(context.Context, error) error {
	o.windowing.mu.Lock()
	defer o.windowing.mu.Unlock()
	if !o.ended {
		o.cancelled = true
		o.stop(errWindowOver) // pull, and finish
		o.wait, o.stop = context.WithCancelCause(context.Background())
	}
	return nil
}
