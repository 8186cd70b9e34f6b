package streams_test

import (
	"math"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// Sizes are integers here, so nothing is ever rounded. What is left of these tests is the arithmetic at its limits: the
// total is exact, stops at MaxInt, and never falls below 0.
func TestWPTReadableFloatingPointTotalQueueSize(t *testing.T) {
	// totals is a test of a stream of chunks of these sizes: the totals after each Enqueue, then after each Read.
	totals := func(sizes, filling, draining []int) func(t *testing.T) {
		return func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.QueuingStrategy[int]{Size: func(size int) int { return size }})
			r := getReader(t, s)
			for i, size := range sizes {
				feed(t, rec.controller, size)
				wantDesiredSize(t, rec.controller, -filling[i])
			}
			for i, size := range sizes {
				wantReads(t, r, size)
				wantDesiredSize(t, rec.controller, -draining[i])
			}
		}
	}
	runWPT(t, "readable-streams/floating-point-total-queue-size", map[string]func(t *testing.T){
		"Floating point arithmetic must manifest near NUMBER.MAX_SAFE_INTEGER (total ends up positive)": totals(
			[]int{2, math.MaxInt - 1}, []int{2, math.MaxInt}, []int{math.MaxInt - 2, 0}),
		"Floating point arithmetic must manifest near 0 (total ends up positive, but clamped)": totals(
			[]int{math.MaxInt - 1, 1, 3}, []int{math.MaxInt - 1, math.MaxInt, math.MaxInt}, []int{1, 0, 0}),
		"Floating point arithmetic must manifest near 0 (total ends up positive, and not clamped)": totals(
			[]int{0, 1, 2}, []int{0, 1, 3}, []int{3, 2, 0}),
		"Floating point arithmetic must manifest near 0 (total ends up zero)": totals(
			[]int{2, 1}, []int{2, 3}, []int{1, 0}),
	})
}
