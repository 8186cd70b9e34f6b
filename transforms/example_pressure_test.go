package transforms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// late prints what a consumer gets of 1 to 5 that comes when all of them have been written.
func late[O any](stage streams.ReadableWritablePair[int, O]) {
	ctx := context.Background()
	writer, err := stage.Writable().GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 5 {
		writer.WriteAsync(i + 1)
	}
	if err := writer.Close(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println(stage.Readable().Collect(ctx))
}

// The stage in front of the buffer goes on while the consumer is busy.
func ExampleBuffer() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	ahead := streams.PipeThrough(numbers, transforms.Buffer[int](2, transforms.Wait))
	fmt.Println(ahead.Collect(context.Background()))
	// Output: [1 2 3] <nil>
}

func ExampleOverflow() {
	var overflow transforms.Overflow // the default waits
	late(transforms.Buffer[int](5, overflow))
	// Output: [1 2 3 4 5] <nil>
}

func ExampleWait() {
	late(transforms.Buffer[int](5, transforms.Wait))
	// Output: [1 2 3 4 5] <nil>
}

func ExampleDropOldest() {
	late(transforms.Buffer[int](2, transforms.DropOldest))
	// Output: [4 5] <nil>
}

func ExampleDropNewest() {
	late(transforms.Buffer[int](2, transforms.DropNewest))
	// Output: [1 2] <nil>
}

func ExampleKeepLatest() {
	late(transforms.Buffer[int](2, transforms.KeepLatest))
	// Output: [5] <nil>
}

func ExampleFail() {
	late(transforms.Buffer[int](2, transforms.Fail))
	// Output:
	// transforms: the buffer is full
	// [] transforms: the buffer is full
}

func ExampleErrOverflow() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	stage := transforms.Buffer[int](1, transforms.Fail)
	reader, err := streams.PipeThrough(numbers, stage).GetReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(errors.Is(reader.Closed(context.Background()), transforms.ErrOverflow))
	// Output: true
}

// A consumer that was busy gets the sum of what it has missed.
func ExampleConflate() {
	late(transforms.Conflate(
		func(x int) int { return x },
		func(total, x int) int { return total + x }))
	// Output: [15] <nil>
}
