package streams_test

// Callbacks that fail because their context has ended ahead of the cancel of their stream.

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A toldCallback fails with errB when its context has ended. The rest of its stage takes note of how that ends.
type toldCallback struct {
	events
	calls int
}

func (c *toldCallback) fail(ctx context.Context) error {
	c.calls++
	<-ctx.Done()
	return errB
}

func (c *toldCallback) cancel(_ context.Context, reason error) error {
	c.add("cancel %v", reason)
	return nil
}

func (c *toldCallback) inStart() streams.UnderlyingSource[int] {
	return streams.UnderlyingSource[int]{
		Start:  func(ctx context.Context, _ *streams.ReadableController[int]) error { return c.fail(ctx) },
		Cancel: c.cancel,
	}
}

func (c *toldCallback) inPull() streams.UnderlyingSource[int] {
	return streams.UnderlyingSource[int]{
		Pull:   func(ctx context.Context, _ *streams.ReadableController[int]) error { return c.fail(ctx) },
		Cancel: c.cancel,
	}
}

func (c *toldCallback) inBytePull() streams.UnderlyingByteSource {
	return streams.UnderlyingByteSource{
		Pull:   func(ctx context.Context, _ *streams.ByteController) error { return c.fail(ctx) },
		Cancel: c.cancel,
	}
}

func (c *toldCallback) inTransform() streams.Transformer[int, int] {
	return streams.Transformer[int, int]{
		Transform: func(ctx context.Context, _ int, _ *streams.TransformController[int]) error { return c.fail(ctx) },
		Cancel:    c.cancel,
	}
}

func (c *toldCallback) inTransformStart() streams.Transformer[int, int] {
	return streams.Transformer[int, int]{
		Start:  func(ctx context.Context, _ *streams.TransformController[int]) error { return c.fail(ctx) },
		Cancel: c.cancel,
	}
}

func (c *toldCallback) inFlush() streams.Transformer[int, int] {
	return streams.Transformer[int, int]{
		Flush:  func(ctx context.Context, _ *streams.TransformController[int]) error { return c.fail(ctx) },
		Cancel: c.cancel,
	}
}

// A slowCancel is a pipeline in which the cancel waits in a stage behind another one, whose callbacks have been told.
type slowCancel struct {
	pipe *operation[struct{}]
	hold held
	dest *streams.WritableStream[int]
	sink *recordingSink
}

// slowCancelOf pipes source through such a stage, and ends the context of the pipe with errA.
func slowCancelOf[T any](t *testing.T, source *streams.ReadableStream[T], opts ...streams.PipeOption) *slowCancel {
	t.Helper()
	p := &slowCancel{hold: newHeld(t)}
	stage := streams.NewTransformStream(streams.Transformer[T, int]{
		Transform: func(context.Context, T, *streams.TransformController[int]) error { return nil },
		Cancel:    p.hold.cancel,
	})
	p.dest, p.sink = recordingWritable(streams.UnderlyingSink[int]{})
	ctx, cancel := abortable()
	p.pipe = pipeWith(ctx, streams.PipeThrough(source, stage, opts...), p.dest)
	cancel()
	p.pipe.wantPending(t)
	return p
}

// wantCause lets the cancel go on, and fails the test unless the pipeline has ended with errA.
func (p *slowCancel) wantCause(t *testing.T) {
	t.Helper()
	p.hold.let(nil)
	p.pipe.wantError(t, errA)
	wantEqual(t, p.pipe.err, errA)
	p.sink.want(t, "abort error A")
	wantEqual(t, p.dest.Locked(), false)
}

// TestFailureOfToldCallback shows that a callback that fails because its context has ended, before the cancel has come to its
// stream, does not give the pipeline another end than the cause: it is not called again, and the stream is cancelled.
func TestFailureOfToldCallback(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, source := range map[string]func(c *toldCallback) *streams.ReadableStream[int]{
		"Start of a source": func(c *toldCallback) *streams.ReadableStream[int] {
			return streams.NewReadableStream(c.inStart())
		},
		"Pull": func(c *toldCallback) *streams.ReadableStream[int] {
			return streams.NewReadableStream(c.inPull())
		},
		"Start of a transformer": func(c *toldCallback) *streams.ReadableStream[int] {
			return streams.PipeThrough(streams.FromSlice([]int{1, 2}), streams.NewTransformStream(c.inTransformStart()))
		},
		"Transform": func(c *toldCallback) *streams.ReadableStream[int] {
			return streams.PipeThrough(streams.FromSlice([]int{1, 2}), streams.NewTransformStream(c.inTransform()))
		},
		"Pull before a transform that waits": func(c *toldCallback) *streams.ReadableStream[int] {
			pass, _ := recordingTransform(streams.Transformer[int, int]{})
			return streams.PipeThrough(streams.NewReadableStream(c.inPull()), pass)
		},
	} {
		tests[name] = func(t *testing.T) {
			var c toldCallback
			s := source(&c)
			slowCancelOf(t, s).wantCause(t)
			wantEqual(t, c.calls, 1)
			c.want(t, "cancel error A")
			wantEqual(t, readableEnd(t, s), nil)
		}
	}
	tests["Pull of bytes"] = func(t *testing.T) {
		var c toldCallback
		slowCancelOf(t, streams.NewReadableByteStream(c.inBytePull()).ReadableStream).wantCause(t)
		wantEqual(t, c.calls, 1)
		c.want(t, "cancel error A")
	}
	tests["Flush"] = func(t *testing.T) {
		var c toldCallback
		stage := streams.NewTransformStream(c.inFlush())
		slowCancelOf(t, streams.PipeThrough(streams.FromSlice[int](nil), stage)).wantCause(t)
		wantEqual(t, c.calls, 1)
		c.want(t) // of Flush and Cancel one is called
		wantEqual(t, writableEnd(t, stage.Writable()), errA)
	}
	tests["FromFunc"] = func(t *testing.T) {
		var c toldCallback
		s := streams.FromFunc(func(ctx context.Context) (int, error) { return 0, c.fail(ctx) })
		slowCancelOf(t, s).wantCause(t)
		wantEqual(t, c.calls, 1)
		wantEqual(t, readableEnd(t, s), nil)
	}
	tests["FromReader"] = func(t *testing.T) {
		r, w := io.Pipe()
		s := streams.FromReader(r)
		p := slowCancelOf(t, s)
		_ = w.CloseWithError(errB)
		p.wantCause(t)
		wantEqual(t, readableEnd(t, s), nil)
	}
	inBubbles(t, tests)
}

