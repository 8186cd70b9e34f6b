package transforms_test

import (
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestMap(t *testing.T) {
	wantSlice(t, mustRun(t, transforms.Map(strconv.Itoa), 1, 2, 3), "1", "2", "3")
	wantSlice(t, mustRun(t, transforms.Map(strconv.Itoa)))
}

func TestMapErr(t *testing.T) {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	wantSlice(t, mustRun(t, transforms.MapErr(parse), "1", "2"), 1, 2)

	got, err := run(transforms.MapErr(parse), "1", "x", "3")
	wantSlice(t, got, 1)
	wantError(t, err, strconv.ErrSyntax)
}

// The context ends with the stream, and what the call comes to then is of no consequence.
func TestMapErrIsCancelled(t *testing.T) {
	for name, result := range map[string]error{"with a result": nil, "with an error": strconv.ErrSyntax} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var cause error
				stage := transforms.MapErr(func(ctx context.Context, x int) (int, error) {
					<-ctx.Done()
					cause = context.Cause(ctx)
					return x, result
				})
				source := newProbe(func(i int) int { return i })
				reader := mustReader(t, streams.PipeThrough(source.stream, stage))
				read := make(chan error)
				go func() {
					_, err := reader.Read(t.Context())
					read <- err
				}()
				synctest.Wait()
				mustCancel(t, reader)
				if err := <-read; err == nil {
					t.Error("the result of a cancelled call came out")
				}
				synctest.Wait()
				wantError(t, cause, errBoom)
				wantError(t, source.cancelled, errBoom)
			})
		})
	}
}

func TestFilter(t *testing.T) {
	even := func(x int) bool { return x%2 == 0 }
	wantSlice(t, mustRun(t, transforms.Filter(even), 1, 2, 3, 4), 2, 4)
	wantSlice(t, mustRun(t, transforms.Filter(even), 1, 3))
}

func TestTake(t *testing.T) {
	for _, c := range []struct{ n, available, taken int }{
		{0, 0, 0}, {0, 3, 0}, {1, 0, 0}, {1, 1, 1}, {1, 3, 1}, {2, 3, 2}, {3, 3, 3}, {4, 3, 3},
	} {
		input := make([]int, c.available)
		if got := len(mustRun(t, transforms.Take[int](c.n), input...)); got != c.taken {
			t.Errorf("Take(%d) of %d: got %d, want %d", c.n, c.available, got, c.taken)
		}
	}
}

// Take ends an endless source with the last chunk it takes, not with the one after.
func TestTakeStopsTheSource(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		synctest.Test(t, func(t *testing.T) {
			source := newProbe(func(i int) int {
				if i == n {
					<-t.Context().Done() // a source that does not give another one for now
				}
				return i
			})
			got, err := streams.PipeThrough(source.stream, transforms.Take[int](n)).Collect(t.Context())
			if len(got) != n || err != nil {
				t.Errorf("Take(%d): got %v, %v", n, got, err)
			}
			synctest.Wait()
			wantError(t, source.cancelled, streams.ErrTerminated)
			if source.taken > n {
				t.Errorf("Take(%d): %d were taken from the source", n, source.taken)
			}
		})
	}
}

// An operator that has what it wants stops the source then, not at the chunk after.
func TestStopsTheSource(t *testing.T) {
	is := func(n int) func(int) bool { return func(x int) bool { return x == n } }
	isNot := func(n int) func(int) bool { return func(x int) bool { return x != n } }
	testStop(t, "First", transforms.First[int], 1, 0)
	testStop(t, "ElementAt", func() *streams.TransformStream[int, int] { return transforms.ElementAt[int](2) }, 3, 2)
	testStop(t, "Find", func() *streams.TransformStream[int, int] { return transforms.Find(is(1)) }, 2, 1)
	testStop(t, "TakeWhile", func() *streams.TransformStream[int, int] { return transforms.TakeWhile(isNot(2)) }, 3, 0, 1)
	testStop(t, "TakeWhileInclusive", func() *streams.TransformStream[int, int] {
		return transforms.TakeWhileInclusive(isNot(2))
	}, 3, 0, 1, 2)
	testStop(t, "Every", func() *streams.TransformStream[int, bool] { return transforms.Every(isNot(1)) }, 2, false)
	testStop(t, "Some", func() *streams.TransformStream[int, bool] { return transforms.Some(is(2)) }, 3, true)
	testStop(t, "Contains", func() *streams.TransformStream[int, bool] { return transforms.Contains(1) }, 2, true)
	testStop(t, "TakeLast(0)", func() *streams.TransformStream[int, int] { return transforms.TakeLast[int](0) }, 0)
}

