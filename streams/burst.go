package streams

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
)

// A burst takes chunks through a chain of stages by direct calls: from a source that gives them by a function that must not
// block (Generate, From, FromSlice), through pipes and functions of TransformFunc, to the function of a SinkFunc, to the
// body of a loop (ForEach, Values) or into the queue of a sink that may block. It is a plain call like others, unless it
// calls the body of a loop, and it is the pull of the source.
//
// A burst begins when the source is pulled and nothing else is to be done, and takes over what waits in the stages. It also
// begins at a stage that is about to be called with a chunk which a producer has pushed, a source that may block has given, or
// the stage before has emitted among others; then it goes on with what is queued before the stage (burst_call.go).
//
// While it runs, the lock is free, and what others see of the chain is that each stage is busy with a write that has not come
// to its end. That is a state of the standard, which says what every operation does to it; so whoever comes with one never waits
// for the burst, but does what the standard says, and makes the burst stop at the next chunk. When it stops, the writes
// end, with the error of a stage that failed, and things go on as the standard has it.
//
// Where the chain ends in a queue, the burst goes on until that is full, and until one chunk waits in front of each stage,
// as the standard has it while the sink is busy. Then it is held: the writes of the stages stay as they are, so that no more
// is to be done for the next chunk than to take one through when the sink has taken one. Whoever else locks the domain
// settles a held burst first, that is, puts what waits where the standard has it, and nothing is left of the burst.
//
// So nobody can tell a burst from what the standard does chunk by chunk.
type burst struct {
	stages []burstStage // from the source to the sink, those of one branch of a tee after those of the other; immutable once built
	fork   int          // the first of them that is a tee; noFork if none is
	end    burstEnd     // the queue or the loop that the chain ends in; nil if it ends in a SinkFunc
	pull   heldPull     // of the source that the burst began at; nil if it began at a call
	stop   atomic.Bool  // somebody else came to the domain
	ctx    context.Context

	// The domain's lock guards following fields.

	topology int  // of the domain when the chain was built; 0 if there is none
	engaged  bool // it has begun and not ended
	from     int  // the stage that it begins at
	looks    bool // it looks for other work now and then
	wanted   bool // another chain could not be built because it is engaged

	// The goroutine that runs the burst owns following fields.

	at     int   // the stage whose function runs
	halted bool  // the queue at the end is full, the loop was left, or a stage has failed
	forced bool  // the next stage takes its chunk nevertheless
	shares bool  // another pull waits for its turn
	failed int   // the stage whose function failed, or none
	err    error // what it failed with
	count  uint  // chunks
}

const (
	noStage = -1 // the place of the source, and of no failure
	atBody  = -2 // the place of the body of a loop

	noFork = math.MaxInt
)

// A burstStage is a pipe with the sink that it writes to.
type burstStage interface {
	// readyLocked reports whether the stage waits for a chunk, or, if the chain ends in a queue, waits with one for what
	// comes after it.
	readyLocked(endsInQueue bool) bool
	// enterLocked makes the stage busy with a write.
	enterLocked()
	// settleLocked leaves the stage with the chunk that waits in front of it.
	settleLocked()
	// leaveLocked ends the write, or goes on with it if a chunk waits.
	leaveLocked(err error)

	// flowsLocked reports whether nothing has come that ends the stage.
	flowsLocked() bool

	// drain takes what waits in front of the stage through it, until the burst is halted.
	drain()
	// step takes one chunk that waits through the stage, though the burst is halted.
	step()
	// waits reports whether a chunk waits in front of the stage.
	waits() bool
}

// An intake is a stage, or the end of the chain, as the stage before it knows it.
type intake[T any] interface {
	// taker is the function that takes a chunk.
	taker() func(chunk T)
	// keep leaves a chunk in front of the stage.
	keep(chunk T)
}

