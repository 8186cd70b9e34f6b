package streams_test

import (
	"math"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableBadStrategies(t *testing.T) {
	// sized makes a stream whose chunks have the size that size returns.
	sized := func(size func(c *intController) int) (*streams.ReadableStream[int], *intController) {
		var rec *recordingSource
		s, rec := recordingReadable(intSource{}, streams.QueuingStrategy[int]{
			HighWaterMark: 5,
			Size:          func(int) int { return size(rec.controller) },
		})
		return s, rec.controller
	}
	runWPT(t, "readable-streams/bad-strategies", map[string]func(t *testing.T){
		"Readable stream: strategy.size errors the stream and then throws": func(t *testing.T) {
			s, c := sized(func(c *intController) int {
				c.Error(errA)
				panic(errB)
			})
			wantError(t, c.Enqueue(1), errB)
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Readable stream: strategy.size errors the stream and then returns Infinity": func(t *testing.T) {
			s, c := sized(func(c *intController) int {
				c.Error(errA)
				return streams.Unbounded
			})
			wantError(t, c.Enqueue(1), streams.ErrRange)
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Readable stream: throwing strategy.size method": func(t *testing.T) {
			s, c := sized(func(*intController) int { panic(errA) })
			err := c.Enqueue(1)
			wantPanicked(t, err)
			wantError(t, err, errA)
			wantEqual(t, getReader(t, s).Closed(ended), err)
		},
		// A constructor does not fail: the stream is errored.
		"Readable stream: invalid strategy.highWaterMark": func(t *testing.T) {
			for _, mark := range []int{-1, math.MinInt} {
				s := streams.NewReadableStream(intSource{}, streams.CountQueuingStrategy[int](mark))
				wantAll(t, streams.ErrRange, getReader(t, s).Closed)
			}
			s := streams.NewReadableStream(intSource{}, streams.CountQueuingStrategy[int](streams.Unbounded))
			wantAll(t, errPending, getReader(t, s).Closed)
		},
		"Readable stream: invalid strategy.size return value": func(t *testing.T) {
			for _, size := range []int{-1, math.MinInt, streams.Unbounded} {
				s, c := sized(func(*intController) int { return size })
				err := c.Enqueue(1)
				wantError(t, err, streams.ErrRange)
				wantEqual(t, getReader(t, s).Closed(ended), err)
			}
		},
	})
}
