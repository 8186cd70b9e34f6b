package transforms_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// silent is a source that has begun to make its first chunk and never does.
func silent() *probe[int] { return newPausingProbe(number, 0) }

// Inputs that always have a chunk take turns.
func TestMergeIsFair(t *testing.T) {
	endless := func(chunk string) *streams.ReadableStream[string] {
		return streams.Generate(func() (string, error) { return chunk, nil })
	}
	merged := transforms.Merge(endless("a"), endless("b"), endless("c"))
	got, err := streams.PipeThrough(merged, transforms.Take[string](7)).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got, "a", "b", "c", "a", "b", "c", "a")
}

func TestMergeDoesNotWaitForSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := silent()
		reader := mustReader(t, transforms.Merge(slow.stream, streams.FromSlice([]int{1, 2, 3})))
		for want := 1; want <= 3; want++ {
			if got, err := reader.Read(t.Context()); got != want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		}
		mustCancel(t, reader)
		synctest.Wait()
		wantError(t, slow.cancelled, errBoom)
	})
}

// An input that fails ends everything.
func TestErrorOfInput(t *testing.T) {
	for name, join := range map[string]func(...numbers) numbers{
		"Merge":      transforms.Merge[int],
		"Interleave": func(sources ...numbers) numbers { return transforms.Interleave(1, sources...) },
		"Concat":     transforms.Concat[int],
		"Race":       transforms.Race[int],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				other := silent()
				failing := streams.Generate(func() (int, error) { return 0, errBoom })
				_, err := join(failing, other.stream).Collect(t.Context())
				wantError(t, err, errBoom)
				synctest.Wait()
				wantError(t, other.cancelled, errBoom)
			})
		})
	}
}

// An input that is being read and fails while nobody wants anything ends everything at once.
func TestErrorOfInputAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing, other := newBuffer[int](t), newProbe(number)
		reader := mustReader(t, transforms.Merge(failing.stream, other.stream))
		wantRead(t, reader, 0)
		synctest.Wait()
		failing.controller.Error(errBoom)
		wantError(t, reader.Closed(t.Context()), errBoom)
		synctest.Wait()
		wantError(t, other.cancelled, errBoom)
	})
}

func TestUnusableInput(t *testing.T) {
	for name, join := range map[string]func(...numbers) error{
		"Merge":            errorOf(transforms.Merge[int]),
		"Concat":           errorOf(transforms.Concat[int]),
		"Interleave":       errorOf(func(s ...numbers) numbers { return transforms.Interleave(1, s...) }),
		"Race":             errorOf(transforms.Race[int]),
		"ZipAll":           errorOf(transforms.ZipAll[int]),
		"CombineLatestAll": errorOf(transforms.CombineLatestAll[int]),
		"ForkJoin":         errorOf(transforms.ForkJoin[int]),
		"SequenceEqual": errorOf(func(s ...numbers) *streams.ReadableStream[bool] {
			return transforms.SequenceEqual(s[0], s[1])
		}),
		"WithLatestFrom": errorOf(func(s ...numbers) *streams.ReadableStream[numberPair] {
			return transforms.WithLatestFrom(s[0], s[1])
		}),
	} {
		locked := streams.FromSlice([]int{1})
		mustReader(t, locked)
		for what, bad := range map[string]struct {
			input numbers
			want  error
		}{
			"nil":    {nil, streams.ErrInvalidArgument},
			"locked": {locked, streams.ErrLocked},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					good := silent()
					wantError(t, join(good.stream, bad.input), bad.want)
					synctest.Wait()
					wantError(t, good.cancelled, bad.want)
				})
			})
		}
	}
}

// errorOf returns how the stream of a join ends.
func errorOf[O any](join func(...numbers) *streams.ReadableStream[O]) func(...numbers) error {
	return func(sources ...numbers) error {
		_, err := join(sources...).Collect(context.Background())
		return err
	}
}

