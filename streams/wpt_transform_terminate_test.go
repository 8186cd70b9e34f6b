package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformTerminate(t *testing.T) {
	runWPT(t, "transform-streams/terminate", map[string]func(t *testing.T){
		"controller.terminate() should error pipeTo()": func(t *testing.T) {
			testTerminateOfPiped(t, 0)
		},
		"controller.terminate() should prevent remaining chunks from being processed": func(t *testing.T) {
			testTerminateOfPiped(t, 1, "transform 1")
		},
		"controller.enqueue() should throw after controller.terminate()": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			wantError(t, rec.controller.Enqueue(1), nil)
			rec.controller.Terminate()
			wantError(t, rec.controller.Enqueue(2), streams.ErrClosed)
			wantCollected(t, ts.Readable(), 1)
		},
		"controller.error() after controller.terminate() with queued chunk should error the readable": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			wantError(t, rec.controller.Enqueue(1), nil)
			rec.controller.Terminate()
			rec.controller.Error(errA)
			abort := beginReason(ts.Writable().Abort, nil)
			beginReason(ts.Readable().Cancel, nil).wantError(t, errA)
			wantAll(t, errA, getReader(t, ts.Readable()).Closed)
			starting.let(nil)
			abort.wantError(t, streams.ErrTerminated)
			rec.want(t)
		},
		"controller.error() after controller.terminate() without queued chunk should do nothing": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			rec.controller.Terminate()
			rec.controller.Error(errA)
			abort := beginReason(ts.Writable().Abort, nil)
			beginReason(ts.Readable().Cancel, nil).wantOK(t)
			wantAll(t, nil, getReader(t, ts.Readable()).Closed)
			starting.let(nil)
			abort.wantError(t, streams.ErrTerminated)
			rec.want(t)
		},
		"controller.terminate() inside flush() should not prevent writer.close() from succeeding": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{
				Flush: func(_ context.Context, c *streams.TransformController[int]) error {
					c.Terminate()
					return nil
				},
			})
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			beginCall(w.Close).wantOK(t)
			wantAll(t, nil, w.Closed, r.Closed)
			rec.want(t, "flush")
		},
	})
}

// testTerminateOfPiped tests that a pipe into a stream that is terminated fails, and that of the chunks that came through it
// only those are transformed that were before.
func testTerminateOfPiped(t *testing.T, mark int, transforms ...string) {
	t.Helper()
	source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
	ts, rec := recordingTransform(intTransformer{}, readableMark(mark))
	piping := pipe(source, ts.Writable())
	piping.wantPending(t)
	rec.want(t, transforms...)
	rec.controller.Terminate()
	piping.wantError(t, streams.ErrTerminated)
	src.wantWithoutPulls(t, "cancel "+streams.ErrTerminated.Error())
	rec.want(t, transforms...)
}
