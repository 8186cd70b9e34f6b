package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformStrategies(t *testing.T) {
	runWPT(t, "transform-streams/strategies", map[string]func(t *testing.T){
		"writableStrategy highWaterMark should work": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{}, streams.WithWritableStrategy(streams.CountQueuingStrategy[int](17)))
			wantDesiredSize(t, getWriter(t, ts.Writable()), 17)
		},
		"readableStrategy highWaterMark should work": func(t *testing.T) {
			ts, rec := recordingTransform(intTransformer{}, readableMark(9))
			wantDesiredSize(t, rec.controller, 9)
			w := getWriter(t, ts.Writable())
			for i := range 10 {
				w.WriteAsync(i)
			}
			rec.want(t, "transform 0", "transform 1", "transform 2", "transform 3", "transform 4",
				"transform 5", "transform 6", "transform 7", "transform 8")
		},
		"writable should have the correct size() function": func(t *testing.T) {
			var calls events
			size := func(side string) func(int) int {
				return func(int) int {
					calls.add("size of the %s side", side)
					return 1
				}
			}
			ts, _ := recordingTransform(
				intTransformer{Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					calls.add("transform")
					return c.Enqueue(chunk)
				}},
				streams.WithWritableStrategy(streams.QueuingStrategy[int]{HighWaterMark: 1, Size: size("writable")}),
				streams.WithReadableStrategy(streams.QueuingStrategy[int]{HighWaterMark: streams.Unbounded, Size: size("readable")}))
			wantAll(t, nil, getWriter(t, ts.Writable()).WriteAsync(1).Wait)
			calls.want(t, "size of the writable side", "transform", "size of the readable side")
		},
		"default writable strategy should be equivalent to { highWaterMark: 1 }": func(t *testing.T) {
			ts, _ := recordingTransform(intTransformer{})
			w := getWriter(t, ts.Writable())
			wantDesiredSize(t, w, 1)
			w.WriteAsync(1)
			wantDesiredSize(t, w, 0)
		},
		"default readable strategy should be equivalent to { highWaterMark: 0 }": func(t *testing.T) {
			transforming := newHeld(t)
			ts, rec := recordingTransform(intTransformer{Transform: transforming.transform})
			getWriter(t, ts.Writable()).WriteAsync(1)
			reading := read(getReader(t, ts.Readable()))
			rec.want(t, "transform 1")
			wantDesiredSize(t, rec.controller, 0)
			wantError(t, rec.controller.Enqueue(2), nil)
			reading.want(t, 2) // which never was in the queue
			wantDesiredSize(t, rec.controller, 0)
			wantError(t, rec.controller.Enqueue(3), nil)
			wantDesiredSize(t, rec.controller, -1)
		},
		// Constructors never fail: both sides are errored.
		"a RangeError should be thrown for an invalid highWaterMark": func(t *testing.T) {
			for _, option := range []streams.TransformOption{
				streams.WithWritableStrategy(streams.CountQueuingStrategy[int](-1)),
				readableMark(-1),
			} {
				wantBothErrored(t, streams.NewTransformStream(intTransformer{}, option), streams.ErrRange)
			}
		},
		"a bad readableStrategy size function should cause writer.write() to reject on an identity transform": func(t *testing.T) {
			ts := streams.NewTransformStream(intTransformer{}, readableSize(-1))
			wantAll(t, streams.ErrRange, getWriter(t, ts.Writable()).WriteAsync(1).Wait)
			wantError(t, readableEnd(t, ts.Readable()), streams.ErrRange)
		},
		"a bad readableStrategy size function should error the stream on enqueue even when transformer.transform() catches the exception": func(t *testing.T) {
			var caught error
			ts, _ := recordingTransform(intTransformer{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					caught = c.Enqueue(chunk)
					return nil
				},
			}, readableSize(-1))
			w, r := getWriter(t, ts.Writable()), getReader(t, ts.Readable())
			wantAll(t, nil, w.WriteAsync(1).Wait)
			wantError(t, caught, streams.ErrRange)
			wantAll(t, streams.ErrRange, w.Ready, w.Closed, r.Closed)
		},
	})
}

// readableSize gives every chunk of the readable side, whose mark is 1, the same size.
func readableSize(size int) streams.TransformOption {
	return streams.WithReadableStrategy(streams.QueuingStrategy[int]{HighWaterMark: 1, Size: func(int) int { return size }})
}
