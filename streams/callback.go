package streams

import "context"

// A lifetime makes the context that the callbacks of one stream get. The domain's lock guards it. A nil lifetime is that
// of callbacks without a context.
type lifetime struct {
	ctx    context.Context // made when the first callback needs it
	cancel context.CancelCauseFunc
	cause  error // why the context has ended, or will be ended when it is made; nil if it lives
	over   bool  // for good
}

// contextLocked returns the context for the next callback.
func (l *lifetime) contextLocked() context.Context {
	if l.ctx == nil {
		l.ctx, l.cancel = context.WithCancelCause(context.Background())
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
		l.over = true
	}
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
		*l = lifetime{}
	}
}

// A rareCall calls one of the callbacks that a stream calls once: start, cancel, flush, close, abort.
type rareCall struct {
	callResult
	function func() error
	react    func(err error)
}

func (c *rareCall) run() error { return c.function() }

func (c *rareCall) stepLocked() { c.react(c.err) }

// promiseCallLocked has a callback called that may block, and returns the promise of its result.
func (d *domain) promiseCallLocked(function func() error) *promise {
	p := new(promise)
	d.callBlockingLocked(&rareCall{
		function: function,
		react:    func(err error) { p.settleLocked(d.root(), err) },
	})
	return p
}