func TestNoInputs(t *testing.T) {
	for name, join := range map[string]func(...numbers) error{
		"Merge":            errorOf(transforms.Merge[int]),
		"Concat":           errorOf(transforms.Concat[int]),
		"Race":             errorOf(transforms.Race[int]),
		"ZipAll":           errorOf(transforms.ZipAll[int]),
		"CombineLatestAll": errorOf(transforms.CombineLatestAll[int]),
		"ForkJoin":         errorOf(transforms.ForkJoin[int]),
	} {
		if err := join(); err != nil {
			t.Errorf("%s of nothing: %v", name, err)
		}
	}
}

func TestInterleaveBadCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := silent()
		_, err := transforms.Interleave(0, source.stream).Collect(t.Context())
		wantError(t, err, streams.ErrRange)
		synctest.Wait()
		wantError(t, source.cancelled, streams.ErrRange)
	})
}

func TestInterleaveUnequal(t *testing.T) {
	got, err := transforms.Interleave(2,
		streams.FromSlice([]int{1, 2, 3}), streams.FromSlice([]int{10}), streams.FromSlice([]int{20, 21, 22, 23, 24}),
	).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got, 1, 2, 10, 20, 21, 3, 22, 23, 24)
}

func TestZipEndsWithShorter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endless := newProbe(number)
		got, err := transforms.Zip(endless.stream, streams.FromSlice([]string{"a", "b"})).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got,
			transforms.Pair[int, string]{First: 0, Second: "a"}, transforms.Pair[int, string]{First: 1, Second: "b"})
		synctest.Wait()
		wantError(t, endless.cancelled, streams.ErrTerminated)
	})
}

// The fault of a peer: with one silent input, Zip takes a million of the other.
func TestZipHoldsBackFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newProbe(number), silent()
		reader := mustReader(t, transforms.Zip(fast.stream, slow.stream))
		read := readLater(t, reader)
		synctest.Wait()
		if fast.taken != 1 {
			t.Errorf("%d chunks were taken of the faster input, want 1", fast.taken)
		}
		mustCancel(t, reader)
		wantEnd(t, <-read)
	})
}

func TestCombineLatestSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newBuffer[string](t), newBuffer[int](t)
		reader := mustReader(t, transforms.CombineLatest(a.stream, b.stream))
		expect := func(first string, second int) {
			t.Helper()
			got, err := reader.Read(t.Context())
			if want := (transforms.Pair[string, int]{First: first, Second: second}); got != want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		}
		a.give("a")
		a.give("b")
		read := readLater(t, reader)
		synctest.Wait()
		b.give(1)
		wantError(t, <-read, nil) // b and 1
		b.give(2)
		expect("b", 2)
		a.close()
		b.give(3)
		expect("b", 3)
		b.close()
		_, err := reader.Read(t.Context())
		wantEnd(t, err)
	})
}

func TestCombineLatestEndsWithEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := newProbe(number)
		got, err := transforms.CombineLatest(other.stream, streams.FromSlice([]int{})).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got)
		synctest.Wait()
		wantError(t, other.cancelled, streams.ErrTerminated)
	})
}

// What comes before the first of the other stream is dropped.
func TestWithLatestFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, other := newBuffer[int](t), newBuffer[string](t)
		reader := mustReader(t, transforms.WithLatestFrom(source.stream, other.stream))
		read := readLater(t, reader)
		source.give(1)
		synctest.Wait()
		other.give("a")
		other.give("b")
		synctest.Wait()
		source.give(2)
		wantError(t, <-read, nil)
		other.close()
		source.give(3)
		got, err := reader.Read(t.Context())
		if want := (transforms.Pair[int, string]{First: 3, Second: "b"}); got != want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
		source.close()
		_, err = reader.Read(t.Context())
		wantEnd(t, err)
	})
}

func TestRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := silent(), silent()
		got, err := transforms.Race(a.stream, streams.FromSlice([]int{1, 2, 3}), b.stream).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 1, 2, 3)
		synctest.Wait()
		wantError(t, a.cancelled, streams.ErrTerminated)
		wantError(t, b.cancelled, streams.ErrTerminated)
	})
}

