package transforms_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// Each operator agrees with a loop over a slice, for input and a number of any kind.
func TestElementOperatorsAgreeWithLoop(t *testing.T) {
	for name, c := range map[string]struct {
		stage func(n int) pair[int, int]
		want  func(in []int, n int) []int
	}{
		"Take": {
			func(n int) pair[int, int] { return transforms.Take[int](n) },
			func(in []int, n int) []int { return in[:min(n, len(in))] },
		},
		"TakeLast": {
			func(n int) pair[int, int] { return transforms.TakeLast[int](n) },
			func(in []int, n int) []int { return in[max(0, len(in)-n):] },
		},
		"TakeWhile": {
			func(n int) pair[int, int] { return transforms.TakeWhile(func(x int) bool { return x < n }) },
			func(in []int, n int) []int { return in[:firstNotBelow(in, n)] },
		},
		"TakeWhileInclusive": {
			func(n int) pair[int, int] { return transforms.TakeWhileInclusive(func(x int) bool { return x < n }) },
			func(in []int, n int) []int { return in[:min(firstNotBelow(in, n)+1, len(in))] },
		},
		"Skip": {
			func(n int) pair[int, int] { return transforms.Skip[int](n) },
			func(in []int, n int) []int { return in[min(n, len(in)):] },
		},
		"SkipLast": {
			func(n int) pair[int, int] { return transforms.SkipLast[int](n) },
			func(in []int, n int) []int { return in[:max(0, len(in)-n)] },
		},
		"SkipWhile": {
			func(n int) pair[int, int] { return transforms.SkipWhile(func(x int) bool { return x < n }) },
			func(in []int, n int) []int { return in[firstNotBelow(in, n):] },
		},
		"Find": {
			func(n int) pair[int, int] { return transforms.Find(func(x int) bool { return x >= n }) },
			func(in []int, n int) []int {
				found := in[firstNotBelow(in, n):]
				return found[:min(1, len(found))]
			},
		},
		"Distinct": {
			func(n int) pair[int, int] {
				return transforms.Distinct[int](transforms.DistinctOptions{MaxRemembered: n + 1})
			},
			distinctOfLast,
		},
		"DistinctUntilChanged": {
			func(int) pair[int, int] { return transforms.DistinctUntilChanged[int]() },
			func(in []int, _ int) []int { return slices.Compact(in) },
		},
		"Map, Filter and Take": {
			func(n int) pair[int, int] {
				mapped := transforms.Map(func(x int) int { return 3*x + 1 })
				even := streams.Chain(mapped, transforms.Filter(func(x int) bool { return x%2 == 0 }))
				return streams.Chain(even, transforms.Take[int](n))
			},
			func(in []int, n int) (want []int) {
				for _, x := range in {
					if y := 3*x + 1; y%2 == 0 && len(want) < n {
						want = append(want, y)
					}
				}
				return want
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				input := rapid.SliceOf(rapid.IntRange(0, 9)).Draw(rt, "input")
				n := rapid.IntRange(0, 12).Draw(rt, "n")
				source := streams.FromSlice(slices.Clone(input))
				got, err := streams.PipeThrough(source, c.stage(n)).Collect(context.Background())
				if want := c.want(input, n); err != nil || !slices.Equal(got, want) {
					rt.Fatalf("got %v, %v, want %v", got, err, want)
				}
			})
		})
	}
}

// firstNotBelow returns where the first number is that is n or more, or how many there are.
func firstNotBelow(numbers []int, n int) int {
	i := slices.IndexFunc(numbers, func(x int) bool { return x >= n })
	if i < 0 {
		return len(numbers)
	}
	return i
}

// distinctOfLast leaves out what is among the last n+1 numbers that were passed on.
func distinctOfLast(in []int, n int) (out []int) {
	for _, x := range in {
		if !slices.Contains(out[max(0, len(out)-n-1):], x) {
			out = append(out, x)
		}
	}
	return out
}
