package streams_test

// What comes too late: calls of a reader or writer that was released, and of a stream that has ended or is about to.

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// TestReleased shows that a reader or writer that was released refuses everything, and that the stream and its next
// holder do not notice.
func TestReleased(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, call := range readerCalls {
		tests["reader, "+name] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
			stale := must(s.GetReader())(t)
			stale.ReleaseLock()
			wantError(t, call(stale), streams.ErrReleased)
			r := getReader(t, s)
			wantError(t, call(stale), streams.ErrReleased)
			stale.ReleaseLock()
			wantEqual(t, s.Locked(), true)
			read(r).want(t, 1)
			src.wantWithoutPulls(t)
		}
	}
	for name, call := range writerCalls {
		tests["writer, "+name] = func(t *testing.T) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{})
			stale := must(s.GetWriter())(t)
			stale.ReleaseLock()
			wantError(t, call(stale), streams.ErrReleased)
			wantNoDesiredSize(t, stale)
			w := getWriter(t, s)
			wantError(t, call(stale), streams.ErrReleased)
			stale.ReleaseLock()
			wantEqual(t, s.Locked(), true)
			wantError(t, w.Write(t.Context(), 2), nil)
			sink.want(t, "write 2")
		}
	}
	inBubbles(t, tests)
}

// TestReleaseInterrupts shows that the waits of a reader or writer end when it is released, and take nothing with them.
func TestReleaseInterrupts(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"reader": func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			r := must(s.GetReader())(t)
			one, closed := read(r), beginCall(r.Closed)
			batch := begin(func() (int, error) { return r.ReadBatch(context.Background(), make([]int, 2)) })
			r.ReleaseLock()
			one.wantError(t, streams.ErrReleased)
			batch.wantError(t, streams.ErrReleased)
			closed.wantError(t, streams.ErrReleased)
			wantError(t, src.controller.Enqueue(1), nil)
			read(getReader(t, s)).want(t, 1)
		},
		"writer": func(t *testing.T) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{}, streams.CountQueuingStrategy[int](0))
			w := must(s.GetWriter())(t)
			write := beginError(func() error { return w.Write(context.Background(), 1) })
			ready, closed := beginCall(w.Ready), beginCall(w.Closed)
			w.ReleaseLock()
			write.wantError(t, streams.ErrReleased)
			ready.wantError(t, streams.ErrReleased)
			closed.wantError(t, streams.ErrReleased)
			sink.want(t)
		},
	})
}

// refused is what an errored stream returns for what it refuses: both of these.
var refused = errors.Join(streams.ErrErrored, errA)

// wantResult fails the test unless err is want, or all errors that are joined in want.
func wantResult(t *testing.T, err, want error) {
	t.Helper()
	if want != refused {
		wantError(t, err, want)
		return
	}
	wantError(t, err, streams.ErrErrored)
	wantError(t, err, errA)
}

// Results are what calls return, by their names. A call that is not there is one that is not misuse in this state.
type results map[string]error

