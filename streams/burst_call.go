package streams

import "context"

// A stageCall is the call of a stage's function with a chunk that no burst brought.
type stageCall interface {
	call
	// burstLocked makes c, which is this call, a burst, if that can be: it takes the chunk through what comes after the stage,
	// too. w is the goroutine that will run it, nil for a helper.
	burstLocked(ctx context.Context, w *waiter, c readyCall) readyCall
}

// A place is where a stage stands in a chain. The domain's lock guards it, but for take.
type place[T any] struct {
	pipe  *pipe[T] // that writes to the stage; nil if none does, or the stage was never part of a chain
	burst *burst   // of the chain; nil if there never was one
	index int      // in the chain
	take  func(chunk T)

	root     *callRoot[T] // made when the chain has a burst that begins at the stage
	topology int          // of the domain at the last call of the stage
	calls    int          // since that changed
}

// joinLocked gives the stage a place at the end of the chain that there is so far, and reports whether it could.
func (s *place[T]) joinLocked(stage burstStage, p *pipe[T], b *burst) bool {
	if other := s.burst; other != nil && other != b && other.engaged {
		other.wanted = true
		return false
	}
	s.pipe, s.burst, s.index = p, b, len(b.stages)
	b.add(stage)
	return true
}

// A callRoot is where a burst begins at the call of a stage's function. After the chunk of the call it feeds what is queued in
// the source of the pipe that writes to the stage.
//
// It takes many chunks for one look at the queue. They stay there, where they count, until the next look: a producer may see
// less room than there is meanwhile, but never more. A look is also when steps are run that have become due, and when the burst
// ends if a plain call is ready or a part of the chain has ended; so whoever adds work need not stop such a burst. One that ends in a
// loop leaves steps to others, who go on beside the body.
type callRoot[T any] struct {
	callResult
	stage  *place[T]          // immutable
	stream *WritableStream[T] // that the stage is the sink of; immutable
	own    burst              // of the chain that begins at the stage, if that is part of no other

	// The goroutine that runs the burst owns following fields.

	chunk  T   // of the call
	queued []T // copies of the first in the queue
	taken  int // how many of them the burst has taken
}

const (
	// mostTaken is how many chunks a burst takes for one look at the queue.
	mostTaken = 64
	// fewest is how many have to wait before a burst of but one stage is quicker than calls one by one.
	fewest = 4
)

// A joiner is a stage that can be added to a chain, with what comes after it.
type joiner[T any] interface {
	// joinLocked returns nil if that cannot be; p writes to the stage.
	joinLocked(p *pipe[T], b *burst) intake[T]
}

// chainedLocked reports whether a burst may begin at the stage, which is the sink of stream: whether it is part of a chain as
// the domain is now, or can be made the beginning of one. That is tried at the second call: many pipelines have but one,
// before the first burst of their source. Where the chain ends in a queue there is none: the burst would read ahead before the
// sink is called with what it has delivered.
func (s *place[T]) chainedLocked(d *domain, stage joiner[T], stream *WritableStream[T]) bool {
	if s.topology != d.topology {
		s.topology, s.calls = d.topology, 0
	}
	s.calls++
	switch {
	case s.calls == 1:
		return false
	case s.burst != nil && s.burst.topology == d.topology:
		return s.index < s.burst.fork && !s.burst.endsInQueue() // behind a tee, others than those that come after the stage follow it
	case s.calls > 2 || s.burst != nil && s.burst.engaged:
		return false
	}
	return s.beginChainLocked(d, stage, stream)
}

func (s *place[T]) beginChainLocked(d *domain, stage joiner[T], stream *WritableStream[T]) bool {
	b := &s.rootLocked(stream).own
	b.clearLocked()
	if stage.joinLocked(stream.pipeLocked(), b) == nil || b.endsInQueue() {
		return false
	}
	b.topology = d.topology
	return true
}

func (s *place[T]) rootLocked(stream *WritableStream[T]) *callRoot[T] {
	if s.root == nil {
		s.root = &callRoot[T]{stage: s, stream: stream}
	}
	return s.root
}

// beginLocked enters a burst with the chunk of a call, and reports whether it could. The stage is busy with it already.
func (s *place[T]) beginLocked(d *domain, w *waiter, stream *WritableStream[T], chunk T) bool {
	b := s.burst
	if b.engaged || d.plainReadyLocked() || !b.enterLocked(d, w, nil, b.stages[s.index+1:]) {
		return false
	}
	b.from, b.looks = s.index, b.end == nil
	s.rootLocked(stream).chunk = chunk
	return true
}

// callLocked is the call that the burst has become.
func (r *callRoot[T]) callLocked(ctx context.Context) readyCall {
	b := r.stage.burst
	b.beginLocked(ctx, r.stream.domainLocked())
	loop := b.loop()
	return readyCall{call: r, mayBlock: loop != nil, looks: b.looks, loop: loop}
}

// flowsLocked reports whether nothing has come that ends the stage, or the pipe to it.
func (s *place[T]) flowsLocked() bool { return s.pipe == nil || s.pipe.writesLocked() }

// queueLocked is the queue that chunks wait in for the stage; nil if there is none.
func (s *place[T]) queueLocked() *ReadableController[T] {
	if s.pipe == nil || s.pipe.options.preventCancel || s.pipe.dest.controller.highWaterMark != 1 {
		return nil // others may read what is left when the pipe has ended; or chunks wait behind the stage, too
	}
	c, ok := s.pipe.source.controller.(*ReadableController[T])
	if !ok || !s.pipe.writesLocked() {
		return nil
	}
	return c
}

func (r *callRoot[T]) run() error {
	b := r.stage.burst
	r.stage.take(r.chunk)
	for b.goesOn() && r.feed() {
	}
	b.at = noStage
	return nil
}

// feed takes one more chunk to the stage, and reports whether there was one.
func (r *callRoot[T]) feed() bool {
	if r.taken == len(r.queued) && !r.look() {
		return false
	}
	r.taken++ // before the call, which may panic
	r.stage.take(r.queued[r.taken-1])
	return true
}

// look takes the chunks from the queue that the burst has taken, and looks for more. It reports whether the burst goes on with
// any.
func (r *callRoot[T]) look() bool {
	if r.stage.pipe == nil {
		return false
	}
	d := r.stream.home.Load().lockQuietly()
	defer d.mu.Unlock()
	r.takeLocked()
	b := r.stage.burst
	if b.looks && d.calls.plying == d.calls.lookers {
		d.runStepsBesidesLocked()
		d.summonHelperLocked()
	}
	c := r.stage.queueLocked()
	if c == nil || d.plainReadyLocked() || !b.flowsLocked() {
		return false
	}
	for i := range min(c.queue.len, mostTaken) {
		r.queued = append(r.queued, *c.queue.at(i))
	}
	return len(r.queued) > 0
}

// takeLocked takes from the queue what the burst has taken, as reads do. If the stream has ended meanwhile the queue is gone.
func (r *callRoot[T]) takeLocked() {
	if r.taken > 0 {
		if c, ok := r.stage.pipe.source.controller.(*ReadableController[T]); ok {
			c.takeLocked(r.queued[:r.taken])
		}
	}
	clear(r.queued)
	r.queued, r.taken = r.queued[:0], 0
}

func (r *callRoot[T]) stepLocked() {
	var none T
	r.chunk = none
	r.takeLocked()
	// What is left of the error belonged to no stage, and run calls nothing else.
	_, _ = r.stage.burst.endLocked(r.stream.domainLocked(), r.err)
}
