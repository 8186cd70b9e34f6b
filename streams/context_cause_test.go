package streams_test

// The causes with which the contexts of callbacks end, and the reasons that arrive at the other end of a pipeline.

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
)

// A watch is a callback that waits for the end of its context.
type watch struct {
	begun bool
	cause error // of the end
}

func (w *watch) wait(ctx context.Context) error {
	w.begun = true
	<-ctx.Done()
	w.cause = context.Cause(ctx)
	return nil
}

// wantCause fails the test unless the context of the callback, which has begun, ends by end and with cause.
func (w *watch) wantCause(t *testing.T, end func(), cause error) {
	t.Helper()
	synctest.Wait()
	wantEqual(t, w.begun, true)
	wantEqual(t, w.cause, nil)
	end()
	synctest.Wait()
	wantEqual(t, w.cause, cause)
}

// TestContextCauseInSource shows what ends the contexts of a source's callbacks, and with what cause.
func TestContextCauseInSource(t *testing.T) {
	type source = streams.UnderlyingSource[int]
	type controller = *streams.ReadableController[int]
	tests := map[string]func(t *testing.T){}
	for callback, watched := range map[string]func(w *watch) source{
		"Start": func(w *watch) source {
			return source{Start: func(ctx context.Context, _ controller) error { return w.wait(ctx) }}
		},
		"Pull": func(w *watch) source {
			return source{Pull: func(ctx context.Context, _ controller) error { return w.wait(ctx) }}
		},
	} {
		for name, c := range map[string]struct {
			end   func(s *streams.ReadableStream[int], c controller)
			cause error
		}{
			"Cancel": {func(s *streams.ReadableStream[int], _ controller) { _ = s.Cancel(context.Background(), errA) }, errA},
			"Error":  {func(_ *streams.ReadableStream[int], c controller) { c.Error(errA) }, errA},
			"Close":  {func(_ *streams.ReadableStream[int], c controller) { _ = c.Close() }, streams.ErrClosed},
			"ForEach": {func(s *streams.ReadableStream[int], _ controller) {
				_ = s.ForEach(aborted(), func(int) error { return nil })
			}, errA},
			"PipeTo": {func(s *streams.ReadableStream[int], _ controller) {
				_ = s.PipeTo(aborted(), streams.SinkFunc(func(int) error { return nil }))
			}, errA},
		} {
			tests[callback+", "+name] = func(t *testing.T) {
				var w watch
				s, src := recordingReadable(watched(&w))
				w.wantCause(t, func() { c.end(s, src.controller) }, c.cause)
			}
		}
	}
	tests["FromFunc, Cancel"] = func(t *testing.T) {
		var w watch
		s := streams.FromFunc(func(ctx context.Context) (int, error) { return 0, w.wait(ctx) }, streams.CountQueuingStrategy[int](1))
		w.wantCause(t, func() { _ = s.Cancel(t.Context(), errA) }, errA)
	}
	inBubbles(t, tests)
}

// TestContextCauseInSink shows what ends the contexts of a sink's callbacks, and that an error of its controller does not:
// the context is the abort signal.
func TestContextCauseInSink(t *testing.T) {
	type sink = streams.UnderlyingSink[int]
	type controller = *streams.WritableController[int]
	tests := map[string]func(t *testing.T){}
	for callback, c := range map[string]struct {
		watched func(w *watch) sink
		begin   func(t *testing.T, s *streams.WritableStream[int]) // so that the callback is called
	}{
		"Start": {func(w *watch) sink {
			return sink{Start: func(ctx context.Context, _ controller) error { return w.wait(ctx) }}
		}, func(*testing.T, *streams.WritableStream[int]) {}},
		"Write": {func(w *watch) sink {
			return sink{Write: func(ctx context.Context, _ int, _ controller) error { return w.wait(ctx) }}
		}, func(t *testing.T, s *streams.WritableStream[int]) { writeAsync(t, s) }},
		"Close": {func(w *watch) sink {
			return sink{Close: w.wait}
		}, func(_ *testing.T, s *streams.WritableStream[int]) { beginCall(s.Close) }},
	} {
		tests[callback+", Abort"] = func(t *testing.T) {
			var w watch
			s, _ := recordingWritable(c.watched(&w))
			c.begin(t, s)
			w.wantCause(t, func() { _ = s.Abort(t.Context(), errA) }, errA)
		}
		tests[callback+", Error"] = func(t *testing.T) {
			var w watch
			s, rec := recordingWritable(c.watched(&w))
			c.begin(t, s)
			w.wantCause(t, func() { rec.controller.Error(errB) }, nil)
			_ = s.Abort(t.Context(), errA)
			wantEqual(t, w.cause, errA)
		}
	}
	inBubbles(t, tests)
}

