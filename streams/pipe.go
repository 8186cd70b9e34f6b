package streams

import (
	"context"
	"fmt"
)

// PipeTo moves all chunks of the stream to dest and waits for the end. It reads a chunk only when the queue of dest has
// room, and does not wait for a write before it reads the next. Both streams are locked meanwhile.
//
// When the source closes, dest is closed; when the source errors, dest is aborted with that error; when dest errors, the
// source is cancelled with that error, as it is with ErrDestinationClosed if dest is closed or closing at the start.
// When ctx ends, dest is aborted and the source cancelled with its cause, and the contexts of callbacks in progress, of dest
// and upstream, end at once, so that a write that looks at its context does not hold the pipe. [PreventClose], [PreventAbort] and
// [PreventCancel] each leave one of these out. Chunks that were read before the end are written first, if dest can.
//
// PipeTo returns nil when all was moved and dest has closed, else the error that ended it, or that of closing, aborting
// or cancelling if one of these failed. It returns ErrLocked, and does nothing, if either stream is locked. See section
// 4.9.1 of the standard, ReadableStreamPipeTo.
func (s *ReadableStream[T]) PipeTo(ctx context.Context, dest *WritableStream[T], opts ...PipeOption) error {
	p := new(struct {
		pipe[T]
		over promise
	})
	p.source, p.dest, p.options, p.result = s, dest, newPipeOptions(opts), &p.over
	p.options.ctx = ctx
	d, err := p.start()
	if err != nil {
		return err
	}
	d, err = p.over.awaitLocked(context.Background(), d) // ctx ends the pipe, and so the wait
	d.unlockAfterPipeline()
	return err
}

// A ReadableWritablePair is something that chunks go through: a TransformStream, a chain of them, anything with two sides.
type ReadableWritablePair[I, O any] interface {
	Readable() *ReadableStream[O]
	Writable() *WritableStream[I]
}

// PipeThrough pipes src into the writable side of t, in the background, and returns the readable side. It never blocks.
// What ends the pipe early is seen at the readable side. A stage is for one pipeline: if the writable side has closed
// already, src is cancelled with ErrDestinationClosed, which the readable side does not tell. If src or the writable side is locked, PipeThrough leaves
// everything as it is and returns a stream that is errored with ErrLocked.
func PipeThrough[I, O any](src *ReadableStream[I], t ReadableWritablePair[I, O], opts ...PipeOption) *ReadableStream[O] {
	if t == nil || t.Readable() == nil {
		return erroredReadable[O](fmt.Errorf("%w: PipeThrough without a readable side", ErrInvalidArgument))
	}
	p := &pipe[I]{source: src, dest: t.Writable(), options: newPipeOptions(opts)}
	d, err := p.start()
	if err != nil {
		return erroredReadable[O](err)
	}
	d.unlock()
	return t.Readable()
}

// Chain makes one pair of two: what is written to it goes through first and then through second. If either is nil, both
// sides of the result are errored with ErrInvalidArgument.
func Chain[A, B, C any](first ReadableWritablePair[A, B], second ReadableWritablePair[B, C]) ReadableWritablePair[A, C] {
	if first == nil || second == nil {
		err := fmt.Errorf("%w: Chain of a nil pair", ErrInvalidArgument)
		return chain[A, C]{writable: erroredWritable[A](err), readable: erroredReadable[C](err)}
	}
	return chain[A, C]{writable: first.Writable(), readable: PipeThrough(first.Readable(), second)}
}

type chain[A, C any] struct {
	writable *WritableStream[A]
	readable *ReadableStream[C]
}

func (c chain[A, C]) Writable() *WritableStream[A] { return c.writable }
func (c chain[A, C]) Readable() *ReadableStream[C] { return c.readable }

// A pipe is a ReadableStreamPipeTo under way. It has no goroutine: it observes both streams, and each change of theirs
// makes its step due, which looks at everything again. It is its own read request, and the owner of its writes.
type pipe[T any] struct {
	source  *ReadableStream[T]
	dest    *WritableStream[T]
	options pipeOptions
	result  *promise // settled when the pipe is over; nil if nobody waits for that

	// The domain's lock guards following fields.

	reader     readerCore[T]
	writer     writerCore[T]
	reading    bool        // a read is under way, or its chunk being measured
	unwritten  int         // chunks that were read and of which it is not known yet what the sink made of them
	shutdown   shutdown    // how the pipe ends
	stopSignal func() bool // stops waiting for the context to end; nil if it cannot
}

