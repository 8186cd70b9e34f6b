package transforms_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A splitsInTwo makes branches of a source.
type splitsInTwo func(source *streams.ReadableStream[int]) []*streams.ReadableStream[int]

func partition(source *streams.ReadableStream[int]) []*streams.ReadableStream[int] {
	even, odd := transforms.Partition(source, func(x int) bool { return x%2 == 0 })
	return []*streams.ReadableStream[int]{even, odd}
}

func roundRobin(source *streams.ReadableStream[int]) []*streams.ReadableStream[int] {
	return transforms.RoundRobin(source, 2)
}

func balance(source *streams.ReadableStream[int]) []*streams.ReadableStream[int] {
	return transforms.Balance(source, 2)
}

// groups are the groups of even and odd numbers, got as they begin.
func groups(t *testing.T) splitsInTwo {
	return func(source *streams.ReadableStream[int]) []*streams.ReadableStream[int] {
		reader := mustReader(t, streams.PipeThrough(source, transforms.GroupBy(2, func(x int) int { return x % 2 })))
		even, err := reader.Read(t.Context())
		wantError(t, err, nil)
		// The second begins when the chunk before it has gone out.
		rest := make(chan transforms.Group[int, int], 1)
		go func() {
			if odd, err := reader.Read(t.Context()); err == nil {
				rest <- odd
			}
			close(rest)
		}()
		first := mustReader(t, even.Readable)
		x, err := first.Read(t.Context())
		wantError(t, err, nil)
		wantSlice(t, []int{x}, 0)
		first.ReleaseLock()
		return []*streams.ReadableStream[int]{even.Readable, (<-rest).Readable}
	}
}

// collectBranches reads the branches at the same time.
func collectBranches(t *testing.T, branches []*streams.ReadableStream[int]) ([][]int, []error) {
	got, errs := make([][]int, len(branches)), make([]error, len(branches))
	var reading sync.WaitGroup
	for i, branch := range branches {
		reading.Go(func() { got[i], errs[i] = branch.Collect(t.Context()) })
	}
	reading.Wait()
	return got, errs
}

func TestPartition(t *testing.T) {
	testSplitter(t, partition, [][]int{{0, 2, 4, 6}, {1, 3, 5}}, 3)
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		yes, _ := transforms.Partition(source.stream, func(int) bool { panic(errBoom) })
		_, err := yes.Collect(t.Context())
		wantPanic(t, err)
		synctest.Wait()
		wantPanic(t, source.cancelled)
		yes, no := transforms.Partition(newProbe(number).stream, nil)
		_, err = yes.Collect(t.Context())
		wantError(t, err, streams.ErrInvalidArgument)
		_, err = no.Collect(t.Context())
		wantError(t, err, streams.ErrInvalidArgument)
	})
}

