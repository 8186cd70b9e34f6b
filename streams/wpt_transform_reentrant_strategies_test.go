package streams_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// Where a test enqueues by itself, the size function runs in its goroutine and may wait for rest. Elsewhere it runs in one
// of the stream, and what may block is asked for with a context that has ended.
func TestWPTTransformReentrantStrategies(t *testing.T) {
	runWPT(t, "transform-streams/reentrant-strategies", map[string]func(t *testing.T){
		"enqueue() inside size() should work": func(t *testing.T) {
			m := transformMeasuredBy(streams.Unbounded, func(m *measuredTransform) {
				if m.sizes == 1 {
					m.inner = m.rec.controller.Enqueue(2)
				}
			})
			w := getWriter(t, m.stream.Writable())
			write, closing := w.WriteAsync(1), beginCall(w.Close)
			wantAll(t, nil, write.Wait)
			closing.wantOK(t)
			wantError(t, m.inner, nil)
			wantCollected(t, m.stream.Readable(), 2, 1)
		},
		"terminate() inside size() should work": func(t *testing.T) {
			m := transformMeasuredBy(streams.Unbounded, func(m *measuredTransform) { m.rec.controller.Terminate() })
			wantAll(t, nil, getWriter(t, m.stream.Writable()).WriteAsync(1).Wait)
			wantCollected(t, m.stream.Readable())
		},
		"error() inside size() should work": func(t *testing.T) {
			m := transformMeasuredBy(streams.Unbounded, func(m *measuredTransform) { m.rec.controller.Error(errA) })
			wantAll(t, nil, getWriter(t, m.stream.Writable()).WriteAsync(1).Wait)
			read(getReader(t, m.stream.Readable())).wantError(t, errA)
		},
		"desiredSize inside size() should work": func(t *testing.T) {
			var sizes events
			m := transformMeasuredBy(1, func(m *measuredTransform) {
				n, ok := m.rec.controller.DesiredSize()
				sizes.add("%d %t", n, ok)
			})
			w := getWriter(t, m.stream.Writable())
			write, closing := w.WriteAsync(1), beginCall(w.Close)
			wantAll(t, nil, write.Wait)
			closing.wantOK(t)
			sizes.want(t, "1 true")
			wantCollected(t, m.stream.Readable(), 1)
		},
		"readable cancel() inside size() should work": func(t *testing.T) {
			hold := newHeld(t) // so that the cancel cannot end before anybody looks
			m := transformMeasuredWith(intTransformer{Cancel: hold.cancel}, streams.Unbounded, func(m *measuredTransform) {
				m.inner = m.stream.Readable().Cancel(ended, errA)
			})
			w := getWriter(t, m.stream.Writable())
			wantAll(t, nil, w.WriteAsync(1).Wait)
			wantError(t, m.inner, errPending)
			hold.let(nil)
			wantAll(t, errA, w.Closed)
			m.rec.want(t, "transform 1", "cancel error A")
		},
		"pipeTo() inside size() should work": func(t *testing.T) {
			dest, sink := recordingWritable(intSink{})
			var piping *operation[struct{}]
			m := transformMeasuredBy(1, func(m *measuredTransform) {
				if m.sizes == 1 {
					piping = pipe(m.stream.Readable(), dest)
				}
			})
			wantError(t, m.rec.controller.Enqueue(1), nil)
			wantError(t, m.rec.controller.Enqueue(2), nil)
			sink.want(t, "write 1", "write 2")
			m.rec.controller.Terminate()
			piping.wantOK(t)
			sink.want(t, "write 1", "write 2", "close")
		},
		"read() inside of size() should work": func(t *testing.T) {
			var r *streams.DefaultReader[int]
			var reading *operation[int]
			m := transformMeasuredBy(0, func(*measuredTransform) { reading = read(r) })
			r = getReader(t, m.stream.Readable())
			write := getWriter(t, m.stream.Writable()).WriteAsync(2)
			wantAll(t, errPending, write.Wait)
			wantError(t, m.rec.controller.Enqueue(1), nil)
			wantAll(t, nil, write.Wait)
			reading.want(t, 2) // the read ended the backpressure, and got the chunk that waited for that
			wantEqual(t, m.sizes, 1)
			read(r).want(t, 1)
		},
		"writer.write() inside size() should work": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			var inner *streams.WriteResult
			m := transformMeasuredBy(streams.Unbounded, func(m *measuredTransform) {
				if m.sizes == 1 {
					inner = w.WriteAsync(2)
				}
			})
			w = getWriter(t, m.stream.Writable())
			outer := w.WriteAsync(1)
			wantAll(t, nil, outer.Wait)
			wantAll(t, nil, inner.Wait)
			beginCall(w.Close).wantOK(t)
			wantCollected(t, m.stream.Readable(), 1, 2)
			wantEqual(t, m.sizes, 2)
		},
		"synchronous writer.write() inside size() should work": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			var inner *streams.WriteResult
			m := transformMeasuredBy(streams.Unbounded, func(m *measuredTransform) {
				if m.sizes == 1 {
					inner = w.WriteAsync(2)
					synctest.Wait() // for the transform, which would else come before or after the chunk that is measured
				}
			})
			w = getWriter(t, m.stream.Writable())
			wantError(t, m.rec.controller.Enqueue(1), nil)
			wantAll(t, nil, inner.Wait)
			beginCall(w.Close).wantOK(t)
			wantCollected(t, m.stream.Readable(), 2, 1)
			wantEqual(t, m.sizes, 2)
		},
		"writer.close() inside size() should work": func(t *testing.T) {
			var c *streams.TransformController[int]
			var w *streams.DefaultWriter[int]
			ts := streams.NewTransformStream(
				intTransformer{Start: func(_ context.Context, controller *streams.TransformController[int]) error {
					c = controller
					return nil
				}},
				streams.WithReadableStrategy(streams.QueuingStrategy[int]{
					HighWaterMark: 1,
					Size: func(int) int {
						_ = w.Close(ended) // begins to close; Closed tells the result
						return 1
					},
				}))
			w = getWriter(t, ts.Writable())
			r := getReader(t, ts.Readable())
			synctest.Wait()
			wantError(t, c.Enqueue(1), nil)
			read(r).want(t, 1)
			read(r).wantError(t, io.EOF)
			wantAll(t, nil, w.Closed)
		},
		"writer.abort() inside size() should work": func(t *testing.T) {
			var abort *operation[struct{}]
			m := transformMeasuredBy(1, func(m *measuredTransform) {
				abort = beginReason(m.stream.Writable().Abort, errA)
			})
			wantError(t, m.rec.controller.Enqueue(1), nil)
			read(getReader(t, m.stream.Readable())).wantError(t, errA)
			abort.wantOK(t)
		},
	})
}

// A measuredTransform is a stream with a size function on its readable side that uses the stream.
type measuredTransform struct {
	stream *intTransform
	rec    *recordingTransformer
	sizes  int   // how many chunks were measured
	inner  error // what a call in the size function returned
}

// transformMeasuredBy makes a stream whose size function does something first.
func transformMeasuredBy(mark int, measure func(m *measuredTransform)) *measuredTransform {
	return transformMeasuredWith(intTransformer{}, mark, measure)
}

// transformMeasuredWith is transformMeasuredBy with callbacks.
func transformMeasuredWith(extra intTransformer, mark int, measure func(m *measuredTransform)) *measuredTransform {
	m := new(measuredTransform)
	m.stream, m.rec = recordingTransform(extra, streams.WithReadableStrategy(streams.QueuingStrategy[int]{
		HighWaterMark: mark,
		Size: func(int) int {
			m.sizes++
			measure(m)
			return 1
		},
	}))
	return m
}
