package transforms

import (
	"time"

	"github.com/weirstreams/weir/streams"
)

// Sample passes on the latest chunk of each period, at the end of the period, and the last one at once when its input ends.
// The others are dropped. Periods follow each other from the making of the stage on; one without a chunk gives none. A
// period that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, nothing is taken from the producer. The stage holds one chunk.
func Sample[T any](period time.Duration) *streams.TransformStream[T, T] {
	if period <= 0 {
		return erroredTransform[T, T](outOfRange("Sample", period))
	}
	start := time.Now()
	return holdLatest[T](func(now time.Time) time.Duration { return untilNext(start, now, period) }, false)
}

// Audit passes on the latest chunk of a window, at its end, and the last one at once when its input ends. The others are
// dropped. A window begins with a chunk, and none is open between it and the next chunk; see [Sample] for windows that
// follow a clock. A window that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, nothing is taken from the producer. The stage holds one chunk.
func Audit[T any](window time.Duration) *streams.TransformStream[T, T] {
	if window <= 0 {
		return erroredTransform[T, T](outOfRange("Audit", window))
	}
	return holdLatest[T](func(time.Time) time.Duration { return window }, false)
}

// untilNext is how long it is to the end of the period that now is in. Periods follow each other from start on.
func untilNext(start, now time.Time, period time.Duration) time.Duration {
	return period - now.Sub(start)%period
}
