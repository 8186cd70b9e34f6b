package transforms

import (
	"time"

	"github.com/weirstreams/weir/streams"
)

// TumblingWindow collects the chunks of each period into a slice, which it gives at the end of the period. Periods follow
// each other from the making of the stage on; one without a chunk gives nothing. The last slice is the rest, and comes at
// once when the input ends. Slices belong to whoever reads them. The part that is there when the stream fails is dropped.
//
// A slice has at most so many chunks as most says: with that many it is given before its time, and the next one is of the
// same period. A period that is not above 0, or a most below 1, makes a stream that is errored with streams.ErrRange.
//
// A slice is collected ahead of the consumer. When that is slow, the producer waits then. The stage holds most chunks.
func TumblingWindow[T any](period time.Duration, most int) *streams.TransformStream[T, []T] {
	switch {
	case period <= 0:
		return erroredTransform[T, []T](outOfRange("TumblingWindow", period))
	case most < 1:
		return erroredTransform[T, []T](outOfRange("TumblingWindow", most))
	}
	start := time.Now()
	return collect[T](most, func(now time.Time) time.Duration { return untilNext(start, now, period) }, false)
}

// SessionWindow collects chunks into a slice as long as each follows the one before it within the time gap, and gives the
// slice when none has. The last slice is the rest, and comes at once when the input ends. Slices belong to whoever reads
// them. The part that is there when the stream fails is dropped.
//
// A slice has at most so many chunks as most says: with that many it is given, and the session goes on with the next. A gap
// that is not above 0, or a most below 1, makes a stream that is errored with streams.ErrRange.
//
// A slice is collected ahead of the consumer. When that is slow, the producer waits then. The stage holds most chunks.
func SessionWindow[T any](gap time.Duration, most int) *streams.TransformStream[T, []T] {
	switch {
	case gap <= 0:
		return erroredTransform[T, []T](outOfRange("SessionWindow", gap))
	case most < 1:
		return erroredTransform[T, []T](outOfRange("SessionWindow", most))
	}
	return collect[T](most, func(time.Time) time.Duration { return gap }, true)
}