// TestEndedReadable shows what every call returns when a stream has ended or is about to, and that none of the calls
// changes how it ends.
func TestEndedReadable(t *testing.T) {
	atEnd := results{"Read": io.EOF, "ReadBatch": io.EOF, "Closed": nil, "Cancel": nil}
	refusesMore := results{"Enqueue": streams.ErrClosed, "Close": streams.ErrClosed}
	empty := results{
		"GetReader": nil, "Cancel": nil, "Tee": nil, "PipeTo": nil, "PipeThrough": nil, "Values": nil, "ForEach": nil, "Collect": nil,
	}
	tests := map[string]func(t *testing.T){}
	for state, c := range map[string]struct {
		enter                  func(t *testing.T, s *streams.ReadableStream[int], src *recordingSource)
		end                    error
		reader, source, stream results
	}{
		"closed": {
			enter: func(t *testing.T, _ *streams.ReadableStream[int], src *recordingSource) {
				wantError(t, src.controller.Close(), nil)
			},
			reader: atEnd, source: refusesMore, stream: empty,
		},
		"cancelled": {
			enter: func(t *testing.T, s *streams.ReadableStream[int], _ *recordingSource) {
				wantError(t, s.Cancel(t.Context(), errA), nil)
			},
			reader: atEnd, source: refusesMore, stream: empty,
		},
		"closing": { // there is a chunk to be read
			enter: func(t *testing.T, _ *streams.ReadableStream[int], src *recordingSource) {
				wantError(t, enqueueAllAndClose(1)(t.Context(), src.controller), nil)
			},
			end:    errPending,
			reader: results{"Closed": errPending}, source: refusesMore,
		},
		"errored": {
			enter: func(_ *testing.T, _ *streams.ReadableStream[int], src *recordingSource) {
				src.controller.Error(errA)
			},
			end:    errA,
			reader: results{"Read": errA, "ReadBatch": errA, "Closed": errA, "Cancel": errA},
			source: results{"Enqueue": refused, "Close": refused},
			stream: results{
				"GetReader": nil, "Cancel": errA, "Tee": errA, "PipeTo": errA, "PipeThrough": errA, "Values": errA, "ForEach": errA, "Collect": errA,
			},
		},
	} {
		inState := func(t *testing.T) (*streams.ReadableStream[int], *streams.ReadableController[int]) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			c.enter(t, s, src)
			return s, src.controller
		}
		for name, want := range c.reader {
			tests[state+", reader, "+name] = func(t *testing.T) {
				s, _ := inState(t)
				r := must(s.GetReader())(t)
				wantResult(t, readerCalls[name](r), want)
				r.ReleaseLock()
				wantEqual(t, readableEnd(t, s), c.end)
			}
		}
		for name, want := range c.source {
			tests[state+", controller, "+name] = func(t *testing.T) {
				s, controller := inState(t)
				wantResult(t, sourceCalls[name](controller), want)
				wantEqual(t, readableEnd(t, s), c.end)
			}
		}
		for name, want := range c.stream {
			tests[state+", stream, "+name] = func(t *testing.T) {
				s, controller := inState(t)
				controller.Error(errB) // too late
				wantResult(t, readableCalls[name](t, s), want)
				wantEqual(t, s.Locked(), name == "GetReader" || name == "Tee")
			}
		}
	}
	inBubbles(t, tests)
}

