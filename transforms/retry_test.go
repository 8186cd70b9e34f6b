package transforms_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A ladder is a Backoff of a second, two seconds and so on.
type ladder struct{ next, resets int }

func (l *ladder) NextBackOff() time.Duration {
	l.next++
	return time.Duration(l.next) * time.Second
}

func (l *ladder) Reset() {
	l.next = 0
	l.resets++
}

func (l *ladder) backoff() transforms.Backoff { return l }

// failsAfter makes a stream of so many elements that fails then.
func failsAfter(good ...int) *streams.ReadableStream[int] {
	i := -1
	return streams.Generate(func() (int, error) {
		if i++; i < len(good) {
			return good[i], nil
		}
		return 0, errBoom
	})
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := new(ladder)
		opened := 0
		start := time.Now()
		source := transforms.Retry(func(context.Context) (*streams.ReadableStream[int], error) {
			opened++
			switch opened {
			case 1:
				return failsAfter(1, 2), nil
			case 2:
				return nil, errBoom
			}
			return streams.FromSlice([]int{3}), nil
		}, transforms.RetryOptions{Backoff: policy.backoff})
		got, err := source.Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 1, 2, 3)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the pauses took %v, want 1 s + 2 s", took)
		}
		if policy.resets != 1 {
			t.Errorf("the policy began anew %d times, want 1: after the success that came after failures", policy.resets)
		}
	})
}

func TestRetryGivesUp(t *testing.T) {
	for name, options := range map[string]transforms.RetryOptions{
		"by the number of tries": {MaxTries: 3},
		"by the policy":          {Backoff: func() transforms.Backoff { return stopped{} }},
		"by the error":           {Retryable: func(err error) bool { return !errors.Is(err, errBoom) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := transforms.Retry(func(context.Context) (*streams.ReadableStream[int], error) {
					return failsAfter(), nil
				}, options).Collect(t.Context())
				wantError(t, err, errBoom)
			})
		})
	}
}

type stopped struct{}

func (stopped) NextBackOff() time.Duration { return -1 }
func (stopped) Reset()                     {}

func TestRetryCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// While a chunk is waited for.
		source := newPausingProbe(number, 0)
		reader := mustReader(t, transforms.Retry(func(context.Context) (*streams.ReadableStream[int], error) {
			return source.stream, nil
		}))
		read := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantFailed(t, <-read)
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)

		// While it pauses.
		reader = mustReader(t, transforms.Retry(func(context.Context) (*streams.ReadableStream[int], error) {
			return nil, errBoom
		}))
		read = readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantFailed(t, <-read)

		// While it opens.
		var opened context.Context
		source = newProbe(number)
		reader = mustReader(t, transforms.Retry(func(ctx context.Context) (*streams.ReadableStream[int], error) {
			opened = ctx
			<-ctx.Done()
			return source.stream, nil
		}))
		read = readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantFailed(t, <-read)
		synctest.Wait()
		wantError(t, context.Cause(opened), errBoom)
		wantError(t, source.cancelled, errBoom)
	})
}

func TestRetryMisuse(t *testing.T) {
	open := func(context.Context) (*streams.ReadableStream[int], error) { return nil, nil }
	_, err := transforms.Retry[int](nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
	_, err = transforms.Retry(open, transforms.RetryOptions{MaxTries: 1}).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
	_, err = transforms.Retry(open, transforms.RetryOptions{MaxTries: -1}).Collect(t.Context())
	wantError(t, err, streams.ErrRange)
	_, err = transforms.Retry(func(context.Context) (*streams.ReadableStream[int], error) { panic(errBoom) }).Collect(t.Context())
	wantPanic(t, err)
}

func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		got, err := transforms.Restart(func(context.Context) (*streams.ReadableStream[int], error) {
			opened++
			switch opened {
			case 2:
				return failsAfter(2), nil
			case 4:
				return streams.FromSlice([]int{}), nil
			}
			return single(opened), nil
		}, transforms.RetryOptions{
			Backoff:   new(ladder).backoff,
			Retryable: func(error) bool { return opened < 4 },
		}).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 1, 2, 3)
	})
}

func TestRetrying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		f := transforms.Retrying(func(_ context.Context, x int) (int, error) {
			calls++
			if calls < 3 {
				return 0, errBoom
			}
			return x, nil
		}, transforms.RetryOptions{Backoff: new(ladder).backoff, MaxTries: 3})
		start := time.Now()
		wantSlice(t, mustRun(t, transforms.MapErr(f), 7), 7)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the pauses took %v, want 1 s + 2 s", took)
		}

		calls = -10
		_, err := run(transforms.MapErr(f), 7)
		wantError(t, err, errBoom)
	})
	_, err := transforms.Retrying[int, int](nil)(t.Context(), 1)
	wantError(t, err, streams.ErrInvalidArgument)
}

func TestBreaking(t *testing.T) {
	breaker := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.TotalFailures > 1 },
	})
	calls := 0
	f := transforms.Breaking(breaker, func(context.Context, int) (int, error) {
		calls++
		return 0, errBoom
	})
	for _, want := range []error{errBoom, errBoom, gobreaker.ErrOpenState} {
		_, err := run(transforms.MapErr(f), 7)
		wantError(t, err, want)
	}
	if calls != 2 {
		t.Errorf("got %d calls, want 2", calls)
	}
	_, err := transforms.Breaking[int](breaker, (func(context.Context, int) (int, error))(nil))(t.Context(), 1)
	wantError(t, err, streams.ErrInvalidArgument)
}
