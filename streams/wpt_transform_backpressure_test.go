package streams_test

import (
	"context"
	"io"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformBackpressure(t *testing.T) {
	runWPT(t, "transform-streams/backpressure", map[string]func(t *testing.T){
		"backpressure allows no transforms with a default identity transform and no reader": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			write := getWriter(t, ts.Writable()).WriteAsync(1)
			wantAll(t, errPending, write.Wait)
			rec.want(t)
		},
		"backpressure only allows one transform() with a identity transform with a readable HWM of 1 and no reader": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{}, readableMark(1))
			w := getWriter(t, ts.Writable())
			first, second := w.WriteAsync(1), w.WriteAsync(2)
			wantAll(t, nil, first.Wait)
			wantAll(t, errPending, second.Wait)
			rec.want(t, "transform 1")
		},
		"transform() should keep being called as long as there is no backpressure": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{Transform: fails(nil).transform}, readableMark(1))
			w := getWriter(t, ts.Writable())
			for i := range 4 {
				wantAll(t, nil, w.WriteAsync(i).Wait)
			}
			rec.want(t, "transform 0", "transform 1", "transform 2", "transform 3")
		},
		"writes should resolve as soon as transform completes": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, readableMark(1))
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			first, second, closing := w.WriteAsync(1), w.WriteAsync(2), beginCall(w.Close)
			wantAll(t, nil, first.Wait)
			wantAll(t, errPending, second.Wait)
			closing.wantPending(t)
			read(r).want(t, 1)
			wantAll(t, nil, second.Wait)
			closing.wantOK(t)
			read(r).want(t, 2)
			read(r).wantError(t, io.EOF)
		},
		"calling pull() before the first write() with backpressure should work": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, readableMark(0))
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			reading := read(r)
			reading.wantPending(t)
			w.WriteAsync(1)
			reading.want(t, 1)
		},
		"transform() should be able to read the chunk it just enqueued": func(t *testing.T) {
			var r *streams.DefaultReader[int]
			ts, rec := recordingTransform(intTransformer{
				Transform: func(ctx context.Context, chunk int, c *streams.TransformController[int]) error {
					if err := c.Enqueue(chunk); err != nil {
						return err
					}
					_, err := r.Read(ctx)
					return err
				},
			}, readableMark(1))
			r = getReader(t, ts.Readable())
			wantAll(t, nil, getWriter(t, ts.Writable()).WriteAsync(1).Wait)
			rec.want(t, "transform 1")
		},
		"blocking transform() should cause backpressure": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: transforming.transform}, readableMark(streams.Unbounded))
			w := getWriter(t, ts.Writable())
			wantDesiredSize(t, w, 1)
			w.WriteAsync(1)
			rec.want(t, "transform 1")
			wantDesiredSize(t, w, 0)
			transforming.let(nil)
			wantDesiredSize(t, w, 1)
		},

		"writer.closed should resolve after readable is canceled during start": func(t *testing.T) {
			ts, _, starting := unstartedTransform(t, intTransformer{})
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			w := getWriter(t, ts.Writable())
			wantAll(t, errA, w.Ready)
			starting.let(nil)
			wantAll(t, errA, w.Closed)
		},
		"writer.closed should resolve after readable is canceled with backpressure": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, readableMark(0))
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			wantAll(t, errA, getWriter(t, ts.Writable()).Closed)
		},
		"writer.closed should resolve after readable is canceled with no backpressure": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, readableMark(1))
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			wantAll(t, errA, getWriter(t, ts.Writable()).Closed)
		},
		"cancelling the readable should cause a pending write to resolve": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: transforming.transform}, readableMark(1))
			write := beginCall(getWriter(t, ts.Writable()).WriteAsync(1).Wait)
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			write.wantPending(t)
			transforming.let(nil)
			write.wantOK(t)
			rec.want(t, "transform 1", "cancel error A")

			ts, rec = recordingTransform(intTransformer{}, readableMark(0))
			write = beginCall(getWriter(t, ts.Writable()).WriteAsync(1).Wait)
			write.wantPending(t) // for the end of backpressure
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			write.wantError(t, errA)
			rec.want(t, "cancel error A")
		},

		"cancelling the readable side of a TransformStream should abort an empty pipe": func(t *testing.T) {
			ts, _, starting := unstartedTransform(t, intTransformer{})
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			piping := pipe(source, ts.Writable())
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			starting.let(nil)
			piping.wantError(t, errA)
			src.wantWithoutPulls(t, "cancel error A")
		},
		"cancelling the readable side of a TransformStream should abort an empty pipe after startup": func(t *testing.T) {
			testCancelOfPipedTransform(t)
		},
		"cancelling the readable side of a TransformStream should abort a full pipe": func(t *testing.T) {
			testCancelOfPipedTransform(t, 1, 2, 3)
		},
	})
}

// testCancelOfPipedTransform tests that a pipe from a source with these chunks ends when the readable side of the transform
// stream that it leads to is cancelled.
func testCancelOfPipedTransform(t *testing.T, chunks ...int) {
	t.Helper()
	source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(chunks...)})
	ts, rec := recordingTransform(intTransformer{})
	piping := pipe(source, ts.Writable())
	piping.wantPending(t)
	beginReason(ts.Readable().Cancel, errA).wantOK(t)
	piping.wantError(t, errA)
	src.wantWithoutPulls(t, "cancel error A")
	rec.want(t, "cancel error A")
}
