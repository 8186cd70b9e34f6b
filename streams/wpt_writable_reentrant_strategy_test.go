package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableReentrantStrategy(t *testing.T) {
	runWPT(t, "writable-streams/reentrant-strategy", map[string]func(t *testing.T){
		"writes should be written in the standard order": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			s, sink := writableMeasuredBy(func(chunk int) {
				if chunk > 0 {
					w.WriteAsync(chunk - 1)
				}
			})
			w = getWriter(t, s)
			wantAll(t, nil, w.WriteAsync(2).Wait)
			sink.want(t, "write 0", "write 1", "write 2")
		},
		"writer.write() promises should resolve in the standard order": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			var sizes events
			var inner []*streams.WriteResult
			s, sink := writableMeasuredBy(func(chunk int) {
				sizes.add("size %d", chunk)
				if chunk > 0 {
					inner = append(inner, w.WriteAsync(chunk-1))
				}
			})
			w = getWriter(t, s)
			outer := w.WriteAsync(2)
			wantEqual(t, len(inner), 2)
			wantAll(t, nil, inner[0].Wait, inner[1].Wait, outer.Wait)
			sizes.want(t, "size 2", "size 1", "size 0")
			sink.want(t, "write 0", "write 1", "write 2")
		},
		"controller.error() should work when called from within strategy.size()": func(t *testing.T) {
			var sink *recordingSink
			s, sink := writableMeasuredBy(func(int) { sink.controller.Error(errA) })
			w := getWriter(t, s)
			wantAll(t, nil, w.Ready)
			wantAll(t, errA, w.WriteAsync(1).Wait, w.Ready, w.Closed)
			sink.want(t)
		},
		"close() should work when called from within strategy.size()": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			var closing *operation[struct{}]
			s, sink := writableMeasuredBy(func(int) { closing = beginCall(w.Close) })
			w = getWriter(t, s)
			wantAll(t, streams.ErrClosed, w.WriteAsync(1).Wait)
			closing.wantOK(t)
			sink.want(t, "close")
		},
		"abort() should work when called from within strategy.size()": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			var abort *operation[struct{}]
			s, sink := writableMeasuredBy(func(int) { abort = beginReason(w.Abort, errA) })
			w = getWriter(t, s)
			wantAll(t, errA, w.WriteAsync(1).Wait)
			abort.wantOK(t)
			sink.want(t, "abort error A")
		},
		"releaseLock() should abort the write() when called within strategy.size()": func(t *testing.T) {
			var w *streams.DefaultWriter[int]
			s, sink := writableMeasuredBy(func(int) { w.ReleaseLock() })
			w = getWriter(t, s)
			wantAll(t, streams.ErrReleased, w.WriteAsync(1).Wait, w.Ready, w.Closed)
			sink.want(t)
		},
		"original reader should error when new reader is created within strategy.size()": func(t *testing.T) {
			var s *streams.WritableStream[int]
			var first, second *streams.DefaultWriter[int]
			var write *streams.WriteResult
			var closing *operation[struct{}]
			s, sink := writableMeasuredBy(func(chunk int) {
				if chunk == 0 {
					return
				}
				first.ReleaseLock()
				second = getWriter(t, s)
				write, closing = second.WriteAsync(0), beginCall(second.Close)
			})
			first = getWriter(t, s)
			wantAll(t, streams.ErrReleased, first.WriteAsync(1).Wait, first.Ready, first.Closed)
			wantAll(t, nil, write.Wait, second.Closed)
			closing.wantOK(t)
			sink.want(t, "write 0", "close")
		},
	})
}

// writableMeasuredBy is recordingWritable with a size function that does something first. It is called by WriteAsync, so
// in the goroutine of the test.
func writableMeasuredBy(measure func(chunk int)) (*streams.WritableStream[int], *recordingSink) {
	return recordingWritable(intSink{}, streams.QueuingStrategy[int]{
		HighWaterMark: 1,
		Size: func(chunk int) int {
			measure(chunk)
			return 1
		},
	})
}
