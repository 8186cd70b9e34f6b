package streams_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// What a burst leaves behind when it ends early, each compared with the same chain kept from bursts by a size function.

// withMark is the option of a stage with this mark on its readable side.
func withMark(mark int, fused bool) streams.TransformOption {
	strategy := streams.QueuingStrategy[int]{HighWaterMark: mark}
	if !fused {
		strategy.Size = func(int) int { return 1 }
	}
	return streams.WithReadableStrategy(strategy)
}

var allOfThrice = []int{10, 11, 12, 20, 21, 22, 30, 31, 32}

func wantAllOfThrice(t *testing.T, got, rest []int) {
	t.Helper()
	if !slices.Equal(slices.Concat(got, rest), allOfThrice) {
		t.Errorf("first %v, then %v", got, rest)
	}
}

// thrice makes three chunks of each.
func thrice(fused bool) *streams.TransformStream[int, int] {
	return streams.TransformFunc(func(c int, emit func(int)) error {
		for i := range 3 {
			emit(10*c + i)
		}
		return nil
	}, nil, withMark(0, fused))
}

// TestBurstKeepsWhatAFailingSinkLeaves fails in the middle of what a stage gives at once.
func TestBurstKeepsWhatAFailingSinkLeaves(t *testing.T) {
	for _, fused := range []bool{false, true} {
		s := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), thrice(fused))
		var got []int
		err := s.PipeTo(t.Context(), streams.SinkFunc(func(c int) error {
			got = append(got, c)
			if len(got) == 4 {
				return errA
			}
			return nil
		}), streams.PreventCancel())
		wantError(t, err, errA)
		rest, err := s.Collect(t.Context())
		wantError(t, err, nil)
		wantAllOfThrice(t, got, rest)
	}
}

func TestBurstKeepsWhatAFailingStageLeaves(t *testing.T) {
	for _, how := range []string{"error", "panic"} {
		for _, fused := range []bool{false, true} {
			first := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), thrice(fused))
			var got []int
			stage := streams.TransformFunc(func(c int, emit func(int)) error {
				got = append(got, c)
				if len(got) == 4 {
					if how == "panic" {
						panic(errA)
					}
					return errA
				}
				emit(c)
				return nil
			}, nil, withMark(0, fused))
			s := streams.PipeThrough(first, stage, streams.PreventCancel())
			_ = s.PipeTo(t.Context(), streams.SinkFunc(func(int) error { return nil }))
			rest, err := first.Collect(t.Context())
			wantError(t, err, nil)
			wantAllOfThrice(t, got, rest)
		}
	}
}

func TestBurstKeepsWhatAPanickingBodyLeaves(t *testing.T) {
	for _, fused := range []bool{false, true} {
		s := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), thrice(fused))
		var got []int
		func() {
			defer func() { _ = recover() }()
			for c, err := range s.Values(t.Context(), streams.PreventCancel()) {
				wantError(t, err, nil)
				if got = append(got, c); len(got) == 4 {
					panic(errA)
				}
			}
		}()
		rest, err := s.Collect(t.Context())
		wantError(t, err, nil)
		wantAllOfThrice(t, got, rest)
	}
}

func TestBodyThatEndsItsContextIsNotCalledAgain(t *testing.T) {
	for _, prevent := range []bool{false, true} {
		for _, fused := range []bool{false, true} {
			s := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), thrice(fused))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(errA)
			var got []int
			if prevent {
				for c, err := range s.Values(ctx, streams.PreventCancel()) {
					if err != nil {
						break
					}
					if got = append(got, c); len(got) == 5 {
						cancel(errA)
					}
				}
				rest, err := s.Collect(t.Context())
				wantError(t, err, nil)
				wantAllOfThrice(t, got, rest)
			} else {
				wantError(t, s.ForEach(ctx, func(c int) error {
					if got = append(got, c); len(got) == 5 {
						cancel(errA)
					}
					return nil
				}), errA)
			}
			if !slices.Equal(got, []int{10, 11, 12, 20, 21}) {
				t.Errorf("fused %t, prevent %t: body called with %v", fused, prevent, got)
			}
		}
	}
}

