package streams

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
)

// A burst takes chunks through a chain of stages by direct calls: from a source that gives them by a function that must not
// block (Generate, From, FromSlice), through pipes and functions of TransformFunc, to the function of a SinkFunc. It is a
// plain call like others, and it is the pull of the source.
//
// A burst begins when the source is pulled and the whole chain is empty and waits for that chunk: each pipe has a read under
// way. Everything that a stage holds has gone downstream by then, since pulls of such sources come after all other work.
// While the burst runs, the lock is free, and what others see of the chain is that each stage is busy with a write that has
// not come to its end. That is a state of the standard, which says what every operation does to it; so whoever comes with
// one never waits for the burst, but does what the standard says, and makes the burst stop at the next chunk. When it stops,
// the writes end, with the error of a stage that failed, and things go on as the standard has it. Nothing ever comes to rest
// in the middle of a burst, so nobody can tell it from what the standard does chunk by chunk.
type burst struct {
	stages []burstStage // from the source to the sink; immutable once built
	stop   atomic.Bool  // somebody else came to the domain
	ctx    context.Context

	// The goroutine that runs the burst owns following fields.

	at     int   // the stage whose function runs
	shares bool  // another pull waits for its turn
	failed int   // the stage whose function failed, or none
	err    error // what it failed with
	count  int   // chunks
}

// noStage is the place of the source, and of no failure.
const noStage = -1

// A burstStage is a pipe with the sink at its end.
type burstStage interface {
	// idleLocked reports whether the stage is empty and waits for a chunk.
	idleLocked() bool
	// enterLocked makes the stage busy with a write.
	enterLocked()
	// leaveLocked ends that write.
	leaveLocked(err error)
}

// A fusedSink is a sink that can be part of a burst.
type fusedSink[T any] interface {
	// fuseLocked adds what comes after the sink to the burst, and returns the function that takes a chunk as stage number
	// stage; nil if that cannot be.
	fuseLocked(b *burst, stage int) func(chunk T)
	// fusedIdleLocked reports whether nothing in the sink keeps a burst from going through.
	fusedIdleLocked() bool
	// fusedDoneLocked ends the write that the burst was.
	fusedDoneLocked(err error)
}

// A burstSource is a source that bursts begin at. It is the call of its pull.
type burstSource[T any] struct {
	burst    burst
	take     func(chunk T) // takes a chunk through the chain; nil if the source is not at the beginning of one
	topology int           // of the domain when take was made
	running  bool
}

// chainedLocked reports whether stream s, whose source this is, is at the beginning of a chain that can have bursts.
func (b *burstSource[T]) chainedLocked(s *ReadableStream[T]) bool {
	if d := s.domainLocked(); b.topology != d.topology {
		b.topology = d.topology
		b.burst.stages = b.burst.stages[:0]
		b.take = fuseLocked(s, &b.burst)
	}
	return b.take != nil
}

// beginLocked enters a burst if the chain that begins at stream s can have one now, and reports whether it did. The burst
// ends with ctx, if not before.
func (b *burstSource[T]) beginLocked(ctx context.Context, s *ReadableStream[T]) bool {
	if !b.chainedLocked(s) {
		return false
	}
	for _, stage := range b.burst.stages {
		if !stage.idleLocked() {
			return false
		}
	}
	for _, stage := range b.burst.stages {
		stage.enterLocked()
	}
	b.running = true
	b.burst.begin(ctx)
	d := s.domainLocked()
	b.burst.shares = d.calls.pulls.len > 0
	d.calls.bursts.push(&b.burst)
	return true
}

// endLocked leaves the burst. err is what the pull came to; endLocked returns what is left of it when the stage that failed
// has had its part.
func (b *burstSource[T]) endLocked(d *domain, err error) error {
	b.running = false
	d.calls.removeBurst(&b.burst)
	if err != nil && b.burst.at != noStage { // the function of a stage panicked
		b.burst.fail(b.burst.at, err)
		err = nil
	}
	for i, stage := range slices.Backward(b.burst.stages) {
		var failure error
		if i == b.burst.failed {
			failure = b.burst.err
		}
		stage.leaveLocked(failure)
	}
	b.burst.ctx, b.burst.err = nil, nil
	return err
}

