package streams

import "context"

// A call is one call of a function of the user that is ready to run.
type call interface {
	// run calls the function. The lock is not held.
	run() error

	// settleLocked goes on with what the function returned, as the standard does when the promise of a callback settles.
	settleLocked(err error)
}

// A callQueue holds the calls of a domain that are ready, and knows who is about to run them.
//
// Calls of functions that take a context may block. Each gets run by a helper: a goroutine that takes calls until none
// is left. At most one helper is on its way at a time, and a helper that finds more work than it takes sends for the
// next before it enters a call, so that a call that blocks holds up nobody; a helper that finishes a call takes the
// next one in the same lock hold. So a busy graph keeps a few helpers busy, and a graph at rest has none.
//
// Calls of functions that take no context must not block. They are run by one goroutine at a time: by one that waits in
// this domain anyway (in Read, PipeTo, Collect and so on), else by a helper. They are never run by a goroutine that
// only passes through, such as the caller of Enqueue, who may hold locks of his own.
//
// The domain's lock guards the fields.
type callQueue struct {
	blocking fifo[call]
	plain    fifo[call]

	coming int // helpers that were started and have not looked at the queues yet
	plying int // goroutines that are running a plain call; 0 or 1, more only where domains were merged meanwhile

	startHelper func() // starts at helpers' code; kept so that starting one allocates nothing
}

// callBlockingLocked makes c ready to run; its function may block.
func (d *domain) callBlockingLocked(c call) { d.calls.blocking.push(c) }

// callPlainLocked makes c ready to run; its function must not block.
func (d *domain) callPlainLocked(c call) { d.calls.plain.push(c) }

func (q *callQueue) absorb(other *callQueue) {
	for other.blocking.len > 0 {
		q.blocking.push(other.blocking.pop())
	}
	for other.plain.len > 0 {
		q.plain.push(other.plain.pop())
	}
	q.coming += other.coming
	q.plying += other.plying
}

// summonHelperLocked starts a helper if there is something to run and nobody on the way to it.
func (q *callQueue) summonHelperLocked(d *domain) {
	if q.coming > 0 || q.blocking.len == 0 && !q.plainWaitsLocked() {
		return
	}
	q.coming++
	if q.startHelper == nil {
		q.startHelper = func() { help(d) }
	}
	go q.startHelper()
}

// plainWaitsLocked reports whether there is a plain call that nobody will come back for.
func (q *callQueue) plainWaitsLocked() bool { return q.plain.len > 0 && q.plying == 0 }

// help runs calls until none is left.
func help(d *domain) {
	d = d.lock()
	d.calls.coming--
	for {
		d.runStepsLocked()
		switch q := &d.calls; {
		case q.blocking.len > 0:
			c := q.blocking.pop()
			q.summonHelperLocked(d) // c may block
			d.mu.Unlock()
			err := invoke(d, c, false)
			d = d.lock()
			c.settleLocked(err)
		case q.plainWaitsLocked():
			d = d.runPlainLocked()
		default:
			d.mu.Unlock()
			return
		}
	}
}

// runPlainLocked runs the first plain call. It gives up the lock meanwhile and returns the domain locked again, which
// may have become part of another one.
func (d *domain) runPlainLocked() *domain {
	c := d.calls.plain.pop()
	d.calls.plying++
	d.calls.summonHelperLocked(d)
	d.mu.Unlock()
	err := invoke(d, c, true)
	d = d.lock()
	d.calls.plying--
	c.settleLocked(err)
	return d
}

// invoke runs a call without the lock and turns a panic into an error. If the function ends the goroutine by
// runtime.Goexit, invoke settles the call itself, since nobody after it can.
func invoke(d *domain, c call, plain bool) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			err = newPanicError(v)
			return
		}
		d := d.lock()
		if plain {
			d.calls.plying--
		}
		c.settleLocked(ErrGoexit)
		d.unlock()
	}()
	err = c.run()
	returned = true
	return err
}

// A waiter is a goroutine that waits for something in a domain. The domain's lock guards its fields.
type waiter struct {
	done   bool          // what it waits for has happened
	err    error         // the result, once done
	parked bool          // it waits on wake
	wake   chan struct{} // takes the one wake-up of a parked waiter; made by the first that parks
}

// finishLocked says that what w waits for has happened, with what result.
func (w *waiter) finishLocked(err error) {
	w.done, w.err = true, err
	if w.parked {
		w.wake <- struct{}{}
	}
}

// waitLocked waits until w is done or ctx has ended. Plain calls of the domain are run by the waiting goroutine. The
// lock is given up meanwhile; waitLocked returns the domain locked again, which may have become part of another one.
func (d *domain) waitLocked(ctx context.Context, w *waiter) *domain {
	for {
		d.runStepsLocked()
		if w.done {
			return d
		}
		if !d.calls.plainWaitsLocked() {
			break
		}
		if ctx.Err() != nil {
			return d
		}
		d = d.runPlainLocked()
	}
	if w.wake == nil {
		w.wake = make(chan struct{}, 1)
	}
	w.parked = true
	d.unlock()
	select {
	case <-w.wake:
		d = d.lock()
	case <-ctx.Done():
		d = d.lock()
		if w.done {
			<-w.wake // sent, or it would not be done: leave no wake-up behind for the next use
		}
	}
	w.parked = false
	return d
}

// takeWaiterLocked returns a waiter for one wait, which keepWaiterLocked takes back.
func (d *domain) takeWaiterLocked() *waiter {
	w := d.spare
	if w == nil {
		return new(waiter)
	}
	d.spare = nil
	return w
}

func (d *domain) keepWaiterLocked(w *waiter) {
	w.reset()
	d.spare = w
}

// reset makes w ready for another wait. It keeps the channel, which is why waiters stay with their domain or reader: a
// channel belongs to the synctest bubble it was made in.
func (w *waiter) reset() { *w = waiter{wake: w.wake} }
