package transforms_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

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

func TestElementOperatorsAgreeWithLoop(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		input := rapid.SliceOf(rapid.Int()).Draw(rt, "input")
		n := rapid.IntRange(0, 20).Draw(rt, "n")
		var want []int
		for _, x := range input {
			if y := 3*x + 1; y%2 == 0 && len(want) < n {
				want = append(want, y)
			}
		}
		s := streams.PipeThrough(streams.FromSlice(input), transforms.Map(func(x int) int { return 3*x + 1 }))
		s = streams.PipeThrough(s, transforms.Filter(func(x int) bool { return x%2 == 0 }))
		got, err := streams.PipeThrough(s, transforms.Take[int](n)).Collect(context.Background())
		if err != nil || !slices.Equal(got, want) {
			rt.Fatalf("got %v, %v, want %v", got, err, want)
		}
	})
}
