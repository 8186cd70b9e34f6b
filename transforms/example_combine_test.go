package transforms_test

import (
	"context"
	"fmt"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleMerge() {
	evens := streams.FromSlice([]int{2, 4, 6})
	odds := streams.FromSlice([]int{1, 3, 5})
	sum := streams.PipeThrough(transforms.Merge(evens, odds), transforms.Sum[int]())
	fmt.Println(sum.Collect(context.Background()))
	// Output: [21] <nil>
}

func ExampleInterleave() {
	a := streams.FromSlice([]string{"a1", "a2", "a3"})
	b := streams.FromSlice([]string{"b1", "b2"})
	fmt.Println(transforms.Interleave(1, a, b).Collect(context.Background()))
	// Output: [a1 b1 a2 b2 a3] <nil>
}

func ExampleConcat() {
	header := streams.FromSlice([]string{"header"})
	lines := streams.FromSlice([]string{"one", "two"})
	fmt.Println(transforms.Concat(header, lines).Collect(context.Background()))
	// Output: [header one two] <nil>
}

func ExampleZip() {
	names := streams.FromSlice([]string{"Lech", "Isar", "Inn"})
	lengths := streams.FromSlice([]int{256, 292, 517})
	fmt.Println(transforms.Zip(names, lengths).Collect(context.Background()))
	// Output: [{Lech 256} {Isar 292} {Inn 517}] <nil>
}

func ExamplePair() {
	pairs := streams.FromSlice([]transforms.Pair[string, int]{{First: "weir", Second: 4}})
	text := transforms.Map(func(p transforms.Pair[string, int]) string { return fmt.Sprint(p.First, p.Second) })
	fmt.Println(streams.PipeThrough(pairs, text).Collect(context.Background()))
	// Output: [weir4] <nil>
}

func ExampleZipAll() {
	a, b, c := streams.FromSlice([]int{1, 2}), streams.FromSlice([]int{10, 20}), streams.FromSlice([]int{100, 200})
	fmt.Println(transforms.ZipAll(a, b, c).Collect(context.Background()))
	// Output: [[1 10 100] [2 20 200]] <nil>
}

func ExampleCombineLatest() {
	width, height := streams.FromSlice([]int{80}), streams.FromSlice([]int{24})
	fmt.Println(transforms.CombineLatest(width, height).Collect(context.Background()))
	// Output: [{80 24}] <nil>
}

func ExampleCombineLatestAll() {
	sensors := []*streams.ReadableStream[int]{streams.FromSlice([]int{7}), streams.FromSlice([]int{8}), streams.FromSlice([]int{9})}
	fmt.Println(transforms.CombineLatestAll(sensors...).Collect(context.Background()))
	// Output: [[7 8 9]] <nil>
}

func ExampleWithLatestFrom() {
	known := make(chan struct{})
	rates := transforms.FromEmitter(func(ctx context.Context, emit func(float64) error) error {
		for range 2 { // when it asks for the second, it knows the first
			if err := emit(1.5); err != nil {
				return err
			}
		}
		close(known)
		<-ctx.Done()
		return context.Cause(ctx)
	})
	deals := transforms.FromEmitter(func(_ context.Context, emit func(int) error) error {
		<-known
		return emit(100)
	})
	priced := transforms.WithLatestFrom(deals, rates)
	fmt.Println(priced.Collect(context.Background()))
	// Output: [{100 1.5}] <nil>
}

func ExampleRace() {
	slow := streams.FromFunc(func(ctx context.Context) (string, error) {
		<-ctx.Done() // a mirror that does not answer
		return "", context.Cause(ctx)
	})
	fast := streams.FromSlice([]string{"answer"})
	fmt.Println(transforms.Race(slow, fast).Collect(context.Background()))
	// Output: [answer] <nil>
}

func ExampleForkJoin() {
	progress := func(final int) *streams.ReadableStream[int] { return streams.FromSlice([]int{1, 10, final}) }
	fmt.Println(transforms.ForkJoin(progress(100), progress(99)).Collect(context.Background()))
	// Output: [[100 99]] <nil>
}

func ExampleSequenceEqual() {
	a, b := streams.FromSlice([]int{1, 2, 3}), streams.FromSlice([]int{1, 2, 4})
	fmt.Println(transforms.SequenceEqual(a, b).Collect(context.Background()))
	// Output: [false] <nil>
}
