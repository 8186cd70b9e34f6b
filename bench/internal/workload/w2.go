package workload

import (
	"context"
	"fmt"

	"github.com/destel/rill"
	gostreams "github.com/reugn/go-streams"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
)

// depths are how many map stages the pipelines of W2 have. At least one: go-streams has no source that is a sink's.
var depths = []int{1, 2, 4, 8, 16}

// depth is W2: what one stage more costs.
func depth() []Workload {
	var list []Workload
	for _, n := range depths {
		sum := intsTo{func(input []int) int { return tripled(input, n) }}
		list = append(list, Workload{
			Name:      fmt.Sprintf("W2/depth=%d", n),
			Title:     fmt.Sprintf("ints through %d map stages", n),
			Unit:      "int",
			Size:      Size{Full: 100_000, Quick: 20_000, Test: 300},
			Reference: "func-loop",
			Engines: []Engine{
				sum.engine("func-loop", "", w2Loop(n)),
				sum.engine("push-chain", "", w2Push(n)),
				sum.engine("iter.Seq", "", w2Seq(n)),
				sum.engine("weir", "", w2Weir(n)),
				sum.engine("chan-0", "", w2Chan(n, 0)),
				sum.engine("chan-128", "", w2Chan(n, 128)),
				sum.engine("chan-ctx-128", "", w2ChanCtx(n, 128)),
				sum.engine("chan-batch-256", "", w2Batch(n)),
				sum.engine("ro", roModule, w2Ro(n)),
				sum.engine("rxgo", rxgoModule, w2Rx(n)),
				sum.engine("go-streams", goStreamsModule, w2GoStreams(n)),
				sum.engine("rill", rillModule, w2Rill(n)),
				node(fmt.Sprintf("W2/depth=%d", n)),
			},
		})
	}
	return list
}

// tripled is the sum of the input after so many map stages.
func tripled(input []int, depth int) int {
	sum := 0
	for _, x := range input {
		for range depth {
			x = 3*x + 1
		}
		sum += x
	}
	return sum
}

func w2Loop(depth int) runInts {
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

func w2Push(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		sum := 0
		next := pushSum(&sum)
		for range depth {
			next = pushMap(triple, next)
		}
		err := pushAll(input, next)
		return sum, err
	}
}

func w2Seq(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := seqOf(input)
		for range depth {
			s = seqMap(s, triple)
		}
		return seqSum(s), nil
	}
}

func w2Weir(depth int) runInts {
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

func w2Chan(depth, buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := chanSource(input, buffer)
		for range depth {
			s = chanMap(s, buffer, triple)
		}
		return chanSum(s), nil
	}
}

func w2ChanCtx(depth, buffer int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		s := chanSourceCtx(ctx, input, buffer)
		for range depth {
			s = chanMapCtx(ctx, s, buffer, triple)
		}
		return chanSumCtx(ctx, s)
	}
}

func w2Batch(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := batchSource(input, 0)
		for range depth {
			s = batchMap(s, 0, triple)
		}
		return batchSum(s), nil
	}
}

func w2Ro(depth int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		s := ro.FromSlice(input)
		for range depth {
			s = ro.Pipe1(s, ro.Map(triple))
		}
		return roSum(ctx, s)
	}
}

func w2Rx(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := rxFromChannel(input)
		for range depth {
			s = rxMap(s, triple)
		}
		return rxSum(s)
	}
}

func w2GoStreams(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		var s gostreams.Flow = gsSource(input, 0).Via(gsMap(triple))
		for range depth - 1 {
			s = s.Via(gsMap(triple))
		}
		return gsSum(s, 0), nil
	}
}

func w2Rill(depth int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := rill.FromSlice(input, nil)
		for range depth {
			s = rillMap(s, triple)
		}
		return rillSum(s)
	}
}
