package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableWrite(t *testing.T) {
	runWPT(t, "writable-streams/write", map[string]func(t *testing.T){
		"WritableStream should complete asynchronous writes before close resolves": func(t *testing.T) {
			held := newHeld(t)
			s, sink := recordingWritable(intSink{Write: held.write, Close: held.close})
			closing := writeAllAndClose(t, s, 5)
			for range 6 {
				closing.wantPending(t)
				held.let(nil)
			}
			closing.wantOK(t)
			sink.want(t, "write 1", "write 2", "write 3", "write 4", "write 5", "close")
		},
		"WritableStream should complete synchronous writes before close resolves": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			writeAllAndClose(t, s, 5).wantOK(t)
			sink.want(t, "write 1", "write 2", "write 3", "write 4", "write 5", "close")
		},
		"WritableStream should transition to waiting until write is acknowledged": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			wantDesiredSize(t, m.writer, 0)
			ready := beginCall(m.writer.Ready)
			m.result.wantPending(t)
			ready.wantPending(t)
			m.let(nil)
			m.result.wantOK(t)
			ready.wantOK(t)
			wantDesiredSize(t, m.writer, 1)
		},
		"when write returns a rejected promise, queued writes and close should be cleared": func(t *testing.T) {
			m := writableMidWrite(t, intSink{})
			wantDesiredSize(t, m.writer, 0)
			second := m.writer.WriteAsync(2)
			wantDesiredSize(t, m.writer, -1)
			closing := beginCall(m.writer.Close)
			wantDesiredSize(t, m.writer, -1)
			m.let(errA)
			m.result.wantError(t, errA)
			wantAll(t, errA, second.Wait)
			closing.wantError(t, errA)
			m.sink.want(t, "write 1")
		},
		"when sink's write throws an error, the stream should become errored and the promise should reject": func(t *testing.T) {
			s, _ := recordingWritable(intSink{Write: fails(errA).write})
			w := getWriter(t, s)
			wantAll(t, errA, w.WriteAsync(1).Wait)
			wantAll(t, streams.ErrErrored, w.Close)
		},
		"writer.write(), ready and closed reject with the error passed to controller.error() made before sink.write rejection": func(t *testing.T) {
			s, _ := recordingWritable(intSink{
				Write: func(_ context.Context, _ int, c *streams.WritableController[int]) error {
					c.Error(errA)
					return errB
				},
			})
			w := getWriter(t, s)
			wantAll(t, errB, w.WriteAsync(1).Wait)
			wantAll(t, errA, w.Ready, w.Closed)
		},
		"a large queue of writes should be processed completely": func(t *testing.T) {
			const numberOfWrites = 1000
			m := writableMidWrite(t, intSink{})
			var last *streams.WriteResult
			for i := range numberOfWrites - 1 {
				last = m.writer.WriteAsync(i)
			}
			for range numberOfWrites {
				m.let(nil)
			}
			wantAll(t, nil, last.Wait)
			wantEqual(t, len(m.sink.list), numberOfWrites)
		},
		"failing DefaultWriter constructor should not release an existing writer": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			_, err := s.GetWriter()
			wantError(t, err, streams.ErrLocked)
			wantEqual(t, s.Locked(), true)
			wantAll(t, nil, w.Ready, w.WriteAsync(1).Wait)
			sink.want(t, "write 1")
		},
		"write() on a stream with HWM 0 should not cause the ready Promise to resolve": func(t *testing.T) {
			s, sink, starting := unstartedWritable(t, intSink{}, streams.CountQueuingStrategy[int](0))
			w := getWriter(t, s)
			write, ready := w.WriteAsync(1), beginCall(w.Ready)
			waiting := beginError(func() error { return w.Write(context.Background(), 2) })
			wantAll(t, errPending, write.Wait)
			ready.wantPending(t)
			waiting.wantPending(t)
			starting.let(errA)
			wantAll(t, errA, write.Wait)
			ready.wantError(t, errA)
			waiting.wantError(t, errA)
			sink.want(t)

			s, sink = recordingWritable(intSink{}, streams.CountQueuingStrategy[int](0))
			w = getWriter(t, s)
			wantAll(t, nil, w.WriteAsync(1).Wait)
			wantAll(t, errPending, w.Ready)
			sink.want(t, "write 1")
		},
		"writing to a released writer should reject the returned promise": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			w := getWriter(t, s)
			w.ReleaseLock()
			wantAll(t, streams.ErrReleased, w.WriteAsync(1).Wait)
			sink.want(t)
		},
	})
}

// writeAllAndClose writes the chunks from 1 to n and begins a close.
func writeAllAndClose(t *testing.T, s *streams.WritableStream[int], n int) *operation[struct{}] {
	t.Helper()
	w := getWriter(t, s)
	for i := range n {
		w.WriteAsync(i + 1)
	}
	return beginCall(w.Close)
}
