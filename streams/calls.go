package streams

import (
	"context"
	"runtime"
)

// A call is one call of a function of the user. When it has been run it is due as a step, in which the standard's reaction
// to the promise of that callback happens.
type call interface {
	step
	run() error
	setResult(err error)
}

// A callResult is what the function returned. Calls embed it.
type callResult struct {
	err error // written by the goroutine that ran the function, before the call is due as a step
}

func (r *callResult) setResult(err error) { r.err = err }

// A callQueue holds the calls of a domain that are ready to run, and knows who will come to run them. The domain's lock
// guards it.
//
// In the standard a function of the user is called in the middle of an operation. Here the operation makes the call
// ready, and the call is run without the lock, before the steps that are due by then.
//
// A plain call, of a function that must not block, is run by a goroutine that waits in the domain anyway (in Read, PipeTo,
// Collect and so on), else by a helper; never by one that only passes through, such as the caller of Enqueue, who may
// hold locks of his own. (The callers of the Ready methods are told that they may have to.) Whoever runs a plain call returns
// to the queue soon, so all other work waits for that. If it is a burst that looks for other work now and then, calls that may
// block are run beside it.
//
// A call that may block is run by a helper: a goroutine that runs calls and steps until there are none. Before it enters
// such a call it sends for another helper if there is work left, and whoever adds work later does so too, so that a call
// that blocks holds up nobody. At most one helper is on its way at a time, and one that comes back from a call goes on
// with the work itself, so a busy graph keeps a few helpers busy, and a graph at rest has none.
//
// The pull of a source that gives chunks by a function that must not block comes last, when there is nothing else to do. So
// all that is under way has gone downstream by then, and the chain is ready for a burst (see burst.go).
type callQueue struct {
	ready   fifo[readyCall]
	pulls   fifo[plainPull]
	bursts  fifo[*burst] // that have begun and not ended
	held    *burst       // the one that is held; nil if none is
	coming  int          // helpers that were started and have not looked at the queue yet
	plying  int          // goroutines in a plain call: 0 or 1, more only where domains were merged meanwhile
	lookers int          // how many of these run bursts that look for other work now and then

	startHelper func() // what helpers do; kept so that starting one allocates nothing
}

type readyCall struct {
	call
	mayBlock bool
	looks    bool   // it is a burst that looks for other work now and then
	loop     *burst // that the call is, if it calls the body of a loop
}

// callBlockingLocked makes c ready to run; its function may block.
func (d *domain) callBlockingLocked(c call) { d.calls.ready.push(readyCall{call: c, mayBlock: true}) }

// callPlainLocked makes c ready to run; its function must not block.
func (d *domain) callPlainLocked(c call) { d.calls.ready.push(readyCall{call: c}) }

// A plainPull is a pull that comes last.
type plainPull interface {
	call
	// beginLocked prepares the pull, as a burst if it can be one, and reports whether there is anything to run. The goroutine
	// that will run it waits for w; nil is a helper.
	beginLocked(ctx context.Context, w *waiter) bool
	// loopBurst is the burst that the pull is, if it calls the body of a loop; else nil.
	loopBurst() *burst
}

// plainReadyLocked reports whether the next call is a plain one.
func (d *domain) plainReadyLocked() bool {
	return d.calls.ready.len > 0 && !d.calls.ready.at(0).mayBlock
}

// callPullLocked makes the pull p ready to run.
func (d *domain) callPullLocked(p plainPull) { d.calls.pulls.push(p) }

// stopBurstsLocked makes running bursts stop at the next chunk: whoever came to the domain may have work for the goroutines
// that run them.
func (q *callQueue) stopBurstsLocked() {
	for i := range q.bursts.len {
		(*q.bursts.at(i)).stop.Store(true)
	}
}

// askBurstsLocked makes the goroutines that run bursts come for the work that there is, if they do not look for it by themselves.
func (q *callQueue) askBurstsLocked(d *domain) {
	if d.steps.len == 0 && q.ready.len == 0 && q.pulls.len == 0 {
		return
	}
	for i := range q.bursts.len {
		if b := *q.bursts.at(i); !b.looks {
			b.stop.Store(true)
		}
	}
}

