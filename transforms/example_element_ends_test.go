package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleStartWith() {
	numbers := streams.FromSlice([]int{1, 2})
	started := streams.PipeThrough(numbers, transforms.StartWith(-1, 0))
	fmt.Println(started.Collect(context.Background()))
	// Output: [-1 0 1 2] <nil>
}

func ExampleEndWith() {
	numbers := streams.FromSlice([]int{1, 2})
	ended := streams.PipeThrough(numbers, transforms.EndWith(3, 4))
	fmt.Println(ended.Collect(context.Background()))
	// Output: [1 2 3 4] <nil>
}

func ExampleDefaultIfEmpty() {
	numbers := streams.FromSlice([]int{1, 2})
	large := streams.PipeThrough(numbers, transforms.Filter(func(n int) bool { return n > 10 }))
	some := streams.PipeThrough(large, transforms.DefaultIfEmpty(10))
	fmt.Println(some.Collect(context.Background()))
	// Output: [10] <nil>
}

func ExampleThrowIfEmpty() {
	numbers := streams.FromSlice([]int{1, 2})
	large := streams.PipeThrough(numbers, transforms.Find(func(n int) bool { return n > 10 }))
	found := streams.PipeThrough(large, transforms.ThrowIfEmpty[int](errors.New("nothing above 10")))
	fmt.Println(found.Collect(context.Background()))
	// Output: [] nothing above 10
}

// The consumer leaves after one element.
func ExampleFinalize() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	cleaned := streams.PipeThrough(numbers, transforms.Finalize[int](func(_ context.Context, reason error) error {
		fmt.Println("cleaning up:", reason)
		return nil
	}))
	err := cleaned.ForEach(context.Background(), func(n int) error { return fmt.Errorf("no use for %d", n) })
	fmt.Println(err)
	// Output:
	// cleaning up: no use for 1
	// no use for 1
}

// failAfter makes a stream of numbers that fails.
func failAfter(numbers ...int) *streams.ReadableStream[int] {
	return streams.Generate(func() (int, error) {
		if len(numbers) == 0 {
			return 0, errors.New("dry")
		}
		n := numbers[0]
		numbers = numbers[1:]
		return n, nil
	})
}

func ExampleCatch() {
	spare := func(err error) *streams.ReadableStream[int] {
		fmt.Println("failed:", err)
		return streams.FromSlice([]int{10, 11})
	}
	all := streams.PipeThrough(failAfter(1, 2), transforms.Catch(spare))
	fmt.Println(all.Collect(context.Background()))
	// Output:
	// failed: dry
	// [1 2 10 11] <nil>
}

func ExampleOnErrorReturn() {
	all := streams.PipeThrough(failAfter(1, 2), transforms.OnErrorReturn(func(error) int { return -1 }))
	fmt.Println(all.Collect(context.Background()))
	// Output: [1 2 -1] <nil>
}

func ExampleMaterialize() {
	events := streams.PipeThrough(failAfter(1, 2), transforms.Materialize[int]())
	err := events.ForEach(context.Background(), func(event transforms.Notification[int]) error {
		fmt.Println(event.Value, event.Err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 0 dry
	// <nil>
}

func ExampleNotification() {
	end := transforms.Notification[int]{Err: io.EOF}
	fmt.Println(end.Err == io.EOF)
	// Output: true
}

func ExampleDematerialize() {
	events := streams.FromSlice([]transforms.Notification[int]{{Value: 1}, {Value: 2}, {Err: io.EOF}, {Value: 3}})
	numbers := streams.PipeThrough(events, transforms.Dematerialize[int]())
	fmt.Println(numbers.Collect(context.Background()))
	// Output: [1 2] <nil>
}
