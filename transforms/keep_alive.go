package transforms

import (
	"context"
	"errors"
	"time"

	"github.com/weirstreams/weir/streams"
)

// KeepAlive passes on its chunks, and gives a chunk of its own, made by fill, when the consumer waits and has got none for
// the time idle. fill must not block. An idle that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, the producer waits, and nothing is made. The stage holds nothing.
func KeepAlive[T any](idle time.Duration, fill func() T) streams.ReadableWritablePair[T, T] {
	switch {
	case idle <= 0:
		return erroredTransform[T, T](outOfRange("KeepAlive", idle))
	case fill == nil:
		return erroredTransform[T, T](missing("KeepAlive"))
	}
	last := time.Now()
	var g glance
	return newPump(func(ctx context.Context, input *streams.DefaultReader[T]) (T, error) {
		chunk, err := glanceAt(&g, input) // one that comes at once costs no timer
		if err == errWouldWait {          //nolint:errorlint // it never leaves this package
			chunk, err = readUntil(ctx, input, last.Add(idle))
		}
		if err == errIdle { //nolint:errorlint // as above
			chunk, err = fill(), nil
		}
		last = time.Now()
		return chunk, err
	})
}

// readUntil reads a chunk. If none comes until then, the error is errIdle.
func readUntil[T any](ctx context.Context, input *streams.DefaultReader[T], end time.Time) (T, error) {
	ctx, stop := context.WithDeadlineCause(ctx, end, errIdle)
	defer stop()
	return input.Read(ctx)
}

// errIdle ends a wait that is to end without an error.
var errIdle = errors.New("transforms: internal error: idle")