// settleHeldLocked settles the burst that is held, if there is one.
func (q *callQueue) settleHeldLocked(d *domain) {
	if q.held != nil {
		q.held.settleLocked(d)
	}
}

// absorb takes over what another queue has.
func (q *callQueue) absorb(other *callQueue) {
	for other.ready.len > 0 {
		q.ready.push(other.ready.pop())
	}
	for other.pulls.len > 0 {
		q.pulls.push(other.pulls.pop())
	}
	for other.bursts.len > 0 {
		q.bursts.push(other.bursts.pop())
	}
	q.coming += other.coming
	q.plying += other.plying
	q.lookers += other.lookers
}

// dropIdleStepsLocked drops steps that would do nothing, so that nobody is sent for to run them.
func (d *domain) dropIdleStepsLocked() {
	for d.steps.len > 0 {
		if s, ok := (*d.steps.at(0)).(idleStep); !ok || !s.idleLocked() {
			return
		}
		d.steps.pop()
	}
}

// An idleStep is a step that may find nothing to do.
type idleStep interface {
	step
	// idleLocked reports whether there is nothing to do before something changes, which makes the step due again.
	idleLocked() bool
}

// summonHelperLocked starts a helper if there is work and nobody who will come to do it.
func (d *domain) summonHelperLocked() {
	q := &d.calls
	if q.coming > 0 || q.plying > 0 && !q.goesOnBesidesLocked() || q.ready.len == 0 && q.pulls.len == 0 && d.steps.len == 0 {
		return
	}
	q.coming++
	if q.startHelper == nil {
		q.startHelper = func() { help(d) }
	}
	go q.startHelper()
}

// goesOnBesidesLocked reports whether the next call is one that is run beside the bursts that are under way: it may block, and they
// look for what else there is to do.
func (q *callQueue) goesOnBesidesLocked() bool {
	return q.plying == q.lookers && q.lookers > 0 && q.ready.len > 0 && q.ready.at(0).mayBlock
}

// help does what there is to do in a domain.
func help(d *domain) {
	d = d.lockQuietly()
	d.calls.coming--
	for {
		d.runStepsLocked()
		switch q := &d.calls; {
		case q.plying == 0 && q.ready.len > 0 || q.goesOnBesidesLocked():
			d = d.runCallLocked(context.Background(), nil)
		case q.plying == 0 && q.pulls.len > 0:
			d = d.runPullLocked(context.Background(), nil)
		default:
			d.calls.askBurstsLocked(d) // what the last call came to may wait for the goroutine that runs one
			d.mu.Unlock()
			return
		}
	}
}

// runCallLocked runs the first call that is ready, for a goroutine that waits for w, or a helper. ctx ends it early if it
// becomes a burst. It gives up the lock meanwhile and returns the domain locked again, which may have become part of another
// one.
func (d *domain) runCallLocked(ctx context.Context, w *waiter) *domain {
	c := d.calls.ready.pop()
	d.dropIdleStepsLocked()
	if s, ok := c.call.(stageCall); ok {
		c = s.burstLocked(ctx, w, c)
	}
	if !c.mayBlock {
		d.calls.plying++
	}
	if c.looks {
		d.calls.lookers++
	}
	if c.mayBlock || c.looks {
		d.summonHelperLocked()
	}
	d.mu.Unlock()
	return invoke(d, c, w)
}

// runPullLocked runs the first of the pulls that come last, with nothing else to do. ctx ends it early if it is a burst.
// Else it is as runCallLocked.
func (d *domain) runPullLocked(ctx context.Context, w *waiter) *domain {
	p := d.calls.pulls.pop()
	if !p.beginLocked(ctx, w) {
		d.steps.push(p)
		return d
	}
	c := readyCall{call: p, loop: p.loopBurst()}
	if c.loop != nil {
		c.mayBlock = true
		d.summonHelperLocked()
	} else {
		d.calls.plying++
	}
	d.mu.Unlock()
	return invoke(d, c, w)
}

