package bench

import (
	"context"
	"testing"
)

// BenchmarkW7 is the short pipeline: what it costs to make one, to send ten ints through a map, a filter and a reduce,
// and to tear it down. Its ns/op is the time of a whole pipeline.
func BenchmarkW7(b *testing.B) {
	input := ints(10)
	compare(b, w7Engines(), "", input, w1Sum(input))
}

func TestW7EnginesAgree(t *testing.T) {
	input := ints(10)
	agree(t, w7Engines(), input, w1Sum(input))
}

// w7Engines are those of W1 that a user would pick for a few elements; RxGo has a reduce of its own.
func w7Engines() []engine {
	return []engine{
		{"func-loop", w1FuncLoop},
		{"weir", w1Weir},
		{"weir-foreach", w7WeirForEach},
		{"weir-ctx-sink-1", w1WeirCtxSink(1)},
		{"weir-ctx", w1WeirCtx},
		{"chan-0", w1Chan(0)},
		{"chan-128", w1Chan(128)},
		{"chan-ctx-0", w1ChanCtx(0)},
		{"rxgo-channel", w7RxReduce},
	}
}

// w7WeirForEach ends in a loop body of the caller's instead of a sink.
func w7WeirForEach(ctx context.Context, input []int) (int, error) {
	sum := 0
	err := w1WeirStages(input).ForEach(ctx, func(x int) error {
		sum += x
		return nil
	})
	return sum, err
}

func w7RxReduce(_ context.Context, input []int) (int, error) {
	kept := rxFilter(rxMap(rxFromChannel(input), triple), even)
	item, err := kept.Reduce(func(_ context.Context, sum, x any) (any, error) {
		if sum == nil {
			return x, nil
		}
		return sum.(int) + x.(int), nil
	}).Get()
	if err != nil {
		return 0, err
	}
	if item.Error() {
		return 0, item.E
	}
	return item.V.(int), nil
}
