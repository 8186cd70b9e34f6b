package streams

// A funcStage is a burstStage whose sink is the writable side of a TransformFunc.
type funcStage[I, O any] struct {
	place[I]
	next  intake[O]
	inbox fifo[I] // what waits in front of the stage: more than one chunk if the stage before gave them at once
}

func (s *transformSink[I, O]) fuseLocked(p *pipe[I], b *burst) intake[I] {
	f, ok := s.transformer.(*funcTransformer[I, O])
	if !ok || p.options.preventCancel { // what comes before would live on, though this stage broke it off
		return nil
	}
	return f.joinLocked(p, b)
}

func (f *funcTransformer[I, O]) joinLocked(p *pipe[I], b *burst) intake[I] {
	if !f.stage.joinLocked(f, p, b) {
		return nil
	}
	f.stage.next = fuseLocked(&f.stream.readable, b)
	if f.stage.next == nil {
		return nil
	}
	index, next := f.stage.index, f.stage.next
	transform, emit := f.transform, next.taker()
	f.stage.take = func(chunk I) {
		if b.halted && !f.admits(chunk) {
			return
		}
		b.at = index
		if err := transform(chunk, emit); err != nil || b.at != index {
			b.went(index, err)
		}
		b.at = index - 1
	}
	return f
}

// admits reports whether the stage takes a chunk though the burst is halted; if not, the chunk waits.
func (f *funcTransformer[I, O]) admits(chunk I) bool {
	b := f.stage.burst
	if b.forced {
		b.forced = false
		return true
	}
	f.stage.inbox.push(chunk)
	return false
}

func (f *funcTransformer[I, O]) taker() func(chunk I) { return f.stage.take }

func (f *funcTransformer[I, O]) keep(chunk I) { f.stage.inbox.push(chunk) }

func (f *funcTransformer[I, O]) waits() bool { return f.stage.inbox.len > 0 }

func (f *funcTransformer[I, O]) step() {
	f.stage.burst.forced = true
	f.stage.take(f.stage.inbox.pop())
	f.stage.burst.at = noStage
}

func (f *funcTransformer[I, O]) drain() {
	for !f.stage.burst.halted && f.waits() {
		f.stage.take(f.stage.inbox.pop())
		f.stage.burst.at = noStage
	}
}

func (f *funcTransformer[I, O]) readyLocked(endsInQueue bool) bool {
	t := &f.stream
	if t.readable.state != readable || t.source.closeRequested || t.source.size != nil || !f.stage.pipe.writesLocked() {
		return false
	}
	if endsInQueue { // what waits is taken over
		keepsOne := t.sink.highWaterMark == 1 && t.source.highWaterMark == 0 // more would wait
		return keepsOne && (t.parked || f.stage.pipe.waitsForChunkLocked())
	}
	return f.stage.pipe.waitsForChunkLocked() && !t.controller.backpressure && t.source.queue.len == 0
}

// enterLocked takes over a chunk that waits, and those that wait behind the stage. What is left is a stage that is
// transforming a chunk, and after which nothing is wanted.
func (f *funcTransformer[I, O]) enterLocked() {
	t := &f.stream
	if t.parked {
		t.parked = false
		first := t.sink.queue.at(0)
		f.stage.inbox.push(first.chunk)
		var none I
		first.chunk = none
	} else {
		f.stage.pipe.enterLocked()
	}
	for t.source.queue.len > 0 {
		f.stage.next.keep(t.source.queue.dequeueValue())
	}
	f.wantNothingLocked()
}

func (f *funcTransformer[I, O]) flowsLocked() bool { return f.stage.flowsLocked() }

// wantNothingLocked makes the readable side what it is after the read of the pipe was taken back.
func (f *funcTransformer[I, O]) wantNothingLocked() {
	f.stream.controller.backpressure = true
	f.stream.source.donePullingLocked()
}

func (f *funcTransformer[I, O]) settleLocked() {
	f.parkLocked()
	for f.waits() {
		f.stage.pipe.handBackLocked(f.stage.inbox.pop())
	}
}

