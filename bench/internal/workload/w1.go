package workload

import (
	"context"

	"github.com/reactivex/rxgo/v2"
	"github.com/samber/ro"

	"github.com/destel/rill"

	"github.com/weirstreams/weir/streams"
)

var ints1M = Size{Full: 1_000_000, Quick: 100_000, Test: 1_000}

// plain is W1: ints through a map and a filter into a sum.
func plain() []Workload {
	sum := intsTo{evenTriples}
	return []Workload{{
		Name:      "W1",
		Title:     "ints → map → filter → sum, nothing blocks",
		Unit:      "int",
		Size:      ints1M,
		Reference: "func-loop",
		Engines: []Engine{
			sum.engine("func-loop", "", loop),
			sum.engine("push-chain", "", w1Push),
			sum.engine("iter.Seq", "", w1Seq),
			sum.engine("weir", "", w1Weir),
			sum.engine("weir-from-seq", "", w1WeirSeq),
			sum.engine("weir-foreach", "", w1WeirForEach),
			sum.engine("weir-values", "", w1WeirValues),
			sum.engine("chan-0", "", w1Chan(0)),
			sum.engine("chan-128", "", w1Chan(128)),
			sum.engine("chan-ctx-0", "", w1ChanCtx(0)),
			sum.engine("chan-ctx-128", "", w1ChanCtx(128)),
			sum.engine("chan-batch-256", "", w1Batch),
			sum.engine("ro", roModule, w1Ro),
			sum.engine("rxgo", rxgoModule, w1Rx),
			sum.engine("rxgo-128", rxgoModule, w1RxBuffered),
			sum.engine("go-streams", goStreamsModule, w1GoStreams(0)),
			sum.engine("go-streams-128", goStreamsModule, w1GoStreams(128)),
			sum.engine("rill", rillModule, w1Rill),
			sum.engine("rill-batch-256", rillModule, w1RillBatch),
			node("W1"),
		},
	}}
}

func w1Push(_ context.Context, input []int) (int, error) {
	sum := 0
	err := pushAll(input, pushMap(triple, pushFilter(even, pushSum(&sum))))
	return sum, err
}

func w1Seq(_ context.Context, input []int) (int, error) {
	return seqSum(seqFilter(seqMap(seqOf(input), triple), even)), nil
}

func w1Weir(ctx context.Context, input []int) (int, error) {
	sum := 0
	err := weirStages(streams.FromSlice(input)).PipeTo(ctx, weirSum(&sum))
	return sum, err
}

func w1WeirSeq(ctx context.Context, input []int) (int, error) {
	sum := 0
	err := weirStages(streams.From(seqOf(input))).PipeTo(ctx, weirSum(&sum))
	return sum, err
}

func w1WeirForEach(ctx context.Context, input []int) (int, error) {
	sum := 0
	err := weirStages(streams.FromSlice(input)).ForEach(ctx, func(x int) error {
		sum += x
		return nil
	})
	return sum, err
}

func w1WeirValues(ctx context.Context, input []int) (int, error) {
	sum := 0
	for x, err := range weirStages(streams.FromSlice(input)).Values(ctx) {
		if err != nil {
			return sum, err
		}
		sum += x
	}
	return sum, nil
}

// weirStages adds the map and the filter in their plain forms.
func weirStages(source *streams.ReadableStream[int]) *streams.ReadableStream[int] {
	return streams.PipeThrough(streams.PipeThrough(source, weirMap(triple)), weirFilter(even))
}

func w1Chan(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		mapped := chanMap(chanSource(input, buffer), buffer, triple)
		return chanSum(chanFilter(mapped, buffer, even)), nil
	}
}

func w1ChanCtx(buffer int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		mapped := chanMapCtx(ctx, chanSourceCtx(ctx, input, buffer), buffer, triple)
		return chanSumCtx(ctx, chanFilterCtx(ctx, mapped, buffer, even))
	}
}

func w1Batch(_ context.Context, input []int) (int, error) {
	return batchSum(batchFilter(batchMap(batchSource(input, 0), 0, triple), 0, even)), nil
}

func w1Ro(ctx context.Context, input []int) (int, error) {
	return roSum(ctx, roStages(ro.FromSlice(input)))
}

func roStages(source ro.Observable[int]) ro.Observable[int] {
	return ro.Pipe2(source, ro.Map(triple), ro.Filter(even))
}

func w1Rx(_ context.Context, input []int) (int, error) {
	return rxSum(rxStages(rxFromChannel(input)))
}

func w1RxBuffered(_ context.Context, input []int) (int, error) {
	buffered := rxgo.WithBufferedChannel(128)
	return rxSum(rxStages(rxCreate(input, 128), buffered), buffered)
}

func rxStages(source rxgo.Observable, opts ...rxgo.Option) rxgo.Observable {
	return rxFilter(rxMap(source, triple, opts...), even, opts...)
}

func w1GoStreams(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return gsSum(gsSource(input, buffer).Via(gsMap(triple)).Via(gsFilter(even)), buffer), nil
	}
}

func w1Rill(_ context.Context, input []int) (int, error) {
	return rillSum(rillStages(rill.FromSlice(input, nil)))
}

func rillStages(source <-chan rill.Try[int]) <-chan rill.Try[int] {
	return rillFilter(rillMap(source, triple), even)
}

// w1RillBatch lets rill make batches, so that the stages behind it hand over slices.
func w1RillBatch(_ context.Context, input []int) (int, error) {
	batches := rill.Batch(rill.FromSlice(input, nil), batchSize, -1)
	mapped := rill.Map(batches, 1, func(batch []int) ([]int, error) {
		for i, x := range batch {
			batch[i] = triple(x)
		}
		return batch, nil
	})
	kept := rill.Map(mapped, 1, func(batch []int) ([]int, error) {
		kept := batch[:0]
		for _, x := range batch {
			if even(x) {
				kept = append(kept, x)
			}
		}
		return kept, nil
	})
	sum := 0
	err := rill.ForEach(kept, 1, func(batch []int) error {
		sum += total(batch)
		return nil
	})
	return sum, err
}