// A shutdown is how a pipe ends: "shutdown with an action" of the standard.
type shutdown struct {
	phase   shutdownPhase
	action  shutdownAction
	err     error       // what PipeTo returns if the action succeeds
	results [2]*promise // of the action, once it has begun; nil is success
}

type shutdownPhase uint8

const (
	piping     shutdownPhase = iota // it has not begun
	waiting                         // for the chunks that were read to be written
	acting                          // the action has begun, or will at once
	pipingOver                      // the pipe has ended
)

// A shutdownAction is what a pipe does to its streams before it ends, as far as they are not prevented.
type shutdownAction uint8

const (
	noAction     shutdownAction = iota
	abortDest                   // with the error of the source
	cancelSource                // with the error that the pipe ends with
	closeDest
	abortAndCancel // with the cause of the signal
)

// start begins the pipe and returns its domain, locked.
func (p *pipe[T]) start() (*domain, error) {
	source, dest := p.source, p.dest
	if source == nil || dest == nil {
		return nil, fmt.Errorf("%w: pipe from or to a nil stream", ErrInvalidArgument)
	}
	if p.options.ctx == nil {
		panic("streams: nil context")
	}
	d := lockTogether(&source.member, &dest.member)
	if dest.writer != nil {
		holder := dest.writer.holder
		d.unlock()
		return nil, fmt.Errorf("pipe destination: %w", lockedBy(holder))
	}
	if err := p.reader.acquireLocked(source, heldByPipe); err != nil {
		d.unlock()
		return nil, fmt.Errorf("pipe source: %w", err)
	}
	if err := p.writer.acquireLocked(dest, heldByPipe); err != nil {
		panic("streams: internal error: " + err.Error())
	}
	p.reader.observer, p.writer.observer = p, p
	d.topology++
	switch ctx := p.options.ctx; {
	case ctx.Err() != nil:
		p.signalLocked()
	case ctx.Done() != nil:
		p.stopSignal = context.AfterFunc(ctx, p.signal)
	}
	p.evaluateLocked(true)
	return d, nil
}

// signal is called when the context has ended.
func (p *pipe[T]) signal() {
	d := p.source.lock()
	p.signalLocked()
	p.stepLocked()
	d.unlock()
}

// signalLocked is the abort algorithm of the standard. A pipe that is ending already ends as it would; but what it waits for,
// a write that hangs, say, must not hold it, so the contexts of callbacks end then too.
func (p *pipe[T]) signalLocked() {
	if p.shutdown.phase == pipingOver {
		return
	}
	reason := context.Cause(p.options.ctx)
	if c := p.dest.controller; c != nil && p.dest.state == writable {
		if p.options.preventAbort {
			c.signal.interruptLocked(reason) // the sink lives on: see finalizeLocked
		} else {
			c.signal.endLocked(reason)
		}
	}
	if c := p.source.controller; c != nil && !p.options.preventCancel {
		c.tellLocked(reason)
	}
	if p.shutdown.phase == piping {
		p.shutDownLocked(reason, abortAndCancel, false)
	}
}

// stepLocked looks at both streams and does what is to be done.
func (p *pipe[T]) stepLocked() { p.evaluateLocked(false) }

func (p *pipe[T]) evaluateLocked(first bool) {
	if p.shutdown.phase == piping {
		p.propagateLocked(first)
	}
	if p.shutdown.phase != piping {
		p.advanceShutdownLocked()
		return
	}
	if !p.reading && p.dest.state == writable && !p.dest.backpressure {
		p.reading = true
		p.reader.readLocked(p)
	}
}

// idleLocked reports whether the step would do nothing.
func (p *pipe[T]) idleLocked() bool {
	return p.shutdown.phase == piping && p.source.state == readable && p.dest.state == writable &&
		(p.reading || p.dest.backpressure)
}

// propagateLocked begins the shutdown if one of the streams has ended, in the order of the standard.
func (p *pipe[T]) propagateLocked(first bool) {
	source, dest := p.source, p.dest
	switch {
	case source.state == errored:
		p.shutDownLocked(source.storedError, abortDest, p.options.preventAbort)
	case dest.state == sinkErrored && p.writer.ended:
		p.shutDownLocked(dest.storedError, cancelSource, p.options.preventCancel)
	case source.state == closed:
		p.shutDownLocked(nil, closeDest, p.options.preventClose)
	case first && (dest.closeQueuedOrInFlightLocked() || dest.state == sinkClosed):
		p.shutDownLocked(ErrDestinationClosed, cancelSource, p.options.preventCancel)
	}
}

