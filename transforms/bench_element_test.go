package transforms_test

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// An elementBench is an element operator in a pipeline from a slice to a sink.
type elementBench struct {
	name      string
	allocates bool // for each element, because that makes a stream or a sequence
	pipe      func(ctx context.Context, input []int) error
}

func benchOf[O any](name string, stage func() pair[int, O]) elementBench {
	return elementBench{name: name, pipe: func(ctx context.Context, input []int) error {
		return streams.PipeThrough(streams.FromSlice(input), stage()).PipeTo(ctx, transforms.Discard[O]())
	}}
}

// benchOfTransform is benchOf for a constructor that says more about what it makes.
func benchOfTransform[O any](name string, stage func() *streams.TransformStream[int, O]) elementBench {
	return benchOf(name, func() pair[int, O] { return stage() })
}

// elementBenches has all element operators, each in a form that looks at all of an input of n elements; First cannot.
func elementBenches(n int) []elementBench {
	type stage = *streams.TransformStream[int, int]
	some := make([]int, 2)
	yes, no := func(int) bool { return true }, func(int) bool { return false }
	plain := []elementBench{
		benchOfTransform("Map", func() stage { return transforms.Map(same[int]) }),
		benchOfTransform("FilterMap", func() stage { return transforms.FilterMap(func(x int) (int, bool) { return x, true }) }),
		benchOf("Cast", func() pair[int, int] {
			return streams.Chain(transforms.Map(func(x int) any { return x & 0xff }), transforms.Cast[any, int]())
		}),
		benchOfTransform("FlatMap", func() stage { return transforms.FlatMap(func(int) []int { return some }) }),
		benchOfTransform("Scan", func() stage { return transforms.Scan(0, add) }),
		benchOfTransform("Pairwise", transforms.Pairwise[int]),
		benchOfTransform("Timestamp", transforms.Timestamp[int]),
		benchOfTransform("TimeInterval", transforms.TimeInterval[int]),
		benchOfTransform("Tap", func() stage { return transforms.Tap(func(int) {}) }),
		benchOfTransform("Filter", func() stage { return transforms.Filter(yes) }),
		benchOfTransform("IgnoreElements", transforms.IgnoreElements[int]),
		benchOfTransform("Take", func() stage { return transforms.Take[int](streams.Unbounded) }),
		benchOfTransform("TakeWhile", func() stage { return transforms.TakeWhile(yes) }),
		benchOfTransform("TakeWhileInclusive", func() stage { return transforms.TakeWhileInclusive(yes) }),
		benchOfTransform("TakeLast", func() stage { return transforms.TakeLast[int](100) }),
		benchOfTransform("Skip", func() stage { return transforms.Skip[int](100) }),
		benchOfTransform("SkipWhile", func() stage { return transforms.SkipWhile(no) }),
		benchOfTransform("SkipLast", func() stage { return transforms.SkipLast[int](100) }),
		benchOfTransform("ElementAt", func() stage { return transforms.ElementAt[int](n - 1) }),
		benchOfTransform("First", func() stage { return transforms.First[int]() }),
		benchOfTransform("Last", transforms.Last[int]),
		benchOfTransform("Find", func() stage { return transforms.Find(no) }),
		benchOfTransform("Distinct", func() stage { return transforms.Distinct[int](transforms.DistinctOptions{MaxRemembered: 100}) }),
		benchOfTransform("DistinctBy", func() stage { return transforms.DistinctBy(func(x int) int { return x & 0xff }) }),
		benchOfTransform("DistinctUntilChanged", transforms.DistinctUntilChanged[int]),
		benchOfTransform("DistinctUntilChangedFunc", func() stage {
			return transforms.DistinctUntilChangedFunc(func(a, b int) bool { return a == b })
		}),
		benchOfTransform("Reduce", func() stage { return transforms.Reduce(0, add) }),
		benchOfTransform("Count", transforms.Count[int]),
		benchOfTransform("Sum", transforms.Sum[int]),
		benchOfTransform("Average", transforms.Average[int]),
		benchOfTransform("Min", transforms.Min[int]),
		benchOfTransform("MinFunc", func() stage { return transforms.MinFunc(cmp.Compare[int]) }),
		benchOfTransform("Max", transforms.Max[int]),
		benchOfTransform("MaxFunc", func() stage { return transforms.MaxFunc(cmp.Compare[int]) }),
		benchOf("Every", func() pair[int, bool] { return transforms.Every(yes) }),
		benchOf("Some", func() pair[int, bool] { return transforms.Some(no) }),
		benchOf("Contains", func() pair[int, bool] { return transforms.Contains(-1) }),
		benchOfTransform("StartWith", func() stage { return transforms.StartWith(some...) }),
		benchOfTransform("EndWith", func() stage { return transforms.EndWith(some...) }),
		benchOfTransform("DefaultIfEmpty", func() stage { return transforms.DefaultIfEmpty(0) }),
		benchOfTransform("ThrowIfEmpty", func() stage { return transforms.ThrowIfEmpty[int](nil) }),
		benchOf("Dematerialize", func() pair[int, int] {
			return streams.Chain(
				transforms.Map(func(x int) notification { return notification{Value: x} }),
				transforms.Dematerialize[int]())
		}),
	}
	return append(plain, blockingElementBenches()...)
}

