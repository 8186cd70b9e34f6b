package streams

import "bytes"

// Tee is [ReadableStream.Tee] for bytes: both branches are byte streams with a mark of 0, which can be read into buffers,
// and never share memory. See section 4.9.1 of the standard, ReadableByteStreamTee.
func (s *ReadableByteStream) Tee() (a, b *ReadableByteStream, err error) {
	d := s.lock()
	defer d.unlock()
	t := new(byteTee)
	if err := t.reader.core.acquireLocked(s.ReadableStream, heldByTee); err != nil {
		return nil, nil, err
	}
	t.reader.controller = s.controller
	t.reader.core.observer = (*byteTeeEnd)(t)
	for i := range t.branches {
		branch := &t.branches[i]
		branch.tee, branch.index = t, i
		branch.stream.home.Store(d)
		branch.controller.setUpLocked(&branch.stream, branch, 0, 0)
		branch.controller.startDoneLocked(nil)
	}
	d.steps.push(t.reader.core.observer) // it may have errored before
	first, second := &t.branches[0], &t.branches[1]
	return &ReadableByteStream{&first.stream, &first.controller}, &ReadableByteStream{&second.stream, &second.controller}, nil
}

// A byteTee is a ReadableByteStreamTee under way. It is its own read request and read-into request. The domain's lock
// guards it.
type byteTee struct {
	reader    BYOBReader // a default reader while its core has no byob
	branches  [2]byteTeeBranch
	cancels   teeCancels
	reading   bool    // a read is under way, or its chunk on the way to the branches
	readAgain [2]bool // a branch asked for more meanwhile
	done      bool    // a read found the original closed
	chunk     []byte  // being read into, or on the way to the branches
	into      int     // the branch whose BYOB request the chunk is for, or noBranch
}

const noBranch = -1

// A byteTeeBranch is the sourceAlgorithms of one branch.
type byteTeeBranch struct {
	tee        *byteTee
	index      int
	stream     ReadableStream[[]byte]
	controller ByteController
}

func (b *byteTeeBranch) pullLocked() {
	b.stream.domainLocked().steps.push((*bytePullDone)(&b.controller))
	b.tee.pullLocked(b.index)
}

func (b *byteTeeBranch) cancelLocked(reason error) *promise {
	t := b.tee
	return t.cancels.cancelLocked(b.stream.domainLocked(), b.index, reason, t.reader.core.stream.cancelLocked)
}

func (b *byteTeeBranch) endLocked(error) {}

// tellLocked tells nobody: the other branch may live on.
func (b *byteTeeBranch) tellLocked(error) {}

// pullLocked is the pull algorithm of a branch: it reads as the branch is being read, into a buffer as long as the one that
// waits there, or whatever chunk comes.
func (t *byteTee) pullLocked(branch int) {
	if t.reading {
		t.readAgain[branch] = true
		return
	}
	t.reading = true
	request := t.branches[branch].controller.byobRequestLocked()
	if request == nil {
		t.into, t.reader.core.byob = noBranch, nil
		t.reader.core.readLocked(t)
		return
	}
	t.into, t.reader.core.byob = branch, &t.reader
	t.chunk = request.view
	t.reader.readIntoLocked(t, 1)
}

func (t *byteTee) chunkStepsLocked(chunk []byte) {
	t.chunk = chunk
	t.reader.core.stream.domainLocked().steps.push(t)
}

func (t *byteTee) failStepsLocked(err error) { t.endReadLocked(err) }

func (t *byteTee) buffer() []byte { return t.chunk }

func (t *byteTee) readIntoStepsLocked(n int, err error) {
	if err != nil {
		t.endReadLocked(err)
		return
	}
	t.chunkStepsLocked(t.chunk[:n])
}

// endReadLocked takes note of the end of the original. An error is seen in its state.
func (t *byteTee) endReadLocked(err error) {
	t.reading = false
	if err == errDone {
		t.done = true
		t.reader.core.notifyLocked()
	}
}

// stepLocked hands the chunk that was read to the branches. It is a step of its own so that a branch is never in the middle
// of another operation then.
func (t *byteTee) stepLocked() {
	chunk := t.chunk
	t.chunk, t.readAgain = nil, [2]bool{}
	shared := t.cancels.cancelled == [2]bool{}
	for i := range t.branches {
		c := &t.branches[i].controller
		switch {
		case t.cancels.cancelled[i]:
		case i == t.into:
			c.respondToPullLocked(chunk)
		case shared && (i == 1 || t.into != noBranch):
			c.enqueueLocked(bytes.Clone(chunk))
		default:
			c.enqueueLocked(chunk)
		}
	}
	t.reading = false
	for i, again := range t.readAgain {
		if again {
			t.pullLocked(i)
			return
		}
	}
}

// respondToPullLocked fills the first buffer that waits, from a source that never lets go of a request meanwhile.
func (c *ByteController) respondToPullLocked(chunk []byte) {
	if c.byobRequestLocked() != nil {
		c.respondLocked(chunk)
	}
}

// byteTeeEnd is the step that looks whether the original has ended. An error reaches the branches at once, the close only
// with a read.
type byteTeeEnd byteTee

func (e *byteTeeEnd) stepLocked() {
	t, source := (*byteTee)(e), e.reader.core.stream
	if source.state != errored && !t.done {
		return
	}
	for i := range t.branches {
		c := &t.branches[i].controller
		if source.state == errored {
			c.errorLocked(source.storedError)
			continue
		}
		if !t.cancels.cancelled[i] {
			c.closeLocked()
		}
		if c.stream.state == closed && c.pendingPullIntos.len > 0 {
			c.respondToPullLocked(nil)
		}
	}
	t.cancels.originalEndedLocked(source.domainLocked())
}

// bytePullDone is the step in which a pull that takes no call succeeds.
type bytePullDone ByteController

func (p *bytePullDone) stepLocked() { (*ByteController)(p).pullDoneLocked(nil) }