func (b *burst) begin(ctx context.Context) {
	b.stop.Store(false)
	b.ctx = ctx
	b.at, b.failed, b.count = noStage, noStage, 0
}

// checkInterval is after how many chunks a burst gives way to another pull, and looks whether its context has ended.
const checkInterval = 1 << 10

// goesOn reports whether the burst takes another chunk.
func (b *burst) goesOn() bool {
	b.count++
	if b.count%checkInterval == 0 && (b.shares || b.ctx.Err() != nil) {
		return false
	}
	return b.failed == noStage && !b.stop.Load()
}

// fail takes note that the function of a stage failed.
func (b *burst) fail(stage int, err error) {
	if b.failed == noStage {
		b.failed, b.err = stage, err
	}
}

// errRecovered stands in for the value of a panic that never got here.
var errRecovered = errors.New("streams: a panic that the function of an earlier stage recovered")

// fuseLocked returns the function that takes a chunk of stream s through the chain after it, and adds the stages of that to
// b; nil if there is no chain that can have bursts.
func fuseLocked[T any](s *ReadableStream[T], b *burst) func(chunk T) {
	if s.reader == nil {
		return nil
	}
	p, ok := s.reader.observer.(*pipe[T])
	if !ok || p.dest.controller == nil {
		return nil
	}
	sink, ok := p.dest.controller.sink.(fusedSink[T])
	if !ok {
		return nil
	}
	b.stages = append(b.stages, p)
	return sink.fuseLocked(b, len(b.stages)-1)
}

func (p *pipe[T]) idleLocked() bool {
	dest, c := p.dest, p.dest.controller
	if p.shutdown.phase != piping || p.reader.requests.len != 1 ||
		dest.state != writable || dest.closeQueuedOrInFlightLocked() ||
		!c.started || c.queue.len > 0 || c.size != nil {
		return false
	}
	sink, ok := c.sink.(fusedSink[T])
	return ok && sink.fusedIdleLocked()
}

func (p *pipe[T]) enterLocked() {
	var none T
	c := p.dest.controller
	c.queue.enqueueValueWithSize(writeRequest[T]{none, p}, 1)
	c.inFlightWrite = true
	p.unwritten++
}

func (p *pipe[T]) leaveLocked(err error) {
	sink, ok := p.dest.controller.sink.(fusedSink[T])
	if !ok { // the stream is ending, and the sink will not be called any more
		p.dest.controller.writeDoneLocked(err)
		return
	}
	sink.fusedDoneLocked(err)
}

func (f *funcSink[T]) fuseLocked(b *burst, stage int) func(chunk T) {
	return func(chunk T) {
		if b.failed != noStage {
			return
		}
		caller := b.at
		b.at = stage
		if err := f.write(chunk); err != nil {
			b.fail(stage, err)
		}
		b.at = caller
	}
}

func (f *funcSink[T]) fusedIdleLocked() bool { return true }

func (f *funcSink[T]) fusedDoneLocked(err error) { f.controller.writeDoneLocked(err) }

func (s *transformSink[I, O]) fuseLocked(b *burst, stage int) func(chunk I) {
	f, ok := s.transformer.(*funcTransformer[I, O])
	if !ok {
		return nil
	}
	next := fuseLocked(&s.readable, b)
	if next == nil {
		return nil
	}
	return func(chunk I) {
		if b.failed != noStage {
			return
		}
		caller := b.at
		b.at = stage
		err := f.transform(chunk, next)
		if b.at != stage { // a stage further down panicked, and f.transform recovered what was not its own
			b.fail(b.at, newPanicError(errRecovered))
		}
		if err != nil {
			b.fail(stage, err)
		}
		b.at = caller
	}
}

func (s *transformSink[I, O]) fusedIdleLocked() bool {
	_, ok := s.transformer.(*funcTransformer[I, O])
	return ok && !s.controller.backpressure && s.readable.state == readable && !s.source.closeRequested &&
		s.source.queue.len == 0 && s.source.size == nil
}

func (s *transformSink[I, O]) fusedDoneLocked(err error) {
	t := (*TransformStream[I, O])(s)
	if f, ok := s.transformer.(*funcTransformer[I, O]); ok {
		err = f.terminateInsteadLocked(err)
	}
	t.transformDoneLocked(err)
}
