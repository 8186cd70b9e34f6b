package conformance

import (
	"context"
	"fmt"
	"io"

	"github.com/weirstreams/weir/streams"
)

// perform does an action, on the goroutine that plays the program or on that of a callback. An action on something that
// was never obtained, or on a controller that the program does not hold, is skipped.
func (p *player) perform(a Action) {
	if !p.canPerform(a) {
		if a.P != "" {
			p.journal.add(a.P, "skipped")
		}
		return
	}
	switch a.Op {
	case "readable":
		p.create(a, p.readable, p.generate)
	case "writable":
		p.create(a, p.writable, p.sinkFunc)
	case "transform":
		p.create(a, p.transform, p.transformFunc)
	case "from":
		p.from(a)
	case "bytes":
		p.bytes(a)
	case "getReader":
		p.getReader(a, get[readable](p, a.On).reader)
	case "getBYOBReader":
		p.getReader(a, get[*byteStream](p, a.On).byobReader)
	case "getWriter":
		p.getWriter(a)
	case "tee":
		p.tee(a)
	case "pipeTo":
		p.pipeTo(a)
	case "pipeThrough":
		p.pipeThrough(a)
	case "signal":
		p.signal(a.ID).abort(a.Err)
	case "release":
		p.holds.release(a.CB, a.outcome())
	default:
		p.performOn(a)
	}
}

// performOn does an action on one reader, writer, stream or controller.
func (p *player) performOn(a Action) {
	switch a.Op {
	case "read":
		rd := get[reader](p, a.On)
		p.await(a.P, func(ctx context.Context) string { return readResult(rd.read(ctx)) })
	case "readInto":
		rd := get[*byobReader](p, a.On)
		p.await(a.P, func(ctx context.Context) string { return readResult(rd.readInto(ctx, a.Len, a.Min)) })
	case "cancel":
		p.async(a.P, withReason(get[reader](p, a.On).Cancel, a.Err))
	case "cancelStream":
		p.async(a.P, withReason(get[readable](p, a.On).Cancel, a.Err))
	case "write":
		p.async(a.P, get[*writer](p, a.On).WriteAsync(a.V).Wait)
	case "close":
		p.async(a.P, get[*writer](p, a.On).Close)
	case "closeStream":
		p.async(a.P, get[*writableStream](p, a.On).Close)
	case "abort":
		p.async(a.P, withReason(get[*writer](p, a.On).Abort, a.Err))
	case "abortStream":
		p.async(a.P, withReason(get[*writableStream](p, a.On).Abort, a.Err))
	case "releaseReader":
		get[reader](p, a.On).ReleaseLock()
		p.result(a.P, nil)
	case "releaseWriter":
		get[*writer](p, a.On).ReleaseLock()
		p.result(a.P, nil)
	case "enqueue":
		p.result(a.P, control[interface{ Enqueue(v int) error }](p, a.On).Enqueue(a.V))
	case "enqueueBytes":
		chunk := p.counter.fill(make([]byte, a.Len))
		p.result(a.P, control[*streams.ByteController](p, a.On).Enqueue(chunk))
	case "respond":
		p.respond(a)
	case "ctlClose":
		p.result(a.P, control[interface{ Close() error }](p, a.On).Close())
	case "ctlError":
		control[interface{ Error(err error) }](p, a.On).Error(a.Err)
		p.result(a.P, nil)
	case "terminate":
		control[interface{ Terminate() }](p, a.On).Terminate()
		p.result(a.P, nil)
	default:
		panic(fmt.Sprintf("no such action: %q", a.Op))
	}
}

// canPerform reports whether what an action acts on is there.
func (p *player) canPerform(a Action) bool {
	for _, id := range []string{a.On, a.From, a.To, a.Through} {
		if id == "" {
			continue
		}
		e := p.entity(id)
		if e == nil || a.usesController() && e.controller() == nil {
			return false
		}
	}
	return true
}

// create makes a stream in the form that the plan has for it.
func (p *player) create(a Action, blocking, plain func(Action)) {
	if _, isPlain := p.plan[a.ID]; isPlain {
		plain(a)
	} else {
		blocking(a)
	}
}

func (p *player) getReader(a Action, from func() (reader, error)) {
	rd, err := from()
	if err == nil {
		p.add(a.ID, rd)
	}
	p.result(a.P, err)
}

func (p *player) getWriter(a Action) {
	wr, err := get[*writableStream](p, a.On).GetWriter()
	if err == nil {
		p.add(a.ID, &writer{wr})
	}
	p.result(a.P, err)
}

func (p *player) tee(a Action) {
	left, right, err := get[readable](p, a.On).tee()
	if err == nil {
		p.add(a.IDs[0], left)
		p.add(a.IDs[1], right)
	}
	p.result(a.P, err)
}

func (p *player) pipeTo(a Action) {
	from, to := get[*readableStream](p, a.From), get[*writableStream](p, a.To)
	signal, options := p.signalOf(a), pipeOptions(a)
	p.async(a.P, func(context.Context) error {
		return from.PipeTo(signal, to.WritableStream, options...)
	})
}

// pipeThrough tells success by the stream that comes back: the transform's readable side, or else one that is errored
// with what the standard throws.
func (p *player) pipeThrough(a Action) {
	from, through := get[*readableStream](p, a.From), get[*transform](p, a.Through)
	options := append(pipeOptions(a), streams.WithContext(p.signalOf(a)))
	out := streams.PipeThrough(from.ReadableStream, through.TransformStream, options...)
	if out == through.Readable() {
		p.result(a.P, nil)
		return
	}
	rd, err := out.GetReader()
	if err == nil {
		err = rd.Closed(p.polling)
	}
	if err == nil {
		err = fmt.Errorf("pipeThrough returned a stream that is closed")
	}
	p.result(a.P, err)
}

// signalOf returns the context that stands for the signal of a pipe. One without a signal ends with the program.
func (p *player) signalOf(a Action) context.Context {
	if a.Signal == "" {
		return p.ctx
	}
	return p.signal(a.Signal).ctx
}

func pipeOptions(a Action) []streams.PipeOption {
	var options []streams.PipeOption
	if a.PreventClose {
		options = append(options, streams.PreventClose())
	}
	if a.PreventAbort {
		options = append(options, streams.PreventAbort())
	}
	if a.PreventCancel {
		options = append(options, streams.PreventCancel())
	}
	return options
}

// outcome returns what a released call returns.
func (a Action) outcome() error {
	if a.Outcome == "ok" {
		return nil
	}
	return Reason(a.Outcome)
}

// withReason binds the reason of a cancel or an abort.
func withReason(end func(context.Context, error) error, reason error) func(context.Context) error {
	return func(ctx context.Context) error { return end(ctx, reason) }
}

// readResult shows what a read returned. The bytes that come with the end of a byte stream are shown with it.
func readResult(shown string, err error) string {
	switch {
	case err == nil:
		return "val:" + shown
	case err != io.EOF: // which is never wrapped
		return "err:" + nameOf(err)
	case shown != "":
		return "done:" + shown
	default:
		return "done"
	}
}
