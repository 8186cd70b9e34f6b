package transforms_test

import (
	"context"
	"fmt"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleBroadcast() {
	ctx := context.Background()
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	branches := transforms.Broadcast(numbers, 2)
	sum, largest := make(chan []int), make(chan []int)
	collect := func(s *streams.ReadableStream[int], to chan<- []int) {
		result, err := s.Collect(ctx)
		if err != nil {
			fmt.Println(err)
		}
		to <- result
	}
	go collect(streams.PipeThrough(branches[0], transforms.Sum[int]()), sum)
	go collect(streams.PipeThrough(branches[1], transforms.Max[int]()), largest)
	fmt.Println(<-sum, <-largest)
	// Output: [10] [4]
}

func ExampleBranchOptions() {
	ctx := context.Background()
	numbers := streams.FromSlice([]int{1, 2, 3, 4, 5})
	options := transforms.BranchOptions{Buffer: 2, Overflow: transforms.DropOldest}
	branches := transforms.Broadcast(numbers, 2, options)
	fmt.Println(branches[0].Collect(ctx)) // does not wait for the other
	fmt.Println(branches[1].Collect(ctx))
	// Output:
	// [1 2 3 4 5] <nil>
	// [4 5] <nil>
}

func ExampleShare() {
	ctx := context.Background()
	shared := transforms.Share(streams.FromSlice([]string{"one", "two"}))
	fmt.Println(shared.Readable().Collect(ctx))
	fmt.Println(shared.Readable().Collect(ctx)) // too late
	// Output:
	// [one two] <nil>
	// [] <nil>
}

func ExampleShared() {
	shared := transforms.Share(streams.FromSlice([]int{1, 2, 3}))
	reader, err := shared.Readable().GetReader()
	fmt.Println(err)
	fmt.Println(reader.Read(context.Background()))
	fmt.Println(reader.Cancel(context.Background(), nil)) // the last one: the source is cancelled
	// Output:
	// <nil>
	// 1 <nil>
	// <nil>
}

func ExampleShareReplay() {
	ctx := context.Background()
	shared := transforms.ShareReplay(streams.FromSlice([]string{"one", "two", "three"}), 2)
	fmt.Println(shared.Readable().Collect(ctx))
	fmt.Println(shared.Readable().Collect(ctx))
	// Output:
	// [one two three] <nil>
	// [two three] <nil>
}

func ExampleNewPublishSubject() {
	ctx := context.Background()
	subject := transforms.NewPublishSubject[string]()
	early := subject.Readable()
	writer, err := subject.Writable().GetWriter()
	fmt.Println(err, writer.WriteAsync("one").Wait(ctx))
	late := subject.Readable()
	fmt.Println(writer.WriteAsync("two").Wait(ctx), writer.Close(ctx))
	fmt.Println(early.Collect(ctx))
	fmt.Println(late.Collect(ctx))
	// Output:
	// <nil> <nil>
	// <nil> <nil>
	// [one two] <nil>
	// [two] <nil>
}

func ExampleSubject() {
	ctx := context.Background()
	subject := transforms.NewPublishSubject[int]()
	branch := subject.Readable()
	fmt.Println(streams.FromSlice([]int{1, 2, 3}).PipeTo(ctx, subject.Writable()))
	fmt.Println(branch.Collect(ctx))
	// Output:
	// <nil>
	// [1 2 3] <nil>
}

func ExampleNewBehaviorSubject() {
	ctx := context.Background()
	level := transforms.NewBehaviorSubject("info")
	first := level.Readable()
	fmt.Println(streams.FromSlice([]string{"debug"}).PipeTo(ctx, level.Writable()))
	fmt.Println(first.Collect(ctx))
	fmt.Println(level.Readable().Collect(ctx))
	// Output:
	// <nil>
	// [info debug] <nil>
	// [debug] <nil>
}

func ExampleNewReplaySubject() {
	ctx := context.Background()
	subject := transforms.NewReplaySubject[int](2)
	fmt.Println(streams.FromSlice([]int{1, 2, 3}).PipeTo(ctx, subject.Writable()))
	fmt.Println(subject.Readable().Collect(ctx))
	// Output:
	// <nil>
	// [2 3] <nil>
}

func ExampleNewBroadcastHub() {
	ctx := context.Background()
	hub := transforms.NewBroadcastHub[string]()
	written := make(chan error)
	go func() {
		written <- streams.FromSlice([]string{"kept until somebody listens"}).PipeTo(ctx, hub.Writable())
	}()
	fmt.Println(hub.Readable().Collect(ctx))
	fmt.Println(<-written)
	// Output:
	// [kept until somebody listens] <nil>
	// <nil>
}

func ExampleNewMergeHub() {
	ctx := context.Background()
	hub := transforms.NewMergeHub[int]()
	written := make(chan error)
	for _, numbers := range [][]int{{1, 2, 3}, {10, 20, 30}} {
		producer := hub.Writable()
		go func() { written <- streams.FromSlice(numbers).PipeTo(ctx, producer) }()
	}
	hub.Close() // these are all
	sum := streams.PipeThrough(hub.Readable(), transforms.Sum[int]())
	fmt.Println(sum.Collect(ctx))
	fmt.Println(<-written, <-written)
	// Output:
	// [66] <nil>
	// <nil> <nil>
}

func ExampleMergeHub() {
	ctx := context.Background()
	hub := transforms.NewMergeHub[string]()
	writer, err := hub.Writable().GetWriter()
	fmt.Println(err, writer.Write(ctx, "hello"))
	reader, err := hub.Readable().GetReader()
	fmt.Println(err)
	fmt.Println(reader.Read(ctx))
	fmt.Println(reader.Cancel(ctx, nil))
	// Output:
	// <nil> <nil>
	// <nil>
	// hello <nil>
	// <nil>
}
