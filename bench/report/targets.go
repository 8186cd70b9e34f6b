package main

import (
	"fmt"
	"math"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// A target is what weir wants to cost at most.
type target struct {
	workload string
	engine   string
	metric   string
	atMost   float64
	of       string // engine whose figure atMost is a multiple of; empty if it is a figure itself
	whole    bool   // it is for all units of a run together
}

var targets = []target{
	{workload: "W1", engine: "weir", metric: workload.CPU, atMost: 3, of: "func-loop"},
	{workload: "W1", engine: "weir-from-seq", metric: workload.CPU, atMost: 3, of: "func-loop"},
	{workload: "W1", engine: "weir", metric: workload.Allocs, atMost: noAllocs},
	{workload: "W1", engine: "weir-foreach", metric: workload.CPU, atMost: 1.3, of: "weir"},
	{workload: "W1", engine: "weir-values", metric: workload.CPU, atMost: 1.3, of: "weir"},
	{workload: "W1-sink/mark=1", engine: "weir", metric: workload.CPU, atMost: 250},
	{workload: "W1-sink/mark=16", engine: "weir", metric: workload.CPU, atMost: 120},
	{workload: "W1-sink/mark=128", engine: "weir", metric: workload.CPU, atMost: 80},
	{workload: "W1-sink/mark=128", engine: "weir", metric: workload.Allocs, atMost: noAllocs},
	{workload: "W1-ctx", engine: "weir", metric: workload.CPU, atMost: 400},
	{workload: "W1-ctx", engine: "weir", metric: workload.Allocs, atMost: noAllocs},
	{workload: "W1-func", engine: "weir", metric: workload.CPU, atMost: 200},
	{workload: "Read", engine: "weir", metric: workload.CPU, atMost: 135},
	{workload: "Push", engine: "weir", metric: workload.CPU, atMost: 100},
	{workload: "W2/depth=1", engine: "weir", metric: workload.CPU, atMost: 2, of: "push-chain"},
	{workload: "W2/depth=4", engine: "weir", metric: workload.CPU, atMost: 2, of: "push-chain"},
	{workload: "W2/depth=16", engine: "weir", metric: workload.CPU, atMost: 2, of: "push-chain"},
	{workload: "W3/mark=1", engine: "weir", metric: workload.CPU, atMost: 1, of: "chan-ctx"},
	{workload: "W3/mark=16", engine: "weir", metric: workload.CPU, atMost: 1. / 2, of: "chan-ctx"},
	{workload: "W3/mark=128", engine: "weir", metric: workload.CPU, atMost: 1. / 5, of: "chan-ctx"},
	{workload: "W3/mark=128", engine: "weir", metric: workload.CPU, atMost: 1. / 3, of: "chan"},
	{workload: "W3/mark=1024", engine: "weir", metric: workload.CPU, atMost: 1. / 5, of: "chan-ctx"},
	{workload: "W3/mark=1024", engine: "weir", metric: workload.CPU, atMost: 1. / 3, of: "chan"},
	{workload: "W3-batch", engine: "weir", metric: workload.CPU, atMost: 1.5, of: "chan-batch-256"},
	{workload: "W4", engine: "weir", metric: workload.CPU, atMost: 1 / .9, of: "io.CopyBuffer"},
	{workload: "W4", engine: "weir", metric: workload.Allocs, atMost: 64, whole: true},
	{workload: "W4", engine: "weir-transform", metric: workload.CPU, atMost: 1 / .8, of: "io.CopyBuffer"},
	{workload: "W5/consumers=2", engine: "weir-tee", metric: workload.CPU, atMost: 1, of: "ro-Connectable"},
	{workload: "W5/consumers=2", engine: "weir-tee", metric: workload.Allocs, atMost: noAllocs},
	{workload: "W5/consumers=8", engine: "weir-broadcast", metric: workload.CPU, atMost: 1, of: "ro-Connectable"},
	{workload: "W5/consumers=8", engine: "weir-broadcast", metric: workload.Allocs, atMost: noAllocs},
	{workload: "W7", engine: "weir", metric: workload.CPU, atMost: 2500},
	{workload: "W7", engine: "weir", metric: workload.Allocs, atMost: 25},
	{workload: "Rest/readable", engine: "weir", metric: workload.Heap, atMost: 1024},
	{workload: "Rest/readable", engine: "weir", metric: workload.Goroutines, atMost: noAllocs},
	{workload: "Rest/pipeline", engine: "weir", metric: workload.Goroutines, atMost: noAllocs},

	{workload: "WS-echo/size=128", engine: "weir", metric: workload.CPU, atMost: 1.1, of: "gobwas-bufio"},
	{workload: "WS-echo/size=128", engine: "weir", metric: workload.Allocs, atMost: 2},
	{workload: "WS-echo/size=65536", engine: "weir", metric: workload.CPU, atMost: 1.1, of: "gobwas-bufio"},
	{workload: "WS-echo/size=65536", engine: "weir", metric: workload.Allocs, atMost: 2},
	{workload: "WS-up/size=128", engine: "weir-pipe-64", metric: workload.Wall, atMost: 1. / 5, of: "gobwas-bufio"},
	{workload: "WS-up/size=65536", engine: "weir", metric: workload.CPU, atMost: 1.15, of: "gobwas-bufio"},
	{workload: "WS-up/size=1048576", engine: "weir", metric: workload.CPU, atMost: 1.15, of: "gobwas-bufio"},
	{workload: "WS-idle", engine: "weir", metric: workload.Space, atMost: 5500},
}

// noAllocs is less than one for each element: what it takes to set up a pipeline, spread over all elements.
const noAllocs = 0.01

// A judgement is what became of a target.
type judgement struct {
	target
	got float64 // in the unit of atMost
	met bool
}

// judge looks at the targets whose workloads were measured.
func judge(targets []target, outcomes []outcome) []judgement {
	var list []judgement
	for _, t := range targets {
		for _, o := range outcomes {
			if o.workload.Name != t.workload {
				continue
			}
			got := o.figure(t.engine, t.metric)
			if t.of != "" {
				got /= o.figure(t.of, t.metric)
			}
			if t.whole {
				got *= float64(o.units)
			}
			if !math.IsNaN(got) {
				list = append(list, judgement{target: t, got: got, met: got <= t.atMost})
			}
		}
	}
	return list
}

func (t target) String() string {
	limit := fmt.Sprintf("at most %s %s", number(t.atMost), t.metric)
	switch {
	case t.of != "":
		limit = fmt.Sprintf("%s at most %s of %s", t.metric, times(t.atMost), t.of)
	case t.whole:
		limit = fmt.Sprintf("at most %s allocations in all", number(t.atMost))
	case t.atMost == noAllocs:
		limit = fmt.Sprintf("0 %s", t.metric)
	}
	return fmt.Sprintf("%s %s: %s", t.workload, t.engine, limit)
}
