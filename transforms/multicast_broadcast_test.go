package transforms_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// Each branch gives everything, in order, for any policy as long as nobody is slow, and any size of buffer.
func TestBroadcast(t *testing.T) {
	for _, size := range []int{0, 1, 2, 7, 1000} {
		synctest.Test(t, func(t *testing.T) {
			const n = 500
			branches := transforms.Broadcast(streams.FromSlice(inputs(number, n)), 8, transforms.BranchOptions{Buffer: size})
			for _, got := range collectAll(t, branches) {
				wantSlice(t, got, inputs(number, n)...)
			}
		})
	}
}

// collectAll reads the branches at the same time.
func collectAll(t *testing.T, branches []numbers) [][]int {
	t.Helper()
	results := make([][]int, len(branches))
	ended := make(chan error)
	for i, branch := range branches {
		go func() {
			var err error
			results[i], err = branch.Collect(t.Context())
			ended <- err
		}()
	}
	for range branches {
		wantError(t, <-ended, nil)
	}
	return results
}

func readers(t *testing.T, branches []numbers) (all []*streams.DefaultReader[int]) {
	t.Helper()
	for _, branch := range branches {
		all = append(all, mustReader(t, branch))
	}
	return all
}

func wantRead(t *testing.T, reader *streams.DefaultReader[int], want ...int) {
	t.Helper()
	for _, want := range want {
		if got, err := reader.Read(t.Context()); got != want || err != nil {
			t.Errorf("read %v, %v, want %v", got, err, want)
		}
	}
}

func wantTaken[T any](t *testing.T, source *probe[T], want int) {
	t.Helper()
	synctest.Wait()
	if source.taken != want {
		t.Errorf("%d chunks were taken, want %d", source.taken, want)
	}
}

// The slowest branch counts: the buffer is what is taken ahead of it.
func TestBroadcastHoldsBackSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		branches := readers(t, transforms.Broadcast(source.stream, 3, transforms.BranchOptions{Buffer: 4}))
		wantTaken(t, source, 0)
		wantRead(t, branches[0], 0)
		wantTaken(t, source, 4)
		wantRead(t, branches[0], 1, 2, 3)
		wantRead(t, branches[1], 0)
		wantTaken(t, source, 4)
		wantRead(t, branches[2], 0, 1)
		wantTaken(t, source, 5)
		wantRead(t, branches[1], 1)
		wantTaken(t, source, 6)
		for _, branch := range branches {
			mustCancel(t, branch)
		}
	})
}

// A branch that nobody reads does not hold up the others any more once it is cancelled.
func TestBroadcastCancelOfSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		branches := readers(t, transforms.Broadcast(source.stream, 2, transforms.BranchOptions{Buffer: 2}))
		wantRead(t, branches[0], 0, 1)
		read := readLater(t, branches[0])
		wantTaken(t, source, 2)
		mustCancel(t, branches[1])
		wantError(t, <-read, nil)
		wantTaken(t, source, 5)
		if source.cancelled != nil {
			t.Error("the source was cancelled while one branch was left")
		}
		mustCancel(t, branches[0])
		wantError(t, source.cancelled, errBoom)
	})
}

// The last cancel reaches a source that is at work, and returns what comes of its Cancel.
func TestBroadcastCancelReachesSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := streams.NewReadableStream(streams.UnderlyingSource[int]{
			Pull:   func(ctx context.Context, _ *streams.ReadableController[int]) error { <-ctx.Done(); return nil },
			Cancel: func(context.Context, error) error { return streams.ErrRange },
		})
		branches := readers(t, transforms.Broadcast(source, 2))
		read := readLater(t, branches[0])
		synctest.Wait()
		mustCancel(t, branches[0])
		wantEnd(t, <-read)
		wantError(t, branches[1].Cancel(t.Context(), errBoom), streams.ErrRange)
	})
}

func TestBroadcastSourceError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newBuffer[int](t)
		branches := readers(t, transforms.Broadcast(source.stream, 3))
		source.give(1)
		wantRead(t, branches[0], 1)
		wantRead(t, branches[1], 1)
		read := readLater(t, branches[0])
		source.controller.Error(errBoom)
		wantError(t, <-read, errBoom)
		wantError(t, branches[1].Closed(t.Context()), errBoom) // at once, though nobody reads
		_, err := branches[2].Read(t.Context())
		wantError(t, err, errBoom)
	})
}

