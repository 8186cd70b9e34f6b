package transforms_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A stamped is a chunk with when it came, in milliseconds after the start of the test.
type stamped[T any] struct {
	after int
	chunk T
}

// at makes a source that gives 0, 1 and so on, each at its time in milliseconds from now on, and ends at end.
func at(end int, times ...int) *streams.ReadableStream[int] {
	start := time.Now()
	i := -1
	return streams.FromFunc(func(context.Context) (int, error) {
		i++
		after, err := end, io.EOF
		if i < len(times) {
			after, err = times[i], nil
		}
		pause(time.Until(start.Add(time.Duration(after) * time.Millisecond)))
		return i, err
	})
}

// wantTimeline runs a stage on a source and compares what comes out, and when. The stage is made in the bubble.
func wantTimeline[O any](t *testing.T, stage func() pair[int, O], source func() *streams.ReadableStream[int], want ...stamped[O]) {
	t.Helper()
	var got []stamped[O]
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := streams.PipeThrough(source(), stage()).ForEach(t.Context(), func(chunk O) error {
			got = append(got, stamped[O]{int(time.Since(start).Milliseconds()), chunk})
			return nil
		})
		wantError(t, err, nil)
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func source(end int, times ...int) func() *streams.ReadableStream[int] {
	return func() *streams.ReadableStream[int] { return at(end, times...) }
}

func TestDebounceTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.Debounce[int](100 * time.Millisecond) }
	wantTimeline(t, stage, source(1000, 0, 50, 140, 300, 950),
		stamped[int]{240, 2}, stamped[int]{400, 3}, stamped[int]{1000, 4})
}

func TestSampleTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.Sample[int](100 * time.Millisecond) }
	wantTimeline(t, stage, source(560, 10, 20, 330, 510),
		stamped[int]{100, 1}, stamped[int]{400, 2}, stamped[int]{560, 3})
}

func TestAuditTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.Audit[int](100 * time.Millisecond) }
	wantTimeline(t, stage, source(560, 10, 20, 330, 510),
		stamped[int]{110, 1}, stamped[int]{430, 2}, stamped[int]{560, 3})
}

func TestThrottleTimes(t *testing.T) {
	leading := func() pair[int, int] { return transforms.Throttle[int](100 * time.Millisecond) }
	times := []int{0, 30, 60, 120, 150, 400}
	wantTimeline(t, leading, source(450, times...),
		stamped[int]{0, 0}, stamped[int]{120, 3}, stamped[int]{400, 5})
	both := func() pair[int, int] {
		return transforms.Throttle[int](100*time.Millisecond, transforms.ThrottleOptions{Trailing: true})
	}
	wantTimeline(t, both, source(450, times...),
		stamped[int]{0, 0}, stamped[int]{100, 2}, stamped[int]{200, 4}, stamped[int]{400, 5})
	wantTimeline(t, both, source(40, 0, 30), stamped[int]{0, 0}, stamped[int]{40, 1})
}

func TestDelayTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.Delay[int](100*time.Millisecond, 2) }
	wantTimeline(t, stage, source(300, 0, 10, 20, 250),
		stamped[int]{100, 0}, stamped[int]{110, 1},
		stamped[int]{200, 2}, // there was room for it when the first had gone
		stamped[int]{350, 3})
}

func TestDelayDropsOnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := streams.PipeThrough(failsAfter(1), transforms.Delay[int](time.Second, 5)).Collect(t.Context())
		wantError(t, err, errBoom)
		if len(got) > 0 || time.Since(start) > 0 {
			t.Errorf("got %v after %v, want the error at once", got, time.Since(start))
		}
	})
}

func TestRateLimitTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.RateLimit[int](rate.NewLimiter(10, 2)) }
	wantTimeline(t, stage, source(0, 0, 0, 0, 0),
		stamped[int]{0, 0}, stamped[int]{0, 1}, stamped[int]{100, 2}, stamped[int]{200, 3})
	synctest.Test(t, func(t *testing.T) {
		for _, cost := range []int{-1, 3} {
			limited := transforms.RateLimitBy(rate.NewLimiter(10, 2), func(int) int { return cost })
			_, err := run(limited, 1)
			wantError(t, err, streams.ErrRange)
		}
	})
}

