package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableError(t *testing.T) {
	runWPT(t, "writable-streams/error", map[string]func(t *testing.T){
		"controller.error() should error the stream": func(t *testing.T) {
			s, _ := recordingWritable(intSink{
				Start: func(_ context.Context, c *streams.WritableController[int]) error {
					c.Error(errA)
					return nil
				},
			})
			wantAll(t, errA, getWriter(t, s).Closed)
		},
		"controller.error() on erroring stream should not throw": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{})
			beginReason(s.Abort, errA)
			sink.controller.Error(errB)
			starting.let(nil)
			wantAll(t, errA, getWriter(t, s).Closed)
		},
		"surplus calls to controller.error() should be a no-op": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			sink.controller.Error(errA)
			sink.controller.Error(errB)
			wantAll(t, errA, getWriter(t, s).Closed)
		},
		"controller.error() on errored stream should not throw": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			beginReason(s.Abort, errA).wantOK(t)
			sink.controller.Error(errB)
			wantAll(t, errA, getWriter(t, s).Closed)
		},
		"controller.error() on closed stream should not throw": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			beginCall(w.Close).wantOK(t)
			sink.controller.Error(errA)
			wantAll(t, nil, w.Closed)
		},
	})
}
