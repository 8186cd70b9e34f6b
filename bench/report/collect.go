package main

import (
	"context"
	"log"
	"math"
	"slices"
	"time"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// An outcome is what a workload came to.
type outcome struct {
	workload workload.Workload
	units    int   // in one operation
	rows     []row // one for each engine
}

// A row is what an engine came to.
type row struct {
	engine  workload.Engine
	figures figures   // medians
	samples []figures // one for each round
	failed  error     // why there is no figure, or why there are no more samples
}

// A measurer measures one engine once.
type measurer func(context.Context, workload.Workload, workload.Engine, options) (figures, error)

// collect measures everything, as often as the options say. A round measures everything once, so that what else the
// machine does meanwhile spreads over all of it. What fails is not tried again. collect fails only if ctx has ended.
func collect(
	ctx context.Context, list []workload.Workload, opts options, measure measurer, progress *log.Logger,
) ([]outcome, error) {
	outcomes := make([]outcome, len(list))
	for i, w := range list {
		outcomes[i].workload, outcomes[i].units = w, units(w, opts.quick)
		for _, e := range w.Engines {
			outcomes[i].rows = append(outcomes[i].rows, row{engine: e})
		}
	}
	started := time.Now()
	for round := 1; round <= opts.counts; round++ {
		if used := time.Since(started); opts.budget > 0 && used > opts.budget {
			progress.Printf("no round %d: %s have passed", round, used.Round(time.Second))
			break
		}
		for i := range outcomes {
			o := &outcomes[i]
			progress.Printf("%6s round %d/%d, %d/%d %s",
				time.Since(started).Round(time.Second), round, opts.counts, i+1, len(outcomes), o.workload.Name)
			for j := range o.rows {
				o.rows[j].sample(ctx, o.workload, opts, measure, progress)
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
			}
		}
	}
	for _, o := range outcomes {
		for j := range o.rows {
			o.rows[j].figures = medians(o.rows[j].samples)
		}
	}
	return outcomes, nil
}

// sample adds a measurement to the row, unless one has failed before.
func (r *row) sample(ctx context.Context, w workload.Workload, opts options, measure measurer, progress *log.Logger) {
	if r.failed != nil {
		return
	}
	f, err := measure(ctx, w, r.engine, opts)
	if err != nil {
		r.failed = err
		progress.Printf("FAILED %s/%s: %v", w.Name, r.engine.Name, err)
		return
	}
	r.samples = append(r.samples, f)
}

// medians returns the median of each figure, nil if there are none.
func medians(samples []figures) figures {
	if len(samples) == 0 {
		return nil
	}
	result := figures{}
	for name := range samples[0] {
		var values []float64
		for _, s := range samples {
			values = append(values, s[name])
		}
		result[name] = median(values)
	}
	return result
}

// median returns the middle of the values, or the mean of the two in the middle; NaN for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// figure returns what was measured of an engine, NaN if that is not there.
func (o outcome) figure(engine, metric string) float64 {
	for _, r := range o.rows {
		if r.engine.Name == engine {
			return r.figures.get(metric)
		}
	}
	return math.NaN()
}

// get returns a figure, NaN if it is not there.
func (f figures) get(metric string) float64 {
	if value, ok := f[metric]; ok {
		return value
	}
	return math.NaN()
}
