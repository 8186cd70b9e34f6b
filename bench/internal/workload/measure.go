package workload

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// The figures that a benchmark reports. Those of a timed job are per unit of its workload, those of what is at rest
// are per unit that is held.
const (
	CPU        = "cpu-ns/el"
	Wall       = "ns/el"
	Allocs     = "allocs/el"
	Bytes      = "B/el"
	Heap       = "heap-B/el"
	Stack      = "stack-B/el"
	Space      = "space-B/el" // heap and stack
	Goroutines = "goroutines/el"
)

// Measure runs the engine as often as the benchmark asks for, on so many units an operation, and reports the figures. It
// leaves it to the caller to fail the benchmark with the error.
func (e Engine) Measure(b *testing.B, units int) error {
	b.Helper()
	if e.Hold != nil {
		return measureSpace(b, e.Hold, units)
	}
	if e.Report != nil {
		return e.Report(b, units)
	}
	job, err := e.Prepare(units)
	if err != nil {
		return err
	}
	err = measureJob(b, job, units)
	if job.Close != nil {
		err = errors.Join(err, job.Close())
	}
	return err
}

// measureJob counts to b.N itself because b.Loop takes memory statistics before it returns, which costs more CPU time
// than a short pipeline.
func measureJob(b *testing.B, job Job, units int) error {
	b.Helper()
	cost := job.Cost
	if cost == nil {
		cost = OwnCost
	}
	ctx := context.Background() // not b.Context(), which is a longer chain of contexts than most programs have
	runtime.GC()                // the garbage of what ran before is not this job's
	before, beforeErr := cost()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := job.Run(ctx); err != nil {
			return err
		}
	}
	b.StopTimer()
	after, afterErr := cost()

	total := float64(b.N) * float64(units)
	b.ReportMetric(float64(b.Elapsed())/total, Wall)
	err := errors.Join(beforeErr, afterErr)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil // wall time is all there is on this system
	}
	if err != nil {
		return err
	}
	b.ReportMetric(float64(after.CPU-before.CPU)/total, CPU)
	b.ReportMetric(float64(after.Allocs-before.Allocs)/total, Allocs)
	b.ReportMetric(float64(after.Bytes-before.Bytes)/total, Bytes)
	return nil
}

// OwnCost is what this process has used so far.
func OwnCost() (Cost, error) {
	cpu, err := cpuTime()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return Cost{CPU: cpu, Allocs: memory.Mallocs, Bytes: memory.TotalAlloc}, err
}