// TestContextCauseInTransformer shows what ends the contexts of a transformer's callbacks, and with what cause.
func TestContextCauseInTransformer(t *testing.T) {
	type transformer = streams.Transformer[int, int]
	type controller = *streams.TransformController[int]
	tests := map[string]func(t *testing.T){}
	for callback, c := range map[string]struct {
		watched func(w *watch) transformer
		begin   func(t *testing.T, s *streams.WritableStream[int]) // so that the callback is called
	}{
		"Start": {func(w *watch) transformer {
			return transformer{Start: func(ctx context.Context, _ controller) error { return w.wait(ctx) }}
		}, func(*testing.T, *streams.WritableStream[int]) {}},
		"Transform": {func(w *watch) transformer {
			return transformer{Transform: func(ctx context.Context, _ int, _ controller) error { return w.wait(ctx) }}
		}, func(t *testing.T, s *streams.WritableStream[int]) { writeAsync(t, s) }},
		"Flush": {func(w *watch) transformer {
			return transformer{Flush: func(ctx context.Context, _ controller) error { return w.wait(ctx) }}
		}, func(_ *testing.T, s *streams.WritableStream[int]) { beginCall(s.Close) }},
	} {
		for name, by := range map[string]struct {
			end   func(s *streams.TransformStream[int, int], c controller)
			cause error
		}{
			"Cancel": {func(s *streams.TransformStream[int, int], _ controller) {
				_ = s.Readable().Cancel(context.Background(), errA)
			}, errA},
			"Abort": {func(s *streams.TransformStream[int, int], _ controller) {
				_ = s.Writable().Abort(context.Background(), errA)
			}, errA},
			"Error":     {func(_ *streams.TransformStream[int, int], c controller) { c.Error(errA) }, errA},
			"Terminate": {func(_ *streams.TransformStream[int, int], c controller) { c.Terminate() }, streams.ErrTerminated},
		} {
			tests[callback+", "+name] = func(t *testing.T) {
				var w watch
				s, rec := recordingTransform(c.watched(&w), wanting(1))
				c.begin(t, s.Writable())
				w.wantCause(t, func() { by.end(s, rec.controller) }, by.cause)
			}
		}
	}
	inBubbles(t, tests)
}

// TestReasonCrossesPipeline shows that the error or reason that one end of a pipeline ends with arrives at every stage.
func TestReasonCrossesPipeline(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, c := range map[string]struct {
		end       func(src *recordingSource, sink *recordingSink, cancel func())
		src, sink []string
	}{
		"the source errors": {
			end:  func(src *recordingSource, _ *recordingSink, _ func()) { src.controller.Error(errA) },
			sink: []string{"abort error A"},
		},
		"the sink errors": {
			end: func(_ *recordingSource, sink *recordingSink, _ func()) { sink.controller.Error(errA) },
			src: []string{"cancel error A"},
		},
		"the context ends": {
			end:  func(_ *recordingSource, _ *recordingSink, cancel func()) { cancel() },
			src:  []string{"cancel error A"},
			sink: []string{"abort error A"},
		},
	} {
		tests[name] = func(t *testing.T) {
			ctx, cancel := abortable()
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			var stages []*recordingTransformer
			for range 3 {
				transform, rec := recordingTransform(streams.Transformer[int, int]{})
				s = streams.PipeThrough(s, transform)
				stages = append(stages, rec)
			}
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			p := pipeWith(ctx, s, dest)
			c.end(src, sink, cancel)
			p.wantError(t, errA)
			wantEqual(t, p.err, errA)
			src.wantWithoutPulls(t, c.src...)
			sink.want(t, c.sink...)
			for _, rec := range stages {
				rec.want(t, "cancel error A")
			}
		}
	}
	inBubbles(t, tests)
}

// TestContextOfStuckWrite shows that the end of a pipe's context ends that of a write in progress at once, so that a write
// that is stuck does not hold the pipe. The writes of chunks that were read already still come, with a context that has ended.
func TestContextOfStuckWrite(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"that fails with the cause": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{
				Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error {
					<-ctx.Done()
					return context.Cause(ctx)
				},
			}, streams.CountQueuingStrategy[int](2))
			begun := time.Now()
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errA)
			defer cancel()
			wantEqual(t, source.PipeTo(ctx, dest), errA)
			wantEqual(t, time.Since(begun), time.Hour)
			src.wantWithoutPulls(t, "cancel error A")
			sink.want(t, "write 1") // a stream that has failed is not aborted
			wantUnlocked(t, source, dest)
			wantEqual(t, writableEnd(t, dest), errA)
		},
		"that succeeds": func(t *testing.T) {
			var causes []error
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2, 3)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{
				Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error {
					<-ctx.Done()
					causes = append(causes, context.Cause(ctx))
					return nil
				},
			}, streams.CountQueuingStrategy[int](2))
			ctx, cancel := abortable()
			p := pipeWith(ctx, source, dest)
			p.wantPending(t)
			cancel()
			p.wantError(t, errA)
			sink.want(t, "write 1", "write 2", "abort error A")
			wantEqual(t, fmt.Sprint(causes), fmt.Sprint([]error{errA, errA}))
			src.wantWithoutPulls(t, "cancel error A")
		},
		"of a sink that lives on": func(t *testing.T) {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
			waits := true
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{
				Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error {
					if waits {
						<-ctx.Done()
						return nil
					}
					return context.Cause(ctx)
				},
			})
			ctx, cancel := abortable()
			p := pipeWith(ctx, source, dest, streams.PreventAbort())
			p.wantPending(t)
			cancel()
			p.wantError(t, errA)
			waits = false
			wantError(t, writeAsync(t, dest).Wait(t.Context()), nil) // its context has not ended
			sink.want(t, "write 1", "write 1")
			wantEqual(t, writableEnd(t, dest), errPending)
		},
	})
}
