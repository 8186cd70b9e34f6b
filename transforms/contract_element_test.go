package transforms_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func elementSubjects() []subject {
	return slices.Concat(mapSubjects(), selectSubjects(), aggregateSubjects(), endSubjects())
}

func mapSubjects() []subject {
	return []subject{
		operator[int, int]{
			name: "Map", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.Map(same[int]) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.Map(func(int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "MapErr", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.MapErr(func(_ context.Context, x int) (int, error) { return x, nil })
			},
			want: same[[]int],
			failing: func() pair[int, int] {
				return transforms.MapErr(func(context.Context, int) (int, error) { return 0, errBoom })
			},
			panicking: func() pair[int, int] {
				return transforms.MapErr(func(context.Context, int) (int, error) { panic(errBoom) })
			},
		}.subject(),
		operator[int, int]{
			name: "FilterMap", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.FilterMap(func(x int) (int, bool) { return x, true }) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.FilterMap(func(int) (int, bool) { panic(errBoom) }) },
		}.subject(),
		operator[any, int]{
			name: "Cast", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) any { return i },
			stage: func() pair[any, int] { return transforms.Cast[any, int]() },
			want:  func(in []any) []int { return inputs(number, len(in)) },
		}.subject(),
		operator[int, int]{
			name: "Scan", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Scan(10, add) },
			want: func(in []int) []int {
				sum := 10
				for i, x := range in {
					sum += x
					in[i] = sum
				}
				return in
			},
			panicking: func() pair[int, int] { return transforms.Scan(0, func(int, int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, [2]int]{
			name: "Pairwise", aheadAtStart: 1, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, [2]int] { return transforms.Pairwise[int]() },
			want: func(in []int) (out [][2]int) {
				for i := 1; i < len(in); i++ {
					out = append(out, [2]int{in[i-1], in[i]})
				}
				return out
			},
		}.subject(),
		operator[int, int]{
			name: "FlatMap", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.FlatMap(twice) },
			want:      eachTwice,
			panicking: func() pair[int, int] { return transforms.FlatMap(func(int) []int { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "FlatMapErr", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.FlatMapErr(func(_ context.Context, x int) ([]int, error) { return twice(x), nil })
			},
			want: eachTwice,
			failing: func() pair[int, int] {
				return transforms.FlatMapErr(func(context.Context, int) ([]int, error) { return nil, errBoom })
			},
			panicking: func() pair[int, int] {
				return transforms.FlatMapErr(func(context.Context, int) ([]int, error) { panic(errBoom) })
			},
		}.subject(),
		operator[int, int]{
			name: "FlatMapSeq", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.FlatMapSeq(func(x int) iter.Seq[int] { return slices.Values(twice(x)) })
			},
			want: eachTwice,
			panicking: func() pair[int, int] {
				return transforms.FlatMapSeq(func(int) iter.Seq[int] { panic(errBoom) })
			},
		}.subject(),
		operator[int, int]{
			name: "ConcatMap", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.ConcatMap(func(x int) *streams.ReadableStream[int] { return streams.FromSlice(twice(x)) })
			},
			want: eachTwice,
			panicking: func() pair[int, int] {
				return transforms.ConcatMap(func(int) *streams.ReadableStream[int] { panic(errBoom) })
			},
		}.subject(),
		operator[int, transforms.Timestamped[int]]{
			name: "Timestamp", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, transforms.Timestamped[int]] { return transforms.Timestamp[int]() },
			want: func(in []int) (out []transforms.Timestamped[int]) {
				for _, x := range in {
					out = append(out, transforms.Timestamped[int]{Time: time.Now(), Value: x}) // the time of the bubble
				}
				return out
			},
		}.subject(),
		operator[int, transforms.Timed[int]]{
			name: "TimeInterval", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, transforms.Timed[int]] { return transforms.TimeInterval[int]() },
			want: func(in []int) (out []transforms.Timed[int]) {
				for _, x := range in {
					out = append(out, transforms.Timed[int]{Interval: 0, Value: x})
				}
				return out
			},
		}.subject(),
	}
}

