package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// engine is one way to do a workload on ints. run makes the whole pipeline, sends input through it, and returns the
// sum of what came out when the pipeline has ended.
type engine struct {
	name string
	run  func(ctx context.Context, input []int) (int, error)
}

// check runs the engine once and says how its result differs from want.
func (e engine) check(ctx context.Context, input []int, want int) error {
	sum, err := e.run(ctx, input)
	if err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	if sum != want {
		return fmt.Errorf("%s: sum %d, want %d", e.name, sum, want)
	}
	return nil
}

// agree tests that every engine gives the wanted sum.
func agree(t *testing.T, engines []engine, input []int, want int) {
	t.Helper()
	for _, e := range engines {
		if err := e.check(t.Context(), input, want); err != nil {
			t.Error(err)
		}
	}
}

// compare runs a benchmark for each engine; the suffix is what follows the engine's name.
func compare(b *testing.B, engines []engine, suffix string, input []int, want int) {
	b.Helper()
	for _, e := range engines {
		b.Run(e.name+suffix, func(b *testing.B) {
			measure(b, len(input), func() error { return e.check(b.Context(), input, want) })
		})
	}
}

// measure runs a workload as often as the benchmark asks for and reports its time per element. It counts to b.N itself
// because b.Loop takes memory statistics before it returns, which costs more CPU time than a short pipeline.
func measure(b *testing.B, elements int, run func() error) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	before, beforeErr := cpuTime()
	for range b.N {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
	after, afterErr := cpuTime()
	b.StopTimer()
	total := float64(b.N) * float64(elements)
	b.ReportMetric(float64(b.Elapsed())/total, "ns/el")
	err := errors.Join(beforeErr, afterErr)
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(after-before)/total, "cpu-ns/el")
}

// size returns full, or short when the tests run with -short.
func size(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}

// ints returns the numbers from 0 to n-1.
func ints(n int) []int {
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
