package workload

import (
	"context"

	"github.com/reactivex/rxgo/v2"
)

const rxgoModule = "github.com/reactivex/rxgo/v2"

// rxFromChannel is RxGo's usual source: a channel of items that somebody else fills.
func rxFromChannel(input []int, opts ...rxgo.Option) rxgo.Observable {
	items := make(chan rxgo.Item)
	go func() {
		defer close(items)
		for _, x := range input {
			items <- rxgo.Of(x)
		}
	}()
	return rxgo.FromChannel(items, opts...)
}

// rxCreate is the source that RxGo drives itself, which can have a buffer.
func rxCreate(input []int, buffer int) rxgo.Observable {
	return rxgo.Create([]rxgo.Producer{func(_ context.Context, next chan<- rxgo.Item) {
		for _, x := range input {
			next <- rxgo.Of(x)
		}
	}}, rxgo.WithBufferedChannel(buffer))
}

func rxMap(in rxgo.Observable, f func(int) int, opts ...rxgo.Option) rxgo.Observable {
	return in.Map(func(_ context.Context, x any) (any, error) { return f(x.(int)), nil }, opts...)
}

func rxFilter(in rxgo.Observable, keep func(int) bool, opts ...rxgo.Option) rxgo.Observable {
	return in.Filter(func(x any) bool { return keep(x.(int)) }, opts...)
}

func rxSum(in rxgo.Observable, opts ...rxgo.Option) (int, error) {
	sum := 0
	for item := range in.Observe(opts...) {
		if item.Error() {
			return sum, item.E
		}
		sum += item.V.(int)
	}
	return sum, nil
}
