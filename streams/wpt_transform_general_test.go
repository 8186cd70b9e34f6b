package streams_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformGeneral(t *testing.T) {
	runWPT(t, "transform-streams/general", map[string]func(t *testing.T){
		"TransformStream can be constructed with a transform function": func(t *testing.T) {
			ts := streams.NewTransformStream(intTransformer{Transform: fails(nil).transform})
			wantDesiredSize(t, getWriter(t, ts.Writable()), 1)
		},
		"TransformStream can be constructed with no transform function": func(t *testing.T) {
			ts := streams.NewTransformStream(intTransformer{})
			wantDesiredSize(t, getWriter(t, ts.Writable()), 1)

			other := streams.NewTransformStream(streams.Transformer[int, string]{})
			wantError(t, writableEnd(t, other.Writable()), streams.ErrInvalidArgument)
			wantError(t, readableEnd(t, other.Readable()), streams.ErrInvalidArgument)
		},
		"TransformStream writable starts in the writable state": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{})
			w := getWriter(t, ts.Writable())
			wantDesiredSize(t, w, 1)
			wantAll(t, nil, w.Ready)
		},
		"Identity TransformStream: can read from readable what is put into writable": func(t *testing.T) {
			ts := streams.NewTransformStream(intTransformer{})
			w := getWriter(t, ts.Writable())
			w.WriteAsync(1)
			wantDesiredSize(t, w, 0)
			read(getReader(t, ts.Readable())).want(t, 1)
			wantDesiredSize(t, w, 1)
		},
		"Uppercaser sync TransformStream: can read from readable transformed version of what is put into writable": func(t *testing.T) {
			testUppercaser(t, 1)
		},
		"Uppercaser-doubler sync TransformStream: can read both chunks put into the readable": func(t *testing.T) {
			testUppercaser(t, 2)
		},
		// The async ones turn the sign of a number.
		"Uppercaser async TransformStream: can read from readable transformed version of what is put into writable": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					if err := transforming.wait(); err != nil {
						return err
					}
					return c.Enqueue(-chunk)
				},
			})
			getWriter(t, ts.Writable()).WriteAsync(1)
			reading := read(getReader(t, ts.Readable()))
			rec.want(t, "transform 1")
			reading.wantPending(t)
			transforming.let(nil)
			reading.want(t, -1)
		},
		"Uppercaser-doubler async TransformStream: can read both chunks put into the readable": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: transforming.transform})
			write := getWriter(t, ts.Writable()).WriteAsync(1)
			r := getReader(t, ts.Readable())
			for _, chunk := range []int{-1, -1} {
				reading := read(r)
				rec.want(t, "transform 1")
				reading.wantPending(t)
				wantError(t, rec.controller.Enqueue(chunk), nil)
				reading.want(t, chunk)
			}
			wantAll(t, errPending, write.Wait)
			transforming.let(nil)
			wantAll(t, nil, write.Wait)
		},

		"TransformStream: by default, closing the writable closes the readable (when there are no queued writes)": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{})
			w := getWriter(t, ts.Writable())
			beginCall(w.Close).wantOK(t)
			wantAll(t, nil, w.Closed, getReader(t, ts.Readable()).Closed)
		},
		"TransformStream: by default, closing the writable waits for transforms to finish before closing both": func(t *testing.T) {
			transforming := newHeld(t)
			ts, _ := recordingTransform(intTransformer{Transform: transforming.transform}, readableMark(1))
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			w.WriteAsync(1)
			closing := beginCall(w.Close)
			wantAll(t, errPending, w.Closed, r.Closed)
			transforming.let(nil)
			closing.wantOK(t)
			wantAll(t, nil, w.Closed, r.Closed)
		},
		"TransformStream: by default, closing the writable closes the readable after sync enqueues and async done": func(t *testing.T) {
			transforming := newHeld(t)
			testEnqueuesBeforeClose(t, transforming, func(enqueue callback) error {
				if err := enqueue(); err != nil {
					return err
				}
				return transforming.wait()
			})
		},
		"TransformStream: by default, closing the writable closes the readable after async enqueues and async done": func(t *testing.T) {
			transforming := newHeld(t)
			testEnqueuesBeforeClose(t, transforming, func(enqueue callback) error {
				if err := transforming.wait(); err != nil {
					return err
				}
				return enqueue()
			})
		},
		"Transform stream should call transformer methods as methods": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{
				Start: func(_ context.Context, c *streams.TransformController[int]) error { return c.Enqueue(0) },
				Flush: func(_ context.Context, c *streams.TransformController[int]) error { return c.Enqueue(2) },
			})
			w := getWriter(t, ts.Writable())
			w.WriteAsync(1)
			closing := beginCall(w.Close)
			wantCollected(t, ts.Readable(), 0, 1, 2)
			closing.wantOK(t)
		},
		"TransformStream start, transform, and flush should be strictly ordered": func(t *testing.T) {
			held := newHeld(t)
			ts, rec := recordingTransform(
				intTransformer{Start: held.startTransform, Transform: held.transform, Flush: held.flush}, readableMark(1))
			w := getWriter(t, ts.Writable())
			write, closing := beginCall(w.WriteAsync(1).Wait), beginCall(w.Close)
			wantEqual(t, rec.controller != nil, true) // start was called
			rec.want(t)
			held.let(nil)
			rec.want(t, "transform 1")
			write.wantPending(t)
			held.let(nil)
			write.wantOK(t)
			rec.want(t, "transform 1", "flush")
			closing.wantPending(t)
			held.let(nil)
			closing.wantOK(t)
		},
		"closing the writable should close the readable when there are no queued chunks, even with backpressure": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, readableMark(0))
			w := getWriter(t, ts.Writable())
			beginCall(w.Close).wantOK(t)
			wantAll(t, nil, w.Closed, getReader(t, ts.Readable()).Closed)
		},

		"enqueue() should throw after controller.terminate()": func(t *testing.T) {
			_, rec := recordingTransform(intTransformer{})
			rec.controller.Terminate()
			wantError(t, rec.controller.Enqueue(1), streams.ErrClosed)
		},
		"enqueue() should throw after readable.cancel()": func(t *testing.T) {
			cancelling := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Cancel: cancelling.cancel})
			cancel := beginReason(ts.Readable().Cancel, nil)
			wantError(t, rec.controller.Enqueue(1), streams.ErrClosed)
			cancelling.let(nil)
			cancel.wantOK(t)
			wantError(t, rec.controller.Enqueue(1), streams.ErrClosed)
		},
		"controller.terminate() should do nothing the second time it is called": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			rec.controller.Terminate()
			rec.controller.Terminate()
			wantError(t, writableEnd(t, ts.Writable()), streams.ErrTerminated)
			wantError(t, readableEnd(t, ts.Readable()), nil)
			rec.want(t)
		},
		"terminate() should abort writable immediately after readable.cancel()": func(t *testing.T) {
			cancelling := newHeld(t)
			ts, rec, starting := unstartedTransform(t, intTransformer{Cancel: cancelling.cancel})
			cancel := beginReason(ts.Readable().Cancel, errA)
			cancel.wantPending(t)
			rec.controller.Terminate()
			w := getWriter(t, ts.Writable())
			wantAll(t, streams.ErrTerminated, w.Ready)
			cancelling.let(nil)
			cancel.wantOK(t)
			starting.let(nil)
			wantAll(t, streams.ErrTerminated, w.Closed)
		},
		"terminate() should do nothing after readable.cancel() resolves": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{})
			beginReason(ts.Readable().Cancel, errA).wantOK(t)
			rec.controller.Terminate()
			wantAll(t, errA, getWriter(t, ts.Writable()).Closed)
		},
		"start() should not be called twice": func(t *testing.T) {
			var calls events
			ts, _ := recordingTransform(intTransformer{Start: callback(func() error {
				calls.add("start")
				return nil
			}).startTransform})
			calls.want(t, "start")
			getWriter(t, ts.Writable()).WriteAsync(1)
			read(getReader(t, ts.Readable())).want(t, 1)
			calls.want(t, "start")
		},
	})
}