// TestEndedWritable is TestEndedReadable for the other side. The streams that are about to end wait for a callback of the
// sink meanwhile.
func TestEndedWritable(t *testing.T) {
	broken := results{
		"Write": errA, "WriteBatch": errA, "WriteAsync": errA, "Ready": errA, "Close": refused, "Abort": nil, "Closed": errA,
	}
	toBroken := results{"GetWriter": nil, "Close": refused, "Abort": nil, "PipeTo": errA}
	tests := map[string]func(t *testing.T){}
	for state, c := range map[string]struct {
		enter          func(t *testing.T, s *streams.WritableStream[int], sink *recordingSink)
		held           bool
		end            error
		writer, stream results
	}{
		"closed": {
			enter: func(t *testing.T, s *streams.WritableStream[int], _ *recordingSink) {
				wantError(t, s.Close(t.Context()), nil)
			},
			writer: results{
				"Write": streams.ErrClosed, "WriteBatch": streams.ErrClosed, "WriteAsync": streams.ErrClosed,
				"Ready": nil, "Close": streams.ErrClosed, "Abort": nil, "Closed": nil,
			},
			stream: results{
				"GetWriter": nil, "Close": streams.ErrClosed, "Abort": nil, "PipeTo": streams.ErrDestinationClosed,
			},
		},
		"closing": {
			enter: func(t *testing.T, s *streams.WritableStream[int], _ *recordingSink) {
				wantError(t, s.Close(ended), errPending)
			},
			held: true,
			writer: results{
				"Write": streams.ErrClosed, "WriteBatch": streams.ErrClosed, "WriteAsync": streams.ErrClosed,
				"Ready": nil, "Close": streams.ErrClosed, "Closed": errPending,
			},
			stream: results{"GetWriter": nil, "Close": streams.ErrClosed, "PipeTo": streams.ErrDestinationClosed},
		},
		"erroring": {
			enter: func(t *testing.T, s *streams.WritableStream[int], sink *recordingSink) {
				w := must(s.GetWriter())(t)
				w.WriteAsync(1)
				w.ReleaseLock()
				sink.controller.Error(errA)
			},
			held: true,
			end:  errA,
			writer: results{
				"Write": errA, "WriteBatch": errA, "WriteAsync": errA,
				"Ready": errA, "Close": errPending, "Abort": errPending, "Closed": errPending,
			},
			stream: results{"GetWriter": nil, "Close": errPending, "Abort": errPending},
		},
		"errored": {
			enter: func(_ *testing.T, _ *streams.WritableStream[int], sink *recordingSink) {
				sink.controller.Error(errA)
			},
			end: errA, writer: broken, stream: toBroken,
		},
		"aborted": {
			enter: func(t *testing.T, s *streams.WritableStream[int], _ *recordingSink) {
				wantError(t, s.Abort(t.Context(), errA), nil)
			},
			end: errA, writer: broken, stream: toBroken,
		},
	} {
		// inState returns a stream, and what lets it end if it is about to.
		inState := func(t *testing.T) (*streams.WritableStream[int], func()) {
			hold := make(gate)
			if !c.held {
				close(hold)
			}
			s, sink := recordingWritable(streams.UnderlyingSink[int]{
				Write: callback(hold.wait).write,
				Close: callback(hold.wait).close,
			})
			c.enter(t, s, sink)
			return s, func() {
				sink.controller.Error(errB) // too late
				if c.held {
					hold.let(nil)
				}
			}
		}
		for name, want := range c.writer {
			tests[state+", writer, "+name] = func(t *testing.T) {
				s, end := inState(t)
				w := must(s.GetWriter())(t)
				wantResult(t, writerCalls[name](w), want)
				w.ReleaseLock()
				end()
				wantEqual(t, writableEnd(t, s), c.end)
			}
		}
		for name, want := range c.stream {
			tests[state+", stream, "+name] = func(t *testing.T) {
				s, end := inState(t)
				wantResult(t, writableCalls[name](t, s), want)
				wantEqual(t, s.Locked(), name == "GetWriter")
				end()
			}
		}
	}
	inBubbles(t, tests)
}

// TestEndedTransform shows what Enqueue returns when the readable side of a transform stream has ended, and that the ends
// of the two sides stay.
func TestEndedTransform(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for state, c := range map[string]struct {
		enter              func(t *testing.T, s *streams.TransformStream[int, int], c *streams.TransformController[int])
		want               error
		readable, writable error // how they have ended
	}{
		"terminated": {
			enter: func(_ *testing.T, _ *streams.TransformStream[int, int], c *streams.TransformController[int]) {
				c.Terminate()
			},
			want: streams.ErrClosed, writable: streams.ErrTerminated,
		},
		"errored": {
			enter: func(_ *testing.T, _ *streams.TransformStream[int, int], c *streams.TransformController[int]) {
				c.Error(errA)
			},
			want: refused, readable: errA, writable: errA,
		},
		"cancelled": {
			enter: func(t *testing.T, s *streams.TransformStream[int, int], _ *streams.TransformController[int]) {
				wantError(t, s.Readable().Cancel(t.Context(), errA), nil)
			},
			want: streams.ErrClosed, writable: errA,
		},
		"aborted": {
			enter: func(t *testing.T, s *streams.TransformStream[int, int], _ *streams.TransformController[int]) {
				wantError(t, s.Writable().Abort(t.Context(), errA), nil)
			},
			want: refused, readable: errA, writable: errA,
		},
		"closed": {
			enter: func(t *testing.T, s *streams.TransformStream[int, int], _ *streams.TransformController[int]) {
				wantError(t, s.Writable().Close(t.Context()), nil)
			},
			want: streams.ErrClosed,
		},
	} {
		tests[state] = func(t *testing.T) {
			s, rec := recordingTransform(streams.Transformer[int, int]{})
			c.enter(t, s, rec.controller)
			wantResult(t, rec.controller.Enqueue(1), c.want)
			rec.controller.Error(errB) // too late
			rec.controller.Terminate()
			wantError(t, readableEnd(t, s.Readable()), c.readable)
			wantError(t, writableEnd(t, s.Writable()), c.writable)
		}
	}
	inBubbles(t, tests)
}
