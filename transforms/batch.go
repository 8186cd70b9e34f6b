package transforms

import (
	"context"
	"time"

	"github.com/weirstreams/weir/streams"
)

// BatchWithin collects chunks into slices of n, and gives a slice that has fewer when the time within has passed since its
// first chunk came. The last one is the rest; none is empty. Slices belong to whoever reads them. The part that is there
// when the stream fails is dropped. An n below 1, or a time that is not above 0, makes a stream that is errored with
// streams.ErrRange. [Batch] is the same without a time.
//
// A slice is collected ahead of the consumer. When that is slow, the producer waits then. The stage holds n chunks.
func BatchWithin[T any](n int, within time.Duration) *streams.TransformStream[T, []T] {
	switch {
	case n < 1:
		return erroredTransform[T, []T](outOfRange("BatchWithin", n))
	case within <= 0:
		return erroredTransform[T, []T](outOfRange("BatchWithin", within))
	}
	return collect[T](n, func(time.Time) time.Duration { return within }, false)
}

// A collecting collects chunks into slices of at most n. A slice is given when it is full, when its time has come, or when
// the input ends.
type collecting[T any] struct {
	clocked[T, []T]
	n       int
	wait    func(now time.Time) time.Duration // how long it is until then
	restart bool                              // wait is asked for each chunk, not only for the first of a slice
	batch   []T
}

// collect makes the stream of a collecting. Its readable side has the mark 1: one slice is collected ahead.
func collect[T any](n int, wait func(now time.Time) time.Duration, restart bool) *streams.TransformStream[T, []T] {
	c := &collecting[T]{n: n, wait: wait, restart: restart}
	return c.start(c, 1)
}

func (c *collecting[T]) take(_ context.Context, chunk T) error {
	if c.restart || len(c.batch) == 0 {
		c.alarm.set(c.now.Add(c.wait(c.now)))
	}
	c.batch = append(c.batch, chunk)
	if len(c.batch) == c.n {
		c.ring()
	}
	return nil
}

func (c *collecting[T]) ring() {
	batch := c.batch
	c.batch = nil
	c.alarm.clear()
	c.give(batch)
}

func (c *collecting[T]) flush(context.Context) error {
	if len(c.batch) > 0 {
		c.ring()
	}
	return nil
}
