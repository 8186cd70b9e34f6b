package streams_test

// A pipeline of five stages whose context ends, while any one of them is stuck.

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A stagedPipeline is a source, three transforms and a sink whose callbacks pass chunks on, but for one that waits until its
// context has ended.
type stagedPipeline struct {
	source     *streams.ReadableStream[int]
	transforms []*streams.TransformStream[int, int]
	sink       *streams.WritableStream[int]

	stuck string // the stage that waits; immutable
	fails bool   // it returns the cause then, not nil; immutable

	mu      sync.Mutex                 // guards following fields
	running int                        // callbacks that have not returned
	ctxs    map[string]context.Context // the last of each stage

	reasons events // that the stages were cancelled and aborted for
}

// The stages, in their order.
var stageNames = []string{"source", "transform 1", "transform 2", "transform 3", "sink"}

// enter is called by each callback. It waits for the end of ctx in the stage that is stuck.
func (p *stagedPipeline) enter(ctx context.Context, stage string) error {
	p.mu.Lock()
	p.running++
	p.ctxs[stage] = ctx
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.running--
		p.mu.Unlock()
	}()
	if stage == p.stuck {
		<-ctx.Done()
	}
	if p.fails {
		return context.Cause(ctx)
	}
	return nil
}

// untold are the stages with a context that has not ended.
func (p *stagedPipeline) untold() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(stageNames), func(stage string) bool {
		return p.ctxs[stage] == nil || p.ctxs[stage].Err() != nil
	})
}

func newStagedPipeline(stuck string, fails bool) *stagedPipeline {
	p := &stagedPipeline{stuck: stuck, fails: fails, ctxs: map[string]context.Context{}}
	cancelled := func(stage string) func(context.Context, error) error {
		return func(_ context.Context, reason error) error {
			p.reasons.add("%s: %v", stage, reason)
			return nil
		}
	}
	chunk := 0
	p.source = streams.NewReadableStream(streams.UnderlyingSource[int]{
		Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
			if err := p.enter(ctx, "source"); err != nil {
				return err
			}
			chunk++
			_ = c.Enqueue(chunk) // nobody may want it any more
			return nil
		},
		Cancel: cancelled("source"),
	})
	for _, stage := range stageNames[1:4] {
		p.transforms = append(p.transforms, streams.NewTransformStream(streams.Transformer[int, int]{
			Transform: func(ctx context.Context, chunk int, c *streams.TransformController[int]) error {
				if err := p.enter(ctx, stage); err != nil {
					return err
				}
				_ = c.Enqueue(chunk)
				return nil
			},
			Cancel: cancelled(stage),
		}))
	}
	p.sink = streams.NewWritableStream(streams.UnderlyingSink[int]{
		Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error {
			return p.enter(ctx, "sink")
		},
		Abort: cancelled("sink"),
	})
	return p
}

// through pipes the source through the transforms.
func (p *stagedPipeline) through() *streams.ReadableStream[int] {
	s := p.source
	for _, transform := range p.transforms {
		s = streams.PipeThrough(s, transform)
	}
	return s
}

// consumers are the ways in which the pipeline ends: in its sink or in a loop.
var consumers = map[string]func(ctx context.Context, p *stagedPipeline) error{
	"PipeTo": func(ctx context.Context, p *stagedPipeline) error {
		return p.through().PipeTo(ctx, p.sink)
	},
	"ForEach": func(ctx context.Context, p *stagedPipeline) error {
		return p.through().ForEach(ctx, func(int) error { return p.enter(ctx, "sink") })
	},
	"Values": func(ctx context.Context, p *stagedPipeline) error {
		for _, err := range p.through().Values(ctx) {
			if err != nil {
				return err
			}
			_ = p.enter(ctx, "sink")
		}
		return nil
	},
}

// TestContextEndsPipeline shows that the end of the context ends the pipeline whole, whichever stage is stuck: when the call
// returns, the contexts of all stages have ended with the cause, and at rest nothing runs and nothing is locked.
func TestContextEndsPipeline(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for consumer, consume := range consumers {
		for i, stuck := range stageNames {
			for _, fails := range []bool{false, true} {
				name := fmt.Sprintf("%s, stuck in the %s, which then fails: %t", consumer, stuck, fails)
				tests[name] = func(t *testing.T) {
					p := newStagedPipeline(stuck, fails)
					ctx, cancel := abortable()
					var untold []string
					o := beginError(func() error {
						err := consume(ctx, p)
						untold = p.untold()
						return err
					})
					o.wantPending(t)
					wantEqual(t, fmt.Sprint(p.untold()), fmt.Sprint(stageNames[:i+1]))
					cancel()
					o.wantError(t, errA)
					wantEqual(t, o.err, errA)
					wantEqual(t, len(untold), 0)
					for _, ctx := range p.ctxs {
						wantEqual(t, context.Cause(ctx), errA)
					}
					wantEqual(t, p.running, 0)
					cancelled := stageNames[:4]
					if consumer == "PipeTo" {
						wantEqual(t, writableEnd(t, p.sink), errA)
						if !fails || stuck != "sink" { // a sink that has failed is not aborted
							cancelled = stageNames
						}
					}
					p.wantCancelled(t, cancelled)
				}
			}
		}
	}
	inBubbles(t, tests)
}

// wantCancelled fails the test unless each of these stages was cancelled or aborted with the cause, once, and no other, and
// all streams but the sink have ended accordingly.
func (p *stagedPipeline) wantCancelled(t *testing.T, stages []string) {
	t.Helper()
	wantEqual(t, readableEnd(t, p.source), nil)
	for _, transform := range p.transforms {
		wantEqual(t, writableEnd(t, transform.Writable()), errA)
		wantEqual(t, readableEnd(t, transform.Readable()), nil)
	}
	slices.Sort(p.reasons.list) // the stages are told side by side
	var reasons []string
	for _, stage := range slices.Sorted(slices.Values(stages)) {
		reasons = append(reasons, stage+": error A")
	}
	p.reasons.want(t, reasons...)
}
