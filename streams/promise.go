package streams

import "context"

// A promise is a result that arrives at most once: the closed and ready of readers and writers, and what close, abort
// and cancel come to. Chunks have no promises. The lock of the domain guards it. A nil promise is one that nobody can look at.
type promise struct {
	settled bool
	err     error     // nil if it was fulfilled
	waiters *waiter   // a list
	first   reaction  // nil if there is none
	more    *reactors // a list of those after the first, which hardly any promise has
}

// A reaction is a step that a promise makes due when it is settled.
type reaction interface {
	step
	setResult(err error) // comes before
}

// reactors is a list of reactions, in their order.
type reactors struct {
	reaction reaction
	next     *reactors
}

// fulfilled is for results that are there at once, and without an error.
var fulfilled = &promise{settled: true}

// settledPromise returns a promise that is settled already.
func settledPromise(err error) *promise {
	if err == nil {
		return fulfilled
	}
	return &promise{settled: true, err: err}
}

// settleLocked settles a pending promise: it wakes the goroutines that wait and makes the reactions due.
func (p *promise) settleLocked(d *domain, err error) {
	if p == nil {
		return
	}
	if p.settled {
		panic("streams: internal error: promise settled twice")
	}
	p.settled, p.err = true, err
	for w := p.waiters; w != nil; w = w.next {
		w.finishLocked(err)
	}
	p.waiters = nil
	if p.first == nil {
		return
	}
	d.reactLocked(p.first, err)
	for r := p.more; r != nil; r = r.next {
		d.reactLocked(r.reaction, err)
	}
	p.first, p.more = nil, nil
}

// reactLocked makes a reaction due.
func (d *domain) reactLocked(r reaction, err error) {
	r.setResult(err)
	d.steps.push(r)
}

// rejectLocked leaves p rejected with err, whatever it was before: the standard's "reject it, or replace it by a
// rejected one if it is settled".
func (p *promise) rejectLocked(d *domain, err error) {
	if p != nil && p.settled {
		p.err = err
		return
	}
	p.settleLocked(d, err)
}

// beginSettled is for the result that is there when the promise begins.
func (p *promise) beginSettled(err error) {
	if p != nil {
		p.settled, p.err = true, err
	}
}

// renewLocked replaces a promise that was fulfilled by a pending one.
func (p *promise) renewLocked() {
	if p != nil {
		p.settled = false
	}
}

// whenSettledLocked makes r due when p is settled, or now.
func (p *promise) whenSettledLocked(d *domain, r reaction) {
	if p.settled {
		d.reactLocked(r, p.err)
		return
	}
	if p.first == nil {
		p.first = r
		return
	}
	end := &p.more
	for *end != nil {
		end = &(*end).next
	}
	*end = &reactors{reaction: r}
}

// A reactFunc is a reaction for the rare ones that are worth a closure.
type reactFunc struct {
	callResult
	react func(err error)
}

func (r *reactFunc) stepLocked() { r.react(r.err) }

// await unlocks d, waits until p is settled or ctx has ended, and returns the result. A result that is there is
// returned whatever ctx says.
func (p *promise) await(ctx context.Context, d *domain) error {
	d, err := p.awaitLocked(ctx, d)
	d.unlock()
	return err
}

// awaitLocked is await for a caller who has more to do under the lock. The lock is given up if there is a wait.
func (p *promise) awaitLocked(ctx context.Context, d *domain) (*domain, error) {
	if p.settled {
		return d, p.err
	}
	return p.waitLocked(ctx, d)
}

// waitLocked waits until p, which is pending, is settled or ctx has ended. The lock is given up meanwhile; waitLocked
// returns the domain locked again, and the result or the cause of ctx.
func (p *promise) waitLocked(ctx context.Context, d *domain) (*domain, error) {
	w := d.takeWaiterLocked()
	w.next, p.waiters = p.waiters, w
	d = d.waitLocked(ctx, w)
	err := w.err
	if !w.done {
		p.forgetWaiter(w)
		err = context.Cause(ctx)
	}
	d.keepWaiterLocked(w)
	return d, err
}

func (p *promise) forgetWaiter(w *waiter) {
	at := &p.waiters
	for *at != w {
		at = &(*at).next
	}
	*at = w.next
}
