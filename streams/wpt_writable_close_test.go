package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableClose(t *testing.T) {
	runWPT(t, "writable-streams/close", map[string]func(t *testing.T){
		"when sink calls error asynchronously while sink close is in-flight, the stream should not become errored": func(t *testing.T) {
			m := writableMidClose(t)
			m.sink.controller.Error(errA)
			m.result.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			wantAll(t, nil, m.writer.Closed)
		},
		"when sink calls error synchronously while closing, the stream should not become errored": func(t *testing.T) {
			var sink *recordingSink
			s, sink := recordingWritable(intSink{Close: callback(func() error {
				sink.controller.Error(errA)
				return nil
			}).close})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			wantAll(t, nil, w.Closed)
		},
		"when the sink throws during close, and the close is requested while a write is still in-flight, the stream should become errored during the close": func(t *testing.T) {
			m := writableMidWrite(t, intSink{Close: fails(errA).close})
			closing, closed := beginCall(m.writer.Close), beginCall(m.writer.Closed)
			m.let(nil)
			m.result.wantOK(t)
			closing.wantError(t, errA)
			closed.wantError(t, errA)
		},
		"releaseLock on a stream with a pending write in which the stream has been errored": func(t *testing.T) {
			testReleaseOfErroring(t, writableMidWrite(t, intSink{}))
		},
		"releaseLock on a stream with a pending close in which controller.error() was called": func(t *testing.T) {
			testReleaseOfErroring(t, writableMidClose(t))
		},

		"when close is called on a WritableStream in writable state, ready should return a fulfilled promise": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			wantDesiredSize(t, w, 1)
			closing := beginCall(w.Close)
			wantDesiredSize(t, w, 1)
			wantAll(t, nil, w.Ready)
			starting.let(nil)
			closing.wantOK(t)
			wantAll(t, nil, w.Ready)
			sink.want(t, "close")
		},
		"when close is called on a WritableStream in waiting state, ready promise should be fulfilled": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			wantDesiredSize(t, m.writer, 0)
			ready := beginCall(m.writer.Ready)
			ready.wantPending(t)
			beginCall(m.writer.Close).wantPending(t)
			ready.wantOK(t)
			m.sink.want(t, "write 1")
		},
		"when close is called on a WritableStream in waiting state, ready should be fulfilled immediately even if close takes a long time": func(t *testing.T) {
			closing := newHeld(t)
			m := writableMidWrite(t, intSink{Close: closing.close})
			ready := beginCall(m.writer.Ready)
			ready.wantPending(t)
			close := beginCall(m.writer.Close)
			ready.wantOK(t)
			m.let(nil)
			m.sink.want(t, "write 1", "close")
			wantAll(t, nil, m.writer.Ready)
			close.wantPending(t)
			closing.let(nil)
			close.wantOK(t)
		},

		"releaseLock() should not change the result of sync close()": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			closing, closed := beginCall(w.Close), beginCall(w.Closed)
			w.ReleaseLock()
			closed.wantError(t, streams.ErrReleased)
			starting.let(nil)
			closing.wantOK(t)
			sink.want(t, "close")
		},
		"releaseLock() should not change the result of async close()": func(t *testing.T) {
			m := writableMidClose(t)
			closed := beginCall(m.writer.Closed)
			m.writer.ReleaseLock()
			closed.wantError(t, streams.ErrReleased)
			m.let(nil)
			m.result.wantOK(t)
		},
		"close() should set state to CLOSED even if writer has detached": func(t *testing.T) {
			m := writableMidClose(t)
			m.writer.ReleaseLock()
			m.let(nil)
			m.result.wantOK(t)
			second := getWriter(t, m.stream)
			wantDesiredSize(t, second, 0)
			wantAll(t, nil, second.Closed)
		},
		"the promise returned by async abort during close should resolve": func(t *testing.T) {
			m := writableMidClose(t)
			m.writer.ReleaseLock()
			second := getWriter(t, m.stream)
			abort := beginReason(second.Abort, errA)
			second.ReleaseLock()
			abort.wantPending(t)
			m.let(nil)
			abort.wantOK(t)
		},

		"promises must fulfill/reject in the expected order on closure": func(t *testing.T) {
			m := writableMidClose(t)
			closed := beginCall(m.writer.Closed)
			m.result.wantPending(t)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			closed.wantOK(t)
		},
		"promises must fulfill/reject in the expected order on aborted closure": func(t *testing.T) {
			m := writableMidClose(t)
			closed, abort := beginCall(m.writer.Closed), beginReason(m.writer.Abort, errA)
			closed.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			abort.wantOK(t)
			closed.wantOK(t)
		},
		"promises must fulfill/reject in the expected order on aborted and errored closure": func(t *testing.T) {
			m := writableMidClose(t)
			closed, abort := beginCall(m.writer.Closed), beginReason(m.writer.Abort, errB)
			closed.wantPending(t)
			m.let(errA)
			m.result.wantError(t, errA)
			abort.wantError(t, errA)
			closed.wantError(t, errB)
		},
		"close() should not reject until no sink methods are in flight": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			m.sink.controller.Error(errA)
			closing := beginCall(m.writer.Close)
			closing.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			closing.wantError(t, errA)
		},
		"ready promise should be initialised as fulfilled for a writer on a closed stream": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			beginCall(s.Close).wantOK(t)
			wantAll(t, nil, getWriter(t, s).Ready)
		},

		"close() on a writable stream should work": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			beginCall(s.Close).wantOK(t)
			wantAll(t, nil, getWriter(t, s).Closed)
			sink.want(t, "close")
		},
		"close() on a locked stream should reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			getWriter(t, s)
			beginCall(s.Close).wantError(t, streams.ErrLocked)
			sink.want(t)
		},
		"close() on an erroring stream should reject": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			sink.controller.Error(errA)
			closing := beginCall(s.Close)
			closing.wantPending(t)
			starting.let(nil)
			closing.wantError(t, errA) // and not ErrErrored
		},
		"close() on an errored stream should reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			sink.controller.Error(errA)
			wantError(t, writableEnd(t, s), errA)
			beginCall(s.Close).wantError(t, streams.ErrErrored)
		},
		"close() on an closed stream should reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			beginCall(s.Close).wantOK(t)
			beginCall(s.Close).wantError(t, streams.ErrClosed)
			sink.want(t, "close")
		},
		"close() on a stream with a pending close should reject": func(t *testing.T) {
			m := writableMidClose(t)
			m.writer.ReleaseLock()
			beginCall(m.stream.Close).wantError(t, streams.ErrClosed)
			m.sink.want(t, "close")
		},
		"write() on a closed stream should reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			wantAll(t, streams.ErrClosed, w.WriteAsync(1).Wait)
			sink.want(t, "close")
		},
	})
}

// testReleaseOfErroring tests that a stream that is erroring, because its sink is busy, can be released.
func testReleaseOfErroring(t *testing.T, m midCallback) {
	t.Helper()
	m.sink.controller.Error(errA)
	m.writer.ReleaseLock()
	wantEqual(t, m.stream.Locked(), false)
	wantAll(t, streams.ErrReleased, m.writer.Ready, m.writer.Closed)
	m.result.wantPending(t)
	m.let(nil)
	m.result.wantOK(t)
}
