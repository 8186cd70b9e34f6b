package rx_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms/rx"
)

func ExampleFromObservable() {
	numbers := rx.FromObservable[int](rxgo.Range(1, 5).Skip(2))
	fmt.Println(numbers.Collect(context.Background()))
	// Output: [3 4 5] <nil>
}

func ExampleToObservable() {
	words := streams.FromSlice([]string{"over", "the", "weir"})
	for item := range rx.ToObservable(words).Take(2).Observe() {
		fmt.Println(item.V)
	}
	// Output:
	// over
	// the
}

func ExampleOperator() {
	sums := rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable {
		return o.Scan(func(_ context.Context, sum, x any) (any, error) {
			if sum == nil {
				return x, nil
			}
			return sum.(int) + x.(int), nil
		})
	})
	numbers := streams.FromSlice([]int{1, 2, 3, 4})
	fmt.Println(streams.PipeThrough(numbers, sums).Collect(context.Background()))
	// Output: [1 3 6 10] <nil>
}

func ExampleErrType() {
	_, err := rx.FromObservable[int](rxgo.Just("one")()).Collect(context.Background())
	fmt.Println(errors.Is(err, rx.ErrType), err)
	// Output: true rx: item of another type: got a string, want a int
}
