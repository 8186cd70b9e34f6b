package workload

import (
	"context"

	"github.com/samber/ro"
)

const roModule = "github.com/samber/ro"

// roSum subscribes and returns the sum when the observable has completed. What an observer gets comes before its
// OnComplete, so sum needs no lock.
func roSum(ctx context.Context, in ro.Observable[int]) (int, error) {
	sum := 0
	wait := roSubscribe(ctx, in, func(x int) { sum += x })
	err := wait()
	return sum, err
}

// roSubscribe subscribes a function and returns one that waits for the end. The observable may be synchronous: then
// the end has come before roSubscribe returns.
func roSubscribe[T any](ctx context.Context, in ro.Observable[T], next func(T)) (wait func() error) {
	done := make(chan error, 1)
	in.SubscribeWithContext(ctx, ro.NewObserver(next,
		func(err error) { done <- err },
		func() { done <- nil },
	))
	return func() error { return <-done }
}

// roPush is a source that a goroutine of the user pushes into.
func roPush(input []int) ro.Observable[int] {
	return ro.NewObservable(func(destination ro.Observer[int]) ro.Teardown {
		for _, x := range input {
			destination.Next(x)
		}
		destination.Complete()
		return nil
	})
}
