package workload

import (
	"github.com/destel/rill"
)

const rillModule = "github.com/destel/rill"

func rillMap(in <-chan rill.Try[int], f func(int) int) <-chan rill.Try[int] {
	return rill.Map(in, 1, func(x int) (int, error) { return f(x), nil })
}

func rillFilter(in <-chan rill.Try[int], keep func(int) bool) <-chan rill.Try[int] {
	return rill.Filter(in, 1, func(x int) (bool, error) { return keep(x), nil })
}

// rillUnbuffered is a source with nothing queued; rill.FromSlice queues up to 512 elements.
func rillUnbuffered(input []int) <-chan rill.Try[int] {
	return rill.Generate(func(send func(int), _ func(error)) {
		for _, x := range input {
			send(x)
		}
	})
}

// rillSum reads in the goroutine of the caller.
func rillSum(in <-chan rill.Try[int]) (int, error) {
	sum := 0
	err := rill.ForEach(in, 1, func(x int) error {
		sum += x
		return nil
	})
	return sum, err
}
