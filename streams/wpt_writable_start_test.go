package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableStart(t *testing.T) {
	runWPT(t, "writable-streams/start", map[string]func(t *testing.T){
		"underlying sink's write should not be called until start finishes": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			wantDesiredSize(t, w, 1)
			write, ready := w.WriteAsync(1), beginCall(w.Ready)
			wantDesiredSize(t, w, 0)
			ready.wantPending(t)
			sink.want(t)
			starting.let(nil)
			wantAll(t, nil, write.Wait)
			ready.wantOK(t)
			sink.want(t, "write 1")
		},
		"underlying sink's close should not be called until start finishes": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			closing := beginCall(w.Close)
			wantDesiredSize(t, w, 1)
			sink.want(t)
			starting.let(nil)
			closing.wantOK(t)
			wantAll(t, nil, w.Closed)
			sink.want(t, "close")
		},
		// Constructors never fail: the stream is errored.
		"underlying sink's write or close should not be called if start throws": func(t *testing.T) {
			s, sink := recordingWritable(intSink{Start: fails(errA).start})
			w := getWriter(t, s)
			wantAll(t, errA, w.Closed, w.WriteAsync(1).Wait)
			wantAll(t, streams.ErrErrored, w.Close)
			sink.want(t)
		},
		"underlying sink's write or close should not be invoked if the promise returned by start is rejected": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			write, closing := w.WriteAsync(1), beginCall(w.Close)
			starting.let(errA)
			wantAll(t, errA, write.Wait, w.Closed)
			closing.wantError(t, errA)
			sink.want(t)
		},
		"controller.error() during start should cause writes to fail": func(t *testing.T) {
			s, sink := recordingWritable(intSink{
				Start: func(_ context.Context, c *streams.WritableController[int]) error {
					c.Error(errA)
					return nil
				},
			})
			wantAll(t, errA, getWriter(t, s).WriteAsync(1).Wait)
			sink.want(t)
		},
		"controller.error() during async start should cause existing writes to fail": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			w := getWriter(t, s)
			write, closing := w.WriteAsync(1), beginCall(w.Close)
			sink.controller.Error(errA)
			wantAll(t, errPending, write.Wait)
			closing.wantPending(t)
			starting.let(nil)
			wantAll(t, errA, write.Wait)
			closing.wantError(t, errA)
			sink.want(t)
		},
		"when start() rejects, writer promises should reject in standard order": func(t *testing.T) {
			s, _, starting := unstartedWritable(t, intSink{}, streams.CountQueuingStrategy[int](0))
			w := getWriter(t, s)
			ready, closed, write := beginCall(w.Ready), beginCall(w.Closed), beginCall(w.WriteAsync(1).Wait)
			ready.wantPending(t)
			closed.wantPending(t)
			write.wantPending(t)
			starting.let(errA)
			ready.wantError(t, errA)
			closed.wantError(t, errA)
			write.wantError(t, errA)
		},
	})
}
