package transforms

import (
	"context"
	"time"

	"github.com/weirstreams/weir/streams"
)

// A latest holds the latest chunk until its time has come, and drops the ones before it. When the input ends, the chunk
// comes at once.
type latest[T any] struct {
	clocked[T, T]
	wait    func(now time.Time) time.Duration // how long it is until then
	restart bool                              // wait is asked for each chunk, not only for the first
	held    slot[T]
}

func holdLatest[T any](wait func(now time.Time) time.Duration, restart bool) *streams.TransformStream[T, T] {
	l := &latest[T]{wait: wait, restart: restart}
	return l.start(l, 0)
}

func (l *latest[T]) take(_ context.Context, chunk T) error {
	if l.restart || !l.held.full {
		l.alarm.set(l.now.Add(l.wait(l.now)))
	}
	l.held.put(chunk)
	return nil
}

func (l *latest[T]) ring() { l.give(l.held.take()) }

func (l *latest[T]) flush(context.Context) error {
	if l.held.full {
		l.give(l.held.take())
	}
	return nil
}
