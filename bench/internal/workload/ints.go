package workload

import (
	"context"
	"fmt"
)

// runInts makes the whole pipeline, sends input through it, and returns the sum of what came out when it has ended.
type runInts func(ctx context.Context, input []int) (int, error)

// intsTo makes engines of functions on ints: all of them must give the sum that want gives.
type intsTo struct {
	want func(input []int) int
}

func (i intsTo) engine(name, library string, run runInts) Engine {
	return Engine{Name: name, Library: library, Prepare: func(units int) (Job, error) {
		return i.job(count(units), run), nil
	}}
}

func (i intsTo) job(input []int, run runInts) Job {
	want := i.want(input)
	return Job{Run: func(ctx context.Context) error {
		sum, err := run(ctx, input)
		if err != nil {
			return err
		}
		if sum != want {
			return fmt.Errorf("sum %d, want %d", sum, want)
		}
		return nil
	}}
}

// count returns the numbers from 0 to n-1.
func count(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// triple is what every map stage does. It is not inlined, so that a stage costs a call in every engine.
//
//go:noinline
func triple(x int) int { return 3*x + 1 }

// even is what every filter stage asks for. It is not inlined, for the same reason.
//
//go:noinline
func even(x int) bool { return x%2 == 0 }

// total is the sum of the input itself.
func total(input []int) int {
	sum := 0
	for _, x := range input {
		sum += x
	}
	return sum
}

// evenTriples is the sum of what a map with triple and a filter with even leave.
func evenTriples(input []int) int {
	sum := 0
	for _, x := range input {
		if y := 3*x + 1; y%2 == 0 {
			sum += y
		}
	}
	return sum
}
