package streams

// Tee locks the stream for good and returns two branches that each give all of its chunks; the values are shared, not
// copied. The slower branch buffers without bound what the faster one has read, and since a branch has a mark of 1, Tee
// itself makes the source give one chunk.
//
// An error of the stream errors both branches at once. Cancelling one branch only stops that branch, and its Cancel
// waits until the other is cancelled too or the stream has ended; when both are cancelled the source is, with a
// [*CompositeError] of both reasons. It returns ErrLocked if something has the stream. See section 4.9.1 of the
// standard, ReadableStreamDefaultTee.
func (s *ReadableStream[T]) Tee() (a, b *ReadableStream[T], err error) {
	d := s.lock()
	defer d.unlock()
	t := new(tee[T])
	if err := t.reader.acquireLocked(s, heldByTee); err != nil {
		return nil, nil, err
	}
	t.reader.observer = (*teeEnd[T])(t)
	for i := range t.branches {
		branch := &t.branches[i]
		branch.tee, branch.index = t, i
		branch.stream.home.Store(d)
		branch.controller.setUpLocked(&branch.stream, branch, CountQueuingStrategy[T](1))
	}
	for i := range t.branches {
		t.branches[i].controller.startDoneLocked(nil)
	}
	d.steps.push(t.reader.observer) // it may have errored before
	return &t.branches[0].stream, &t.branches[1].stream, nil
}

// A tee is a ReadableStreamDefaultTee under way. It is its own read request. The domain's lock guards it.
type tee[T any] struct {
	reader    readerCore[T]
	branches  [2]teeBranch[T]
	cancels   teeCancels
	reading   bool // a read is under way, or its chunk on the way to the branches
	readAgain bool // a branch asked for more meanwhile
	done      bool // a read found the original closed
	chunk     T    // on the way to the branches
	stage     teeStage[T]
}

// A teeBranch is the sourceAlgorithms of one branch.
type teeBranch[T any] struct {
	tee        *tee[T]
	index      int
	stream     ReadableStream[T]
	controller ReadableController[T]
}

// teeCancels is what the two kinds of tee share: the branches are cancelled one by one, and the original when both are.
type teeCancels struct {
	cancelled [2]bool
	reasons   [2]error
	result    promise // what cancelling the branches comes to
}

// cancelLocked is the cancel algorithm of a branch; cancelOriginal is called when it was the last.
func (t *teeCancels) cancelLocked(d *domain, branch int, reason error, cancelOriginal func(reason error) *promise) *promise {
	t.cancelled[branch], t.reasons[branch] = true, reason
	if t.cancelled[0] && t.cancelled[1] && !t.result.settled {
		cancelOriginal(&CompositeError{Reasons: t.reasons}).whenSettledLocked(d, &reactFunc{react: func(err error) {
			if !t.result.settled {
				t.result.settleLocked(d.root(), err)
			}
		}})
	}
	return &t.result
}

// originalEndedLocked ends the wait of the branch that was cancelled alone.
func (t *teeCancels) originalEndedLocked(d *domain) {
	if !t.result.settled && !(t.cancelled[0] && t.cancelled[1]) {
		t.result.settleLocked(d, nil)
	}
}

// pullLocked is the pull algorithm of both branches.
func (b *teeBranch[T]) pullLocked() {
	b.stream.domainLocked().steps.push((*pullDone[T])(&b.controller))
	b.tee.pullLocked()
}

func (t *tee[T]) pullLocked() {
	if t.reading {
		t.readAgain = true
		return
	}
	t.reading = true
	t.reader.readLocked(t)
}

func (b *teeBranch[T]) cancelLocked(reason error) *promise {
	t := b.tee
	return t.cancels.cancelLocked(b.stream.domainLocked(), b.index, reason, t.reader.stream.cancelLocked)
}

func (b *teeBranch[T]) endLocked(error) {}

// tellLocked tells nobody: the other branch may live on.
func (b *teeBranch[T]) tellLocked(error) {}

func (t *tee[T]) chunkStepsLocked(chunk T) {
	t.chunk = chunk
	t.reader.stream.domainLocked().steps.push(t)
}

// failStepsLocked takes note of the end of the original. An error is seen in its state.
func (t *tee[T]) failStepsLocked(err error) {
	t.reading = false
	if err == errDone {
		t.done = true
		t.reader.notifyLocked()
	}
}

// stepLocked hands the chunk that was read to the branches. It is a step of its own so that a branch is never in the
// middle of another operation then.
func (t *tee[T]) stepLocked() {
	chunk := t.chunk
	var zero T
	t.chunk = zero
	t.readAgain = false
	for i := range t.branches {
		if b := &t.branches[i]; !t.cancels.cancelled[i] {
			b.controller.enqueueLocked(chunk, 1)
		}
	}
	t.reading = false
	if t.readAgain {
		t.pullLocked()
	}
}

// teeEnd is the step that looks whether the original has ended. An error reaches the branches at once, the close only
// with a read.
type teeEnd[T any] tee[T]

func (e *teeEnd[T]) stepLocked() {
	t, source := (*tee[T])(e), e.reader.stream
	if source.state != errored && !t.done {
		return
	}
	for i := range t.branches {
		b := &t.branches[i]
		switch {
		case source.state == errored:
			b.controller.errorLocked(source.storedError)
		case !t.cancels.cancelled[i]:
			b.controller.closeLocked()
		}
	}
	t.cancels.originalEndedLocked(source.domainLocked())
}
