package transforms

import (
	"time"

	"github.com/weirstreams/weir/streams"
)

// Timestamped is what [Timestamp] makes of a chunk.
type Timestamped[T any] struct {
	Time  time.Time // when the chunk came
	Value T
}

// Timestamp passes on each chunk with the time at which it came to the stage.
func Timestamp[T any]() *streams.TransformStream[T, Timestamped[T]] {
	return streams.TransformFunc(func(chunk T, emit func(Timestamped[T])) error {
		emit(Timestamped[T]{Time: time.Now(), Value: chunk})
		return nil
	}, nil)
}

// Timed is what [TimeInterval] makes of a chunk.
type Timed[T any] struct {
	Interval time.Duration // since the chunk before came, for the first one since the stage was made
	Value    T
}

// TimeInterval passes on each chunk with the time that has passed since the one before came to the stage.
func TimeInterval[T any]() *streams.TransformStream[T, Timed[T]] {
	before := time.Now()
	return streams.TransformFunc(func(chunk T, emit func(Timed[T])) error {
		now := time.Now()
		interval := now.Sub(before)
		before = now
		emit(Timed[T]{Interval: interval, Value: chunk})
		return nil
	}, nil)
}
