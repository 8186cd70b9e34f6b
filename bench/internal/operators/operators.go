// Package operators holds a workload of which the operators of package transforms are the engines: what each of them costs
// for one chunk.
package operators

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/weirstreams/weir/bench/internal/workload"
	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// reference is what the others are compared with: no operator at all.
const reference = "none"

// Workload is the workload.
func Workload() workload.Workload {
	return workload.Workload{
		Name:      "Operators",
		Title:     "ints from a slice (for codecs a line of JSON for each, in chunks of 64 KiB) through one operator of transforms to a sink that counts",
		Unit:      "int of the source",
		Size:      workload.Size{Full: 100_000, Quick: 10_000, Test: 1_000},
		Reference: reference,
		Engines: slices.Concat(elements(), cuts(), aggregates(), collections(), windows(), paces(), blocking(),
			combinations(), texts(), records(), formats()),
	}
}

// operator is an engine: build puts the operator behind a source of so many ints, and want says how many chunks must
// come out.
func operator[U any](
	name string, build func(*streams.ReadableStream[int]) *streams.ReadableStream[U], want func(ints int) int,
) workload.Engine {
	return engine(name, ints, build, want)
}

// engine is operator for what input makes of a number of ints.
func engine[T, U any](
	name string, input func(n int) ([]T, error), build func(*streams.ReadableStream[T]) *streams.ReadableStream[U],
	want func(ints int) int,
) workload.Engine {
	return workload.Engine{Name: name, Prepare: func(units int) (workload.Job, error) {
		chunks, err := input(units)
		if err != nil {
			return workload.Job{}, err
		}
		return workload.Job{Run: func(ctx context.Context) error {
			got := 0
			sink := streams.SinkFunc(func(U) error {
				got++
				return nil
			})
			if err := build(streams.FromSlice(chunks)).PipeTo(ctx, sink); err != nil {
				return err
			}
			if n := want(units); got != n && (n != some || got == 0) {
				return fmt.Errorf("%d chunks came out, want %d", got, n)
			}
			return nil
		}}, nil
	}}
}

// ints returns the first n.
func ints(n int) ([]int, error) {
	input := make([]int, n)
	for i := range input {
		input[i] = i
	}
	return input, nil
}

// stage is an operator that is a transform.
func stage[U any, P streams.ReadableWritablePair[int, U]](name string, build func() P, want func(int) int) workload.Engine {
	return operator(name, func(s *streams.ReadableStream[int]) *streams.ReadableStream[U] {
		return streams.PipeThrough[int, U](s, build())
	}, want)
}

// How many chunks come out of so many.

func all(ints int) int { return ints }

func half(ints int) int { return ints / 2 }

func one(int) int { return 1 }

// some stands for any number but none.
const some = -1

func anyNumber(int) int { return some }

// exactly is n, or all if there are fewer.
func exactly(n int) func(int) int {
	return func(ints int) int { return min(n, ints) }
}

// What the operators are given.

func triple(x int) int { return 3*x + 1 }

func even(x int) bool { return x%2 == 0 }

func add(a, b int) int { return a + b }

func small(x int) bool { return x < 500 }

func tripleErr(_ context.Context, x int) (int, error) { return triple(x), nil }

func just(x int) *streams.ReadableStream[int] { return streams.FromSlice([]int{x}) }

// pool is where FlatMap's results come from, so that they cost no allocation.
var pool = []int{1, 2}

type (
	transform = *streams.TransformStream[int, int]
	pair      = streams.ReadableWritablePair[int, int]
)

// elements are the operators that look at one chunk after the other.
func elements() []workload.Engine {
	return []workload.Engine{
		operator(reference, func(s *streams.ReadableStream[int]) *streams.ReadableStream[int] { return s }, all),
		stage[int]("Map", func() transform { return transforms.Map(triple) }, all),
		stage[int]("Filter", func() transform { return transforms.Filter(even) }, half),
		stage[int]("FilterMap", func() transform {
			return transforms.FilterMap(func(x int) (int, bool) { return triple(x), even(x) })
		}, half),
		stage[int]("FlatMap", func() transform {
			return transforms.FlatMap(func(x int) []int { return pool[x%2:][:1] })
		}, all),
		stage[int]("FlatMapSeq", func() pair {
			return transforms.FlatMapSeq(func(x int) iter.Seq[int] {
				return func(yield func(int) bool) { yield(x) }
			})
		}, all),
		stage[int]("Scan", func() transform { return transforms.Scan(0, add) }, all),
		stage[int]("Tap", func() transform { return transforms.Tap(func(int) {}) }, all),
		stage[[2]int]("Pairwise", transforms.Pairwise[int], func(n int) int { return n - 1 }),
		stage[int]("DistinctUntilChanged", transforms.DistinctUntilChanged[int], all),
		stage[transforms.Timestamped[int]]("Timestamp", transforms.Timestamp[int], all),
	}
}

