package transforms

import (
	"context"
	"time"

	"github.com/weirstreams/weir/streams"
)

// Delay passes on each chunk a time later than it came. Its end and its errors are not delayed: the end comes with the last
// chunk, an error drops those that are on their way. A delay that is negative, or a most below 1, makes a stream that is
// errored with streams.ErrRange.
//
// At most so many chunks as most says are on their way. With that many, and when the consumer is slow, the producer waits.
// The stage holds that many chunks.
func Delay[T any](delay time.Duration, most int) *streams.TransformStream[T, T] {
	switch {
	case delay < 0:
		return erroredTransform[T, T](outOfRange("Delay", delay))
	case most < 1:
		return erroredTransform[T, T](outOfRange("Delay", most))
	}
	d := &delaying[T]{delay: delay, most: most}
	return d.start(d, 1)
}

// A delaying is the operator of Delay.
type delaying[T any] struct {
	clocked[T, T]
	delay time.Duration
	most  int
	way   queue[delayed[T]]
}

type delayed[T any] struct {
	chunk T
	due   time.Time
}

// take waits with the last chunk that there is room for until there is room for the next.
func (d *delaying[T]) take(ctx context.Context, chunk T) error {
	due := d.now.Add(d.delay)
	d.way.push(delayed[T]{chunk, due})
	if !d.alarm.isSet() {
		d.alarm.set(due)
	}
	return d.waitUntilLess(ctx, d.most)
}

func (d *delaying[T]) ring() {
	for d.way.len() > 0 && !d.way.first().due.After(d.now) {
		d.give(d.way.pop().chunk)
	}
	if d.way.len() > 0 {
		d.alarm.set(d.way.first().due)
	}
}

func (d *delaying[T]) flush(ctx context.Context) error { return d.waitUntilLess(ctx, 1) }

func (d *delaying[T]) waitUntilLess(ctx context.Context, n int) error {
	for d.way.len() >= n {
		if err := d.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}