func TestMarksAreFilledAfterABurst(t *testing.T) {
	for _, kind := range []string{"loop", "sink"} {
		for _, fused := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				count := 0
				stage := streams.TransformFunc(func(c int, emit func(int)) error { emit(c); return nil }, nil, withMark(5, fused))
				src := streams.Generate(func() (int, error) { count++; return count, nil })
				s := stage.Readable()
				left := make(chan bool)
				go func() {
					defer close(left)
					n := 0
					if kind == "loop" {
						for _, err := range s.Values(t.Context(), streams.PreventCancel()) {
							if n++; n == 3 || err != nil {
								return
							}
						}
						return
					}
					_ = s.PipeTo(t.Context(), streams.SinkFunc(func(int) error {
						if n++; n == 3 {
							return errA
						}
						return nil
					}), streams.PreventCancel())
				}()
				synctest.Wait()
				streams.PipeThrough(src, stage)
				<-left
				synctest.Wait()
				if count < 8 {
					t.Errorf("%s fused %t: count %d, the marks are not filled", kind, fused, count)
				}
				_ = s.Cancel(t.Context(), errA)
			})
		}
	}
}

// TestSinkOfABurstIsPipedToAgain gives the sink another pipe while the burst of the first still runs.
func TestSinkOfABurstIsPipedToAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sunk []int
		sink := streams.NewWritableStream(streams.UnderlyingSink[int]{
			Write: func(_ context.Context, c int, _ *streams.WritableController[int]) error {
				sunk = append(sunk, c)
				return nil
			},
		}, streams.CountQueuingStrategy[int](10))
		gate := make(chan bool)
		n := 0
		a := streams.Generate(func() (int, error) {
			if n++; n == 3 {
				<-gate
			}
			if n > 4 {
				return 0, io.EOF
			}
			return n, nil
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(errA)
		first := beginError(func() error {
			return a.PipeTo(ctx, sink, streams.PreventAbort(), streams.PreventCancel(), streams.PreventClose())
		})
		// Now the burst is in the middle of the third chunk.
		cancel(errA)
		synctest.Wait()
		b := streams.FromSlice([]int{101, 102, 103})
		second := beginError(func() error { return b.PipeTo(t.Context(), sink) })
		close(gate)
		synctest.Wait()
		wantError(t, first.err, errA)
		wantEqual(t, second.done, true)
		wantError(t, second.err, nil)
		rest, err := a.Collect(t.Context())
		wantError(t, err, nil)
		if !slices.Equal(sunk, []int{101, 102, 103}) || !slices.Equal(rest, []int{1, 2, 3, 4}) {
			t.Errorf("sunk %v, rest of a %v", sunk, rest)
		}
	})
}

// TestLoopGoesBeforeItsBurstEnds ends a loop while a plain function of another chain keeps the end of its burst waiting.
func TestLoopGoesBeforeItsBurstEnds(t *testing.T) {
	for _, leaveAt := range []int{5, 6} { // with a chunk that came through left, and with none
		synctest.Test(t, func(t *testing.T) {
			gate := make(chan bool)
			looped := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), thrice(true))
			busy := streams.Generate(func() (int, error) { <-gate; return 7, nil })
			sink := discard()
			connect(t, looped, sink)
			connect(t, busy, sink)
			reader := getReader(t, busy)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(errA)
			var got []int
			var beside *operation[int]
			for chunk, err := range looped.Values(ctx, streams.PreventCancel()) {
				if err != nil {
					break
				}
				if got = append(got, chunk); len(got) == leaveAt {
					beside = read(reader)
					cancel(errA)
				}
			}
			beside.wantPending(t)
			close(gate)
			synctest.Wait()
			beside.want(t, 7)
			rest, err := looped.Collect(t.Context())
			wantError(t, err, nil)
			wantAllOfThrice(t, got, rest)
		})
	}
}

// TestPipeToWhileAnotherEnds is for the race detector: the refusal of a second pipe must not look at the first without the
// lock.
func TestPipeToWhileAnotherEnds(t *testing.T) {
	sink := discard()
	var pipes sync.WaitGroup
	for range 4 {
		pipes.Go(func() {
			for range 2000 {
				err := streams.FromSlice([]int{1}).PipeTo(t.Context(), sink, streams.PreventClose())
				if err != nil && !errors.Is(err, streams.ErrLocked) {
					t.Error(err)
				}
			}
		})
	}
	pipes.Wait()
}
