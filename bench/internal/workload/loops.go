package workload

import (
	"context"
	"iter"
)

// What the Go language gives for stages that never wait: loops, chains of calls, and sequences. None of them has
// backpressure, a context or an end that anybody is told of, and only the push chain has errors.

func loop(_ context.Context, input []int) (int, error) {
	return mapFilterSum(input, triple, even), nil
}

// mapFilterSum is not inlined, so that the compiler cannot know which functions it is given.
//
//go:noinline
func mapFilterSum(input []int, f func(int) int, keep func(int) bool) int {
	sum := 0
	for _, x := range input {
		if y := f(x); keep(y) {
			sum += y
		}
	}
	return sum
}

// push is a stage that is called with an element and calls the next one.
type push func(int) error

func pushAll(input []int, next push) error {
	for _, x := range input {
		if err := next(x); err != nil {
			return err
		}
	}
	return nil
}

func pushMap(f func(int) int, next push) push {
	return func(x int) error { return next(f(x)) }
}

func pushFilter(keep func(int) bool, next push) push {
	return func(x int) error {
		if !keep(x) {
			return nil
		}
		return next(x)
	}
}

func pushSum(sum *int) push {
	return func(x int) error {
		*sum += x
		return nil
	}
}

func seqOf(input []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, x := range input {
			if !yield(x) {
				return
			}
		}
	}
}

func seqMap(in iter.Seq[int], f func(int) int) iter.Seq[int] {
	return func(yield func(int) bool) {
		in(func(x int) bool { return yield(f(x)) })
	}
}

func seqFilter(in iter.Seq[int], keep func(int) bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		in(func(x int) bool { return !keep(x) || yield(x) })
	}
}

func seqSum(in iter.Seq[int]) int {
	sum := 0
	for x := range in {
		sum += x
	}
	return sum
}
