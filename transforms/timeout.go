package transforms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirstreams/weir/streams"
)

// ErrTimeout is found in the error of a stream that [Timeout], [TimeoutFirst], [TimeoutWhole] or [TimeoutConsumer] has ended.
var ErrTimeout = errors.New("transforms: timeout")

// Timeout passes on its chunks, and errors the stream with ErrTimeout when one does not come within d after the consumer
// began to wait for it. The time that the consumer takes does not count. A d that is not above 0 makes a stream that is
// errored with streams.ErrRange.
//
// When the consumer is slow, the producer waits. The stage holds nothing.
func Timeout[T any](d time.Duration) streams.ReadableWritablePair[T, T] {
	if d <= 0 {
		return erroredTransform[T, T](outOfRange("Timeout", d))
	}
	var g glance
	return newPump(func(ctx context.Context, input *streams.DefaultReader[T]) (T, error) {
		return readWithin(ctx, &g, input, d)
	})
}

// TimeoutFirst is [Timeout] for the first chunk only.
//
// When the consumer is slow, the producer waits. The stage holds nothing.
func TimeoutFirst[T any](d time.Duration) streams.ReadableWritablePair[T, T] {
	if d <= 0 {
		return erroredTransform[T, T](outOfRange("TimeoutFirst", d))
	}
	first := true
	return newPump(func(ctx context.Context, input *streams.DefaultReader[T]) (T, error) {
		if !first {
			return input.Read(ctx)
		}
		first = false
		return readWithin(ctx, new(glance), input, d)
	})
}

// readWithin reads a chunk. If none comes within d, the error is ErrTimeout. A chunk that comes at once costs no timer.
func readWithin[T any](ctx context.Context, g *glance, input *streams.DefaultReader[T], d time.Duration) (T, error) {
	chunk, err := glanceAt(g, input)
	if err != errWouldWait { //nolint:errorlint // it never leaves this package
		return chunk, err
	}
	ctx, stop := context.WithTimeoutCause(ctx, d, fmt.Errorf("%w: no chunk within %v", ErrTimeout, d))
	defer stop()
	return input.Read(ctx)
}

// TimeoutWhole passes on its chunks, and errors the stream with ErrTimeout when it has not ended within d after the stage
// was made. A d that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// When the consumer is slow, the producer waits. The stage holds nothing.
func TimeoutWhole[T any](d time.Duration) *streams.TransformStream[T, T] {
	if d <= 0 {
		return erroredTransform[T, T](outOfRange("TimeoutWhole", d))
	}
	w := &wholeTimeout[T]{d: d, end: time.Now().Add(d)}
	w.begin = func() { w.alarm.set(w.end) }
	return w.start(w, 0)
}

// A wholeTimeout is the operator of TimeoutWhole.
type wholeTimeout[T any] struct {
	clocked[T, T]
	d   time.Duration
	end time.Time
}

func (w *wholeTimeout[T]) take(_ context.Context, chunk T) error {
	w.give(chunk)
	return nil
}

func (w *wholeTimeout[T]) ring() { w.out.Error(fmt.Errorf("%w: no end within %v", ErrTimeout, w.d)) }

func (w *wholeTimeout[T]) flush(context.Context) error { return nil }

// TimeoutConsumer passes on its chunks, and errors the stream with ErrTimeout when one has been there for d and the consumer
// has not come for it, unless the input has ended meanwhile. A d that is not above 0 makes a stream that is errored with
// streams.ErrRange.
//
// When the consumer is slow, the producer waits, for that long. The stage holds one chunk.
func TimeoutConsumer[T any](d time.Duration) *streams.TransformStream[T, T] {
	if d <= 0 {
		return erroredTransform[T, T](outOfRange("TimeoutConsumer", d))
	}
	c := &consumerTimeout[T]{d: d}
	return c.start(c, 1)
}

// A consumerTimeout is the operator of TimeoutConsumer. One chunk at most is in the queue of its readable side, because its
// mark is 1: the alarm is for that.
type consumerTimeout[T any] struct {
	clocked[T, T]
	d time.Duration
}

func (c *consumerTimeout[T]) take(_ context.Context, chunk T) error {
	c.give(chunk)
	c.alarm.clear()
	if c.isQueued() {
		c.alarm.set(c.now.Add(c.d))
	}
	return nil
}

func (c *consumerTimeout[T]) ring() {
	if c.isQueued() {
		c.out.Error(fmt.Errorf("%w: nobody took a chunk within %v", ErrTimeout, c.d))
	}
}

func (c *consumerTimeout[T]) flush(context.Context) error { return nil }

func (c *consumerTimeout[T]) isQueued() bool {
	room, ok := c.out.DesiredSize()
	return ok && room <= 0
}