// cuts are the operators that pass on a part of the stream, or add to it.
func cuts() []workload.Engine {
	const n = 500
	return []workload.Engine{
		stage[int]("Take", func() transform { return transforms.Take[int](1 << 30) }, all),
		stage[int]("TakeWhile", func() transform { return transforms.TakeWhile(func(x int) bool { return x >= 0 }) }, all),
		stage[int]("TakeLast", func() transform { return transforms.TakeLast[int](n) }, exactly(n)),
		stage[int]("Skip", func() transform { return transforms.Skip[int](n) }, func(ints int) int { return ints - n }),
		stage[int]("SkipWhile", func() transform { return transforms.SkipWhile(small) }, func(ints int) int { return ints - n }),
		stage[int]("SkipLast", func() transform { return transforms.SkipLast[int](n) }, func(ints int) int { return ints - n }),
		stage[int]("StartWith", func() transform { return transforms.StartWith(1) }, func(ints int) int { return ints + 1 }),
		stage[int]("EndWith", func() transform { return transforms.EndWith(1) }, func(ints int) int { return ints + 1 }),
		stage[int]("DefaultIfEmpty", func() transform { return transforms.DefaultIfEmpty(1) }, all),
		stage[int]("IgnoreElements", transforms.IgnoreElements[int], func(int) int { return 0 }),
	}
}

// aggregates are the operators that give one chunk for the whole stream.
func aggregates() []workload.Engine {
	return []workload.Engine{
		stage[int]("Reduce", func() transform { return transforms.Reduce(0, add) }, one),
		stage[int]("Count", transforms.Count[int], one),
		stage[int]("Sum", transforms.Sum[int], one),
		stage[float64]("Average", transforms.Average[int], one),
		stage[int]("Max", transforms.Max[int], one),
		stage[int]("Last", transforms.Last[int], one),
		stage[bool]("Every", func() *streams.TransformStream[int, bool] {
			return transforms.Every(func(x int) bool { return x >= 0 })
		}, one),
	}
}

// collections are the operators that make slices.
func collections() []workload.Engine {
	const n = 100
	return []workload.Engine{
		stage[[]int]("Batch", func() *streams.TransformStream[int, []int] { return transforms.Batch[int](n) },
			func(ints int) int { return ints / n }),
		stage[[]int]("SlidingWindow", func() *streams.TransformStream[int, []int] {
			return transforms.SlidingWindow[int](n, n)
		}, func(ints int) int { return ints / n }),
	}
}

// blocking are the operators whose functions may block, or that run several at once.
func blocking() []workload.Engine {
	return []workload.Engine{
		stage[int]("MapErr", func() transform { return transforms.MapErr(tripleErr) }, all),
		stage[int]("MapConcurrent-4", func() pair { return transforms.MapConcurrent(4, tripleErr) }, all),
		stage[int]("MapConcurrentUnordered-4", func() pair { return transforms.MapConcurrentUnordered(4, tripleErr) }, all),
		stage[int]("ConcatMap", func() pair { return transforms.ConcatMap(just) }, all),
		stage[int]("MergeMap-4", func() pair { return transforms.MergeMap(4, just) }, all),
	}
}

// combinations are the operators of several streams: the source is one, a stream of as many ints the other.
func combinations() []workload.Engine {
	twice := func(ints int) int { return 2 * ints }
	other := func() *streams.ReadableStream[int] {
		n := 0
		return streams.Generate(func() (int, error) {
			n++
			return n, nil
		})
	}
	return []workload.Engine{
		operator("Zip", func(s *streams.ReadableStream[int]) *streams.ReadableStream[transforms.Pair[int, int]] {
			return transforms.Zip(s, other())
		}, all),
		operator("Merge", func(s *streams.ReadableStream[int]) *streams.ReadableStream[int] {
			a, b, err := s.Tee()
			if err != nil {
				return s
			}
			return transforms.Merge(a, b)
		}, twice),
		operator("Concat", func(s *streams.ReadableStream[int]) *streams.ReadableStream[int] {
			return transforms.Concat(s)
		}, all),
	}
}