// parkLocked makes the chunk that waits the one that is written.
func (f *funcTransformer[I, O]) parkLocked() {
	f.stream.sink.queue.at(0).chunk = f.stage.inbox.pop()
	f.stream.parked = true
}

func (f *funcTransformer[I, O]) leaveLocked(err error) {
	t := &f.stream
	switch {
	case t.sink.sink == nil: // the stream is ending, and the sink will not be called any more
		t.sink.writeDoneLocked(err)
	case err == nil && f.waits():
		f.parkLocked()
		if !t.controller.backpressure { // more was wanted meanwhile
			t.resumeWriteLocked()
		}
	default:
		if t.transformer != nil {
			err = f.terminateInsteadLocked(err)
		}
		t.transformDoneLocked(err)
	}
	for f.waits() {
		f.stage.pipe.handBackLocked(f.stage.inbox.pop())
	}
}

// A sinkStage is a burstStage whose sink is a SinkFunc: the last.
type sinkStage[T any] struct{ place[T] }

func (f *funcSink[T]) fuseLocked(p *pipe[T], b *burst) intake[T] {
	if p.options.preventCancel { // as with a stage
		return nil
	}
	return f.joinLocked(p, b)
}

func (f *funcSink[T]) joinLocked(p *pipe[T], b *burst) intake[T] {
	if !f.stage.joinLocked(f, p, b) {
		return nil
	}
	index, write := f.stage.index, f.write
	f.stage.take = func(chunk T) {
		if b.halted {
			return
		}
		b.at = index
		if err := write(chunk); err != nil {
			b.fail(index, err)
		}
		b.at = index - 1
	}
	return f
}

func (f *funcSink[T]) taker() func(chunk T) { return f.stage.take }

// Nothing waits in front of a sink that never blocks.

func (f *funcSink[T]) keep(T)        {}
func (f *funcSink[T]) waits() bool   { return false }
func (f *funcSink[T]) step()         {}
func (f *funcSink[T]) drain()        {}
func (f *funcSink[T]) settleLocked() {}

func (f *funcSink[T]) readyLocked(bool) bool {
	return f.stage.pipe.writesLocked() && f.stage.pipe.waitsForChunkLocked()
}

func (f *funcSink[T]) flowsLocked() bool { return f.stage.flowsLocked() }

func (f *funcSink[T]) enterLocked() { f.stage.pipe.enterLocked() }

func (f *funcSink[T]) leaveLocked(err error) { f.controller.writeDoneLocked(err) }

// writesLocked reports whether the pipe goes on and its destination takes chunks.
func (p *pipe[T]) writesLocked() bool {
	dest, c := p.dest, p.dest.controller
	return p.shutdown.phase == piping && p.source.state == readable && dest.state == writable &&
		!dest.closeQueuedOrInFlightLocked() && c.sink != nil && c.started && c.size == nil
}

// waitsForChunkLocked reports whether a read is under way and the queue of the destination is empty.
func (p *pipe[T]) waitsForChunkLocked() bool {
	return p.reader.requests.len == 1 && p.dest.controller.queue.len == 0
}

// enterLocked ends the read, and makes the destination busy with a write.
func (p *pipe[T]) enterLocked() {
	var none T
	p.stopReadingLocked()
	c := p.dest.controller
	c.queue.enqueueValueWithSize(writeRequest[T]{none, p}, 1)
	c.inFlightWrite = true
	p.unwritten++
	p.dest.backpressure = true
}

// stopReadingLocked takes back a read that waits.
func (p *pipe[T]) stopReadingLocked() {
	if p.reader.requests.len > 0 {
		p.reader.requests.pop()
	}
	p.reading = false
}

// handBackLocked leaves a chunk in the queue of the source, where the pipe will read it.
func (p *pipe[T]) handBackLocked(chunk T) { p.source.handBackLocked(chunk) }

// handBackLocked leaves a chunk in the queue.
func (s *ReadableStream[T]) handBackLocked(chunk T) {
	if c, ok := s.controller.(*ReadableController[T]); ok {
		c.enqueueLocked(chunk, 1)
	}
}