// testUppercaser tests a transform that gives a chunk in upper case, a number of times.
func testUppercaser(t *testing.T, times int) {
	t.Helper()
	ts := streams.NewTransformStream(streams.Transformer[string, string]{
		Transform: func(_ context.Context, chunk string, c *streams.TransformController[string]) error {
			for range times {
				if err := c.Enqueue(strings.ToUpper(chunk)); err != nil {
					return err
				}
			}
			return nil
		},
	})
	getWriter(t, ts.Writable()).WriteAsync("a")
	r := getReader(t, ts.Readable())
	for range times {
		read(r).want(t, "A")
	}
	read(r).wantPending(t)
}

// testEnqueuesBeforeClose tests that the readable side closes after the chunks of a transform that is held.
func testEnqueuesBeforeClose(t *testing.T, transforming held, transform func(enqueue callback) error) {
	t.Helper()
	ts, _ := recordingTransform(intTransformer{
		Transform: func(_ context.Context, _ int, c *streams.TransformController[int]) error {
			return transform(func() error {
				if err := c.Enqueue(2); err != nil {
					return err
				}
				return c.Enqueue(3)
			})
		},
	})
	w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
	w.WriteAsync(1)
	closing := beginCall(w.Close)
	first, second, third := read(r), read(r), read(r)
	third.wantPending(t)
	closing.wantPending(t)
	transforming.let(nil)
	first.want(t, 2)
	second.want(t, 3)
	third.wantError(t, io.EOF)
	closing.wantOK(t)
	wantAll(t, nil, w.Closed)
}