// blockingElementBenches has the operators that run beside the pipeline.
func blockingElementBenches() []elementBench {
	some := make([]int, 2)
	flatMapSeq := benchOf("FlatMapSeq", func() pair[int, int] {
		return transforms.FlatMapSeq(func(int) iter.Seq[int] { return slices.Values(some) })
	})
	concatMap := benchOf("ConcatMap", func() pair[int, int] {
		return transforms.ConcatMap(func(int) *streams.ReadableStream[int] { return streams.FromSlice(some) })
	})
	flatMapSeq.allocates, concatMap.allocates = true, true
	return []elementBench{
		flatMapSeq,
		concatMap,
		benchOf("MapErr", func() pair[int, int] {
			return transforms.MapErr(func(_ context.Context, x int) (int, error) { return x, nil })
		}),
		benchOf("FlatMapErr", func() pair[int, int] {
			return transforms.FlatMapErr(func(context.Context, int) ([]int, error) { return some, nil })
		}),
		benchOf("TakeUntil", func() pair[int, int] { return transforms.TakeUntil[int](unending()) }),
		benchOf("SkipUntil", func() pair[int, int] { return transforms.SkipUntil[int](unending()) }),
		benchOf("Finalize", func() pair[int, int] {
			return transforms.Finalize[int](func(context.Context, error) error { return nil })
		}),
		benchOf("Catch", func() pair[int, int] {
			return transforms.Catch(func(error) *streams.ReadableStream[int] { return unending() })
		}),
		benchOf("OnErrorReturn", func() pair[int, int] { return transforms.OnErrorReturn(func(error) int { return 0 }) }),
		benchOf("Materialize", func() pair[int, notification] { return transforms.Materialize[int]() }),
	}
}

type notification = transforms.Notification[int]

// benchInput has n numbers, none of which follows itself.
func benchInput(n int) []int {
	input := make([]int, n)
	for i := range input {
		input[i] = i % 1000
	}
	return input
}

func BenchmarkElement(b *testing.B) {
	input := benchInput(10_000)
	for _, e := range elementBenches(len(input)) {
		b.Run(e.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := e.pipe(b.Context(), input); err != nil {
					b.Fatal(err)
				}
			}
			perElement(b, len(input))
		})
	}
}

// No element operator allocates for an element, but what makes a stream of each.
func TestElementOperatorsAllocateNothing(t *testing.T) {
	input := benchInput(1000)
	names := map[string]bool{}
	for _, e := range elementBenches(len(input)) {
		names[e.name] = true
		if e.allocates {
			continue
		}
		allocations := testing.AllocsPerRun(1, func() {
			if err := e.pipe(t.Context(), input); err != nil {
				t.Errorf("%s: %v", e.name, err)
			}
		})
		if allocations > 200 { // the pipeline itself is made of about 100
			t.Errorf("%s: %v allocations for %d elements", e.name, allocations, len(input))
		}
	}
	for _, s := range elementSubjects() {
		if !names[s.name] {
			t.Errorf("%s is not among the benchmarks", s.name)
		}
	}
}