func TestRoundRobin(t *testing.T) {
	testSplitter(t, roundRobin, [][]int{{0, 2, 4, 6}, {1, 3, 5}}, 2)
	_, err := transforms.RoundRobin(newProbe(number).stream, 0)[0].Collect(t.Context())
	wantError(t, err, streams.ErrRange)
	_, err = transforms.RoundRobin[int](nil, 2)[1].Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

func TestBalance(t *testing.T) {
	testSplitter(t, balance, nil, 2)
	_, err := transforms.Balance(newProbe(number).stream, -1)[0].Collect(t.Context())
	wantError(t, err, streams.ErrRange)
	_, err = transforms.Balance[int](nil, 2)[1].Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
	synctest.Test(t, func(t *testing.T) {
		branches := transforms.Balance(newProbe(number).stream, 2)
		slow, fast := mustReader(t, branches[0]), mustReader(t, branches[1])
		if _, err := slow.Read(t.Context()); err != nil {
			t.Error(err)
		}
		for i := range manyElements {
			x, err := fast.Read(t.Context())
			if err != nil || x != i+1 {
				t.Fatalf("got %d, %v, want %d: a slow branch holds up nobody", x, err, i+1)
			}
		}
		mustCancel(t, slow)
		mustCancel(t, fast)
	})
}

// testSplitter tests what holds for all that make two branches of a source. ahead is how many chunks are taken of it while
// nobody reads.
func testSplitter(t *testing.T, split splitsInTwo, want [][]int, ahead int) {
	test := func(name string, f func(t *testing.T)) {
		t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
	}
	test("gives what it should", func(t *testing.T) {
		for _, n := range []int{0, 1, manyElements} {
			got, errs := collectBranches(t, split(streams.FromSlice(inputs(number, n))))
			wantSlice(t, errs, nil, nil)
			wantSlice(t, sorted(slices.Concat(got...)), inputs(number, n)...)
			if n == manyElements && want != nil {
				wantSlice(t, got[0], want[0]...)
				wantSlice(t, got[1], want[1]...)
			}
		}
	})
	test("holds back its source", func(t *testing.T) {
		source := newProbe(number)
		branches := split(source.stream)
		synctest.Wait()
		if source.taken != ahead {
			t.Errorf("with nobody reading %d chunks were taken, want %d", source.taken, ahead)
		}
		for _, branch := range branches {
			mustCancel(t, mustReader(t, branch))
		}
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
	})
	test("goes on without a branch", func(t *testing.T) {
		branches := split(streams.FromSlice(inputs(number, manyElements)))
		mustCancel(t, mustReader(t, branches[0]))
		got, err := branches[1].Collect(t.Context())
		wantError(t, err, nil)
		if len(got) == 0 {
			t.Error("the other branch got nothing")
		}
	})
	test("error of the source", func(t *testing.T) {
		_, errs := collectBranches(t, split(failsAfter(0, 1, 2)))
		for _, err := range errs {
			wantError(t, err, errBoom)
		}
	})
	test("locked source", func(t *testing.T) {
		source := streams.FromSlice([]int{1})
		mustReader(t, source)
		_, errs := collectBranches(t, split(source))
		for _, err := range errs {
			wantError(t, err, streams.ErrLocked)
		}
	})
	test("dropped", func(*testing.T) {
		split(newProbe(number).stream)
		synctest.Wait()
	})
}

func TestGroupBy(t *testing.T) {
	byParity := func(x int) int { return x % 2 }
	synctest.Test(t, func(t *testing.T) {
		got, errs := collectBranches(t, groups(t)(streams.FromSlice(inputs(number, manyElements))))
		wantSlice(t, errs, nil, nil)
		wantSlice(t, got[0], 2, 4, 6) // 0 was read before
		wantSlice(t, got[1], 1, 3, 5)
	})
	synctest.Test(t, func(t *testing.T) { // an error of the source reaches the groups
		var source *streams.ReadableController[int]
		branches := groups(t)(streams.NewReadableStream(streams.UnderlyingSource[int]{
			Start: func(_ context.Context, c *streams.ReadableController[int]) error {
				source = c
				return errors.Join(c.Enqueue(0), c.Enqueue(1))
			},
		}))
		source.Error(errBoom)
		_, errs := collectBranches(t, branches)
		wantSlice(t, errs, errBoom, errBoom)
	})
	synctest.Test(t, func(t *testing.T) { // a group that was cancelled begins anew
		source := newProbe(func(int) int { return 0 })
		reader := mustReader(t, streams.PipeThrough(source.stream, transforms.GroupBy(1, byParity)))
		for range 3 {
			group, err := reader.Read(t.Context())
			wantError(t, err, nil)
			mustCancel(t, mustReader(t, group.Readable))
		}
		synctest.Wait()
		if source.taken != 6 {
			t.Errorf("%d chunks were taken, want 6: one for each group, one that waits for a group, and two behind it", source.taken)
		}
		mustCancel(t, reader)
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
	})
	synctest.Test(t, func(t *testing.T) { // too many
		source := newProbe(number)
		reader := mustReader(t, streams.PipeThrough(source.stream, transforms.GroupBy(1, byParity)))
		group, err := reader.Read(t.Context())
		wantError(t, err, nil)
		_, err = group.Readable.Collect(t.Context())
		wantError(t, err, transforms.ErrTooManyGroups)
		wantError(t, reader.Closed(t.Context()), transforms.ErrTooManyGroups)
		synctest.Wait()
		wantError(t, source.cancelled, transforms.ErrTooManyGroups)
	})
	synctest.Test(t, func(t *testing.T) { // a panic
		source := newProbe(number)
		_, err := streams.PipeThrough(source.stream, transforms.GroupBy(1, func(int) int { panic(errBoom) })).Collect(t.Context())
		wantPanic(t, err)
		synctest.Wait()
		wantPanic(t, source.cancelled)
	})
	checkBad(t, "GroupBy(0)", transforms.GroupBy(0, byParity), streams.ErrRange)
	checkBad(t, "GroupBy(nil)", transforms.GroupBy[int, int](1, nil), streams.ErrInvalidArgument)
}
