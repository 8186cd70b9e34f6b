package bench

import (
	"context"
	"testing"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

// BenchmarkW1 is the plain job: ints through a map and a filter into a sum.
func BenchmarkW1(b *testing.B) {
	input := ints(size(1_000_000, 10_000))
	compare(b, w1Engines(), "", input, w1Sum(input))
}

func TestW1EnginesAgree(t *testing.T) {
	input := ints(1000)
	agree(t, w1Engines(), input, w1Sum(input))
}

func w1Sum(input []int) int {
	sum := 0
	for _, x := range input {
		if y := 3*x + 1; y%2 == 0 {
			sum += y
		}
	}
	return sum
}

func w1Engines() []engine {
	return []engine{
		{"func-loop", w1FuncLoop},
		{"weir", w1Weir},
		{"weir-ctx-sink-1", w1WeirCtxSink(1)},
		{"weir-ctx-sink-16", w1WeirCtxSink(16)},
		{"weir-ctx-sink-128", w1WeirCtxSink(128)},
		{"weir-ctx", w1WeirCtx},
		{"chan-0", w1Chan(0)},
		{"chan-128", w1Chan(128)},
		{"chan-ctx-0", w1ChanCtx(0)},
		{"chan-ctx-128", w1ChanCtx(128)},
		{"rxgo-channel", w1RxFromChannel},
		{"rxgo-create-128", w1RxCreate},
	}
}

func w1FuncLoop(_ context.Context, input []int) (int, error) {
	return mapFilterSum(input, triple, even), nil
}

// mapFilterSum is not inlined, so that the compiler cannot know which functions it is given.
//
//go:noinline
func mapFilterSum(input []int, f func(int) int, keep func(int) bool) int {
	sum := 0
	for _, x := range input {
		if y := f(x); keep(y) {
			sum += y
		}
	}
	return sum
}

func w1Weir(ctx context.Context, input []int) (int, error) {
	sum := 0
	err := w1WeirStages(input).PipeTo(ctx, weirSum(&sum))
	return sum, err
}

// w1WeirCtxSink has a sink that may block, at the end of stages that cannot.
func w1WeirCtxSink(highWaterMark int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		sum := 0
		err := w1WeirStages(input).PipeTo(ctx, weirSumCtx(&sum, highWaterMark))
		return sum, err
	}
}

func w1WeirStages(input []int) *streams.ReadableStream[int] {
	mapped := streams.PipeThrough(streams.FromSlice(input), weirMap(triple))
	return streams.PipeThrough(mapped, weirFilter(even))
}

// w1WeirCtx has only callbacks that may block.
func w1WeirCtx(ctx context.Context, input []int) (int, error) {
	mapped := streams.PipeThrough(weirSourceCtx(input), weirMapCtx(triple))
	filtered := streams.PipeThrough(mapped, weirFilterCtx(even))
	sum := 0
	err := filtered.PipeTo(ctx, weirSumCtx(&sum, 1))
	return sum, err
}

func w1Chan(buffer int) func(context.Context, []int) (int, error) {
	return func(_ context.Context, input []int) (int, error) {
		mapped := chanMap(chanSource(input, buffer), buffer, triple)
		return chanSum(chanFilter(mapped, buffer, even)), nil
	}
}

func w1ChanCtx(buffer int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		mapped := chanMapCtx(ctx, chanSourceCtx(ctx, input, buffer), buffer, triple)
		return chanSumCtx(ctx, chanFilterCtx(ctx, mapped, buffer, even))
	}
}

func w1RxFromChannel(_ context.Context, input []int) (int, error) {
	return rxSum(rxFilter(rxMap(rxFromChannel(input), triple), even))
}

func w1RxCreate(_ context.Context, input []int) (int, error) {
	buffered := rxgo.WithBufferedChannel(128)
	return rxSum(rxFilter(rxMap(rxCreate(input, 128), triple, buffered), even, buffered), buffered)
}
