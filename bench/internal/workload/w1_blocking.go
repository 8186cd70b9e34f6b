package workload

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/destel/rill"
	"github.com/reactivex/rxgo/v2"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// The jobs of W1 where functions may block, so that the stages must be able to run ahead of one another. (None of them
// does block: what is measured is what it costs to allow for it.)

var ints200K = Size{Full: 200_000, Quick: 50_000, Test: 1_000}

// blockingSink is W1 with a sink that may block, behind a queue of so many ints.
func blockingSink() []Workload {
	sum := intsTo{evenTriples}
	var list []Workload
	for _, mark := range []int{1, 16, 128} {
		list = append(list, Workload{
			Name:      fmt.Sprintf("W1-sink/mark=%d", mark),
			Title:     fmt.Sprintf("W1 with a sink that may block, %d queued for it", mark),
			Unit:      "int",
			Size:      ints200K,
			Reference: "loop-chan-ctx",
			Engines: []Engine{
				sum.engine("loop-chan-ctx", "", sinkLoopChan(mark)),
				sum.engine("weir", "", sinkWeir(mark)),
				sum.engine("chan-ctx", "", w1ChanCtx(mark)),
				sum.engine("ro-ObserveOn", roModule, sinkRo(mark)),
				sum.engine("rxgo", rxgoModule, sinkRx(mark)),
				sum.engine("go-streams", goStreamsModule, w1GoStreams(mark)),
				sum.engine("rill-Buffer", rillModule, sinkRill(mark)),
				node(fmt.Sprintf("W1-sink/mark=%d", mark)),
			},
		})
	}
	return list
}

// sinkLoopChan is the hand-written form: a loop in a goroutine, and one channel to the sink.
func sinkLoopChan(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		return chanSumCtx(ctx, chanLoopCtx(ctx, input, mark))
	}
}

func sinkWeir(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		sum := 0
		err := weirStages(streams.FromSlice(input)).PipeTo(ctx, weirSumCtx(&sum, mark))
		return sum, err
	}
}

func sinkRo(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		return roSum(ctx, ro.Pipe1(roStages(ro.FromSlice(input)), ro.ObserveOn[int](mark)))
	}
}

func sinkRx(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return rxSum(rxStages(rxFromChannel(input)), rxgo.WithBufferedChannel(mark))
	}
}

func sinkRill(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return rillSum(rill.Buffer(rillStages(rill.FromSlice(input, nil)), mark))
	}
}

// blockingAll is W1 where every function may block.
func blockingAll() []Workload {
	sum := intsTo{evenTriples}
	return []Workload{{
		Name:      "W1-ctx",
		Title:     "W1 where source, map, filter and sink may each block",
		Unit:      "int",
		Size:      ints200K,
		Reference: "chan-ctx-1",
		Engines: []Engine{
			sum.engine("chan-ctx-1", "", w1ChanCtx(1)),
			sum.engine("weir", "", allWeir),
			sum.engine("rxgo", rxgoModule, w1Rx),
			sum.engine("go-streams", goStreamsModule, w1GoStreams(0)),
			sum.engine("rill", rillModule, w1Rill),
			sum.engine("ro-ObserveOn", roModule, allRo),
			node("W1-ctx"),
		},
	}}
}

func allWeir(ctx context.Context, input []int) (int, error) {
	mapped := streams.PipeThrough(weirSourceCtx(input), weirMapCtx(triple))
	filtered := streams.PipeThrough(mapped, weirFilterCtx(even))
	sum := 0
	err := filtered.PipeTo(ctx, weirSumCtx(&sum, 1))
	return sum, err
}

// allRo has a goroutine between any two stages: by themselves ro's are synchronous.
func allRo(ctx context.Context, input []int) (int, error) {
	between := ro.ObserveOn[int](1)
	return roSum(ctx, ro.Pipe5(ro.FromSlice(input), between, ro.Map(triple), between, ro.Filter(even), between))
}

// blockingFunc has a source and a map that may block and return their chunk, and a sink that may.
func blockingFunc() []Workload {
	sum := intsTo{func(input []int) int { return total(input)*3 + len(input) }}
	return []Workload{{
		Name:      "W1-func",
		Title:     "FromFunc → MapErr → a sink, each of which may block",
		Unit:      "int",
		Size:      ints200K,
		Reference: "chan-ctx-1",
		Engines: []Engine{
			sum.engine("chan-ctx-1", "", funcChanCtx),
			sum.engine("weir", "", funcWeir),
			sum.engine("ro-ObserveOn", roModule, funcRo),
			sum.engine("rxgo", rxgoModule, funcRx),
			sum.engine("rill", rillModule, funcRill),
			node("W1-func"),
		},
	}}
}

