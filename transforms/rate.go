package transforms

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"

	"github.com/weirstreams/weir/streams"
)

// RateLimit passes on chunks as fast as limiter allows, each of which takes one token, and drops nothing. Several stages
// may share a limiter. A nil limiter makes a stream that is errored with streams.ErrInvalidArgument; a limiter that never
// allows a chunk errors the stream with streams.ErrRange.
//
// When the consumer is slow, no tokens are taken, and the producer waits. The stage holds one chunk.
func RateLimit[T any](limiter *rate.Limiter) *streams.TransformStream[T, T] {
	if limiter == nil {
		return erroredTransform[T, T](missing("RateLimit"))
	}
	return limitRate(limiter, func(T) int { return 1 })
}

// RateLimitBy is [RateLimit] for chunks of which each takes so many tokens as cost says: bytes in a second, say. cost must
// not block. A cost that is negative or above the burst of the limiter errors the stream with streams.ErrRange, as nil is
// an error of kind streams.ErrInvalidArgument.
//
// When the consumer is slow, no tokens are taken, and the producer waits. The stage holds one chunk.
func RateLimitBy[T any](limiter *rate.Limiter, cost func(T) int) *streams.TransformStream[T, T] {
	if limiter == nil || cost == nil {
		return erroredTransform[T, T](missing("RateLimitBy"))
	}
	return limitRate(limiter, cost)
}

func limitRate[T any](limiter *rate.Limiter, cost func(T) int) *streams.TransformStream[T, T] {
	return streams.NewTransformStream(streams.Transformer[T, T]{
		Transform: func(ctx context.Context, chunk T, c *streams.TransformController[T]) error {
			n := cost(chunk)
			if burst := limiter.Burst(); n < 0 || n > burst && limiter.Limit() != rate.Inf {
				return fmt.Errorf("%w: RateLimit: a chunk that takes %d tokens, with a burst of %d", streams.ErrRange, n, burst)
			}
			if err := limiter.WaitN(ctx, n); err != nil {
				return unlessEnded(ctx, err)
			}
			// It fails only if the stream has ended meanwhile; whoever ended it knows why.
			_ = c.Enqueue(chunk)
			return nil
		},
	})
}