func TestWindowTimes(t *testing.T) {
	const period = 100 * time.Millisecond
	times := []int{0, 40, 60, 150, 420, 500}
	within := func() pair[int, []int] { return transforms.BatchWithin[int](2, period) }
	wantTimeline(t, within, source(550, times...),
		stamped[[]int]{40, []int{0, 1}}, stamped[[]int]{150, []int{2, 3}}, stamped[[]int]{500, []int{4, 5}})
	tumbling := func() pair[int, []int] { return transforms.TumblingWindow[int](period, 10) }
	wantTimeline(t, tumbling, source(550, times...),
		stamped[[]int]{100, []int{0, 1, 2}}, stamped[[]int]{200, []int{3}},
		stamped[[]int]{500, []int{4}}, stamped[[]int]{550, []int{5}})
	session := func() pair[int, []int] { return transforms.SessionWindow[int](period, 10) }
	wantTimeline(t, session, source(550, times...),
		stamped[[]int]{250, []int{0, 1, 2, 3}}, stamped[[]int]{550, []int{4, 5}})
	sliding := func() pair[int, []int] { return transforms.SlidingWindowTime[int](2*period, period, 10) }
	wantTimeline(t, sliding, source(250, 10, 110, 120, 210),
		stamped[[]int]{100, []int{0}}, stamped[[]int]{200, []int{0, 1, 2}}, stamped[[]int]{250, []int{1, 2, 3}})
}

func TestSlidingWindowSkips(t *testing.T) {
	got := mustRun(t, transforms.SlidingWindow[int](2, 3), 0, 1, 2, 3, 4, 5, 6)
	if want := [][]int{{0, 1}, {3, 4}, {6}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBatchWeight(t *testing.T) {
	got := mustRun(t, transforms.BatchWeight(5, same[int]), 2, 2, 2, 9, 1, 4, 3)
	if want := [][]int{{2, 2}, {2}, {9}, {1, 4}, {3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err := run(transforms.BatchWeight(5, same[int]), 2, -1)
	wantError(t, err, streams.ErrRange)
}

func TestBatchWeightWithin(t *testing.T) {
	of := func(weights ...int) func() pair[int, []int] {
		return func() pair[int, []int] {
			weight := func(i int) int { return weights[i] }
			return transforms.BatchWeightWithin(5, weight, 100*time.Millisecond)
		}
	}
	wantTimeline(t, of(2, 2, 2, 9, 1, 4, 3), source(550, 0, 40, 60, 160, 170, 170, 500),
		stamped[[]int]{60, []int{0, 1}}, stamped[[]int]{160, []int{2}}, stamped[[]int]{160, []int{3}},
		stamped[[]int]{170, []int{4, 5}}, stamped[[]int]{550, []int{6}})
	wantTimeline(t, of(1, 1, 1), source(550, 0, 99, 101), stamped[[]int]{100, []int{0, 1}}, stamped[[]int]{201, []int{2}})
	synctest.Test(t, func(t *testing.T) {
		_, err := run(transforms.BatchWeightWithin(5, same[int], time.Second), 2, -1)
		wantError(t, err, streams.ErrRange)
	})
}

func TestTimeouts(t *testing.T) {
	const d = 100 * time.Millisecond
	for name, test := range map[string]struct {
		stage func() pair[int, int]
		times []int
		after int // when the error comes
		good  []int
	}{
		"each":      {func() pair[int, int] { return transforms.Timeout[int](d) }, []int{50, 120, 500}, 220, []int{0, 1}},
		"first":     {func() pair[int, int] { return transforms.TimeoutFirst[int](d) }, []int{101}, 100, nil},
		"not first": {func() pair[int, int] { return transforms.TimeoutFirst[int](d) }, []int{50, 900}, 0, []int{0, 1}},
		"whole":     {func() pair[int, int] { return transforms.TimeoutWhole[int](d) }, []int{50, 90, 130}, 100, []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				source := at(1000, test.times...)
				got, err := streams.PipeThrough(source, test.stage()).Collect(t.Context())
				wantSlice(t, got, test.good...)
				if test.after == 0 {
					wantError(t, err, nil)
					return
				}
				wantError(t, err, transforms.ErrTimeout)
				if took := int(time.Since(start).Milliseconds()); took != test.after {
					t.Errorf("the error came after %d ms, want %d", took, test.after)
				}
				pause(time.Second) // the source sees it
			})
		})
	}
}

func TestTimeoutConsumerTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		reader := mustReader(t, streams.PipeThrough(source.stream, transforms.TimeoutConsumer[int](time.Second)))
		for range 3 {
			pause(time.Second - 1)
			if _, err := reader.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		wantError(t, reader.Closed(t.Context()), transforms.ErrTimeout)
		synctest.Wait()
		wantError(t, source.cancelled, transforms.ErrTimeout)
	})
	synctest.Test(t, func(t *testing.T) { // a slow source is nothing to it
		got, err := streams.PipeThrough(at(9000, 3000, 6000), transforms.TimeoutConsumer[int](time.Second)).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 1)
	})
}

