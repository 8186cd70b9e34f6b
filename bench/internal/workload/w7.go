package workload

import (
	"context"

	"github.com/destel/rill"
	"github.com/samber/ro"
)

// shortLength is how many ints go through a short pipeline.
const shortLength = 10

// short is W7: what it costs to make a pipeline for a few ints, to run it, and to tear it down.
func short() []Workload {
	pipeline := shortTo{intsTo{evenTriples}}
	return []Workload{{
		Name:      "W7",
		Title:     "make a pipeline of map, filter and reduce, run 10 ints through it, tear it down",
		Unit:      "pipeline",
		Size:      Size{Full: 1, Quick: 1, Test: 1},
		Reference: "chan-0",
		Engines: []Engine{
			pipeline.engine("func-loop", "", loop),
			pipeline.engine("push-chain", "", w1Push),
			pipeline.engine("iter.Seq", "", w1Seq),
			pipeline.engine("weir", "", w1Weir),
			pipeline.engine("weir-foreach", "", w1WeirForEach),
			pipeline.engine("weir-ctx-sink", "", sinkWeir(1)),
			pipeline.engine("weir-ctx", "", allWeir),
			pipeline.engine("chan-0", "", w1Chan(0)),
			pipeline.engine("chan-128", "", w1Chan(128)),
			pipeline.engine("chan-ctx-0", "", w1ChanCtx(0)),
			pipeline.engine("chan-batch-256", "", w1Batch),
			pipeline.engine("ro", roModule, shortRo),
			pipeline.engine("rxgo", rxgoModule, shortRx),
			pipeline.engine("go-streams", goStreamsModule, w1GoStreams(0)),
			pipeline.engine("rill", rillModule, shortRill),
			node("W7"),
		},
	}}
}

// shortTo makes engines whose unit is a pipeline, not an int.
type shortTo struct {
	ints intsTo
}

func (s shortTo) engine(name, library string, run runInts) Engine {
	return Engine{Name: name, Library: library, Prepare: func(pipelines int) (Job, error) {
		one := s.ints.job(count(shortLength), run)
		return Job{Run: func(ctx context.Context) error {
			for range pipelines {
				if err := one.Run(ctx); err != nil {
					return err
				}
			}
			return nil
		}}, nil
	}}
}

func shortRo(ctx context.Context, input []int) (int, error) {
	add := ro.Reduce(func(sum, x int) int { return sum + x }, 0)
	return roSum(ctx, ro.Pipe1(roStages(ro.FromSlice(input)), add))
}

func shortRx(_ context.Context, input []int) (int, error) {
	item, err := rxStages(rxFromChannel(input)).Reduce(func(_ context.Context, sum, x any) (any, error) {
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

func shortRill(_ context.Context, input []int) (int, error) {
	sum, _, err := rill.Reduce(rillStages(rill.FromSlice(input, nil)), 1, func(a, b int) (int, error) { return a + b, nil })
	return sum, err
}
