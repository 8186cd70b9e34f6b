package transforms_test

import (
	"cmp"

	"github.com/weirstreams/weir/transforms"
)

func aggregateSubjects() []subject {
	return []subject{
		operator[int, int]{
			name: "Reduce", shape: gathers, aheadAtStart: 1,
			input:     number,
			stage:     func() pair[int, int] { return transforms.Reduce(10, add) },
			want:      func(in []int) []int { return []int{10 + sum(in)} },
			panicking: func() pair[int, int] { return transforms.Reduce(0, func(int, int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "Count", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.Count[int]() },
			want:  func(in []int) []int { return []int{len(in)} },
		}.subject(),
		operator[int, int]{
			name: "Sum", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.Sum[int]() },
			want:  func(in []int) []int { return []int{sum(in)} },
		}.subject(),
		operator[int, float64]{
			name: "Average", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, float64] { return transforms.Average[int]() },
			want: func(in []int) []float64 {
				if len(in) == 0 {
					return nil
				}
				return []float64{float64(sum(in)) / float64(len(in))}
			},
		}.subject(),
		operator[int, int]{
			name: "Min", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.Min[int]() },
			want:  func(in []int) []int { return in[:min(1, len(in))] },
		}.subject(),
		operator[int, int]{
			name: "Max", shape: gathers, aheadAtStart: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.Max[int]() },
			want:  func(in []int) []int { return in[max(0, len(in)-1):] },
		}.subject(),
		operator[int, int]{
			name: "MinFunc", shape: gathers, aheadAtStart: 1,
			input:     number,
			stage:     func() pair[int, int] { return transforms.MinFunc(cmp.Compare[int]) },
			want:      func(in []int) []int { return in[:min(1, len(in))] },
			panicking: func() pair[int, int] { return transforms.MinFunc(func(int, int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "MaxFunc", shape: gathers, aheadAtStart: 1,
			input:     number,
			stage:     func() pair[int, int] { return transforms.MaxFunc(cmp.Compare[int]) },
			want:      func(in []int) []int { return in[max(0, len(in)-1):] },
			panicking: func() pair[int, int] { return transforms.MaxFunc(func(int, int) int { panic(errBoom) }) },
		}.subject(),
		operator[int, bool]{
			name: "Every", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input:     number,
			stage:     func() pair[int, bool] { return transforms.Every(func(int) bool { return false }) },
			want:      func(in []int) []bool { return []bool{len(in) == 0} },
			panicking: func() pair[int, bool] { return transforms.Every(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, bool]{
			name: "Some", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input:     number,
			stage:     func() pair[int, bool] { return transforms.Some(func(int) bool { return true }) },
			want:      func(in []int) []bool { return []bool{len(in) > 0} },
			panicking: func() pair[int, bool] { return transforms.Some(func(int) bool { panic(errBoom) }) },
		}.subject(),
		operator[int, bool]{
			name: "Contains", shape: stops, aheadAtStart: 1, aheadAfterRead: 1,
			input: number,
			stage: func() pair[int, bool] { return transforms.Contains(0) },
			want:  func(in []int) []bool { return []bool{len(in) > 0} },
		}.subject(),
	}
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
