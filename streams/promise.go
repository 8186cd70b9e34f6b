package streams

import (
	"context"
	"slices"
)

// A promise is a result that arrives at most once: the closed and ready of readers and writers, and what close, abort
// and cancel come to. Chunks have no promises. The lock of the domain guards it.
type promise struct {
	settled   bool
	err       error // nil if it was fulfilled
	waiters   []*waiter
	reactions []func(err error)
}

// settledPromise returns a promise that is settled already.
func settledPromise(err error) *promise { return &promise{settled: true, err: err} }

// settleLocked settles a pending promise: it wakes the goroutines that wait and makes the reactions due.
func (p *promise) settleLocked(d *domain, err error) {
	if p.settled {
		panic("streams: internal error: promise settled twice")
	}
	p.settled, p.err = true, err
	for _, w := range p.waiters {
		w.finishLocked(err)
	}
	for _, react := range p.reactions {
		d.steps.push(stepFunc(func() { react(err) }))
	}
	clear(p.waiters)
	p.waiters, p.reactions = p.waiters[:0], nil
}

// rejectLocked leaves p rejected with err, whatever it was before: the standard's "reject it, or replace it by a
// rejected one if it is settled".
func (p *promise) rejectLocked(d *domain, err error) {
	if p.settled {
		p.err = err
		return
	}
	p.settleLocked(d, err)
}

// whenSettledLocked has react called with the result, as a step.
func (p *promise) whenSettledLocked(d *domain, react func(err error)) {
	if p.settled {
		d.steps.push(stepFunc(func() { react(p.err) }))
		return
	}
	p.reactions = append(p.reactions, react)
}

// await unlocks d, waits until p is settled or ctx has ended, and returns the result. A result that is there is
// returned whatever ctx says.
func (p *promise) await(ctx context.Context, d *domain) error {
	err := p.err
	if !p.settled {
		d, err = p.waitLocked(ctx, d)
	}
	d.unlock()
	return err
}

// waitLocked waits until p, which is pending, is settled or ctx has ended. The lock is given up meanwhile; waitLocked
// returns the domain locked again, and the result or the cause of ctx.
func (p *promise) waitLocked(ctx context.Context, d *domain) (*domain, error) {
	w := d.takeWaiterLocked()
	p.waiters = append(p.waiters, w)
	d = d.waitLocked(ctx, w)
	err := w.err
	if !w.done {
		p.waiters = slices.DeleteFunc(p.waiters, func(x *waiter) bool { return x == w })
		err = context.Cause(ctx)
	}
	d.keepWaiterLocked(w)
	return d, err
}