// A burstEnd is what a chain ends in that may block: a sink, with the pipe that fills its queue, or a loop.
type burstEnd interface {
	// isQueue reports whether there is a queue that the burst fills, and can be held before.
	isQueue() bool
	// readyLocked reports whether a burst may begin; w is the goroutine that would run it, nil for a helper.
	readyLocked(w *waiter) bool
	enterLocked()
	// beginLocked returns whether the queue is full. The burst stops when it would be.
	beginLocked() (full bool)
	// deliverLocked puts what came through into the queue, and reports whether it is full and the sink busy.
	deliverLocked() (full bool)
	settleLocked()
	leaveLocked()
	// writeCall is the call of the sink's write.
	writeCall() call
}

// A fusible is a sink that can be part of a chain.
type fusible[T any] interface {
	// fuseLocked adds the sink and what comes after it to the burst; p writes to the sink. It returns nil if that cannot be.
	fuseLocked(p *pipe[T], b *burst) intake[T]
}

// fuseLocked adds the chain after stream s to b, and returns its beginning; nil if there is no chain that can have bursts.
func fuseLocked[T any](s *ReadableStream[T], b *burst) intake[T] {
	if s.reader == nil {
		return nil
	}
	if s.reader.loop != nil {
		return s.reader.loop.fuseLocked(b)
	}
	if t, ok := s.reader.observer.(*teeEnd[T]); ok {
		return (*tee[T])(t).fuseLocked(b)
	}
	p, ok := s.reader.observer.(*pipe[T])
	if !ok || p.dest.controller == nil {
		return nil
	}
	sink, ok := p.dest.controller.sink.(fusible[T])
	if !ok {
		return nil
	}
	return sink.fuseLocked(p, b)
}

// add adds a stage at the end of the chain.
func (b *burst) add(stage burstStage) {
	if b.stages == nil {
		b.stages = make([]burstStage, 0, usualStages)
	}
	b.stages = append(b.stages, stage)
}

// usualStages is how many stages most chains have at most.
const usualStages = 4

// clearLocked forgets the chain.
func (b *burst) clearLocked() {
	b.topology = 0
	b.stages, b.end, b.fork = b.stages[:0], nil, noFork
}

// engagedFrom reports whether the burst has begun at this pull, and not ended.
func (b *burst) engagedFrom(pull heldPull) bool { return b.engaged && b.pull == pull }

// enterLocked enters those stages that are not busy yet, the last of the chain, and reports whether it could.
func (b *burst) enterLocked(d *domain, w *waiter, pull heldPull, stages []burstStage) bool {
	for _, stage := range stages {
		if !stage.readyLocked(b.endsInQueue()) {
			return false
		}
	}
	if b.end != nil && !b.end.readyLocked(w) {
		return false
	}
	b.engaged, b.pull, b.from, b.looks = true, pull, 0, false
	if b.end != nil {
		b.end.enterLocked()
	}
	for _, stage := range slices.Backward(stages) { // what a stage has kept comes after what waits in front of the next
		stage.enterLocked()
	}
	d.calls.bursts.push(b)
	return true
}

// beginLocked makes a burst that was entered, or held, ready to run.
func (b *burst) beginLocked(ctx context.Context, d *domain) {
	if b.stop.Load() {
		b.stop.Store(false)
	}
	b.ctx = ctx
	b.at, b.failed, b.count = noStage, noStage, 0
	b.halted = b.end != nil && b.end.beginLocked()
	b.shares = d.calls.pulls.len > 0
}

func (b *burst) endsInQueue() bool { return b.end != nil && b.end.isQueue() }

// loop is the burst itself, if it calls the body of a loop; else nil.
func (b *burst) loop() *burst {
	if b.end == nil || b.end.isQueue() {
		return nil
	}
	return b
}

// endLocked is what comes after the run of a burst: it is held, or ended. err is what the run came to; endLocked returns what is
// left of it when the stage that failed has had its part.
func (b *burst) endLocked(d *domain, err error) (left error, held bool) {
	if err != nil && b.at != noStage { // the function of a stage panicked
		b.fail(b.at, err)
		err = nil
	}
	if err == nil && b.holdLocked(d) {
		return nil, true
	}
	b.disengageLocked(d)
	if b.end != nil {
		b.end.leaveLocked()
	}
	for i := len(b.stages) - 1; i >= b.from; i-- {
		var failure error
		if i == b.failed {
			failure = b.err
		}
		b.stages[i].leaveLocked(failure)
	}
	b.ctx, b.err = nil, nil
	return err, false
}