// TestNewsOfToldStream shows what comes between the end of a context and the cancel and is of weight as ever.
func TestNewsOfToldStream(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"the failure of a callback that has not looked at its context": func(t *testing.T) {
			hold := newHeld(t)
			s, src := recordingReadable(streams.UnderlyingSource[int]{Pull: hold.pull})
			p := slowCancelOf(t, s)
			hold.let(errB)
			p.hold.let(nil)
			p.pipe.wantError(t, errB)
			src.want(t, "pull")
		},
		"a panic": func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{
				Pull: func(ctx context.Context, _ *streams.ReadableController[int]) error {
					<-ctx.Done()
					panic(errB)
				},
			})
			p := slowCancelOf(t, s)
			p.hold.let(nil)
			p.pipe.wantError(t, errB)
			src.want(t, "pull")
		},
		"the end of a source": func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{
				Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
					<-ctx.Done()
					return c.Close()
				},
			})
			slowCancelOf(t, s).wantCause(t)
			src.want(t, "pull")
		},
		"a source that ends after its callback has failed": func(t *testing.T) {
			s, src := recordingReadable(new(toldCallback).inPull())
			p := slowCancelOf(t, s)
			wantError(t, src.controller.Close(), nil)
			p.wantCause(t)
			src.want(t, "pull")
		},
		"a failure of the cancel": func(t *testing.T) {
			s, src := recordingReadable(new(toldCallback).inPull())
			p := slowCancelOf(t, s)
			p.hold.let(errB)
			p.pipe.wantError(t, errB)
			src.want(t, "pull", "cancel error B")
		},
		"the error of a transform whose callback has failed": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
			stage, rec := recordingTransform(new(toldCallback).inTransform())
			p := slowCancelOf(t, streams.PipeThrough(source, stage))
			src.wantWithoutPulls(t)
			rec.controller.Error(errB)
			src.wantWithoutPulls(t, "cancel error B")
			p.hold.let(nil)
			p.pipe.wantError(t, errB)
			rec.want(t, "transform 1")
			wantEqual(t, writableEnd(t, stage.Writable()), errB)
		},
		"the abort of a transform whose callback has failed": func(t *testing.T) {
			stage, rec := recordingTransform(new(toldCallback).inTransform())
			w := getWriter(t, stage.Writable())
			p := slowCancelOf(t, stage.Readable())
			write := w.WriteAsync(1)
			synctest.Wait()
			wantError(t, write.Wait(ended), errPending)
			wantError(t, w.Abort(t.Context(), errB), nil)
			p.hold.let(nil)
			p.pipe.wantError(t, errB)
			rec.want(t, "transform 1")
		},
	})
}

// TestUntoldSource shows that a source that a pipe spares is not told, and its failure is its own.
func TestUntoldSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := newHeld(t)
		s, src := recordingReadable(streams.UnderlyingSource[int]{
			Pull: func(ctx context.Context, _ *streams.ReadableController[int]) error {
				if err := hold.wait(); err != nil {
					return err
				}
				return ctx.Err()
			},
		})
		p := slowCancelOf(t, s, streams.PreventCancel())
		hold.let(nil)
		_, lives := src.controller.DesiredSize()
		wantEqual(t, lives, true)
		src.controller.Error(errB)
		p.hold.let(nil)
		wantEqual(t, readableEnd(t, s), errB)
	})
}

// TestToldTransformerStart shows that a pipe that ends and leaves its destination open takes nothing back of what that was
// told: a Start that has failed waits for the cancel, and no callback comes before that.
func TestToldTransformerStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c toldCallback
		stage := streams.NewTransformStream(c.inTransformStart())
		p := slowCancelOf(t, stage.Readable())
		first := pipeWith(t.Context(), streams.FromSlice[int](nil), stage.Writable(), streams.PreventClose())
		first.wantOK(t)
		write := writeAsync(t, stage.Writable())
		c.want(t)
		p.wantCause(t)
		c.want(t, "cancel error A")
		wantError(t, write.Wait(t.Context()), errA)
	})
}

// TestCancelBeforeIdentity shows that a transform that passes chunks on through a size function does not fail for a cancel
// that comes after the write: in the standard the chunk is through by then.
func TestCancelBeforeIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := newHeld(t)
		stage := streams.NewTransformStream(streams.Transformer[int, int]{Cancel: hold.cancel}, streams.WithReadableStrategy(
			streams.QueuingStrategy[int]{HighWaterMark: 1, Size: func(int) int { return 1 }},
		))
		write := writeAsync(t, stage.Writable())
		cancel := async(func() (struct{}, error) { return struct{}{}, stage.Readable().Cancel(t.Context(), errA) })
		hold.let(nil)
		cancel.wantOK(t)
		wantError(t, write.Wait(t.Context()), nil)
		wantEqual(t, writableEnd(t, stage.Writable()), errA)
	})
}
