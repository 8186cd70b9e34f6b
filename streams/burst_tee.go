package streams

// A teeStage is a burstStage that gives each chunk to both branches of a tee. Its burst stops as soon as a stage of one branch has
// failed; what the other branch has not got by then is queued in it, and it goes on without.
type teeStage[T any] struct {
	burst *burst
	take  func(chunk T)

	// The goroutine that runs the burst owns following fields.

	inbox fifo[T] // what came when the burst was halted
	owed  fifo[T] // to the second branch
}

// fuseLocked adds the tee and what comes after both branches to b.
func (t *tee[T]) fuseLocked(b *burst) intake[T] {
	if other := t.stage.burst; other != nil && other != b && other.engaged {
		other.wanted = true
		return nil
	}
	index := len(b.stages)
	if b.fork == noFork {
		b.fork = index
	}
	b.add(t)
	first := fuseLocked(&t.branches[0].stream, b)
	if first == nil {
		return nil
	}
	second := fuseLocked(&t.branches[1].stream, b)
	if second == nil || b.end != nil {
		return nil
	}
	t.stage.burst = b
	takeFirst, takeSecond := first.taker(), second.taker()
	t.stage.take = func(chunk T) {
		if b.halted {
			t.stage.inbox.push(chunk)
			return
		}
		t.stage.owed.push(chunk)
		give(b, takeFirst, chunk)
		if !b.halted {
			give(b, takeSecond, t.stage.owed.pop())
		}
		b.at = index - 1
	}
	return t
}

// give takes a chunk through a branch. A panic there must not break off a function before the tee, which may have more for the other
// branch.
func give[T any](b *burst, branch func(chunk T), chunk T) {
	defer func() {
		if v := recover(); v != nil {
			b.fail(b.at, newPanicError(v))
		}
	}()
	branch(chunk)
}

func (t *tee[T]) taker() func(chunk T) { return t.stage.take }

func (t *tee[T]) readyLocked(bool) bool {
	return t.reader.requests.len == 1 && t.reader.stream.state == readable && t.flowsLocked() &&
		!t.branches[0].controller.pulling && !t.branches[1].controller.pulling
}

func (t *tee[T]) flowsLocked() bool {
	return t.cancels.cancelled == [2]bool{} && t.branches[0].stream.state == readable && t.branches[1].stream.state == readable
}

// enterLocked takes back the read that is under way.
func (t *tee[T]) enterLocked() {
	t.reader.requests.pop()
	t.reading = false
}

// leaveLocked queues what was not taken, and reads again, as far as the branches want.
func (t *tee[T]) leaveLocked(error) {
	for t.stage.owed.len > 0 {
		t.branches[1].controller.enqueueLocked(t.stage.owed.pop(), 1)
	}
	for t.stage.inbox.len > 0 {
		t.reader.stream.handBackLocked(t.stage.inbox.pop())
	}
	for i := range t.branches {
		t.branches[i].controller.callPullIfNeededLocked()
	}
}

// A chain with a tee does not end in a queue, so that nothing waits in front of it.

func (t *tee[T]) keep(T)        {}
func (t *tee[T]) waits() bool   { return false }
func (t *tee[T]) step()         {}
func (t *tee[T]) drain()        {}
func (t *tee[T]) settleLocked() {}
