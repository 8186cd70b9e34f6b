package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A method that throws is here one that fails at once, and one whose promise is rejected one that fails later.
func TestWPTWritableBadUnderlyingSinks(t *testing.T) {
	runWPT(t, "writable-streams/bad-underlying-sinks", map[string]func(t *testing.T){
		// Constructors never fail: the stream is errored.
		"start: errors in start cause WritableStream constructor to throw": func(t *testing.T) {
			s, sink := recordingWritable(intSink{Start: fails(errA).start})
			w := getWriter(t, s)
			wantAll(t, errA, w.Closed, w.Ready, w.WriteAsync(1).Wait)
			wantAll(t, streams.ErrErrored, w.Close)
			sink.want(t)
		},
		"close: throwing method should cause writer close() and ready to reject": func(t *testing.T) {
			s, sink := recordingWritable(intSink{Close: fails(errA).close})
			w := getWriter(t, s)
			beginCall(w.Close).wantError(t, errA)
			wantAll(t, errA, w.Ready, w.Closed)
			sink.want(t, "close")
		},
		"close: returning a rejected promise should cause writer close() and ready to reject": func(t *testing.T) {
			m := writableMidClose(t)
			wantAll(t, nil, m.writer.Ready)
			m.let(errA)
			m.result.wantError(t, errA)
			wantAll(t, errA, m.writer.Ready, m.writer.Closed)
			m.sink.want(t, "close")
		},
		"write: throwing method should cause write() and closed to reject": func(t *testing.T) {
			s, _ := recordingWritable(intSink{Write: fails(errA).write})
			w := getWriter(t, s)
			wantAll(t, errA, w.WriteAsync(1).Wait, w.Closed)
		},
		"write: returning a promise that becomes rejected after the writer write() should cause writer write() and ready to reject": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			ready := beginCall(m.writer.Ready)
			ready.wantPending(t)
			m.let(errA)
			m.result.wantError(t, errA)
			ready.wantError(t, errA)
			m.sink.want(t, "write 1")
		},
		"write: returning a rejected promise (second write) should cause writer write() and ready to reject": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			ready := beginCall(m.writer.Ready)
			second := m.writer.WriteAsync(2)
			m.let(nil)
			m.result.wantOK(t)
			ready.wantPending(t)
			m.let(errA)
			wantAll(t, errA, second.Wait)
			ready.wantError(t, errA)
			m.sink.want(t, "write 1", "write 2")
		},
		"abort: throwing method should cause abort() and closed to reject": func(t *testing.T) {
			s, _ := recordingWritable(intSink{Abort: fails(errA).abort})
			w := getWriter(t, s)
			beginReason(w.Abort, errB).wantError(t, errA)
			wantAll(t, errB, w.Closed)
		},
	})
}
