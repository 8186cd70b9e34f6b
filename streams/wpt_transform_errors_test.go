package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformErrors(t *testing.T) {
	runWPT(t, "transform-streams/errors", map[string]func(t *testing.T){
		"TransformStream errors thrown in transform put the writable and readable in an errored state": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Transform: fails(errA).transform})
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			write, reading := w.WriteAsync(1), read(r)
			wantAll(t, errA, write.Wait, w.Closed, r.Closed)
			reading.wantError(t, errA)
			rec.want(t, "transform 1")
		},
		"TransformStream errors thrown in flush put the writable and readable in an errored state": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Transform: fails(nil).transform, Flush: fails(errA).flush})
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			write, closing, reading := w.WriteAsync(1), beginCall(w.Close), read(r)
			wantAll(t, nil, write.Wait)
			closing.wantError(t, errA)
			reading.wantError(t, errA)
			wantAll(t, errA, w.Closed, r.Closed)
			rec.want(t, "transform 1", "flush")
		},
		"errored TransformStream should not enqueue new chunks": func(t *testing.T) {
			_, rec := recordingTransform(intTransformer{})
			wantError(t, rec.controller.Enqueue(1), nil)
			rec.controller.Error(errA)
			wantError(t, rec.controller.Enqueue(2), streams.ErrErrored)
		},
		"TransformStream transformer.start() rejected promise should error the stream": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			testFailureOfStart(t, ts, func() { starting.let(errA) })
			rec.want(t)
		},
		"when controller.error is followed by a rejection, the error reason should come from controller.error": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			testFailureOfStart(t, ts, func() {
				rec.controller.Error(errA)
				starting.let(errB)
			})
			rec.want(t)
		},

		// Constructors never fail: both sides are errored.
		"TransformStream constructor should throw when start does": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Start: fails(errA).startTransform})
			wantBothErrored(t, ts, errA)
			rec.want(t)
		},
		"when strategy.size throws inside start(), the constructor should throw the same error": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{Start: enqueueInStart},
				streams.WithReadableStrategy(streams.QueuingStrategy[int]{Size: func(int) int { panic(errA) }}))
			wantBothErrored(t, ts, errA)
		},
		"when strategy.size calls controller.error() then throws, the constructor should throw the first error": func(t *testing.T) {
			var controller *streams.TransformController[int]
			var enqueued error
			ts, _ := recordingTransform(
				intTransformer{Start: func(ctx context.Context, c *streams.TransformController[int]) error {
					controller = c
					enqueued = enqueueInStart(ctx, c)
					return enqueued
				}},
				streams.WithReadableStrategy(streams.QueuingStrategy[int]{Size: func(int) int {
					controller.Error(errA)
					panic(errB)
				}}))
			wantEqual(t, enqueued, errA)
			wantBothErrored(t, ts, errA)
		},

		"cancelling the readable side should error the writable": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{})
			closed := beginCall(getWriter(t, ts.Writable()).Closed)
			closed.wantPending(t)
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			closed.wantError(t, errA)
		},
		"it should be possible to error the readable between close requested and complete": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			write, closing, closed := beginCall(w.WriteAsync(1).Wait), beginCall(w.Close), beginCall(r.Closed)
			write.wantPending(t)
			closing.wantPending(t)
			closed.wantPending(t)
			rec.controller.Error(errA)
			write.wantError(t, errA)
			closing.wantError(t, errA)
			closed.wantError(t, errA)
			rec.want(t)
		},
		"an exception from transform() should error the stream if terminate has been requested but not completed": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					if err := c.Enqueue(chunk); err != nil {
						return err
					}
					c.Terminate()
					return errA
				},
			}, readableMark(1))
			wantAll(t, errA, getWriter(t, ts.Writable()).WriteAsync(1).Wait, getReader(t, ts.Readable()).Closed)
		},
		"abort should set the close reason for the writable when it happens before cancel during start, and cancel should reject": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			w := getWriter(t, ts.Writable())
			abort := beginReason(w.Abort, errA)
			beginReason(ts.Readable().Cancel, errB).wantOK(t) // the writable side is erroring yet
			abort.wantPending(t)
			starting.let(nil)
			abort.wantOK(t)
			wantAll(t, errA, w.Closed)
			rec.want(t, "cancel error B")

			cancelling := newHeld(t)
			ts, rec, starting = unstartedTransform(t, intTransformer{Cancel: cancelling.cancel})
			w = getWriter(t, ts.Writable())
			abort, cancel := beginReason(w.Abort, errA), beginReason(ts.Readable().Cancel, errB)
			starting.let(nil)
			cancelling.let(nil)
			cancel.wantError(t, errA) // the writable side was errored by the time that the callback returned
			abort.wantError(t, errA)  // and the abort has the same result
			wantAll(t, errA, w.Closed)
			rec.want(t, "cancel error B")
		},
		"abort should set the close reason for the writable when it happens before cancel during underlying sink write, but cancel should still succeed": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: transforming.transform}, readableMark(2))
			w := getWriter(t, ts.Writable())
			write := beginCall(w.WriteAsync(1).Wait)
			abort, cancel := beginReason(w.Abort, errA), beginReason(ts.Readable().Cancel, errB)
			cancel.wantOK(t)
			write.wantPending(t)
			abort.wantPending(t)
			transforming.let(nil)
			write.wantOK(t)
			abort.wantOK(t)
			wantAll(t, errA, w.Closed)
			rec.want(t, "transform 1", "cancel error B")
		},

		"controller.error() should do nothing the second time it is called": func(t *testing.T) {
			ts, rec, starting := unstartedTransform(t, intTransformer{})
			rec.controller.Error(errA)
			rec.controller.Error(errB)
			abort := beginReason(ts.Writable().Abort, nil)
			starting.let(nil)
			abort.wantError(t, errA)
			wantBothErrored(t, ts, errA)
		},
		"controller.error() should close writable immediately after readable.cancel()": func(t *testing.T) {
			cancelling := newHeld(t)
			ts, rec, starting := unstartedTransform(t, intTransformer{Cancel: cancelling.cancel})
			cancel := beginReason(ts.Readable().Cancel, errB)
			cancel.wantPending(t)
			rec.controller.Error(errA)
			w := getWriter(t, ts.Writable())
			wantAll(t, errA, w.Ready)
			cancelling.let(nil)
			cancel.wantOK(t)
			starting.let(nil)
			wantAll(t, errA, w.Closed)
		},
		"controller.error() should do nothing after readable.cancel() resolves": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			rec.controller.Error(errB)
			wantAll(t, errA, getWriter(t, ts.Writable()).Closed)
		},
		"controller.error() should do nothing after writable.abort() has completed": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginReason(ts.Writable().Abort, errA).wantOK(t)
			rec.controller.Error(errB)
			wantBothErrored(t, ts, errA)
		},
		"controller.error() should do nothing after a transformer method has thrown an exception": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Transform: fails(errA).transform}, readableMark(streams.Unbounded))
			w := getWriter(t, ts.Writable())
			wantAll(t, errA, w.WriteAsync(1).Wait)
			rec.controller.Error(errB)
			wantAll(t, errA, w.Closed, getReader(t, ts.Readable()).Closed)
		},

		"erroring during write with backpressure should result in the write failing": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{}, readableMark(1))
			wantError(t, rec.controller.Enqueue(1), nil)
			write := beginCall(getWriter(t, ts.Writable()).WriteAsync(2).Wait)
			write.wantPending(t)
			rec.controller.Error(errA)
			write.wantError(t, errA)
			rec.want(t)
		},
		"a write() that was waiting for backpressure should reject if the writable is aborted": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{}, readableMark(0))
			w := getWriter(t, ts.Writable())
			write, abort := beginCall(w.WriteAsync(1).Wait), beginReason(w.Abort, errA)
			write.wantPending(t)
			abort.wantPending(t)
			rec.want(t)
			read(getReader(t, ts.Readable())).wantError(t, errA)
			write.wantError(t, errA)
			abort.wantOK(t)
			rec.want(t, "cancel error A")
		},
		"the readable should be errored with the reason passed to the writable abort() method": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{})
			beginReason(ts.Writable().Abort, errA).wantOK(t)
			read(getReader(t, ts.Readable())).wantError(t, errA)
		},
	})
}

// testFailureOfStart tests that everything fails with errA when a stream fails, in the given way, before it has started.
func testFailureOfStart(t *testing.T, ts *intTransform, fail func()) {
	t.Helper()
	w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
	write, closing, reading := w.WriteAsync(1), beginCall(w.Close), read(r)
	wantAll(t, errPending, write.Wait)
	closing.wantPending(t)
	reading.wantPending(t)
	fail()
	wantAll(t, errA, write.Wait, w.Closed, r.Closed)
	closing.wantError(t, errA)
	reading.wantError(t, errA)
}

// wantBothErrored fails the test unless both sides of a stream are errored with err.
func wantBothErrored(t *testing.T, ts *intTransform, err error) {
	t.Helper()
	wantError(t, writableEnd(t, ts.Writable()), err)
	wantError(t, readableEnd(t, ts.Readable()), err)
}

// enqueueInStart is a Start that enqueues a chunk and fails if that does.
func enqueueInStart(_ context.Context, c *streams.TransformController[int]) error {
	return c.Enqueue(1)
}
