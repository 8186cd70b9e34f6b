package transforms_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// concurrently is MapConcurrent or MapConcurrentUnordered.
type concurrently func(n int, f func(ctx context.Context, x int) (int, error)) pair[int, int]

func bothConcurrent(t *testing.T, test func(t *testing.T, m concurrently)) {
	for name, m := range map[string]concurrently{
		"ordered":   transforms.MapConcurrent[int, int],
		"unordered": transforms.MapConcurrentUnordered[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, m) })
		})
	}
}

// n calls run at a time, as long as there is input for them.
func TestMapConcurrentTakesTurns(t *testing.T) {
	bothConcurrent(t, func(t *testing.T, m concurrently) {
		start := time.Now()
		stage := m(3, func(_ context.Context, x int) (int, error) {
			pause(time.Second)
			return x, nil
		})
		got := mustRun(t, stage, inputs(number, 9)...)
		wantSlice(t, sorted(got), inputs(number, 9)...)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("9 calls of a second, 3 at a time, took %v", took)
		}
	})
}

func TestMapConcurrentOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		times := rapid.SliceOf(rapid.IntRange(0, 5)).Draw(rt, "times")
		n := rapid.IntRange(1, 4).Draw(rt, "n")
		var got []int
		var err error
		synctest.Test(t, func(*testing.T) {
			got, err = run(transforms.MapConcurrent(n, func(_ context.Context, i int) (int, error) {
				pause(time.Duration(times[i]) * time.Second)
				return i, nil
			}), inputs(number, len(times))...)
		})
		if err != nil || !slices.Equal(got, inputs(number, len(times))) {
			rt.Fatalf("got %v, %v", got, err)
		}
	})
}

// The unordered one gives results as they are ready.
func TestMapConcurrentUnorderedOvertakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := mustRun(t, transforms.MapConcurrentUnordered(2, func(_ context.Context, x int) (int, error) {
			pause(time.Duration(10-x) * time.Second)
			return x, nil
		}), 0, 7, 1)
		wantSlice(t, got, 7, 0, 1)
	})
}

// The first error stops the other calls, by their context, and the source.
func TestMapConcurrentStopsAtError(t *testing.T) {
	bothConcurrent(t, func(t *testing.T, m concurrently) {
		var cause error
		source := newProbe(number)
		_, err := streams.PipeThrough(source.stream, m(2, func(ctx context.Context, x int) (int, error) {
			if x == 1 {
				pause(time.Second)
				return 0, errBoom
			}
			<-ctx.Done()
			cause = context.Cause(ctx)
			return 0, errors.New("an error that comes too late")
		})).Collect(t.Context())
		wantError(t, err, errBoom)
		synctest.Wait()
		wantError(t, cause, errBoom)
		wantError(t, source.cancelled, errBoom)
	})
}

// A cancel ends the contexts of calls and does not wait for them.
func TestMapConcurrentCancel(t *testing.T) {
	bothConcurrent(t, func(t *testing.T, m concurrently) {
		done := make(chan struct{})
		source := newProbe(number)
		reader := mustReader(t, streams.PipeThrough(source.stream, m(2, func(ctx context.Context, x int) (int, error) {
			<-ctx.Done()
			<-done
			return x, nil
		})))
		read := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantFailed(t, <-read)
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
		close(done)
	})
}

// An end of the goroutine in f is an error.
func TestMapConcurrentGoexit(t *testing.T) {
	bothConcurrent(t, func(t *testing.T, m concurrently) {
		_, err := run(m(2, func(context.Context, int) (int, error) {
			runtime.Goexit()
			return 0, nil
		}), 1, 2, 3)
		wantError(t, err, streams.ErrGoexit)
	})
}

func TestMergeMapTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int32
		most := int32(0)
		got := mustRun(t, transforms.MergeMap(2, func(x int) *streams.ReadableStream[int] {
			most = max(most, open.Add(1))
			i := 0
			return streams.FromFunc(func(context.Context) (int, error) {
				pause(time.Second)
				if i++; i > 2 {
					open.Add(-1)
					return 0, io.EOF
				}
				return 10*x + i, nil
			})
		}), 1, 2, 3)
		wantSlice(t, sorted(got), 11, 12, 21, 22, 31, 32)
		if most != 2 {
			t.Errorf("%d streams were open at a time, want 2", most)
		}
	})
}

// An error of a stream cancels the others.
func TestMergeMapError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := newPausingProbe(number, 0)
		source := newProbe(number)
		_, err := streams.PipeThrough(source.stream, transforms.MergeMap(2, func(x int) *streams.ReadableStream[int] {
			if x == 0 {
				return other.stream
			}
			return failsAfter(5)
		})).Collect(t.Context())
		wantError(t, err, errBoom)
		synctest.Wait()
		wantError(t, other.cancelled, errBoom)
		wantError(t, source.cancelled, errBoom)
	})
	for name, stream := range map[string]*streams.ReadableStream[int]{"nil": nil, "locked": locked(t)} {
		t.Run(name, func(t *testing.T) {
			_, err := run(transforms.MergeMap(2, func(int) *streams.ReadableStream[int] { return stream }), 1)
			if !errors.Is(err, streams.ErrInvalidArgument) && !errors.Is(err, streams.ErrLocked) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func locked(t *testing.T) *streams.ReadableStream[int] {
	s := single(1)
	mustReader(t, s)
	return s
}

func TestSwitchMapSwitches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inner []*probe[int]
		got, err := streams.PipeThrough(at(45, 0, 20, 40), transforms.SwitchMap(func(x int) *streams.ReadableStream[int] {
			p := newProbe(func(i int) int {
				pause(15 * time.Millisecond)
				return 10*x + i
			})
			inner = append(inner, p)
			return streams.PipeThrough(p.stream, transforms.Take[int](2))
		})).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 10, 20, 21)
		pause(time.Second) // in which the sources see it
		synctest.Wait()
		for _, p := range inner {
			wantError(t, p.cancelled, streams.ErrTerminated)
		}
	})
}

func TestExhaustMapDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := streams.PipeThrough(at(100, 0, 20, 40, 50), transforms.ExhaustMap(func(x int) *streams.ReadableStream[int] {
			return streams.PipeThrough(at(30, 15), transforms.Map(func(int) int { return x }))
		})).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 2)
	})
}
