package streams_test

import (
	"context"
	"errors"
	"slices"
	"testing"

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
