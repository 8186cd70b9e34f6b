package conformance

import (
	"context"
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// firstMade is where the counters start from which callbacks take the values that they make.
const firstMade = 1000

// strategy returns the queuing strategy of a readable or writable stream.
func strategy(mark int, size Size) streams.QueuingStrategy[int] {
	s := streams.CountQueuingStrategy[int](mark)
	if size == Mod3 {
		s.Size = func(v int) int { return v % 3 }
	}
	return s
}

// marks returns the strategies of a transform stream.
func marks(a Action) []streams.TransformOption {
	return []streams.TransformOption{
		streams.WithWritableStrategy(streams.CountQueuingStrategy[int](a.WritableHWM)),
		streams.WithReadableStrategy(streams.CountQueuingStrategy[int](a.ReadableHWM)),
	}
}

// readable makes a readable stream from callbacks that may block.
func (p *player) readable(a Action) {
	stream := &readableStream{}
	made := firstMade
	start := p.callback(a.ID, "start", a.Source.Start)
	pull := p.callback(a.ID, "pull", a.Source.Pull)
	cancel := p.callback(a.ID, "cancel", a.Source.Cancel)

	var source streams.UnderlyingSource[int]
	source.Start = func(_ context.Context, c *streams.ReadableController[int]) error {
		stream.control = c
		if start.exists() {
			start.begin("start")
		}
		for range a.Source.StartEnqueue {
			if err := c.Enqueue(made); err != nil {
				return err
			}
			made++
		}
		return start.end()
	}
	if pull.exists() {
		source.Pull = func(_ context.Context, c *streams.ReadableController[int]) error {
			pull.begin(pullEvent(pull))
			produce(pull, &made, c)
			return pull.end()
		}
	}
	if cancel.exists() {
		source.Cancel = func(_ context.Context, reason error) error {
			return cancel.call("cancel:" + nameOf(reason))
		}
	}
	stream.ReadableStream = streams.NewReadableStream(source, strategy(a.HWM, a.Size))
	p.add(a.ID, stream)
}

// pullEvent returns the event of the call of pull that is about to begin. How often a pull that gives nothing is
// repeated is a matter of timing, so it shows none.
func pullEvent(pull *callback) string {
	gives := pull.does.Enqueue > 0 && pull.calls < pull.does.Limit
	if gives || pull.does.Mode == Hold {
		return "pull"
	}
	return ""
}

// produce does the work of the present call of pull. The first enqueue that is refused ends it, as programs have it:
// the stream was closed meanwhile. Values are taken from made whether they are refused or not.
func produce(pull *callback, made *int, c *streams.ReadableController[int]) {
	if pull.calls <= pull.does.Limit {
		for range pull.does.Enqueue {
			v := *made
			*made++
			if c.Enqueue(v) != nil {
				return
			}
		}
	}
	if pull.calls == pull.does.CloseAfter {
		_ = c.Close() // refused if the stream was closed meanwhile, too
	}
}

// from makes a readable stream of a sequence.
func (p *player) from(a Action) {
	show := func(event string) { p.journal.add(a.ID, event) }
	sequence := func(yield func(int) bool) {
		for v := 1; v <= a.N; v++ {
			show(fmt.Sprintf("next:%d", v))
			if !yield(v) {
				show("return")
				return
			}
		}
		show("end")
	}
	p.add(a.ID, &readableStream{ReadableStream: streams.From(sequence)})
}

// writable makes a writable stream from callbacks that may block.
func (p *player) writable(a Action) {
	stream := &writableStream{}
	start := p.callback(a.ID, "start", a.Sink.Start)
	write := p.callback(a.ID, "write", a.Sink.Write)
	closing := p.callback(a.ID, "close", a.Sink.Close)
	abort := p.callback(a.ID, "abort", a.Sink.Abort)

	var sink streams.UnderlyingSink[int]
	sink.Start = func(_ context.Context, c *streams.WritableController[int]) error {
		stream.control = c
		return startCall(start)
	}
	if write.exists() {
		sink.Write = func(_ context.Context, v int, _ *streams.WritableController[int]) error {
			return write.call(fmt.Sprintf("write:%d", v))
		}
	}
	if closing.exists() {
		sink.Close = func(context.Context) error { return closing.call("close") }
	}
	if abort.exists() {
		sink.Abort = func(_ context.Context, reason error) error { return abort.call("abort:" + nameOf(reason)) }
	}
	stream.WritableStream = streams.NewWritableStream(sink, strategy(a.HWM, a.Size))
	p.add(a.ID, stream)
}

// startCall plays the start of a stream that always has one, because it brings the controller.
func startCall(start *callback) error {
	if !start.exists() {
		return nil
	}
	return start.call("start")
}

// transform makes a transform stream from callbacks that may block.
func (p *player) transform(a Action) {
	stream := &transform{}
	made := firstMade
	start := p.callback(a.ID, "start", a.Transformer.Start)
	each := p.callback(a.ID, "transform", a.Transformer.Transform)
	flush := p.callback(a.ID, "flush", a.Transformer.Flush)
	cancel := p.callback(a.ID, "cancel", a.Transformer.Cancel)

	var transformer streams.Transformer[int, int]
	transformer.Start = func(_ context.Context, c *streams.TransformController[int]) error {
		stream.control = c
		return startCall(start)
	}
	if each.exists() {
		transformer.Transform = func(_ context.Context, v int, c *streams.TransformController[int]) error {
			each.begin(fmt.Sprintf("transform:%d", v))
			for i := range each.does.Emit {
				if c.Enqueue(transformed(v, i)) != nil {
					break // errored meanwhile
				}
			}
			return each.end()
		}
	}
	if flush.exists() {
		transformer.Flush = func(_ context.Context, c *streams.TransformController[int]) error {
			flush.begin("flush")
			for range flush.does.Emit {
				v := made
				made++
				if c.Enqueue(v) != nil {
					break // errored meanwhile
				}
			}
			return flush.end()
		}
	}
	if cancel.exists() {
		transformer.Cancel = func(_ context.Context, reason error) error {
			return cancel.call("cancel:" + nameOf(reason))
		}
	}
	stream.TransformStream = streams.NewTransformStream(transformer, marks(a)...)
	p.addTransform(a.ID, stream)
}

// transformed returns the i-th chunk that a transform emits for the chunk v.
func transformed(v, i int) int { return v*100 + i }

// addTransform names a transform stream and its sides.
func (p *player) addTransform(id string, t *transform) {
	p.add(id, t)
	p.add(id+".r", &readableStream{ReadableStream: t.Readable()})
	p.add(id+".w", &writableStream{WritableStream: t.Writable()})
}
