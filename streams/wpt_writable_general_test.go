package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableGeneral(t *testing.T) {
	runWPT(t, "writable-streams/general", map[string]func(t *testing.T){
		"desiredSize on a released writer": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			w := getWriter(t, s)
			w.ReleaseLock()
			wantNoDesiredSize(t, w)
		},
		"desiredSize initial value": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			wantDesiredSize(t, getWriter(t, s), 1)
		},
		"desiredSize on a writer for a closed stream": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			wantDesiredSize(t, w, 0)
		},
		"desiredSize on a writer for an errored stream": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			sink.controller.Error(nil)
			w := getWriter(t, s)
			wantAll(t, errPending, w.Closed)
			wantNoDesiredSize(t, w)
			starting.let(nil)
			wantAll(t, streams.ErrNoReason, w.Closed)
			wantNoDesiredSize(t, w)
		},

		"ws.getWriter() on a closing WritableStream": func(t *testing.T) {
			m := writableMidClose(t)
			m.writer.ReleaseLock()
			wantAll(t, errPending, getWriter(t, m.stream).Closed)
		},
		"ws.getWriter() on a closed WritableStream": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			w.ReleaseLock()
			wantAll(t, nil, getWriter(t, s).Closed)
		},
		"ws.getWriter() on an aborted WritableStream": func(t *testing.T) {
			s, _, _ := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			beginReason(w.Abort, errA).wantPending(t)
			w.ReleaseLock()
			wantAll(t, errA, getWriter(t, s).Ready)
		},
		"ws.getWriter() on an errored WritableStream": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			sink.controller.Error(errA)
			w := getWriter(t, s)
			wantAll(t, errA, w.Closed)
			w.ReleaseLock()
			wantAll(t, errA, getWriter(t, s).Closed)
		},

		"closed and ready on a released writer": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			w := getWriter(t, s)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.Closed, w.Ready)
			wantEqual(t, w.Closed(ended), w.Ready(ended))
		},
		"redundant releaseLock() is no-op": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			first := getWriter(t, s)
			first.ReleaseLock()
			second := getWriter(t, s)
			first.ReleaseLock()
			wantEqual(t, s.Locked(), true)
			wantAll(t, nil, second.Ready, second.WriteAsync(1).Wait)
		},
		"ready promise should fire before closed on releaseLock": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			ready, closed := beginCall(m.writer.Ready), beginCall(m.writer.Closed)
			write := beginError(func() error { return m.writer.Write(context.Background(), 2) })
			ready.wantPending(t)
			closed.wantPending(t)
			write.wantPending(t)
			m.writer.ReleaseLock()
			ready.wantError(t, streams.ErrReleased)
			closed.wantError(t, streams.ErrReleased)
			write.wantError(t, streams.ErrReleased) // it was not accepted yet
			m.result.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			m.sink.want(t, "write 1")
		},
		"the locked getter should return true if the stream has a writer": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			wantEqual(t, s.Locked(), false)
			w := getWriter(t, s)
			wantEqual(t, s.Locked(), true)
			w.ReleaseLock()
			wantEqual(t, s.Locked(), false)
		},
	})
}
