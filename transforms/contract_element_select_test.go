package transforms_test

import (
	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func selectSubjects() []subject {
	return []subject{
		operator[int, int]{
			name: "Filter", aheadAtStart: 1, aheadAfterRead: 4,
			input:     number,
			stage:     func() pair[int, int] { return transforms.Filter(func(x int) bool { return x >= 2 }) },
			want:      func(in []int) []int { return in[min(2, len(in)):] },
			panicking: func() pair[int, int] { return transforms.Filter(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "IgnoreElements", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.IgnoreElements[int]() },
			want:  nothing[int],
		}.subject(),
		operator[int, int]{
			name: "Take", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Take[int](1 << 30) },
			want:  same[[]int],
		}.subject(),
		operator[int, int]{
			name: "TakeWhile", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.TakeWhile(func(int) bool { return true }) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.TakeWhile(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "TakeWhileInclusive", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.TakeWhileInclusive(func(int) bool { return true }) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.TakeWhileInclusive(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "TakeLast", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.TakeLast[int](2) },
			want:  func(in []int) []int { return in[max(0, len(in)-2):] },
		}.subject(),
		operator[int, int]{
			name: "TakeUntil", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.TakeUntil[int](unending()) },
			want:  same[[]int],
		}.subject(),
		operator[int, int]{
			name: "Skip", aheadAtStart: 1, aheadAfterRead: 4,
			input: number,
			stage: func() pair[int, int] { return transforms.Skip[int](2) },
			want:  func(in []int) []int { return in[min(2, len(in)):] },
		}.subject(),
		operator[int, int]{
			name: "SkipWhile", aheadAtStart: 1, aheadAfterRead: 4,
			input:     number,
			stage:     func() pair[int, int] { return transforms.SkipWhile(func(x int) bool { return x < 2 }) },
			want:      func(in []int) []int { return in[min(2, len(in)):] },
			panicking: func() pair[int, int] { return transforms.SkipWhile(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "SkipLast", aheadAtStart: 1, aheadAfterRead: 4,
			input: number,
			stage: func() pair[int, int] { return transforms.SkipLast[int](2) },
			want:  func(in []int) []int { return in[:max(0, len(in)-2)] },
		}.subject(),
		operator[int, int]{
			name: "SkipUntil", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.SkipUntil[int](unending()) },
			want:  nothing[int],
		}.subject(),
		operator[int, int]{
			name: "First", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input:       number,
			stage:       func() pair[int, int] { return transforms.First[int]() },
			errorOfNone: transforms.ErrEmpty,
			want:        func(in []int) []int { return in[:1] },
		}.subject(),
		operator[int, int]{
			name: "ElementAt", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input:       number,
			stage:       func() pair[int, int] { return transforms.ElementAt[int](0) },
			errorOfNone: transforms.ErrEmpty,
			want:        func(in []int) []int { return in[:1] },
		}.subject(),
		operator[int, int]{
			name: "Find", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input:     number,
			stage:     func() pair[int, int] { return transforms.Find(func(x int) bool { return x == 0 }) },
			want:      func(in []int) []int { return in[:min(1, len(in))] },
			panicking: func() pair[int, int] { return transforms.Find(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "Last", shape: gathers, aheadAtStart: 1,
			input:       number,
			stage:       func() pair[int, int] { return transforms.Last[int]() },
			errorOfNone: transforms.ErrEmpty,
			want:        func(in []int) []int { return in[len(in)-1:] },
		}.subject(),
		operator[int, int]{
			name: "Distinct", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Distinct[int]() },
			want:  same[[]int],
		}.subject(),
		operator[int, int]{
			name: "DistinctBy", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.DistinctBy(same[int]) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.DistinctBy(func(int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "DistinctUntilChanged", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.DistinctUntilChanged[int]() },
			want:  same[[]int],
		}.subject(),
		operator[int, int]{
			name: "DistinctUntilChangedFunc", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.DistinctUntilChangedFunc(func(a, b int) bool { return a == b })
			},
			want: same[[]int],
			panicking: func() pair[int, int] {
				return transforms.DistinctUntilChangedFunc(func(int, int) bool { panic(errBoom) })
			},
		}.subject(),
	}
}

func nothing[T any]([]T) []T { return nil }

// unending makes a stream that gives nothing and does not end.
func unending() *streams.ReadableStream[int] {
	return streams.NewReadableStream(streams.UnderlyingSource[int]{})
}
