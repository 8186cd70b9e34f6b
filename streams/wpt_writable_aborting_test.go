package streams_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableAborting(t *testing.T) {
	runWPT(t, "writable-streams/aborting", map[string]func(t *testing.T){
		"Aborting a WritableStream before it starts should cause the writer's unsettled ready promise to reject": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			write, ready := w.WriteAsync(1), beginCall(w.Ready)
			ready.wantPending(t)
			aborting := beginReason(w.Abort, errA)
			ready.wantError(t, errA)
			wantAll(t, errPending, write.Wait)
			starting.let(nil)
			wantAll(t, errA, w.Ready, write.Wait)
			aborting.wantOK(t)
			sink.want(t, "abort error A")
		},
		"Aborting a WritableStream should cause the writer's fulfilled ready promise to reset to a rejected one": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			w := getWriter(t, s)
			w.WriteAsync(1)
			wantAll(t, nil, w.Ready)
			beginReason(w.Abort, errA).wantOK(t)
			wantAll(t, errA, w.Ready)
		},
		"abort() on a released writer rejects": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			w.ReleaseLock()
			beginReason(w.Abort, errA).wantError(t, streams.ErrReleased)
			sink.want(t)
		},
		"Aborting a WritableStream immediately prevents future writes": func(t *testing.T) {
			aborting := newHeld(t)
			s, sink := recordingWritable(intSink{Abort: aborting.abort})
			w := getWriter(t, s)
			abort := beginReason(w.Abort, errA)
			wantAll(t, errA, w.WriteAsync(1).Wait, w.WriteAsync(2).Wait)
			abort.wantPending(t)
			aborting.let(nil)
			abort.wantOK(t)
			sink.want(t, "abort error A")
		},
		"Aborting a WritableStream prevents further writes after any that are in progress": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			w := m.writer
			second, third := w.WriteAsync(2), w.WriteAsync(3)
			abort := beginReason(w.Abort, errA)
			fourth, fifth := w.WriteAsync(4), w.WriteAsync(5)
			wantAll(t, errPending, second.Wait, third.Wait)
			m.let(nil)
			m.result.wantOK(t)
			wantAll(t, errA, second.Wait, third.Wait, fourth.Wait, fifth.Wait)
			abort.wantOK(t)
			m.sink.want(t, "write 1", "abort error A")
		},

		"WritableStream if sink's abort throws, the promise returned by writer.abort() rejects": func(t *testing.T) {
			s, _ := recordingWritable(intSink{Abort: fails(errA).abort})
			beginReason(getWriter(t, s).Abort, nil).wantError(t, errA)
		},
		"WritableStream if sink's abort throws, the promise returned by multiple writer.abort()s is the same and rejects": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{Abort: fails(errA).abort})
			w := getWriter(t, s)
			first, second := beginReason(w.Abort, errB), beginReason(w.Abort, nil)
			first.wantPending(t)
			second.wantPending(t)
			starting.let(nil)
			first.wantError(t, errA)
			second.wantError(t, errA)
			sink.want(t, "abort error B")
		},
		"WritableStream if sink's abort throws, the promise returned by ws.abort() rejects": func(t *testing.T) {
			s, _ := recordingWritable(intSink{Abort: fails(errA).abort})
			beginReason(s.Abort, nil).wantError(t, errA)
		},
		"WritableStream if sink's abort throws, for an abort performed during a write, the promise returned by ws.abort() rejects": func(t *testing.T) {
			m := writableMidWrite(t, intSink{Abort: fails(errA).abort})
			abort := beginReason(m.writer.Abort, nil)
			abort.wantPending(t)
			m.let(nil)
			abort.wantError(t, errA)
		},

		"Aborting a WritableStream passes through the given reason": func(t *testing.T) {
			var got error
			s := streams.NewWritableStream(intSink{Abort: func(_ context.Context, reason error) error {
				got = reason
				return nil
			}})
			beginReason(getWriter(t, s).Abort, errA).wantOK(t)
			wantEqual(t, got, errA)
		},
		"Aborting a WritableStream puts it in an errored state with the error passed to abort()": func(t *testing.T) {
			s, _, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			abort := beginReason(w.Abort, errA)
			wantAll(t, errA, w.Ready, w.WriteAsync(1).Wait)
			wantAll(t, errPending, w.Closed)
			closing := beginCall(w.Close)
			starting.let(nil)
			abort.wantOK(t)
			closing.wantError(t, errA)
			wantAll(t, errA, w.Ready, w.Closed, w.WriteAsync(2).Wait)
			wantNoDesiredSize(t, w)
		},
		"Aborting a WritableStream causes any outstanding write() promises to be rejected with the reason supplied": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			write := w.WriteAsync(1)
			beginReason(w.Abort, errA)
			starting.let(nil)
			wantAll(t, errA, write.Wait)
			sink.want(t, "abort error A")
		},
		"Closing but then immediately aborting a WritableStream causes the stream to error": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			closing, abort := beginCall(w.Close), beginReason(w.Abort, errA)
			starting.let(nil)
			closing.wantError(t, errA)
			abort.wantOK(t)
			wantAll(t, errA, w.Closed)
			sink.want(t, "abort error A")
		},
		"Closing a WritableStream and aborting it while it closes causes the stream to ignore the abort attempt": func(t *testing.T) {
			m := writableMidClose(t)
			abort := beginReason(m.writer.Abort, errA)
			abort.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
			wantAll(t, nil, m.writer.Closed)
			m.sink.want(t, "close")
		},
		"Aborting a WritableStream after it is closed is a no-op": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			beginReason(w.Abort, errA).wantOK(t)
			wantAll(t, nil, w.Closed)
			sink.want(t, "close")
		},
		"WritableStream should NOT call underlying sink's close if no abort is supplied (historical)": func(t *testing.T) {
			var calls events
			s := streams.NewWritableStream(intSink{Close: func(context.Context) error {
				calls.add("close")
				return nil
			}})
			w := getWriter(t, s)
			beginReason(w.Abort, errA).wantOK(t)
			wantAll(t, errA, w.Closed)
			calls.want(t)
		},

		".closed should not resolve before fulfilled write()": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			closed := beginCall(m.writer.Closed)
			beginReason(m.writer.Abort, errA)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			closed.wantError(t, errA)
		},
		".closed should not resolve before rejected write(); write() error should not overwrite abort() error": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			closed, abort := beginCall(m.writer.Closed), beginReason(m.writer.Abort, errB)
			closed.wantPending(t)
			m.let(errA)
			m.result.wantError(t, errA)
			closed.wantError(t, errB)
			abort.wantOK(t)
		},
		"writes should be satisfied in order when aborting": func(t *testing.T) {
			testWritesWhenAborting(t, nil)
		},
		"writes should be satisfied in order after rejected write when aborting": func(t *testing.T) {
			testWritesWhenAborting(t, errA)
		},
		"close() should reject with abort reason why abort() is first error": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			closing, abort := beginCall(m.writer.Close), beginReason(m.writer.Abort, errB)
			m.let(errA)
			m.result.wantError(t, errA)
			closing.wantError(t, errB)
			abort.wantOK(t)
		},
		"underlying abort() should not be called until underlying write() completes": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			abort := beginReason(m.writer.Abort, errA)
			m.sink.want(t, "write 1")
			m.let(nil)
			abort.wantOK(t)
			m.sink.want(t, "write 1", "abort error A")
		},
		"underlying abort() should not be called if underlying close() has started": func(t *testing.T) {
			m := writableMidClose(t)
			abort := beginReason(m.writer.Abort, errA)
			m.sink.want(t, "close")
			m.let(nil)
			abort.wantOK(t)
			m.sink.want(t, "close")
		},
		"if underlying close() has started and then rejects, the abort() and close() promises should reject with the underlying close rejection reason": func(t *testing.T) {
			m := writableMidClose(t)
			abort := beginReason(m.writer.Abort, errB)
			m.let(errA)
			abort.wantError(t, errA)
			m.result.wantError(t, errA)
			m.sink.want(t, "close")
		},
		"an abort() that happens during a write() should trigger the underlying abort() even with a close() queued": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			closing, abort := beginCall(m.writer.Close), beginReason(m.writer.Abort, errA)
			m.sink.want(t, "write 1")
			m.let(nil)
			abort.wantOK(t)
			closing.wantError(t, errA)
			m.sink.want(t, "write 1", "abort error A")
		},
		"if a writer is created for a stream with a pending abort, its ready should be rejected with the abort error": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			beginReason(m.writer.Abort, errA)
			m.writer.ReleaseLock()
			second := getWriter(t, m.stream)
			wantAll(t, errA, second.Ready)
			wantAll(t, errPending, second.Closed)
		},
		"writer close() promise should resolve before abort() promise": func(t *testing.T) {
			m := writableMidClose(t)
			abort := beginReason(m.writer.Abort, nil)
			m.result.wantPending(t)
			abort.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
		},
		"writer.ready should reject on controller error without waiting for underlying write": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			ready := beginCall(m.writer.Ready)
			ready.wantPending(t)
			m.sink.controller.Error(errA)
			ready.wantError(t, errA)
			m.result.wantPending(t)
		},

		"writer.abort() while there is an in-flight write, and then finish the write with rejection": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			w := m.writer
			closed, abort := beginCall(w.Closed), beginReason(w.Abort, errA)
			wantAll(t, errA, w.Ready, w.WriteAsync(2).Wait)
			m.result.wantPending(t)
			abort.wantPending(t)
			closed.wantPending(t)
			m.let(errB)
			m.result.wantError(t, errB)
			abort.wantOK(t)
			closed.wantError(t, errA)
			wantAll(t, errA, w.Ready, w.WriteAsync(3).Wait)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Ready, w.Closed)
		},
		"writer.abort(), controller.error() while there is an in-flight write, and then finish the write": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			w := m.writer
			closed, abort := beginCall(w.Closed), beginReason(w.Abort, errA)
			m.sink.controller.Error(errB) // too late: the stream is erroring
			wantAll(t, errA, w.Ready, w.WriteAsync(2).Wait)
			m.result.wantPending(t)
			abort.wantPending(t)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
			closed.wantError(t, errA)
			m.sink.want(t, "write 1", "abort error A")
			wantAll(t, errA, w.Ready, w.WriteAsync(3).Wait)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Ready, w.Closed)
		},
		"writer.abort(), controller.error() while there is an in-flight close, and then finish the close": func(t *testing.T) {
			m := writableMidClose(t)
			w := m.writer
			closed, abort := beginCall(w.Closed), beginReason(w.Abort, errA)
			wantAll(t, streams.ErrClosed, w.Close)
			m.sink.controller.Error(errB) // too late: the stream is erroring
			wantAll(t, streams.ErrClosed, w.Close)
			wantAll(t, errA, w.Ready)
			m.result.wantPending(t)
			abort.wantPending(t)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
			closed.wantOK(t)
			wantAll(t, streams.ErrClosed, w.Close)
			wantAll(t, errA, w.Ready)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Ready, w.Closed, w.Close)
		},
		"controller.error(), writer.abort() while there is an in-flight write, and then finish the write": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			w := m.writer
			m.sink.controller.Error(errB)
			wantAll(t, errB, w.Ready, w.WriteAsync(2).Wait)
			closed, abort := beginCall(w.Closed), beginReason(w.Abort, errA)
			wantAll(t, errB, w.WriteAsync(3).Wait)
			m.result.wantPending(t)
			abort.wantPending(t)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantError(t, errB)
			closed.wantError(t, errB)
			m.sink.want(t, "write 1")
			wantAll(t, errB, w.Ready, w.WriteAsync(4).Wait)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Ready, w.Closed)
		},
		"controller.error(), writer.abort() while there is an in-flight close, and then finish the close": func(t *testing.T) {
			m := writableMidClose(t)
			w := m.writer
			closed := beginCall(w.Closed)
			m.sink.controller.Error(errB)
			m.result.wantPending(t)
			abort := beginReason(w.Abort, errA)
			wantAll(t, errB, w.Ready)
			m.result.wantPending(t)
			abort.wantPending(t)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
			closed.wantOK(t)
			wantAll(t, errB, w.Ready)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Ready, w.Closed)
		},
		"releaseLock() while aborting should reject the original closed promise": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			closed, abort := beginCall(m.writer.Closed), beginReason(m.writer.Abort, errA)
			m.writer.ReleaseLock()
			closed.wantError(t, streams.ErrReleased)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
		},
		"releaseLock() during delayed async abort() should reject the writer.closed promise": func(t *testing.T) {
			aborting := newHeld(t)
			m := writableMidWrite(t, intSink{Abort: aborting.abort})
			closed, abort := beginCall(m.writer.Closed), beginReason(m.writer.Abort, errA)
			m.let(nil)
			m.sink.want(t, "write 1", "abort error A")
			closed.wantPending(t)
			m.writer.ReleaseLock()
			closed.wantError(t, streams.ErrReleased)
			aborting.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
		},

		"sink abort() should not be called until sink start() is done": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			abort := beginReason(s.Abort, errA)
			sink.want(t)
			starting.let(nil)
			abort.wantOK(t)
			sink.want(t, "abort error A")
		},
		"if start attempts to error the controller after abort() has been called, then it should lose": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			abort := beginReason(s.Abort, errA)
			sink.controller.Error(errB)
			starting.let(nil)
			abort.wantOK(t)
			sink.want(t, "abort error A")
			wantError(t, writableEnd(t, s), errA)
		},
		"stream abort() promise should still resolve if sink start() rejects": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			abort := beginReason(s.Abort, errA)
			abort.wantPending(t)
			starting.let(errB)
			abort.wantOK(t)
			sink.want(t, "abort error A")
		},
		"writer abort() during sink start() should replace the writer.ready promise synchronously": func(t *testing.T) {
			s, _, _ := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			wantAll(t, nil, w.Ready)
			beginReason(w.Abort, errA).wantPending(t)
			wantAll(t, errA, w.Ready)
		},
		"promises returned from other writer methods should be rejected when writer abort() happens during sink start()": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			first := w.WriteAsync(1)
			abort := beginReason(w.Abort, errA)
			second, closing := w.WriteAsync(2), beginCall(w.Close)
			starting.let(nil)
			wantAll(t, errA, first.Wait, second.Wait)
			abort.wantOK(t)
			closing.wantError(t, errA)
			sink.want(t, "abort error A")
		},
		"abort() should succeed despite rejection from write": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			abort := beginReason(m.writer.Abort, nil)
			m.sink.controller.Error(errA)
			m.let(errB)
			m.result.wantError(t, errB)
			abort.wantOK(t)
		},
		"abort() should be rejected with the rejection returned from close()": func(t *testing.T) {
			m := writableMidClose(t)
			abort := beginReason(m.writer.Abort, nil)
			m.sink.controller.Error(errA)
			m.let(errB)
			m.result.wantError(t, errB)
			abort.wantError(t, errB)
		},
		"a rejecting sink.write() should not prevent sink.abort() from being called": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			abort := beginReason(m.writer.Abort, errB)
			m.let(errA)
			m.result.wantError(t, errA)
			abort.wantOK(t)
			wantAll(t, errB, m.writer.Closed)
			m.sink.want(t, "write 1", "abort error B")
		},
		"when start errors after stream abort(), underlying sink abort() should be called anyway": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			abort := beginReason(s.Abort, errB)
			starting.let(errA)
			abort.wantOK(t)
			wantError(t, writableEnd(t, s), errB)
			sink.want(t, "abort error B")
		},
		"when calling abort() twice on the same stream, both should give the same promise that fulfills with undefined": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			first, second := beginReason(s.Abort, errA), beginReason(s.Abort, errB)
			first.wantPending(t)
			second.wantPending(t)
			starting.let(nil)
			first.wantOK(t)
			second.wantOK(t)
			sink.want(t, "abort error A")
		},
		"when calling abort() twice on the same stream, but sequentially so so there's no pending abort the second time, both should fulfill with undefined": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			beginReason(s.Abort, errA).wantOK(t)
			beginReason(s.Abort, errB).wantOK(t)
			sink.want(t, "abort error A")
		},
		"calling abort() on an errored stream should fulfill with undefined": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			sink.controller.Error(errA)
			w := getWriter(t, s)
			wantAll(t, errA, w.Closed)
			beginReason(w.Abort, errB).wantOK(t)
			sink.want(t)
		},
		"sink abort() should not be called if stream was erroring due to controller.error() before abort() was called": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			m.sink.controller.Error(errA)
			abort := beginReason(m.writer.Abort, errB)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantError(t, errA)
			m.sink.want(t, "write 1")
		},
		"sink abort() should not be called if stream was erroring due to bad strategy before abort() was called": func(t *testing.T) {
			m := writableMidWrite(t, intSink{}, streams.QueuingStrategy[int]{
				HighWaterMark: 1,
				Size:          func(chunk int) int { return chunk },
			})
			wantAll(t, streams.ErrRange, m.writer.WriteAsync(-1).Wait)
			abort := beginReason(m.writer.Abort, errB)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantError(t, streams.ErrRange)
			m.sink.want(t, "write 1")
		},

		"abort with no arguments should set the stored error to undefined": func(t *testing.T) {
			testStoredAbortReason(t, nil, streams.ErrNoReason)
		},
		"abort with an undefined argument should set the stored error to undefined": func(t *testing.T) {
			testStoredAbortReason(t, nil, streams.ErrNoReason)
		},
		"abort with a string argument should set the stored error to that argument": func(t *testing.T) {
			reason := errors.New("string argument")
			testStoredAbortReason(t, reason, reason)
		},
		"abort on a locked stream should reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginReason(s.Abort, errA).wantError(t, streams.ErrLocked)
			wantAll(t, nil, w.Ready)
			sink.want(t)
		},

		"WritableStreamDefaultController.signal": func(t *testing.T) {
			s, signal, _ := signalOfWritable(fails(nil))
			wantError(t, context.Cause(signal()), nil)
			beginReason(s.Abort, errA)
			wantEqual(t, context.Cause(signal()), errA)
		},
		"the abort signal is signalled synchronously - write": func(t *testing.T) {
			writing := newHeld(t)
			s, signal, _ := signalOfWritable(writing.callback)
			w := getWriter(t, s)
			w.WriteAsync(1)
			synctest.Wait()
			wantError(t, context.Cause(signal()), nil)
			wantError(t, w.Abort(ended, nil), errPending)
			wantEqual(t, context.Cause(signal()), streams.ErrNoReason)
		},
		"the abort signal is signalled synchronously - close": func(t *testing.T) {
			closing := newHeld(t)
			s, signal, _ := signalOfWritable(closing.callback)
			w := getWriter(t, s)
			beginCall(w.Close).wantPending(t)
			wantError(t, context.Cause(signal()), nil)
			wantError(t, w.Abort(ended, nil), errPending)
			wantEqual(t, context.Cause(signal()), streams.ErrNoReason)
		},
		"the abort signal is not signalled on error": func(t *testing.T) {
			s, signal, controller := signalOfWritable(fails(nil))
			controller.Error(errA)
			wantError(t, writableEnd(t, s), errA)
			wantError(t, context.Cause(signal()), nil)
		},
		"the abort signal is not signalled on write failure": func(t *testing.T) {
			s, signal, _ := signalOfWritable(fails(errA))
			w := getWriter(t, s)
			wantAll(t, errA, w.WriteAsync(1).Wait, w.Closed)
			wantError(t, context.Cause(signal()), nil)
		},
		"the abort signal is not signalled on close failure": func(t *testing.T) {
			s, signal, _ := signalOfWritable(fails(errA))
			w := getWriter(t, s)
			beginCall(w.Close).wantError(t, errA)
			wantAll(t, errA, w.Closed)
			wantError(t, context.Cause(signal()), nil)
		},
		// The functions of a context run in goroutines of their own, so here the call that they make is the inner one in
		// name only: it comes after the one that raised the signal, and joins it.
		"recursive abort() call": func(t *testing.T) {
			writing := newHeld(t)
			s, signal, _ := signalOfWritable(writing.callback)
			w := getWriter(t, s)
			w.WriteAsync(1)
			synctest.Wait()
			var inner *operation[struct{}]
			context.AfterFunc(signal(), func() { inner = asyncReason(w.Abort, errB) })
			outer := beginReason(w.Abort, errA)
			outer.wantPending(t)
			inner.wantPending(t)
			writing.let(nil)
			outer.wantOK(t)
			inner.wantOK(t)
			wantAll(t, errA, w.Closed)
		},
	})
}

