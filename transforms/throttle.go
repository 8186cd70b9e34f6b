package transforms

import (
	"context"
	"time"

	"github.com/weirstreams/weir/streams"
)

// ThrottleOptions are the options of [Throttle].
type ThrottleOptions struct {
	// Trailing also passes on the latest chunk of a window, at its end, where the next window begins then.
	Trailing bool
}

// Throttle passes on a chunk and drops those that follow within the window that begins with it. A window that is not
// above 0 makes a stream that is errored with streams.ErrRange. See [Audit] for the latest chunk of a window in place of
// the first, and [RateLimit] for a stage that drops nothing.
//
// When the consumer is slow, nothing is taken from the producer. The stage holds one chunk.
func Throttle[T any](window time.Duration, options ...ThrottleOptions) *streams.TransformStream[T, T] {
	if window <= 0 {
		return erroredTransform[T, T](outOfRange("Throttle", window))
	}
	t := &throttle[T]{window: window, trailing: optional(options).Trailing}
	return t.start(t, 0)
}

// A throttle is the operator of Throttle. Its alarm is set while a window is open.
type throttle[T any] struct {
	clocked[T, T]
	window   time.Duration
	trailing bool
	held     slot[T] // the latest of the window but the first
}

func (t *throttle[T]) take(_ context.Context, chunk T) error {
	switch {
	case !t.alarm.isSet():
		t.open(chunk)
	case t.trailing:
		t.held.put(chunk)
	}
	return nil
}

// open gives the first chunk of a window.
func (t *throttle[T]) open(chunk T) {
	t.alarm.set(t.now.Add(t.window))
	t.give(chunk)
}

func (t *throttle[T]) ring() {
	if t.held.full {
		t.open(t.held.take())
	}
}

func (t *throttle[T]) flush(context.Context) error {
	if t.held.full {
		t.give(t.held.take())
	}
	return nil
}
