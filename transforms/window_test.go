package transforms_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/transforms"
)

func TestBatch(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		input := rapid.SliceOf(rapid.Int()).Draw(rt, "input")
		n := rapid.OneOf(rapid.IntRange(1, 10), rapid.Just(math.MaxInt)).Draw(rt, "n")
		got, err := run(transforms.Batch[int](n), input...)
		want := slices.Collect(slices.Chunk(input, n))
		if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			rt.Fatalf("got %v, %v, want %v", got, err, want)
		}
	})
}

// A batch is its reader's to change and to append to.
func TestBatchesShareNothing(t *testing.T) {
	batches := mustRun(t, transforms.Batch[int](2), 1, 2, 3, 4, 5)
	for _, batch := range batches {
		_ = append(batch, -1)
		batch[0] = -1
	}
	wantSlice(t, batches[0], -1, 2)
	wantSlice(t, batches[1], -1, 4)
	wantSlice(t, batches[2], -1)
}
