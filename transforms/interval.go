package transforms

import (
	"context"
	"io"
	"time"

	"github.com/weirstreams/weir/streams"
)

// Interval is a source that gives the time at each tick, from one period after it was made on, and does not end. A period
// that is not above 0 makes a stream that is errored with streams.ErrRange.
//
// Nothing waits for a slow consumer: of the ticks that it has missed it gets the last one. There is a timer, and a goroutine
// that waits for it, only while somebody reads.
func Interval(period time.Duration) *streams.ReadableStream[time.Time] {
	if period <= 0 {
		return erroredTransform[time.Time, time.Time](outOfRange("Interval", period)).Readable()
	}
	start := time.Now()
	var given time.Duration // when the last tick that was given was, after start
	return streams.FromFunc(func(ctx context.Context) (time.Time, error) {
		past := time.Since(start)
		if past -= past % period; past == given {
			past += period
		}
		if err := sleep(ctx, time.Until(start.Add(past))); err != nil {
			return time.Time{}, err
		}
		given = past
		return start.Add(past), nil
	})
}

// Timer is a source that gives the time once, d after it was made, and ends.
//
// The time waits for a slow consumer. There is a timer, and a goroutine that waits for it, only while somebody reads.
func Timer(d time.Duration) *streams.ReadableStream[time.Time] {
	due := time.Now().Add(d)
	given := false
	return streams.FromFunc(func(ctx context.Context) (time.Time, error) {
		if given {
			return time.Time{}, io.EOF
		}
		given = true
		return due, sleep(ctx, time.Until(due))
	})
}

// sleep waits for d, or until ctx has ended, and returns the cause of that.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
