package workload

import "context"

// batchSize is how many elements are handed over at once by those who hand over slices.
const batchSize = 256

// Channels of slices: the way to make channels fast by hand. What is sent belongs to the receiver.

func batchSource(input []int, buffer int) <-chan []int {
	out := make(chan []int, buffer)
	go func() {
		defer close(out)
		for len(input) > 0 {
			n := min(batchSize, len(input))
			out <- append(make([]int, 0, n), input[:n]...)
			input = input[n:]
		}
	}()
	return out
}

func batchMap(in <-chan []int, buffer int, f func(int) int) <-chan []int {
	out := make(chan []int, buffer)
	go func() {
		defer close(out)
		for batch := range in {
			for i, x := range batch {
				batch[i] = f(x)
			}
			out <- batch
		}
	}()
	return out
}

func batchFilter(in <-chan []int, buffer int, keep func(int) bool) <-chan []int {
	out := make(chan []int, buffer)
	go func() {
		defer close(out)
		for batch := range in {
			kept := batch[:0]
			for _, x := range batch {
				if keep(x) {
					kept = append(kept, x)
				}
			}
			out <- kept
		}
	}()
	return out
}

func batchSum(in <-chan []int) int {
	sum := 0
	for batch := range in {
		sum += total(batch)
	}
	return sum
}

// batchesTo hands the input over to another goroutine in slices.
func batchesTo(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return batchSum(batchSource(input, buffer)), nil
	}
}