// closeWithErrorPropagationLocked is WritableStreamDefaultWriterCloseWithErrorPropagation.
func (p *pipe[T]) closeWithErrorPropagationLocked() *promise {
	dest := p.dest
	switch {
	case dest.closeQueuedOrInFlightLocked() || dest.state == sinkClosed:
		return settledPromise(nil)
	case dest.state == sinkErrored:
		return settledPromise(dest.storedError)
	}
	return dest.closeLocked()
}

// shutDownLocked is "shutdown", and "shutdown with an action" if that is not prevented.
func (p *pipe[T]) shutDownLocked(err error, action shutdownAction, prevented bool) {
	if prevented {
		action = noAction
	}
	p.shutdown = shutdown{phase: acting, action: action, err: err}
	if p.dest.state == writable && !p.dest.closeQueuedOrInFlightLocked() {
		p.shutdown.phase = waiting
	}
}

// advanceShutdownLocked goes on with the shutdown as far as it can.
func (p *pipe[T]) advanceShutdownLocked() {
	s := &p.shutdown
	if s.phase == waiting && p.unwritten > 0 || s.phase == pipingOver {
		return
	}
	if s.action != noAction {
		s.phase = acting
		p.actLocked()
		s.action = noAction
	}
	pending := false
	for _, result := range s.results {
		switch {
		case result == nil:
		case !result.settled:
			pending = true
		case result.err != nil:
			p.finalizeLocked(result.err)
			return
		}
	}
	if !pending {
		p.finalizeLocked(s.err)
	}
}

// actLocked begins the action. The results make the step of the pipe due.
func (p *pipe[T]) actLocked() {
	s := &p.shutdown
	switch s.action {
	case abortDest:
		s.results[0] = p.dest.abortLocked(s.err)
	case cancelSource:
		s.results[0] = p.source.cancelLocked(s.err)
	case closeDest:
		s.results[0] = p.closeWithErrorPropagationLocked()
	case abortAndCancel:
		if !p.options.preventAbort && p.dest.state == writable {
			s.results[0] = p.dest.abortLocked(s.err)
		}
		if !p.options.preventCancel && p.source.state == readable {
			s.results[1] = p.source.cancelLocked(s.err)
		}
	}
	for _, result := range s.results {
		if result != nil {
			result.whenSettledLocked(p.source.domainLocked(), p)
		}
	}
}

// setResult is for the step that a result of the action makes due: it looks at the results itself.
func (p *pipe[T]) setResult(error) {}

// finalizeLocked is "finalize".
func (p *pipe[T]) finalizeLocked(err error) {
	p.shutdown.phase = pipingOver
	if c := p.dest.controller; c != nil {
		c.signal.resumeLocked()
	}
	p.writer.releaseLocked()
	p.reader.releaseLocked()
	if p.stopSignal != nil {
		p.stopSignal()
	}
	d := p.source.domainLocked()
	d.topology++
	p.result.settleLocked(d, err)
}

// chunkStepsLocked takes the chunk of the read, and writes it.
func (p *pipe[T]) chunkStepsLocked(chunk T) {
	p.unwritten++
	size := p.writer.sizeLocked()
	if size == nil {
		p.writeLocked(chunk, 1)
		return
	}
	d := p.source.domainLocked()
	n := 0
	d.callPlainLocked(&rareCall{
		function: func() (err error) { n, err = measure(size, chunk, nil); return err },
		react: func(err error) {
			if err != nil && p.writer.refusesWriteLocked() == nil {
				p.dest.controller.errorIfNeededLocked(err)
			}
			p.writeLocked(chunk, n)
		},
	})
}

// writeLocked queues a chunk, which ends the read it came from.
func (p *pipe[T]) writeLocked(chunk T, size int) {
	p.reading = false
	if err := p.writer.writeLocked(chunk, size, p); err != nil {
		p.unwritten--
	}
	p.source.domainLocked().steps.push(p)
}

// failStepsLocked ends the read; what it means for the pipe is seen in the state of the source.
func (p *pipe[T]) failStepsLocked(error) { p.reading = false }

// writtenLocked takes note that the sink is done with a chunk. An error is seen in the state of the destination.
func (p *pipe[T]) writtenLocked(error) {
	p.unwritten--
	if p.shutdown.phase != piping {
		p.source.domainLocked().steps.push(p)
	}
}
