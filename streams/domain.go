package streams

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// A domain is a connected graph of streams with the one lock that guards all of it. Every stream begins in a domain of
// its own (the two sides of a transform stream share one); a pipe merges the domains of its ends, a tee puts its
// branches into the domain of the original. Domains are never split.
//
// The operations of the standard run under the lock, to their end. The functions of the user are calls: an operation makes
// one ready, and it is run without the lock (see calls.go). What the standard does in a reaction to a promise is a step:
// an operation makes one due, and it is run under the lock after the operation. As in the standard, calls come before
// the steps that are due, and steps run in the order in which they became due.
type domain struct {
	mu sync.Mutex // guards following fields, and all streams of the domain

	*agenda // there once the domain has been locked; most stages of a pipeline join another domain before

	// into is the domain that this one was merged into. It is set once, with both locks held, and read without.
	into atomic.Pointer[domain]

	topology int // changes whenever a pipe is made or ends

	rank uint64 // the order in which two domains are locked; immutable
}

// An agenda is what is to be done in a domain.
type agenda struct {
	steps fifo[step] // reactions that are due
	calls callQueue  // functions of the user that are ready to run
	lanes []openLane // that are open; see lane.go

	spare *waiter // kept from the last wait for the next one
	first waiter  // the first spare
}

func (a *agenda) begin() *agenda {
	a.spare = &a.first
	return a
}

// A domainWithAgenda is for streams that begin with a locked domain, or as a rule keep their own.
type domainWithAgenda struct {
	domain
	room agenda
}

func (d *domainWithAgenda) begin() *domain {
	d.agenda = d.room.begin()
	return d.domain.begin()
}

// A step is what the standard does in reaction to a promise.
type step interface {
	// stepLocked runs with the lock of the domain held, and never inside another operation.
	stepLocked()
}

// stepFunc is a step for the rare reactions that are worth a closure.
type stepFunc func()

func (f stepFunc) stepLocked() { f() }

var lastRank atomic.Uint64

// begin makes d, which is part of the stream that it begins with, ready for use. The lock is not needed until somebody else
// can have the stream: its constructor does without, unless that leaves something to do.
func (d *domain) begin() *domain {
	d.topology, d.rank = 1, lastRank.Add(1)
	return d
}

// lock locks the domain that d has become part of, and returns it, with no burst held.
func (d *domain) lock() *domain {
	d = d.lockQuietly()
	d.calls.settleHeldLocked(d)
	return d
}

// lockQuietly is lock for a goroutine that goes on with what is to be done: a burst that is held stays so.
func (d *domain) lockQuietly() *domain {
	for {
		d = d.root()
		d.mu.Lock()
		if d.into.Load() == nil {
			d.prepareLocked()
			if len(d.lanes) > 0 {
				d.closeLanesLocked()
			}
			return d
		}
		d.mu.Unlock() // merged between the two looks
	}
}

// prepareLocked sees to it that there is an agenda.
func (d *domain) prepareLocked() {
	if d.agenda == nil {
		d.agenda = new(agenda).begin()
	}
}

// An openLane is a lane, whatever its chunks are.
type openLane interface{ closeLocked() }

// closeLanesLocked comes before anything else that is done with the lock held.
func (d *domain) closeLanesLocked() {
	for i, l := range d.lanes {
		d.lanes[i] = nil
		l.closeLocked()
	}
	d.lanes = d.lanes[:0]
}

// unlock runs the steps that are due, sees to it that somebody comes for what is left to do, and releases the lock.
func (d *domain) unlock() {
	d.runStepsLocked()
	d.calls.stopBurstsLocked()
	d.summonHelperLocked()
	d.mu.Unlock()
}

// unlockUnchanged is unlock after an operation that changed nothing which a burst that runs has to know of: a look, or one more
// chunk in a queue.
func (d *domain) unlockUnchanged() {
	d.runStepsLocked()
	d.calls.askBurstsLocked(d)
	d.summonHelperLocked()
	d.mu.Unlock()
}

// unlockAfterPipeline is unlock for a goroutine in which a pipeline has come to its end. It may have done so before the
// helper that was sent for when the pipeline was made had its turn. The helper gets that now: otherwise, where all
// processors are busy, a goroutine that makes one short pipeline after the other leaves ever more helpers behind, each of
// which keeps its pipeline in memory.
func (d *domain) unlockAfterPipeline() {
	coming := d.calls.coming > 0
	d.unlock()
	if coming {
		runtime.Gosched()
	}
}

// runStepsLocked runs the steps that are due, and the ones that they make due, until a call is ready that comes first. It
// leaves them to a goroutine that is in a plain call: they come after that.
func (d *domain) runStepsLocked() {
	if d.calls.plying == 0 {
		d.runStepsBesidesLocked()
	}
}

// runStepsBesidesLocked is runStepsLocked for a goroutine that is in a plain call itself, which is a burst.
func (d *domain) runStepsBesidesLocked() {
	a := d.agenda
	for a.steps.len > 0 && a.calls.ready.len == 0 {
		a.steps.pop().stepLocked()
	}
}

// idleLocked reports whether nothing is due and no plain call runs.
func (d *domain) idleLocked() bool {
	return d.steps.len == 0 && d.calls.ready.len == 0 && d.calls.plying == 0
}

func (d *domain) root() *domain {
	for into := d.into.Load(); into != nil; into = d.into.Load() {
		d = into
	}
	return d
}

// member is what makes a stream part of a domain.
type member struct {
	home atomic.Pointer[domain] // a domain that was or is the stream's; its root is the one
}

// lock locks the stream's domain and returns it. The caller unlocks it.
func (m *member) lock() *domain {
	home := m.home.Load()
	d := home.lock()
	if d != home {
		m.home.Store(d)
	}
	return d
}

// lockFor is lock, for a method that may wait for ctx: a nil context panics here, where nothing is locked yet.
func (m *member) lockFor(ctx context.Context) *domain {
	if ctx == nil {
		panic("streams: nil context")
	}
	return m.lock()
}

// domainLocked returns the stream's domain, whose lock is held.
func (m *member) domainLocked() *domain { return m.home.Load().root() }

// lockTogether merges the domains of two streams, if they are not the same already, and returns what they became,
// locked.
func lockTogether(a, b *member) *domain {
	for {
		older, younger := a.home.Load().root(), b.home.Load().root()
		if older == younger {
			d := older.lock()
			if d == older {
				return d
			}
			d.unlock()
			continue
		}
		if older.rank > younger.rank {
			older, younger = younger, older
		}
		older.mu.Lock()
		younger.mu.Lock()
		if older.into.Load() == nil && younger.into.Load() == nil {
			older.prepareLocked()
			older.closeLanesLocked()
			older.calls.settleHeldLocked(older)
			older.absorbLocked(younger)
			younger.mu.Unlock()
			return older
		}
		younger.mu.Unlock()
		older.mu.Unlock()
	}
}

// absorbLocked makes younger a part of d. Both locks are held.
func (d *domain) absorbLocked(younger *domain) {
	if younger.agenda != nil {
		younger.closeLanesLocked()
		younger.calls.settleHeldLocked(younger)
		d.calls.absorb(&younger.calls)
		for younger.steps.len > 0 {
			d.steps.push(younger.steps.pop())
		}
	}
	d.topology += younger.topology
	younger.into.Store(d)
}
