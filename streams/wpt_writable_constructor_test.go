package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableConstructor(t *testing.T) {
	runWPT(t, "writable-streams/constructor", map[string]func(t *testing.T){
		"controller argument should be passed to start method": func(t *testing.T) {
			s, sink := recordingWritable(intSink{})
			sink.controller.Error(errA)
			w := getWriter(t, s)
			wantNoDesiredSize(t, w)
			wantAll(t, errA, w.Closed)
		},
		"controller argument should be passed to write method": func(t *testing.T) {
			s, sink := recordingWritable(intSink{
				Write: func(_ context.Context, _ int, c *streams.WritableController[int]) error {
					c.Error(errA)
					return nil
				},
			})
			w := getWriter(t, s)
			wantAll(t, nil, w.WriteAsync(1).Wait)
			wantAll(t, errA, w.Closed)
			sink.want(t, "write 1")
		},
		"controller argument should not be passed to close method": func(t *testing.T) {
			var onClose func(context.Context) error // a context and nothing else
			calls := 0
			onClose = func(context.Context) error {
				calls++
				return nil
			}
			s := streams.NewWritableStream(intSink{Close: onClose})
			beginCall(getWriter(t, s).Close).wantOK(t)
			wantEqual(t, calls, 1)
		},
		"highWaterMark should be reflected to desiredSize": func(t *testing.T) {
			testNewWritable(t, streams.QueuingStrategy[int]{HighWaterMark: 1000, Size: func(int) int { return 1 }})
		},
		"WritableStream should be writable and ready should fulfill immediately if the strategy does not apply backpressure": func(t *testing.T) {
			testNewWritable(t, streams.QueuingStrategy[int]{HighWaterMark: streams.Unbounded, Size: func(int) int { return 0 }})
		},
		"WritableStream should be constructible with no arguments": func(t *testing.T) {
			w := getWriter(t, streams.NewWritableStream(intSink{}))
			wantAll(t, nil, w.WriteAsync(1).Wait, w.WriteAsync(2).Wait)
			beginCall(w.Close).wantOK(t)
			wantAll(t, nil, w.Closed)
		},
		"WritableStream instances should have standard methods and properties": func(t *testing.T) {
			var w interface {
				Write(ctx context.Context, chunk int) error
				WriteAsync(chunk int) *streams.WriteResult
				Abort(ctx context.Context, reason error) error
				Close(ctx context.Context) error
				ReleaseLock()
				DesiredSize() (n int, ok bool)
				Ready(ctx context.Context) error
				Closed(ctx context.Context) error
			} = getWriter(t, streams.NewWritableStream(intSink{}))
			wantDesiredSize(t, w, 1)
		},
		"WritableStreamDefaultWriter constructor should throw when stream argument is locked": func(t *testing.T) {
			s, _ := recordingWritable(intSink{})
			getWriter(t, s)
			_, err := s.GetWriter()
			wantError(t, err, streams.ErrLocked)
		},
	})
}

// testNewWritable tests that a new stream wants chunks up to the mark of its strategy.
func testNewWritable(t *testing.T, strategy streams.QueuingStrategy[int]) {
	t.Helper()
	w := getWriter(t, streams.NewWritableStream(intSink{}, strategy))
	wantDesiredSize(t, w, strategy.HighWaterMark)
	wantAll(t, nil, w.Ready)
}