func funcChanCtx(ctx context.Context, input []int) (int, error) {
	return chanSumCtx(ctx, chanMapCtx(ctx, chanSourceCtx(ctx, input, 1), 1, triple))
}

func funcWeir(ctx context.Context, input []int) (int, error) {
	mapped := streams.PipeThrough(streams.FromFunc(weirNext(input)),
		transforms.MapErr(func(_ context.Context, x int) (int, error) { return triple(x), nil }))
	sum := 0
	err := mapped.PipeTo(ctx, weirSumCtx(&sum, 1))
	return sum, err
}

// weirNext returns one int after the other.
func weirNext(input []int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		if len(input) == 0 {
			return 0, io.EOF
		}
		x := input[0]
		input = input[1:]
		return x, nil
	}
}

func funcRo(ctx context.Context, input []int) (int, error) {
	mapErr := ro.MapErr(func(x int) (int, error) { return triple(x), nil })
	return roSum(ctx, ro.Pipe3(ro.FromSlice(input), ro.ObserveOn[int](1), mapErr, ro.ObserveOn[int](1)))
}

func funcRx(_ context.Context, input []int) (int, error) {
	return rxSum(rxMap(rxFromChannel(input), triple))
}

func funcRill(_ context.Context, input []int) (int, error) {
	return rillSum(rillMap(rillUnbuffered(input), triple))
}

// readFunc is Read by Read on a source that may block, with nothing queued in between.
func readFunc() []Workload {
	sum := intsTo{total}
	return []Workload{{
		Name:      "Read",
		Title:     "Read on FromFunc at mark 0: an int is made when it is asked for",
		Unit:      "int",
		Size:      ints200K,
		Reference: "iter.Pull",
		Engines: []Engine{
			sum.engine("iter.Pull", "", readPull),
			sum.engine("weir", "", readWeir),
			sum.engine("chan-0", "", handOverChan(0)),
			sum.engine("chan-ctx-0", "", handOverChanCtx(0)),
			sum.engine("rill", rillModule, readRill),
			node("Read"),
		},
	}}
}

func readPull(_ context.Context, input []int) (int, error) {
	next, stop := iter.Pull(seqOf(input))
	defer stop()
	sum := 0
	for {
		x, ok := next()
		if !ok {
			return sum, nil
		}
		sum += x
	}
}

func readWeir(ctx context.Context, input []int) (int, error) {
	return weirReadAll(ctx, streams.FromFunc(weirNext(input)))
}

func readRill(_ context.Context, input []int) (int, error) {
	sum := 0
	for x := range rillUnbuffered(input) {
		if x.Error != nil {
			return sum, x.Error
		}
		sum += x.Value
	}
	return sum, nil
}

// pushed is a source that another goroutine of the user's puts its ints into.
func pushed() []Workload {
	const mark = 128
	sum := intsTo{evenTriples}
	return []Workload{{
		Name:      "Push",
		Title:     "another goroutine enqueues, 128 queued → map → filter → sum",
		Unit:      "int",
		Size:      ints200K,
		Reference: "chan-128-loop",
		Engines: []Engine{
			sum.engine("chan-128-loop", "", pushChan(mark)),
			sum.engine("chan-ctx-128-loop", "", pushChanCtx(mark)),
			sum.engine("weir", "", pushWeir(mark)),
			sum.engine("ro-ObserveOn", roModule, pushRo(mark)),
			sum.engine("rxgo", rxgoModule, pushRx(mark)),
			sum.engine("go-streams", goStreamsModule, pushGoStreams(mark)),
			sum.engine("rill", rillModule, pushRill(mark)),
		},
	}}
}

func pushChan(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		sum := 0
		for x := range chanSource(input, mark) {
			if y := triple(x); even(y) {
				sum += y
			}
		}
		return sum, nil
	}
}

func pushChanCtx(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		in := chanSourceCtx(ctx, input, mark)
		sum := 0
		for {
			x, ok := chanReceiveCtx(ctx, in)
			if !ok {
				return sum, context.Cause(ctx)
			}
			if y := triple(x); even(y) {
				sum += y
			}
		}
	}
}

func pushWeir(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		sum := 0
		err := weirStages(weirPushSource(input, mark)).PipeTo(ctx, weirSum(&sum))
		return sum, err
	}
}

func pushRo(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		return roSum(ctx, roStages(ro.Pipe1(roPush(input), ro.ObserveOn[int](mark))))
	}
}

func pushRx(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return rxSum(rxStages(rxCreate(input, mark)))
	}
}

func pushGoStreams(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return gsSum(gsSource(input, mark).Via(gsMap(triple)).Via(gsFilter(even)), 0), nil
	}
}

func pushRill(mark int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return rillSum(rillStages(rill.FromChan(chanSource(input, mark), nil)))
	}
}
