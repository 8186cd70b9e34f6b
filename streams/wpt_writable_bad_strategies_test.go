package streams_test

import (
	"math"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTWritableBadStrategies(t *testing.T) {
	runWPT(t, "writable-streams/bad-strategies", map[string]func(t *testing.T){
		// Constructors never fail: the stream is errored from the first.
		"Writable stream: invalid strategy.highWaterMark": func(t *testing.T) {
			for _, mark := range []int{-1, math.MinInt} {
				s := streams.NewWritableStream(intSink{}, streams.CountQueuingStrategy[int](mark))
				w := getWriter(t, s)
				wantAll(t, streams.ErrRange, w.Closed, w.Ready, w.WriteAsync(1).Wait)
				wantNoDesiredSize(t, w)
			}
		},
		"Writable stream: throwing strategy.size method": func(t *testing.T) {
			s, sink := recordingWritable(intSink{}, streams.QueuingStrategy[int]{
				HighWaterMark: 5,
				Size:          func(int) int { panic(errA) },
			})
			testWriteOfBadSize(t, s, errA)
			sink.want(t)
		},
		"Writable stream: invalid strategy.size return value": func(t *testing.T) {
			for _, size := range []int{-1, math.MinInt, streams.Unbounded} {
				s, sink := recordingWritable(intSink{}, streams.QueuingStrategy[int]{
					HighWaterMark: 5,
					Size:          func(int) int { return size },
				})
				testWriteOfBadSize(t, s, streams.ErrRange)
				sink.want(t)
			}
		},
	})
}

// testWriteOfBadSize tests that a write fails, and that the stream is errored with the error that the write returns.
func testWriteOfBadSize(t *testing.T, s *streams.WritableStream[int], want error) {
	t.Helper()
	w := getWriter(t, s)
	err := w.WriteAsync(1).Wait(ended)
	wantError(t, err, want)
	wantEqual(t, w.Closed(ended), err)
}
