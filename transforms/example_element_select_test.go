package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleFilter() {
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	even := streams.PipeThrough(numbers, transforms.Filter(func(n int) bool { return n%2 == 0 }))
	fmt.Println(even.Collect(context.Background()))
	// Output: [2 4] <nil>
}

func ExampleIgnoreElements() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	none := streams.PipeThrough(numbers, transforms.IgnoreElements[int]())
	fmt.Println(none.Collect(context.Background()))
	// Output: [] <nil>
}

func ExampleTake() {
	n := 0
	endless := streams.Generate(func() (int, error) { n++; return n, nil })
	first := streams.PipeThrough(endless, transforms.Take[int](3))
	fmt.Println(first.Collect(context.Background()))
	// Output: [1 2 3] <nil>
}

func ExampleTakeWhile() {
	n := 0
	endless := streams.Generate(func() (int, error) { n++; return n * n, nil })
	small := streams.PipeThrough(endless, transforms.TakeWhile(func(square int) bool { return square < 20 }))
	fmt.Println(small.Collect(context.Background()))
	// Output: [1 4 9 16] <nil>
}

// A download is over with its last state, which is wanted, too.
func ExampleTakeWhileInclusive() {
	states := streams.FromSlice([]string{"begun", "half", "done", "forgotten"})
	download := streams.PipeThrough(states, transforms.TakeWhileInclusive(func(state string) bool { return state != "done" }))
	fmt.Println(download.Collect(context.Background()))
	// Output: [begun half done] <nil>
}

func ExampleTakeLast() {
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	last := streams.PipeThrough(numbers, transforms.TakeLast[int](2))
	fmt.Println(last.Collect(context.Background()))
	// Output: [3 4] <nil>
}

// The source gives nothing, and would not end by itself.
func ExampleTakeUntil() {
	quit := make(chan string, 1)
	quit <- "that's it"
	silent := streams.FromChan(make(chan int))
	untilQuit := streams.PipeThrough(silent, transforms.TakeUntil[int](streams.FromChan(quit)))
	fmt.Println(untilQuit.Collect(context.Background()))
	// Output: [] <nil>
}

func ExampleSkip() {
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	rest := streams.PipeThrough(numbers, transforms.Skip[int](2))
	fmt.Println(rest.Collect(context.Background()))
	// Output: [3 4] <nil>
}

func ExampleSkipWhile() {
	lines := streams.FromSlice([]string{"# a comment", "# and another", "text", "# more text"})
	isComment := func(line string) bool { return strings.HasPrefix(line, "#") }
	text := streams.PipeThrough(lines, transforms.SkipWhile(isComment))
	fmt.Println(text.Collect(context.Background()))
	// Output: [text # more text] <nil>
}

func ExampleSkipLast() {
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	rest := streams.PipeThrough(numbers, transforms.SkipLast[int](1))
	fmt.Println(rest.Collect(context.Background()))
	// Output: [1 2 3] <nil>
}

// The gate has nothing to say, so nothing gets through.
func ExampleSkipUntil() {
	gate := make(chan bool)
	close(gate)
	numbers := streams.FromSlice([]int{1, 2, 3})
	let := streams.PipeThrough(numbers, transforms.SkipUntil[int](streams.FromChan(gate)))
	fmt.Println(let.Collect(context.Background()))
	// Output: [] <nil>
}

func ExampleFirst() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	first := streams.PipeThrough(numbers, transforms.First[int]())
	fmt.Println(first.Collect(context.Background()))
	// Output: [1] <nil>
}

func ExampleErrEmpty() {
	numbers := streams.FromSlice([]int{})
	_, err := streams.PipeThrough(numbers, transforms.First[int]()).Collect(context.Background())
	fmt.Println(errors.Is(err, transforms.ErrEmpty))
	// Output: true
}

func ExampleLast() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	last := streams.PipeThrough(numbers, transforms.Last[int]())
	fmt.Println(last.Collect(context.Background()))
	// Output: [3] <nil>
}

func ExampleElementAt() {
	words := streams.FromSlice([]string{"a", "low", "dam"})
	second := streams.PipeThrough(words, transforms.ElementAt[string](1))
	fmt.Println(second.Collect(context.Background()))
	// Output: [low] <nil>
}

func ExampleFind() {
	words := streams.FromSlice([]string{"a", "low", "dam"})
	long := streams.PipeThrough(words, transforms.Find(func(word string) bool { return len(word) > 1 }))
	fmt.Println(long.Collect(context.Background()))
	// Output: [low] <nil>
}

func ExampleDistinct() {
	numbers := streams.FromSlice([]int{1, 2, 1, 3, 2})
	distinct := streams.PipeThrough(numbers, transforms.Distinct[int]())
	fmt.Println(distinct.Collect(context.Background()))
	// Output: [1 2 3] <nil>
}

// With room for two values, 1 is forgotten when 3 comes.
func ExampleDistinctOptions() {
	numbers := streams.FromSlice([]int{1, 2, 1, 3, 1})
	distinct := streams.PipeThrough(numbers, transforms.Distinct[int](transforms.DistinctOptions{MaxRemembered: 2}))
	fmt.Println(distinct.Collect(context.Background()))
	// Output: [1 2 3 1] <nil>
}

func ExampleDefaultMaxDistinct() {
	fmt.Println(transforms.DefaultMaxDistinct)
	// Output: 65536
}

func ExampleDistinctBy() {
	words := streams.FromSlice([]string{"low", "weir", "LOW", "river"})
	distinct := streams.PipeThrough(words, transforms.DistinctBy(strings.ToLower))
	fmt.Println(distinct.Collect(context.Background()))
	// Output: [low weir river] <nil>
}

func ExampleDistinctUntilChanged() {
	levels := streams.FromSlice([]int{3, 3, 4, 4, 4, 3})
	changes := streams.PipeThrough(levels, transforms.DistinctUntilChanged[int]())
	fmt.Println(changes.Collect(context.Background()))
	// Output: [3 4 3] <nil>
}

func ExampleDistinctUntilChangedFunc() {
	words := streams.FromSlice([]string{"low", "LOW", "weir", "low"})
	changes := streams.PipeThrough(words, transforms.DistinctUntilChangedFunc(strings.EqualFold))
	fmt.Println(changes.Collect(context.Background()))
	// Output: [low weir low] <nil>
}
