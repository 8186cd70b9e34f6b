package streams

import (
	"context"
	"errors"
	"sync/atomic"
)

// A lifetime makes the context that the callbacks of one stream get. The domain's lock guards it. A nil lifetime is that
// of callbacks without a context.
type lifetime struct {
	ctx    *watchedContext // made when the first callback needs it
	cancel context.CancelCauseFunc
	cause  error // why the context has ended, or will be ended when it is made; nil if it lives
	over   bool  // for good
	first  watchedContext

	told     bool              // tellLocked was called, and endLocked was not yet
	withheld func(cause error) // makes the callback due again that has failed in between; nil if none has
}

// contextLocked returns the context for the next callback.
func (l *lifetime) contextLocked() context.Context {
	if l.ctx == nil {
		if l.ctx = &l.first; l.first.Context != nil { // which was only interrupted, and somebody may still have it
			l.ctx = new(watchedContext)
		}
		l.ctx.Context, l.cancel = context.WithCancelCause(context.Background())
		if l.cause != nil {
			l.cancel(l.cause)
		}
	}
	return l.ctx
}

// endLocked ends the context for good. Only the first cause counts.
func (l *lifetime) endLocked(cause error) {
	if l != nil {
		l.interruptLocked(cause)
		l.over, l.told = true, false
		if withheld := l.withheld; withheld != nil {
			l.withheld = nil
			withheld(cause)
		}
	}
}

// tellLocked ends the context for good, ahead of a cancel that will come to the stream for certain, but may have to wait for
// callbacks further downstream. See withholdLocked for a callback that fails in between.
func (l *lifetime) tellLocked(cause error) {
	if l != nil && !l.over {
		l.interruptLocked(cause)
		l.over, l.told = true, true
	}
}

// withholdLocked reports whether err, with which the callback c has failed, is no news, because c was told to end: the
// stream is to end by the cancel that is on its way, and with its reason, not with what a callback makes of a context that
// has ended. So c counts as running, and nothing more is called, until the stream ends; then c is due as one that has failed
// with the cause of that. Who has never looked at the context has failed by himself, and a panic is always news.
func (l *lifetime) withholdLocked(d *domain, c reaction, err error) bool {
	if err == nil || !l.told || !l.ctx.lookedAt() || errors.As(err, new(*PanicError)) {
		return false
	}
	l.withheld = func(cause error) { d.root().reactLocked(c, cause) }
	return true
}

// interruptLocked ends the context until resumeLocked is called.
func (l *lifetime) interruptLocked(cause error) {
	if l == nil || l.cause != nil {
		return
	}
	l.cause = cause
	if l.cancel != nil {
		l.cancel(cause)
	}
}

// resumeLocked gives callbacks that start from now on a fresh context, if the old one was only interrupted.
func (l *lifetime) resumeLocked() {
	if l != nil && !l.over && l.cause != nil {
		l.ctx, l.cancel, l.cause = nil, nil, nil
	}
}

// A watchedContext takes note of whether anybody has looked at it.
type watchedContext struct {
	context.Context
	looked atomic.Bool
}

func (w *watchedContext) Done() <-chan struct{} {
	w.look()
	return w.Context.Done()
}

func (w *watchedContext) Err() error {
	w.look()
	return w.Context.Err()
}

// Value is also what [context.Cause] and contexts that are made from this one call.
func (w *watchedContext) Value(key any) any {
	w.look()
	return w.Context.Value(key)
}

func (w *watchedContext) look() {
	if !w.looked.Load() { // stores to the same place are slow if there are many
		w.looked.Store(true)
	}
}

func (w *watchedContext) lookedAt() bool { return w != nil && w.looked.Load() }

// A rareCall calls one of the callbacks that a stream calls once: start, cancel, flush, close, abort.
type rareCall struct {
	callResult
	function func() error
	react    func(err error)
	life     *lifetime // of the context of function, if what it fails with may be withheld, in this domain; else nil
	home     *domain
}

func (c *rareCall) run() error { return c.function() }

func (c *rareCall) stepLocked() {
	if c.life == nil || !c.life.withholdLocked(c.home, c, c.err) {
		c.react(c.err)
	}
}

// promiseCallLocked has a callback called that may block, and returns the promise of its result.
func (d *domain) promiseCallLocked(function func() error) *promise {
	p := new(promise)
	d.callBlockingLocked(&rareCall{
		function: function,
		react:    func(err error) { p.settleLocked(d.root(), err) },
	})
	return p
}
