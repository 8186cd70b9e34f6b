package transforms_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

// mix takes 1.2 µs or so.
//
//go:noinline
func mix(x int) int {
	h := uint64(x)
	for range 750 {
		h = h*6364136223846793005 + 1442695040888963407
		h ^= h >> 29
	}
	return int(h)
}

func BenchmarkMapConcurrent(b *testing.B) {
	input := make([]int, 20_000)
	f := func(ctx context.Context, x int) (int, error) { return mix(x), ctx.Err() }
	b.Run("loop", func(b *testing.B) {
		for b.Loop() {
			for _, x := range input {
				mix(x)
			}
		}
		perElement(b, len(input))
	})
	b.Run("ordered", func(b *testing.B) {
		benchmarkStage(b, input, 0, func() pair[int, int] { return transforms.MapConcurrent(2, f) })
		perElement(b, len(input))
	})
	b.Run("unordered", func(b *testing.B) {
		benchmarkStage(b, input, 0, func() pair[int, int] { return transforms.MapConcurrentUnordered(2, f) })
		perElement(b, len(input))
	})
}