// testWritesWhenAborting tests three writes, the first of them in flight, of which the others fail by an abort, but not
// before the first has come to result.
func testWritesWhenAborting(t *testing.T, result error) {
	m := writableMidWrite(t, intSink{}, streams.CountQueuingStrategy[int](4))
	second, third := m.writer.WriteAsync(2), m.writer.WriteAsync(3)
	abort := beginReason(m.writer.Abort, errB)
	m.result.wantPending(t)
	wantAll(t, errPending, second.Wait, third.Wait)
	m.let(result)
	m.result.wantError(t, result)
	wantAll(t, errB, second.Wait, third.Wait)
	abort.wantOK(t)
}

func testStoredAbortReason(t *testing.T, reason, stored error) {
	s, _ := recordingWritable(intSink{})
	beginReason(s.Abort, reason).wantOK(t)
	wantEqual(t, writableEnd(t, s), stored)
}

// signalOfWritable makes a stream with this callback for Write and Close, and returns what gives the abort signal: the
// context of the latest callback.
func signalOfWritable(f callback) (s *streams.WritableStream[int], signal func() context.Context, c *streams.WritableController[int]) {
	var latest context.Context
	s = streams.NewWritableStream(intSink{
		Start: func(ctx context.Context, controller *streams.WritableController[int]) error {
			latest, c = ctx, controller
			return nil
		},
		Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error {
			latest = ctx
			return f()
		},
		Close: func(ctx context.Context) error {
			latest = ctx
			return f()
		},
	})
	synctest.Wait()
	return s, func() context.Context { return latest }, c
}
