package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleMap() {
	words := streams.FromSlice([]string{"low", "dam"})
	shouted := streams.PipeThrough(words, transforms.Map(strings.ToUpper))
	fmt.Println(shouted.Collect(context.Background()))
	// Output: [LOW DAM] <nil>
}

// The lookup may block and may fail, as a query to a server may.
func ExampleMapErr() {
	lookup := func(ctx context.Context, name string) (int, error) {
		if name == "" {
			return 0, errors.New("no name")
		}
		return len(name), nil
	}
	names := streams.FromSlice([]string{"weir", "dam", "", "lock"})
	found := streams.PipeThrough(names, transforms.MapErr(lookup))
	fmt.Println(found.Collect(context.Background()))
	// Output: [4 3] no name
}

func ExampleFilterMap() {
	number := func(word string) (int, bool) {
		n, err := strconv.Atoi(word)
		return n, err == nil
	}
	words := streams.FromSlice([]string{"1", "two", "3"})
	numbers := streams.PipeThrough(words, transforms.FilterMap(number))
	fmt.Println(numbers.Collect(context.Background()))
	// Output: [1 3] <nil>
}

func ExampleCast() {
	errs := streams.FromSlice([]error{&strconv.NumError{Num: "a"}, &strconv.NumError{Num: "b"}})
	faults := streams.PipeThrough(errs, transforms.Cast[error, *strconv.NumError]())
	err := faults.ForEach(context.Background(), func(fault *strconv.NumError) error {
		fmt.Println(fault.Num)
		return nil
	})
	fmt.Println(err)
	// Output:
	// a
	// b
	// <nil>
}

func ExampleErrCast() {
	values := streams.FromSlice([]any{1, "two"})
	_, err := streams.PipeThrough(values, transforms.Cast[any, int]()).Collect(context.Background())
	fmt.Println(errors.Is(err, transforms.ErrCast), err)
	// Output: true transforms: element is of another type: string is not int
}

func ExampleFlatMap() {
	lines := streams.FromSlice([]string{"a low dam", "across", "a river"})
	words := streams.PipeThrough(lines, transforms.FlatMap(strings.Fields))
	fmt.Println(words.Collect(context.Background()))
	// Output: [a low dam across a river] <nil>
}

// The pages of a list are asked for one after the other, when what was on the page before is used up.
func ExampleFlatMapErr() {
	page := func(ctx context.Context, number int) ([]string, error) {
		return []string{fmt.Sprint(number, "a"), fmt.Sprint(number, "b")}, ctx.Err()
	}
	numbers := streams.FromSlice([]int{1, 2})
	items := streams.PipeThrough(numbers, transforms.FlatMapErr(page))
	fmt.Println(items.Collect(context.Background()))
	// Output: [1a 1b 2a 2b] <nil>
}

// A sequence may be endless, and so may one of sequences.
func ExampleFlatMapSeq() {
	countFrom := func(n int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for yield(n) {
				n++
			}
		}
	}
	numbers := streams.FromSlice([]int{10, 20})
	counted := streams.PipeThrough(numbers, transforms.FlatMapSeq(countFrom))
	first := streams.PipeThrough(counted, transforms.Take[int](3))
	fmt.Println(first.Collect(context.Background()))
	// Output: [10 11 12] <nil>
}

func ExampleConcatMap() {
	bytesOf := func(text string) *streams.ReadableStream[[]byte] {
		return streams.FromReader(strings.NewReader(text))
	}
	texts := streams.FromSlice([]string{"one ", "after the ", "other"})
	all := streams.PipeThrough(texts, transforms.ConcatMap(bytesOf))
	err := all.ForEach(context.Background(), func(chunk []byte) error {
		fmt.Printf("%s", chunk)
		return nil
	})
	fmt.Println(err)
	// Output: one after the other<nil>
}

func ExampleScan() {
	levels := streams.FromSlice([]int{3, 1, 4})
	sums := streams.PipeThrough(levels, transforms.Scan(0, func(sum, level int) int { return sum + level }))
	fmt.Println(sums.Collect(context.Background()))
	// Output: [3 4 8] <nil>
}

func ExamplePairwise() {
	levels := streams.FromSlice([]int{3, 1, 4})
	pairs := streams.PipeThrough(levels, transforms.Pairwise[int]())
	changes := streams.PipeThrough(pairs, transforms.Map(func(pair [2]int) int { return pair[1] - pair[0] }))
	fmt.Println(changes.Collect(context.Background()))
	// Output: [-2 3] <nil>
}

func ExampleTimestamp() {
	start := time.Now()
	levels := streams.FromSlice([]int{3, 1})
	stamped := streams.PipeThrough(levels, transforms.Timestamp[int]())
	err := stamped.ForEach(context.Background(), func(level transforms.Timestamped[int]) error {
		fmt.Println(level.Value, level.Time.Before(start))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 3 false
	// 1 false
	// <nil>
}

func ExampleTimestamped() {
	noon := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	level := transforms.Timestamped[int]{Time: noon, Value: 3}
	fmt.Println(level.Time.Format(time.TimeOnly), level.Value)
	// Output: 12:00:00 3
}

func ExampleTimeInterval() {
	levels := streams.FromSlice([]int{3, 1})
	timed := streams.PipeThrough(levels, transforms.TimeInterval[int]())
	err := timed.ForEach(context.Background(), func(level transforms.Timed[int]) error {
		fmt.Println(level.Value, level.Interval < time.Hour)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 3 true
	// 1 true
	// <nil>
}

func ExampleTimed() {
	level := transforms.Timed[int]{Interval: 2 * time.Second, Value: 3}
	fmt.Println(level.Value, "came", level.Interval, "after the one before")
	// Output: 3 came 2s after the one before
}

func ExampleTap() {
	total := 0
	levels := streams.FromSlice([]int{3, 1, 4})
	seen := streams.PipeThrough(levels, transforms.Tap(func(level int) { total += level }))
	fmt.Println(seen.Collect(context.Background()))
	fmt.Println(total)
	// Output:
	// [3 1 4] <nil>
	// 8
}
