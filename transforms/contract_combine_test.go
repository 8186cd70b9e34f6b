package transforms_test

import (
	"slices"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

type (
	numbers    = *streams.ReadableStream[int]
	numberPair = transforms.Pair[int, int]
)

func combineSubjects() []subject { return append(joinSubjects(), multicastSubjects()...) }

func joinSubjects() []subject {
	return []subject{
		join[int, int]{
			name: "Merge", aheadAtStart: []int{0, 0}, aheadAfterRead: []int{1, 1},
			input:  number,
			join:   transforms.Merge[int],
			want:   func(in [][]int) []int { return sorted(slices.Concat(in...)) },
			normal: sorted,
		}.subject(),
		join[int, int]{
			name: "Interleave", aheadAtStart: []int{0, 0, 0}, aheadAfterRead: []int{1, 1, 1},
			input: number,
			join: func(sources ...numbers) numbers {
				return transforms.Interleave(2, sources...)
			},
			want: func(in [][]int) (out []int) {
				for i := range in[0] {
					if i%2 == 0 {
						pair := in[0][i:min(i+2, len(in[0]))]
						out = slices.Concat(out, pair, pair, pair)
					}
				}
				return out
			},
		}.subject(),
		join[int, int]{
			name: "Concat", aheadAtStart: []int{0, 0}, aheadAfterRead: []int{1, 0},
			input: number,
			join:  transforms.Concat[int],
			want:  func(in [][]int) []int { return slices.Concat(in...) },
		}.subject(),
		join[int, numberPair]{
			name: "Zip", aheadAtStart: []int{0, 0}, aheadAfterRead: []int{1, 1},
			input: number,
			join: func(sources ...numbers) *streams.ReadableStream[numberPair] {
				return transforms.Zip(sources[0], sources[1])
			},
			want: pairs,
		}.subject(),
		join[int, []int]{
			name: "ZipAll", aheadAtStart: []int{0, 0, 0}, aheadAfterRead: []int{1, 1, 1},
			input: number,
			join:  transforms.ZipAll[int],
			want: func(in [][]int) (out [][]int) {
				for i := range in[0] {
					out = append(out, []int{in[0][i], in[1][i], in[2][i]})
				}
				return out
			},
		}.subject(),
		join[int, numberPair]{
			name: "CombineLatest", aheadAtStart: []int{1, 1}, aheadAfterRead: []int{1, 1},
			input: number,
			join: func(sources ...numbers) *streams.ReadableStream[numberPair] {
				return transforms.CombineLatest(onlyFirst(sources[0]), onlyFirst(sources[1]))
			},
			want: func(in [][]int) []numberPair { return pairs(in)[:min(1, len(in[0]))] },
		}.subject(),
		join[int, []int]{
			name: "CombineLatestAll", aheadAtStart: []int{1, 1}, aheadAfterRead: []int{1, 1},
			input: number,
			join: func(sources ...numbers) *streams.ReadableStream[[]int] {
				return transforms.CombineLatestAll(onlyFirst(sources[0]), onlyFirst(sources[1]))
			},
			want: func(in [][]int) [][]int {
				if len(in[0]) == 0 {
					return nil
				}
				return [][]int{{in[0][0], in[1][0]}}
			},
		}.subject(),
		join[int, []int]{
			name: "ForkJoin", shape: gathers, aheadAtStart: []int{0, 0},
			input: number,
			join:  transforms.ForkJoin[int],
			want:  lasts,
		}.subject(),
		covered("WithLatestFrom", TestWithLatestFrom),
		covered("Race", TestRace),
		covered("SequenceEqual", TestSequenceEqual),
	}
}

// onlyFirst gives one chunk of a stream: what is combined then does not depend on which stream is faster.
func onlyFirst(s numbers) numbers { return streams.PipeThrough(s, transforms.Take[int](1)) }

// pairs is what Zip makes.
func pairs(in [][]int) (out []numberPair) {
	for i, x := range in[0] {
		out = append(out, numberPair{First: x, Second: in[1][i]})
	}
	return out
}

// lasts is what ForkJoin makes.
func lasts(in [][]int) [][]int {
	var out []int
	for _, numbers := range in {
		out = append(out, onlyLast(numbers)...)
	}
	if out == nil {
		return nil
	}
	return [][]int{out}
}

func onlyLast[T any](out []T) []T { return out[max(0, len(out)-1):] }

func sorted(numbers []int) []int { return slices.Sorted(slices.Values(numbers)) }
