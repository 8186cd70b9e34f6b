package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformCancel(t *testing.T) {
	runWPT(t, "transform-streams/cancel", map[string]func(t *testing.T){
		"cancelling the readable side should call transformer.cancel()": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			rec.want(t, "cancel error A")
			wantError(t, writableEnd(t, ts.Writable()), errA)
		},
		"cancelling the readable side should reject if transformer.cancel() throws": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Cancel: fails(errA).cancel})
			beginReason(ts.Readable().Cancel, errB).wantError(t, errA)
			wantAll(t, errA, getWriter(t, ts.Writable()).Closed)
			rec.want(t, "cancel error B")
		},
		"aborting the writable side should call transformer.abort()": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginReason(ts.Writable().Abort, errA).wantOK(t)
			rec.want(t, "cancel error A")
			wantError(t, readableEnd(t, ts.Readable()), errA)
		},
		"aborting the writable side should reject if transformer.cancel() throws": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Cancel: fails(errA).cancel})
			beginReason(ts.Writable().Abort, errB).wantError(t, errA)
			wantAll(t, errA, getReader(t, ts.Readable()).Closed)
			rec.want(t, "cancel error B")
		},
		"closing the writable side should reject if a parallel transformer.cancel() throws": func(t *testing.T) {
			cancelling := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Cancel: cancelling.cancel})
			cancel, closing := beginReason(ts.Readable().Cancel, errB), beginCall(ts.Writable().Close)
			cancel.wantPending(t)
			closing.wantPending(t)
			cancelling.let(errA)
			cancel.wantError(t, errA)
			closing.wantError(t, errA)
			rec.want(t, "cancel error B")
		},
		"readable.cancel() and a parallel writable.close() should reject if a transformer.cancel() calls controller.error()": func(t *testing.T) {
			cancelling := newHeld(t)
			ts, rec, starting := unstartedTransform(t, intTransformer{Cancel: cancelling.cancel})
			cancel := beginReason(ts.Readable().Cancel, errB)
			rec.want(t, "cancel error B")
			rec.controller.Error(errA)
			closing := beginCall(ts.Writable().Close)
			closing.wantPending(t)
			starting.let(nil)
			closing.wantError(t, errA)
			cancel.wantPending(t)
			cancelling.let(nil)
			cancel.wantError(t, errA)
			rec.want(t, "cancel error B")
		},
		"writable.abort() and readable.cancel() should reject if a transformer.cancel() calls controller.error()": func(t *testing.T) {
			var rec *recordingTransformer
			ts, rec := recordingTransform(intTransformer{Cancel: func(context.Context, error) error {
				rec.controller.Error(errA)
				return nil
			}})
			beginReason(ts.Writable().Abort, errB).wantError(t, errA)
			beginReason(ts.Readable().Cancel, errB).wantError(t, errA)
			rec.want(t, "cancel error B")
		},

		"readable.cancel() should not call cancel() when flush() is already called from writable.close()": func(t *testing.T) {
			var inner *operation[struct{}]
			var ts *intTransform
			flushing := newHeld(t)
			ts, rec := recordingTransform(intTransformer{
				Flush: func(context.Context, *streams.TransformController[int]) error {
					inner = asyncReason(ts.Readable().Cancel, errA)
					return flushing.wait()
				},
			})
			closing := beginCall(ts.Writable().Close)
			closing.wantPending(t)
			inner.wantPending(t)
			flushing.let(nil)
			closing.wantOK(t)
			inner.wantOK(t)
			rec.want(t, "flush")
		},
		"readable.cancel() should not call cancel() again when already called from writable.abort()": func(t *testing.T) {
			c := transformInCancel(t, func(ts *intTransform) error {
				return ts.Readable().Cancel(context.Background(), errB)
			})
			abort := beginReason(c.stream.Writable().Abort, errA)
			abort.wantPending(t)
			c.inner.wantPending(t)
			c.let(nil)
			abort.wantOK(t)
			c.inner.wantOK(t)
			c.rec.want(t, "cancel error A")
		},
		"writable.close() should not call flush() when cancel() is already called from readable.cancel()": func(t *testing.T) {
			c := transformInCancel(t, func(ts *intTransform) error {
				return ts.Writable().Close(context.Background())
			})
			cancel := beginReason(c.stream.Readable().Cancel, errA)
			cancel.wantPending(t)
			c.inner.wantPending(t)
			c.let(nil)
			cancel.wantOK(t)
			c.inner.wantOK(t)
			c.rec.want(t, "cancel error A")
		},
		"writable.abort() should not call cancel() again when already called from readable.cancel()": func(t *testing.T) {
			c := transformInCancel(t, func(ts *intTransform) error {
				return ts.Writable().Abort(context.Background(), errB)
			})
			cancel := beginReason(c.stream.Readable().Cancel, errA)
			cancel.wantPending(t)
			c.inner.wantPending(t)
			c.let(nil)
			cancel.wantError(t, errB)
			c.inner.wantError(t, errB)
			wantError(t, writableEnd(t, c.stream.Writable()), errB)
			c.rec.want(t, "cancel error A")
		},
	})
}

// A cancellingTransform is a stream whose Cancel makes a call on the stream, in a goroutine, and is held.
type cancellingTransform struct {
	held
	stream *intTransform
	rec    *recordingTransformer
	inner  *operation[struct{}] // the call; set by Cancel
}

func transformInCancel(t *testing.T, call func(ts *intTransform) error) *cancellingTransform {
	t.Helper()
	c := &cancellingTransform{held: newHeld(t)}
	c.stream, c.rec = recordingTransform(intTransformer{Cancel: func(context.Context, error) error {
		c.inner = async(func() (struct{}, error) { return struct{}{}, call(c.stream) })
		return c.wait()
	}})
	return c
}
