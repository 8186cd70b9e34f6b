package transforms

import (
	"time"

	"github.com/weirstreams/weir/streams"
)

// Debounce passes on a chunk when none has followed it for the time quiet, and the last one at once when its input ends.
// The others are dropped. A quiet that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, nothing is taken from the producer. The stage holds one chunk.
func Debounce[T any](quiet time.Duration) *streams.TransformStream[T, T] {
	if quiet <= 0 {
		return erroredTransform[T, T](outOfRange("Debounce", quiet))
	}
	return holdLatest[T](func(time.Time) time.Duration { return quiet }, true)
}
