package transforms_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleReduce() {
	words := streams.FromSlice([]string{"a", "low", "dam"})
	longest := func(longest int, word string) int { return max(longest, len(word)) }
	length := streams.PipeThrough(words, transforms.Reduce(0, longest))
	fmt.Println(length.Collect(context.Background()))
	// Output: [3] <nil>
}

func ExampleCount() {
	words := streams.FromSlice([]string{"a", "low", "dam"})
	count := streams.PipeThrough(words, transforms.Count[string]())
	fmt.Println(count.Collect(context.Background()))
	// Output: [3] <nil>
}

func ExampleSum() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	sum := streams.PipeThrough(numbers, transforms.Sum[int]())
	fmt.Println(sum.Collect(context.Background()))
	// Output: [6] <nil>
}

// A type of one's own that is a number below is one.
func ExampleNumber() {
	type metres float64
	levels := streams.FromSlice([]metres{1.5, 2})
	sum := streams.PipeThrough(levels, transforms.Sum[metres]())
	fmt.Println(sum.Collect(context.Background()))
	// Output: [3.5] <nil>
}

func ExampleAverage() {
	numbers := streams.FromSlice([]int{1, 2, 4, 3})
	average := streams.PipeThrough(numbers, transforms.Average[int]())
	fmt.Println(average.Collect(context.Background()))
	// Output: [2.5] <nil>
}

func ExampleMin() {
	numbers := streams.FromSlice([]int{3, 1, 4})
	smallest := streams.PipeThrough(numbers, transforms.Min[int]())
	fmt.Println(smallest.Collect(context.Background()))
	// Output: [1] <nil>
}

func ExampleMax() {
	numbers := streams.FromSlice([]int{3, 1, 4})
	largest := streams.PipeThrough(numbers, transforms.Max[int]())
	fmt.Println(largest.Collect(context.Background()))
	// Output: [4] <nil>
}

func ExampleMinFunc() {
	words := streams.FromSlice([]string{"river", "weir", "dam", "low"})
	byLength := func(a, b string) int { return cmp.Compare(len(a), len(b)) }
	shortest := streams.PipeThrough(words, transforms.MinFunc(byLength))
	fmt.Println(shortest.Collect(context.Background()))
	// Output: [dam] <nil>
}

func ExampleMaxFunc() {
	words := streams.FromSlice([]string{"river", "weir", "dam", "low"})
	byLength := func(a, b string) int { return cmp.Compare(len(a), len(b)) }
	longest := streams.PipeThrough(words, transforms.MaxFunc(byLength))
	fmt.Println(longest.Collect(context.Background()))
	// Output: [river] <nil>
}

func ExampleEvery() {
	words := streams.FromSlice([]string{"Low", "dam"})
	isLower := func(word string) bool { return word == strings.ToLower(word) }
	every := streams.PipeThrough(words, transforms.Every(isLower))
	fmt.Println(every.Collect(context.Background()))
	// Output: [false] <nil>
}

func ExampleSome() {
	words := streams.FromSlice([]string{"Low", "dam"})
	isLower := func(word string) bool { return word == strings.ToLower(word) }
	some := streams.PipeThrough(words, transforms.Some(isLower))
	fmt.Println(some.Collect(context.Background()))
	// Output: [true] <nil>
}

func ExampleContains() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	contains := streams.PipeThrough(numbers, transforms.Contains(4))
	fmt.Println(contains.Collect(context.Background()))
	// Output: [false] <nil>
}
