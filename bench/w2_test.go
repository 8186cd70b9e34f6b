package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/weirstreams/weir/streams"
)

var w2Depths = []int{1, 2, 4, 8, 16}

// BenchmarkW2 is the cost of one more stage: ints through a chain of maps. The time is per element, not per stage.
func BenchmarkW2(b *testing.B) {
	input := ints(size(100_000, 1_000))
	for _, depth := range w2Depths {
		compare(b, w2Engines(depth), fmt.Sprintf("/depth=%d", depth), input, w2Sum(input, depth))
	}
}

func TestW2EnginesAgree(t *testing.T) {
	input := ints(300)
	for _, depth := range w2Depths {
		agree(t, w2Engines(depth), input, w2Sum(input, depth))
	}
}

func w2Sum(input []int, depth int) int {
	sum := 0
	for _, x := range input {
		for range depth {
			x = 3*x + 1
		}
		sum += x
	}
	return sum
}

func w2Engines(depth int) []engine {
	return []engine{
		{"func-loop", w2FuncLoop(depth)},
		{"weir", w2Weir(depth)},
		{"chan-0", w2Chan(depth, 0)},
		{"chan-128", w2Chan(depth, 128)},
		{"chan-ctx-128", w2ChanCtx(depth, 128)},
		{"rxgo-channel", w2RxFromChannel(depth)},
	}
}

func w2FuncLoop(depth int) func(context.Context, []int) (int, error) {
	stages := make([]func(int) int, depth)
	for i := range stages {
		stages[i] = triple
	}
	return func(_ context.Context, input []int) (int, error) {
		sum := 0
		for _, x := range input {
			for _, stage := range stages {
				x = stage(x)
			}
			sum += x
		}
		return sum, nil
	}
}

func w2Weir(depth int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		s := streams.FromSlice(input)
		for range depth {
			s = streams.PipeThrough(s, weirMap(triple))
		}
		sum := 0
		err := s.PipeTo(ctx, weirSum(&sum))
		return sum, err
	}
}

func w2Chan(depth, buffer int) func(context.Context, []int) (int, error) {
	return func(_ context.Context, input []int) (int, error) {
		s := chanSource(input, buffer)
		for range depth {
			s = chanMap(s, buffer, triple)
		}
		return chanSum(s), nil
	}
}

func w2ChanCtx(depth, buffer int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		s := chanSourceCtx(ctx, input, buffer)
		for range depth {
			s = chanMapCtx(ctx, s, buffer, triple)
		}
		return chanSumCtx(ctx, s)
	}
}

func w2RxFromChannel(depth int) func(context.Context, []int) (int, error) {
	return func(_ context.Context, input []int) (int, error) {
		s := rxFromChannel(input)
		for range depth {
			s = rxMap(s, triple)
		}
		return rxSum(s)
	}
}