func add(a, b int) int { return a + b }

func twice(x int) []int { return []int{x, x} }

func eachTwice(in []int) (out []int) {
	for _, x := range in {
		out = append(out, x, x)
	}
	return out
}

func TestBadElementArguments(t *testing.T) {
	invalid, outOfRange := streams.ErrInvalidArgument, streams.ErrRange
	checkBad(t, "Map(nil)", transforms.Map[int, int](nil), invalid)
	checkBad(t, "MapErr(nil)", transforms.MapErr[int, int](nil), invalid)
	checkBad(t, "FilterMap(nil)", transforms.FilterMap[int, int](nil), invalid)
	checkBad(t, "Scan(nil)", transforms.Scan[int](0, nil), invalid)
	checkBad(t, "FlatMap(nil)", transforms.FlatMap[int, int](nil), invalid)
	checkBad(t, "FlatMapErr(nil)", transforms.FlatMapErr[int, int](nil), invalid)
	checkBad(t, "FlatMapSeq(nil)", transforms.FlatMapSeq[int, int](nil), invalid)
	checkBad(t, "ConcatMap(nil)", transforms.ConcatMap[int, int](nil), invalid)

	checkBad(t, "Filter(nil)", transforms.Filter[int](nil), invalid)
	checkBad(t, "Take(-1)", transforms.Take[int](-1), outOfRange)
	checkBad(t, "TakeWhile(nil)", transforms.TakeWhile[int](nil), invalid)
	checkBad(t, "TakeWhileInclusive(nil)", transforms.TakeWhileInclusive[int](nil), invalid)
	checkBad(t, "TakeLast(-1)", transforms.TakeLast[int](-1), outOfRange)
	checkBad(t, "TakeUntil(nil)", transforms.TakeUntil[int, int](nil), invalid)
	checkBad(t, "Skip(-1)", transforms.Skip[int](-1), outOfRange)
	checkBad(t, "SkipWhile(nil)", transforms.SkipWhile[int](nil), invalid)
	checkBad(t, "SkipLast(-1)", transforms.SkipLast[int](-1), outOfRange)
	checkBad(t, "SkipUntil(nil)", transforms.SkipUntil[int, int](nil), invalid)
	checkBad(t, "ElementAt(-1)", transforms.ElementAt[int](-1), outOfRange)
	checkBad(t, "Find(nil)", transforms.Find[int](nil), invalid)
	negative := transforms.DistinctOptions{MaxRemembered: -1}
	checkBad(t, "DistinctOptions.MaxRemembered(-1)", transforms.Distinct[int](negative), outOfRange)
	checkBad(t, "DistinctBy(nil)", transforms.DistinctBy[int, int](nil), invalid)
	checkBad(t, "DistinctUntilChangedFunc(nil)", transforms.DistinctUntilChangedFunc[int](nil), invalid)

	checkBad(t, "Reduce(nil)", transforms.Reduce[int](0, nil), invalid)
	checkBad(t, "MinFunc(nil)", transforms.MinFunc[int](nil), invalid)
	checkBad(t, "MaxFunc(nil)", transforms.MaxFunc[int](nil), invalid)
	checkBad(t, "Every(nil)", transforms.Every[int](nil), invalid)
	checkBad(t, "Some(nil)", transforms.Some[int](nil), invalid)

	checkBad(t, "Tap(nil)", transforms.Tap[int](nil), invalid)
	checkBad(t, "Finalize(nil)", transforms.Finalize[int](nil), invalid)
	checkBad(t, "Catch(nil)", transforms.Catch[int](nil), invalid)
	checkBad(t, "OnErrorReturn(nil)", transforms.OnErrorReturn[int](nil), invalid)
}