func TestRaceHoldsBackWinner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		winner := newProbe(number)
		reader := mustReader(t, transforms.Race(winner.stream, silent().stream))
		synctest.Wait()
		if winner.taken != 0 {
			t.Errorf("%d chunks were taken before the first read", winner.taken)
		}
		if _, err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if winner.taken != 1 {
			t.Errorf("%d chunks were taken for a read, want 1", winner.taken)
		}
		mustCancel(t, reader)
		synctest.Wait()
		wantError(t, winner.cancelled, errBoom)
	})
}

func TestRaceFailureDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := silent()
		failing := streams.Generate(func() (int, error) { return 0, errBoom })
		_, err := transforms.Race(other.stream, failing).Collect(t.Context())
		wantError(t, err, errBoom)
		synctest.Wait()
		wantError(t, other.cancelled, errBoom)
	})
}

func TestForkJoinEmptyInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := silent()
		got, err := transforms.ForkJoin(streams.FromSlice([]int{}), other.stream).Collect(t.Context())
		wantError(t, err, nil)
		if len(got) != 0 {
			t.Errorf("got %v, want nothing", got)
		}
		synctest.Wait()
		wantError(t, other.cancelled, streams.ErrTerminated)
	})
}

func TestSequenceEqual(t *testing.T) {
	for _, test := range []struct {
		a, b []int
		want bool
	}{
		{nil, nil, true},
		{[]int{1, 2, 3}, []int{1, 2, 3}, true},
		{[]int{1, 2, 3}, []int{1, 2, 4}, false},
		{[]int{1, 2, 3}, []int{1, 2}, false},
		{[]int{1}, []int{1, 2, 3, 4, 5}, false},
		{nil, []int{1}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := transforms.SequenceEqual(streams.FromSlice(test.a), streams.FromSlice(test.b)).Collect(t.Context())
			wantError(t, err, nil)
			wantSlice(t, got, test.want)
		})
	}
}

func TestSequenceEqualStopsAtDifference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newProbe(number), newProbe(func(i int) int { return min(i, 2) })
		got, err := transforms.SequenceEqual(a.stream, b.stream).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, false)
		synctest.Wait()
		wantError(t, a.cancelled, streams.ErrTerminated)
		wantError(t, b.cancelled, streams.ErrTerminated)
		if a.taken > 6 {
			t.Errorf("%d chunks were taken to find the difference at the fourth", a.taken)
		}
	})
}

func TestSequenceEqualErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := silent()
		failing := streams.Generate(func() (int, error) { return 0, errBoom })
		_, err := transforms.SequenceEqual(other.stream, failing).Collect(t.Context())
		wantError(t, err, errBoom)
		synctest.Wait()
		wantError(t, other.cancelled, errBoom)
	})
}

// Concat leaves an input alone before its turn, and cancels the ones that never had theirs.
func TestConcatCancelsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newProbe(number), newProbe(number)
		reader := mustReader(t, transforms.Concat(a.stream, b.stream))
		if _, err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustCancel(t, reader)
		synctest.Wait()
		wantError(t, a.cancelled, errBoom)
		wantError(t, b.cancelled, errBoom)
		if b.taken != 0 {
			t.Errorf("%d chunks were taken of an input whose turn never came", b.taken)
		}
	})
}

// A buffer is a stream that a test puts chunks into when it likes.
type buffer[T any] struct {
	t          *testing.T
	stream     *streams.ReadableStream[T]
	controller *streams.ReadableController[T]
}

// newBuffer makes a buffer. It waits for the bubble to come to rest.
func newBuffer[T any](t *testing.T) *buffer[T] {
	b := &buffer[T]{t: t}
	b.stream = streams.NewReadableStream(streams.UnderlyingSource[T]{
		Start: func(_ context.Context, c *streams.ReadableController[T]) error {
			b.controller = c
			return nil
		},
	})
	synctest.Wait()
	return b
}

func (b *buffer[T]) give(chunk T) {
	b.t.Helper()
	wantError(b.t, b.controller.Enqueue(chunk), nil)
	synctest.Wait()
}

func (b *buffer[T]) close() {
	b.t.Helper()
	wantError(b.t, b.controller.Close(), nil)
	synctest.Wait()
}

func wantEnd(t *testing.T, err error) {
	t.Helper()
	if err != io.EOF {
		t.Errorf("got the error %v, want io.EOF", err)
	}
}