// holdLocked delivers what came through and holds the burst, if that is possible.
func (b *burst) holdLocked(d *domain) bool {
	q := &d.calls
	if !b.endsInQueue() || b.failed != noStage || b.stop.Load() || q.held != nil || q.pulls.len > 0 {
		return false
	}
	for _, stage := range b.stages {
		if !stage.waits() {
			return false
		}
	}
	if !b.end.deliverLocked() {
		return false
	}
	q.held = b
	return true
}

// settleLocked ends a burst that is held.
func (b *burst) settleLocked(d *domain) {
	d.calls.held = nil
	b.disengageLocked(d)
	b.end.settleLocked()
	for _, stage := range b.stages {
		stage.settleLocked()
	}
	b.pull.settledLocked()
	b.ctx = nil
}

func (b *burst) disengageLocked(d *domain) {
	b.engaged = false
	if b.wanted { // so that the other chain is looked for again
		b.wanted = false
		d.topology++
	}
	d.calls.bursts.remove(func(other *burst) bool { return other == b })
}

// resumeLocked goes on with a burst that is held: the sink has taken a chunk. A held burst leaves nothing else to be done, so
// the helper that is here runs the pull before it gives up the lock, and nobody meets a burst between the two states.
func (b *burst) resumeLocked(d *domain) {
	d.calls.held = nil
	d.callPullLocked(b.pull)
}

// checkInterval is after how many chunks a burst gives way to another pull, and looks whether its context has ended.
const checkInterval = 1 << 10

// goesOn reports whether the burst takes another chunk from the source.
func (b *burst) goesOn() bool { return !b.halted && !b.interrupted() }

// interrupted reports whether the burst has to stop.
func (b *burst) interrupted() bool {
	if b.count++; b.count%checkInterval == 0 {
		b.checkTurn()
	}
	return b.stop.Load()
}

// checkTurn stops the burst if its turn is over.
func (b *burst) checkTurn() {
	if b.shares || b.ctx.Err() != nil {
		b.stop.Store(true)
	}
}

// fail takes note that the function of a stage failed.
func (b *burst) fail(stage int, err error) {
	if b.failed == noStage {
		b.failed, b.err, b.halted = stage, err, true
	}
}

// went takes note of what was wrong with a call of a stage's function: it failed, or a stage further down panicked, and the
// function recovered what was not its own.
func (b *burst) went(stage int, err error) {
	if b.at != stage {
		b.fail(b.at, newPanicError(errRecovered))
	}
	if err != nil {
		b.fail(stage, err)
	}
}

// flowsLocked reports whether nothing has come that ends a part of the chain.
func (b *burst) flowsLocked() bool {
	for _, stage := range b.stages[b.from:] {
		if !stage.flowsLocked() {
			return false
		}
	}
	return true
}

// drain takes what waits in the chain through it, until the burst is halted.
func (b *burst) drain() {
	for _, stage := range slices.Backward(b.stages) {
		stage.drain()
	}
}

// fill sees to it that a chunk waits in front of each stage, if the queue at the end is full. It returns the error of the
// source.
func (b *burst) fill() error {
	if !b.endsInQueue() || !b.halted {
		return nil
	}
	for i := range slices.Backward(b.stages) {
		if filled, err := b.fillStage(i); !filled {
			return err
		}
	}
	return nil
}

// fillStage sees to it that a chunk waits in front of a stage, and reports whether one does and the burst goes on.
func (b *burst) fillStage(i int) (filled bool, err error) {
	for !b.stages[i].waits() {
		if b.failed != noStage || b.interrupted() {
			return false, nil
		}
		if i == 0 {
			filled, err = b.pull.feed()
		} else if filled, err = b.fillStage(i - 1); filled {
			b.stages[i-1].step()
		}
		if !filled {
			return false, err
		}
	}
	return b.failed == noStage, nil
}

// errRecovered stands in for the value of a panic that never got here.
var errRecovered = errors.New("streams: a panic that the function of an earlier stage recovered")
