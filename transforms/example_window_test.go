package transforms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleBatch() {
	numbers := streams.FromSlice([]int{1, 2, 3, 4, 5})
	pairs := streams.PipeThrough(numbers, transforms.Batch[int](2))
	fmt.Println(pairs.Collect(context.Background()))
	// Output: [[1 2] [3 4] [5]] <nil>
}

// Rows go into the database a thousand at a time, and none waits longer than a second for the others.
func ExampleBatchWithin() {
	rows := streams.FromSlice([]string{"a", "b", "c"})
	batches := streams.PipeThrough(rows, transforms.BatchWithin[string](1000, time.Second))
	fmt.Println(batches.Collect(context.Background()))
	// Output: [[a b c]] <nil>
}

// Messages are sent in packets of up to 8 bytes.
func ExampleBatchWeight() {
	messages := streams.FromSlice([]string{"dam", "weir", "lock", "gate", "aqueduct"})
	packets := streams.PipeThrough(messages, transforms.BatchWeight(8, func(m string) int { return len(m) }))
	fmt.Println(packets.Collect(context.Background()))
	// Output: [[dam weir] [lock gate] [aqueduct]] <nil>
}

// The same for messages that come one by one: none waits longer than a tenth of a second for others.
func ExampleBatchWeightWithin() {
	messages := streams.FromSlice([]string{"dam", "weir", "lock", "gate", "aqueduct"})
	size := func(m string) int { return len(m) }
	packets := streams.PipeThrough(messages, transforms.BatchWeightWithin(8, size, time.Second/10))
	fmt.Println(packets.Collect(context.Background()))
	// Output: [[dam weir] [lock gate] [aqueduct]] <nil>
}

func ExampleTumblingWindow() {
	clicks := streams.FromSlice([]string{"a", "b", "a"})
	minutes := streams.PipeThrough(clicks, transforms.TumblingWindow[string](time.Minute, 100_000))
	fmt.Println(minutes.Collect(context.Background()))
	// Output: [[a b a]] <nil>
}

func ExampleSessionWindow() {
	clicks := streams.FromSlice([]string{"home", "search", "buy"})
	visits := streams.PipeThrough(clicks, transforms.SessionWindow[string](30*time.Minute, 1000))
	fmt.Println(visits.Collect(context.Background()))
	// Output: [[home search buy]] <nil>
}

func ExampleSlidingWindow() {
	levels := streams.FromSlice([]float64{1, 2, 6, 4})
	windows := streams.PipeThrough(levels, transforms.SlidingWindow[float64](3, 1))
	means := streams.PipeThrough(windows, transforms.Map(func(w []float64) float64 { return (w[0] + w[1] + w[2]) / 3 }))
	fmt.Println(means.Collect(context.Background()))
	// Output: [3 4] <nil>
}

// Each second, what came in the last minute.
func ExampleSlidingWindowTime() {
	levels := streams.FromSlice([]int{1, 2, 3})
	windows := streams.PipeThrough(levels, transforms.SlidingWindowTime[int](time.Minute, time.Second, 1000))
	fmt.Println(windows.Collect(context.Background()))
	// Output: [[1 2 3]] <nil>
}

// A log goes into files of an hour each, and of a million lines at most.
func ExampleTumblingWindowStreams() {
	lines := streams.FromSlice([]string{"opened", "half full", "full"})
	hours := streams.PipeThrough(lines, transforms.TumblingWindowStreams[string](time.Hour, 1_000_000))
	err := hours.ForEach(context.Background(), func(hour *streams.ReadableStream[string]) error {
		fmt.Println("a file:")
		return hour.ForEach(context.Background(), func(line string) error {
			fmt.Println(line)
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// a file:
	// opened
	// half full
	// full
	// <nil>
}

// What the first click of each visit was.
func ExampleSessionWindowStreams() {
	clicks := streams.FromSlice([]string{"home", "search", "buy"})
	visits := streams.PipeThrough(clicks, transforms.SessionWindowStreams[string](30*time.Minute, streams.Unbounded))
	begins := streams.PipeThrough(visits, transforms.ConcatMap(
		func(visit *streams.ReadableStream[string]) *streams.ReadableStream[string] {
			return streams.PipeThrough(visit, transforms.First[string]())
		}))
	first, err := begins.GetReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Read(context.Background()))
	// Output: home <nil>
}