// A sink that fails ends its own branch; the others go on.
func TestBroadcastSinkError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		branches := transforms.Broadcast(streams.FromSlice(inputs(number, 100)), 2, transforms.BranchOptions{Buffer: 1})
		failed := make(chan error)
		go func() {
			failed <- branches[0].PipeTo(t.Context(), streams.SinkFunc(func(x int) error {
				if x == 3 {
					return errBoom
				}
				return nil
			}))
		}()
		wantSlice(t, collectAll(t, branches[1:])[0], inputs(number, 100)...)
		wantError(t, <-failed, errBoom)
	})
}

func TestBroadcastDropOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		branches := readers(t, transforms.Broadcast(source.stream, 2,
			transforms.BranchOptions{Buffer: 3, Overflow: transforms.DropOldest}))
		for i := range 10 {
			wantRead(t, branches[0], i)
			wantTaken(t, source, i+2) // one ahead of the fastest
		}
		wantRead(t, branches[1], 8, 9, 10) // all that is kept
		mustCancel(t, branches[0])
		mustCancel(t, branches[1])
	})
}

func TestBroadcastKeepLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		branches := readers(t, transforms.Broadcast(source.stream, 2,
			transforms.BranchOptions{Buffer: 3, Overflow: transforms.KeepLatest}))
		for i := range 3 {
			wantRead(t, branches[0], i)
			synctest.Wait()
		}
		wantRead(t, branches[1], 3)
		mustCancel(t, branches[0])
		mustCancel(t, branches[1])
	})
}

func TestBroadcastDisconnectsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		branches := readers(t, transforms.Broadcast(source.stream, 2,
			transforms.BranchOptions{Buffer: 3, Overflow: transforms.Fail}))
		wantRead(t, branches[1], 0)
		for i := range 4 {
			wantRead(t, branches[0], i)
			synctest.Wait()
		}
		wantError(t, branches[1].Closed(t.Context()), transforms.ErrOverflow)
		wantRead(t, branches[0], 4, 5, 6)
		mustCancel(t, branches[0])
		wantError(t, source.cancelled, errBoom)
	})
}

func TestBroadcastBadArguments(t *testing.T) {
	for name, test := range map[string]struct {
		n       int
		options transforms.BranchOptions
		want    error
	}{
		"n":           {0, transforms.BranchOptions{}, streams.ErrRange},
		"Buffer":      {2, transforms.BranchOptions{Buffer: -1}, streams.ErrRange},
		"DropNewest":  {2, transforms.BranchOptions{Overflow: transforms.DropNewest}, streams.ErrInvalidArgument},
		"no Overflow": {2, transforms.BranchOptions{Overflow: -1}, streams.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe(number)
				branches := transforms.Broadcast(source.stream, test.n, test.options)
				if len(branches) != test.n {
					t.Errorf("there are %d branches, want %d", len(branches), test.n)
				}
				for _, branch := range branches {
					_, err := branch.Collect(t.Context())
					wantError(t, err, test.want)
				}
				synctest.Wait()
				wantError(t, source.cancelled, test.want)
			})
		})
	}
}

func TestBroadcastUnusableSource(t *testing.T) {
	_, err := transforms.Broadcast[int](nil, 1)[0].Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
	source := streams.FromSlice([]int{1})
	mustReader(t, source)
	_, err = transforms.Broadcast(source, 1)[0].Collect(t.Context())
	wantError(t, err, streams.ErrLocked)
}

// Branches that nobody reads keep nothing running.
func TestBroadcastDropped(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		transforms.Broadcast(newProbe(number).stream, 3)
		synctest.Wait()
	})
}

// Nor do branches that are left in the middle, with a buffer that is full.
func TestBroadcastAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		branches := readers(t, transforms.Broadcast(newProbe(number).stream, 3))
		wantRead(t, branches[0], 0)
		wantRead(t, branches[1], 0, 1)
		synctest.Wait()
	})
}

func BenchmarkBroadcast8(b *testing.B) {
	b.ReportAllocs()
	i := 0
	source := streams.Generate(func() (int, error) {
		if i++; i > b.N {
			return 0, io.EOF
		}
		return i, nil
	})
	ended := make(chan error)
	for _, branch := range transforms.Broadcast(source, 8) {
		go func() { ended <- branch.PipeTo(b.Context(), streams.SinkFunc(func(int) error { return nil })) }()
	}
	for range 8 {
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
}
