package streams_test

import (
	"context"
	"io"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformFlush(t *testing.T) {
	runWPT(t, "transform-streams/flush", map[string]func(t *testing.T){
		"TransformStream flush is called immediately when the writable is closed, if no writes are queued": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginCall(getWriter(t, ts.Writable()).Close).wantOK(t)
			rec.want(t, "flush")
		},
		"TransformStream flush is called after all queued writes finish, once the writable is closed": func(t *testing.T) {
			held := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: held.transform, Flush: held.flush}, readableMark(1))
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			w.WriteAsync(1)
			closing := beginCall(w.Close)
			rec.want(t, "transform 1")
			held.let(nil)
			rec.want(t, "transform 1", "flush")
			closing.wantPending(t)
			wantAll(t, errPending, r.Closed)
			held.let(nil)
			closing.wantOK(t)
			wantAll(t, nil, r.Closed)
		},
		"TransformStream flush gets a chance to enqueue more into the readable": func(t *testing.T) {
			testEnqueueInFlush(t, fails(nil), func(*operation[struct{}]) {})
		},
		"TransformStream flush gets a chance to enqueue more into the readable, and can then async close": func(t *testing.T) {
			flushing := newHeld(t)
			testEnqueueInFlush(t, flushing.callback, func(closing *operation[struct{}]) {
				closing.wantPending(t)
				flushing.let(nil)
			})
		},
		"error() during flush should cause writer.close() to reject": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{
				Flush: func(_ context.Context, c *streams.TransformController[int]) error {
					c.Error(errA)
					return nil
				},
			})
			beginCall(getWriter(t, ts.Writable()).Close).wantError(t, errA)
			wantAll(t, errA, getReader(t, ts.Readable()).Closed)
		},
		"closing the writable side should call transformer.flush() and a parallel readable.cancel() should not reject": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginCall(ts.Writable().Close).wantOK(t)
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			rec.want(t, "flush")
		},
	})
}

// testEnqueueInFlush tests that the chunks of a Flush can be read while it runs, whatever the mark, and that the stream
// closes when it has returned.
func testEnqueueInFlush(t *testing.T, then callback, finish func(closing *operation[struct{}])) {
	t.Helper()
	ts, _ := recordingTransform(intTransformer{
		Transform: fails(nil).transform,
		Flush: func(_ context.Context, c *streams.TransformController[int]) error {
			for _, chunk := range []int{2, 3} {
				if err := c.Enqueue(chunk); err != nil {
					return err
				}
			}
			return then()
		},
	})
	w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
	w.WriteAsync(1)
	reading, closing := read(r), beginCall(w.Close)
	reading.want(t, 2)
	read(r).want(t, 3)
	finish(closing)
	closing.wantOK(t)
	wantAll(t, nil, r.Closed)
	read(r).wantError(t, io.EOF)
}