// testStop expects that the stage gives want, and stops a source of 0, 1, 2 and so on that has no chunk after the first few.
func testStop[O comparable](
	t *testing.T, name string, stage func() *streams.TransformStream[int, O], few int, want ...O,
) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newPausingProbe(number, few)
			got, err := streams.PipeThrough(source.stream, stage()).Collect(t.Context())
			wantError(t, err, nil)
			wantSlice(t, got, want...)
			synctest.Wait()
			wantError(t, source.cancelled, streams.ErrTerminated)
		})
	})
}

func TestNoSuchElement(t *testing.T) {
	for name, stage := range map[string]pair[int, int]{
		"First":        transforms.First[int](),
		"Last":         transforms.Last[int](),
		"ElementAt":    transforms.ElementAt[int](0),
		"ThrowIfEmpty": transforms.ThrowIfEmpty[int](nil),
	} {
		if got, err := run(stage); len(got) > 0 || !errors.Is(err, transforms.ErrEmpty) {
			t.Errorf("%s of nothing: got %v, %v", name, got, err)
		}
	}
	if got, err := run(transforms.ElementAt[int](2), 0, 1); len(got) > 0 || !errors.Is(err, transforms.ErrEmpty) {
		t.Errorf("ElementAt(2) of two: got %v, %v", got, err)
	}
}

func TestCast(t *testing.T) {
	got, err := run(transforms.Cast[any, error](), any(io.EOF), any(nil), any(errBoom))
	wantSlice(t, got, io.EOF)
	wantError(t, err, transforms.ErrCast)
	if want := transforms.ErrCast.Error() + ": <nil> is not error"; err.Error() != want {
		t.Errorf("the error is %q, want %q", err, want)
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		interval := transforms.TimeInterval[int]()
		source := streams.FromFunc(func(ctx context.Context) (int, error) {
			select {
			case <-time.After(time.Second):
				return 1, nil
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
		})
		timed := streams.PipeThrough(source, interval)
		stamped := streams.PipeThrough(timed, transforms.Timestamp[transforms.Timed[int]]())
		got, err := streams.PipeThrough(stamped, transforms.Take[transforms.Timestamped[transforms.Timed[int]]](2)).
			Collect(t.Context())
		wantError(t, err, nil)
		for i, element := range got {
			if after := element.Time.Sub(start); after != time.Duration(i+1)*time.Second {
				t.Errorf("element %d came after %v", i, after)
			}
			if element.Value.Interval != time.Second {
				t.Errorf("element %d came %v after the one before", i, element.Value.Interval)
			}
		}
	})
}

// The values before the first chunk are there whether that comes or not.
func TestStartWithDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := mustReader(t, streams.PipeThrough(unending(), transforms.StartWith(1, 2)))
		for _, want := range []int{1, 2} {
			if got, err := reader.Read(t.Context()); got != want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		}
		mustCancel(t, reader)
	})
}

// Changing the arguments later changes nothing.
func TestValuesAreCopied(t *testing.T) {
	values := []int{1, 2}
	start, end := transforms.StartWith(values...), transforms.EndWith(values...)
	values[0], values[1] = -1, -1
	wantSlice(t, mustRun(t, start, 0), 1, 2, 0)
	wantSlice(t, mustRun(t, end, 0), 0, 1, 2)
}

// A NaN is distinct from all others, and is not remembered: it could not be forgotten.
func TestDistinctNaN(t *testing.T) {
	nan := math.NaN()
	got := mustRun(t, transforms.Distinct[float64](transforms.DistinctOptions{MaxRemembered: 1}), 1, nan, nan, 1)
	if len(got) != 3 || got[0] != 1 {
		t.Errorf("got %v", got)
	}
}

func TestMinMax(t *testing.T) {
	wantSlice(t, mustRun(t, transforms.Min[int](), 3, 1, 2), 1)
	wantSlice(t, mustRun(t, transforms.Max[int](), 1, 3, 2), 3)
	nan := math.NaN()
	if got := mustRun(t, transforms.Max[float64](), 1, nan, 2); !math.IsNaN(got[0]) {
		t.Errorf("got %v", got)
	}
	// Of equals the first.
	byTens := func(a, b int) int { return a/10 - b/10 }
	wantSlice(t, mustRun(t, transforms.MinFunc(byTens), 31, 12, 11), 12)
	wantSlice(t, mustRun(t, transforms.MaxFunc(byTens), 1, 12, 11), 12)
}