// invoke runs a call without the lock, locks the domain and makes the result due. A panic becomes the error of the call. If
// the function ends the goroutine by runtime.Goexit, nobody comes back for the work, what the goroutine waited for is taken
// back, and the domain is left unlocked. So it is when the body of a loop panics, whose caller gets the panic as it is.
func invoke(d *domain, c readyCall, w *waiter) (locked *domain) {
	err := ErrGoexit
	returned := false
	defer func() {
		if c.loop != nil && c.loop.at == atBody {
			err = nil
		} else if v := recover(); v != nil {
			err, returned = newPanicError(v), true
		}
		c.setResult(err)
		locked = d.lockQuietly()
		if held := locked.calls.held; held != nil && held.end.writeCall() != c.call {
			held.settleLocked(locked)
		}
		if !c.mayBlock {
			locked.calls.plying--
		}
		if c.looks {
			locked.calls.lookers--
		}
		locked.steps.push(c.call)
		if !returned {
			if w != nil && !w.done && w.withdrawal != nil {
				w.withdrawal.withdrawLocked()
			}
			locked.unlock()
		}
	}()
	err = c.run()
	returned = true
	return nil
}

// A waiter is a goroutine that waits for something in a domain. The domain's lock guards its fields.
type waiter struct {
	done   bool          // what it waits for has happened
	parked bool          // it waits on wake
	err    error         // the result, once done
	wake   chan struct{} // takes the one wake-up of a parked waiter; made by the first that parks
	next   *waiter       // that waits for the same promise

	withdrawal withdrawal // what to take back if the goroutine does not come to the end of its wait; may be nil
}

// A withdrawal takes back a request that waits.
type withdrawal interface{ withdrawLocked() }

// finishLocked says that what w waits for has happened, with what result.
func (w *waiter) finishLocked(err error) {
	w.done, w.err = true, err
	if w.parked {
		w.wake <- struct{}{}
	}
}

// reset makes w ready for another wait. It keeps the channel, which is why waiters stay with their domain or reader: a
// channel belongs to the synctest bubble it was made in.
func (w *waiter) reset() { *w = waiter{wake: w.wake} }

// waitLocked waits until w is done or ctx has ended. As long as there are steps and plain calls to run and nobody else is
// at it, the waiting goroutine runs them. The lock is given up meanwhile; waitLocked returns the domain locked again,
// which may have become part of another one.
func (d *domain) waitLocked(ctx context.Context, w *waiter) *domain {
	for {
		d.runStepsLocked()
		if w.done {
			return d
		}
		q := &d.calls
		if q.plying > 0 || q.ready.len > 0 && q.ready.at(0).mayBlock || q.ready.len == 0 && q.pulls.len == 0 {
			break
		}
		if ctx.Err() != nil {
			return d
		}
		if q.ready.len > 0 {
			d = d.runCallLocked(ctx, w)
		} else {
			d = d.runPullLocked(ctx, w)
		}
	}
	if w.wake == nil {
		w.wake = make(chan struct{}, 1)
	}
	w.parked = true
	d.unlock()
	woken := w.park(ctx)
	d = d.lock()
	if !woken && w.done {
		<-w.wake // it was sent: leave no wake-up behind for the next use
	}
	w.parked = false
	return d
}

// park waits for the wake-up, and reports whether it came before ctx ended. It gives way once before: where two goroutines
// hand chunks to each other, the other one has often come that far by then, and need not wake anybody.
func (w *waiter) park(ctx context.Context) (woken bool) {
	if ctx.Err() == nil {
		runtime.Gosched()
	}
	ended := ctx.Done()
	if ended == nil { // of a context that never ends: one channel is cheaper to wait for than two
		<-w.wake
		return true
	}
	select {
	case <-w.wake:
		return true
	case <-ended:
		return false
	}
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
