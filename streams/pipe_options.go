package streams

import "context"

// A PipeOption is an option of PipeTo and PipeThrough.
type PipeOption interface{ applyToPipe(o *pipeOptions) }

// A ValuesOption is an option of [ReadableStream.Values].
type ValuesOption interface{ applyToValues(o *valuesOptions) }

type pipeOptions struct {
	preventClose, preventAbort, preventCancel bool
	ctx                                       context.Context // of PipeThrough
}

type valuesOptions struct{ preventCancel bool }

func newPipeOptions(opts []PipeOption) pipeOptions {
	if len(opts) == 0 { // o would escape
		return pipeOptions{ctx: context.Background()}
	}
	o := pipeOptions{ctx: context.Background()}
	for _, opt := range opts {
		opt.applyToPipe(&o)
	}
	return o
}

type pipeOption func(o *pipeOptions)

func (f pipeOption) applyToPipe(o *pipeOptions) { f(o) }

// PreventClose keeps a pipe from closing its destination when the source closes.
func PreventClose() PipeOption { return pipeOption(func(o *pipeOptions) { o.preventClose = true }) }

// PreventAbort keeps a pipe from aborting its destination when the source errors or the pipe's context ends.
func PreventAbort() PipeOption { return pipeOption(func(o *pipeOptions) { o.preventAbort = true }) }

// WithContext gives the pipe of PipeThrough a context: when it ends, the pipe ends as PipeTo does with its own. PipeTo
// does not look at this option.
func WithContext(ctx context.Context) PipeOption {
	return pipeOption(func(o *pipeOptions) { o.ctx = ctx })
}

// PreventCancel keeps a pipe from cancelling its source when the destination errors or closes or the pipe's context ends,
// and keeps Values from cancelling its stream when the loop is left.
func PreventCancel() PreventCancelOption { return PreventCancelOption{} }

// A PreventCancelOption is what [PreventCancel] returns: an option of pipes and of Values.
type PreventCancelOption struct{}

func (PreventCancelOption) applyToPipe(o *pipeOptions)     { o.preventCancel = true }
func (PreventCancelOption) applyToValues(o *valuesOptions) { o.preventCancel = true }