func TestKeepAliveTimes(t *testing.T) {
	stage := func() pair[int, int] { return transforms.KeepAlive(100*time.Millisecond, func() int { return -1 }) }
	wantTimeline(t, stage, source(350, 50, 320),
		stamped[int]{50, 0}, stamped[int]{150, -1}, stamped[int]{250, -1}, stamped[int]{320, 1})
}

func TestExpandMakesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expand := transforms.Expand(func(last, n int) (int, bool) { return 10*last + n, n <= 2 })
		got, err := streams.PipeThrough(at(30, 10, 20), expand).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 1, 2, 1, 11, 12)
	})
}

func TestBufferDrops(t *testing.T) {
	for overflow, want := range map[transforms.Overflow][]int{
		transforms.Wait:       {0, 1, 2, 3, 4, 5, 6},
		transforms.DropOldest: {4, 5, 6},
		transforms.DropNewest: {0, 1, 2},
		transforms.KeepLatest: {6},
	} {
		synctest.Test(t, func(t *testing.T) {
			buffered := streams.PipeThrough(streams.FromSlice(inputs(number, manyElements)), transforms.Buffer[int](3, overflow))
			synctest.Wait()
			got, err := buffered.Collect(t.Context())
			wantError(t, err, nil)
			wantSlice(t, got, want...)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		reader := mustReader(t, streams.PipeThrough(source.stream, transforms.Buffer[int](3, transforms.Fail)))
		wantError(t, reader.Closed(t.Context()), transforms.ErrOverflow)
		synctest.Wait()
		wantError(t, source.cancelled, transforms.ErrOverflow)
	})
}

func TestConflateAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := func(int) int { return 1 }
		count := func(n, _ int) int { return n + 1 }
		counted := streams.PipeThrough(at(1000, 0, 10, 20, 30), transforms.Conflate(one, count))
		got := []int{}
		err := counted.ForEach(t.Context(), func(n int) error {
			got = append(got, n)
			pause(25 * time.Millisecond)
			return nil
		})
		wantError(t, err, nil)
		wantSlice(t, got, 1, 2, 1)
	})
}

// Of a chunk that comes while the consumer's context ends nothing is lost.
func TestTimeoutLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := mustReader(t, streams.PipeThrough(at(1000, 500), transforms.Timeout[int](time.Second)))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := reader.Read(ctx)
		wantError(t, err, context.DeadlineExceeded)
		pause(time.Second)
		x, err := reader.Read(t.Context())
		if x != 0 || err != nil {
			t.Errorf("got %d, %v, want the chunk that came meanwhile", x, err)
		}
		_, err = reader.Read(t.Context())
		if !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want the end", err)
		}
	})
}
