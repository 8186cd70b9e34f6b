package streams_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// teed pipes a stream of 0 to n-1, each chunk three times, into two sinks that take note of what they get, and fail at one chunk
// if that is not negative. It returns what they got, and what the pipes came to.
func teed(t *testing.T, n int, failAt [2]int) (got [2][]int, errs [2]error) {
	t.Helper()
	chunks := make([]int, n)
	for i := range chunks {
		chunks[i] = i
	}
	var branches [2]*streams.ReadableStream[int]
	var err error
	branches[0], branches[1], err = streams.PipeThrough(streams.FromSlice(chunks), thrice(true)).Tee()
	wantError(t, err, nil)
	done := make(chan struct{})
	pipe := func(i int) {
		errs[i] = branches[i].PipeTo(context.Background(), streams.SinkFunc(func(chunk int) error {
			if len(got[i]) == failAt[i] {
				return errA
			}
			got[i] = append(got[i], chunk)
			return nil
		}))
	}
	go func() {
		pipe(1)
		close(done)
	}()
	pipe(0)
	<-done
	return got, errs
}

func TestTeeInBurstGivesAllToBoth(t *testing.T) {
	got, errs := teed(t, 5000, [2]int{-1, -1})
	wantEqual(t, errs, [2]error{})
	wantEqual(t, len(got[0]), 15000)
	wantEqual(t, slices.Equal(got[0], got[1]), true)
	wantEqual(t, slices.IsSorted(got[0]), true)
}

func TestTeeInBurstGoesOnWithoutAFailedBranch(t *testing.T) {
	for failing := range 2 {
		failAt := [2]int{-1, -1}
		failAt[failing] = 1000
		got, errs := teed(t, 5000, failAt)
		wantError(t, errs[1-failing], nil)
		if !errors.Is(errs[failing], errA) {
			t.Errorf("the pipe of the branch that failed returned %v", errs[failing])
		}
		all := got[1-failing]
		wantEqual(t, len(all), 15000)
		wantEqual(t, slices.IsSorted(all), true)
		wantEqual(t, slices.Equal(got[failing], all[:1000]), true)
	}
}

func TestTeeInBurstOfATee(t *testing.T) {
	const n = 3000
	chunks := make([]int, n)
	for i := range chunks {
		chunks[i] = i
	}
	streamsLeft := []*streams.ReadableStream[int]{streams.FromSlice(chunks)}
	for len(streamsLeft) < 4 {
		a, b, err := streamsLeft[0].Tee()
		wantError(t, err, nil)
		streamsLeft = append(streamsLeft[1:], a, b)
	}
	sums := make(chan int)
	for _, s := range streamsLeft {
		go func() {
			sum := 0
			if err := s.PipeTo(context.Background(), streams.SinkFunc(func(chunk int) error { sum += chunk; return nil })); err != nil {
				sum = -1
			}
			sums <- sum
		}()
	}
	for range streamsLeft {
		wantEqual(t, <-sums, n*(n-1)/2)
	}
}

// TestTeeInBurstGoesOnAfterGoexit shows that the other branch gets all, also the chunk at which a function has ended the goroutine.
func TestTeeInBurstGoesOnAfterGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		once := streams.TransformFunc(func(chunk int, emit func(int)) error { emit(chunk); return nil }, nil)
		a, b, err := once.Readable().Tee()
		wantError(t, err, nil)
		var got []int
		// The goroutine that is ended may be one of those that wait in PipeTo, so there is nothing to come after that.
		go func() {
			_ = a.PipeTo(t.Context(), streams.SinkFunc(func(chunk int) error {
				if chunk == 5 {
					runtime.Goexit()
				}
				return nil
			}))
		}()
		go func() {
			_ = b.PipeTo(t.Context(), streams.SinkFunc(func(chunk int) error { got = append(got, chunk); return nil }))
		}()
		synctest.Wait()
		streams.PipeThrough(streams.FromSlice([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), once)
		synctest.Wait()
		if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
