package streams_test

// The contexts that callbacks get, and the context of a pipe that ends while one of them runs.

import (
	"context"
	"errors"
	"io"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstreams/weir/streams"
)

// A visit looks at the callbacks of a pipeline as they are called, by their names, and may fail them.
type visit func(callback string) error

// A pipeline is a source, a transform and a sink whose callbacks all call a visit first. The source gives the chunks from 1
// to last.
type pipeline struct {
	source    *streams.ReadableStream[int]
	transform *streams.TransformStream[int, int]
	sink      *streams.WritableStream[int]
}

// blockingPipeline is the pipeline of callbacks that may block.
func blockingPipeline(last int, v visit) pipeline {
	chunk := 0
	return pipeline{
		source: streams.NewReadableStream(streams.UnderlyingSource[int]{
			Start: func(context.Context, *streams.ReadableController[int]) error { return v("source start") },
			Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
				if err := v("pull"); err != nil {
					return err
				}
				if chunk++; chunk > last {
					return c.Close()
				}
				return c.Enqueue(chunk)
			},
			Cancel: func(context.Context, error) error { return v("source cancel") },
		}, v.sizes("source size")),
		transform: streams.NewTransformStream(streams.Transformer[int, int]{
			Start: func(context.Context, *streams.TransformController[int]) error { return v("transform start") },
			Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
				_ = c.Enqueue(chunk) // nobody may want it any more
				return v("transform")
			},
			Flush:  func(context.Context, *streams.TransformController[int]) error { return v("flush") },
			Cancel: func(context.Context, error) error { return v("transform cancel") },
		}, streams.WithWritableStrategy(v.sizes("writable size")), streams.WithReadableStrategy(v.sizes("readable size"))),
		sink: streams.NewWritableStream(streams.UnderlyingSink[int]{
			Start: func(context.Context, *streams.WritableController[int]) error { return v("sink start") },
			Write: func(context.Context, int, *streams.WritableController[int]) error { return v("write") },
			Close: func(context.Context) error { return v("close") },
			Abort: func(context.Context, error) error { return v("abort") },
		}, v.sizes("sink size")),
	}
}

// plainPipeline is the pipeline of functions that must not block.
func plainPipeline(last int, v visit) pipeline {
	chunk := 0
	return pipeline{
		source: streams.Generate(func() (int, error) {
			if err := v("next"); err != nil {
				return 0, err
			}
			if chunk++; chunk > last {
				return 0, io.EOF
			}
			return chunk, nil
		}),
		transform: streams.TransformFunc(func(chunk int, emit func(int)) error {
			emit(chunk)
			return v("transform")
		}, func(func(int)) error { return v("flush") }),
		sink: streams.SinkFunc(func(int) error { return v("write") }),
	}
}

func (v visit) sizes(callback string) streams.QueuingStrategy[int] {
	return streams.QueuingStrategy[int]{HighWaterMark: 1, Size: func(int) int {
		_ = v(callback)
		return 1
	}}
}

// begin begins to pipe, and returns the operation of the last pipe.
func (p pipeline) begin(ctx context.Context) *operation[struct{}] {
	return pipeWith(ctx, streams.PipeThrough(p.source, p.transform), p.sink)
}

// wantEnded fails the test unless everything has ended and nothing is locked.
func (p pipeline) wantEnded(t *testing.T) {
	t.Helper()
	for i, end := range []error{
		readableEnd(t, p.source), writableEnd(t, p.transform.Writable()), readableEnd(t, p.transform.Readable()), writableEnd(t, p.sink),
	} {
		if errors.Is(end, errPending) {
			t.Fatalf("stream %d has not ended", i)
		}
	}
}

// endless is the last chunk of a source that goes on for ever.
const endless = math.MaxInt

// TestContextEndedInCallback ends the context of a pipe in each callback of its pipeline.
func TestContextEndedInCallback(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for callback, c := range map[string]struct {
		failing string // the callback that fails with errB, so that this one is called
		last    int
		want    error // what PipeTo returns
	}{
		"source start":     {"", endless, errA},
		"pull":             {"", endless, errA},
		"source size":      {"", endless, errA},
		"source cancel":    {"write", endless, errB},
		"transform start":  {"", endless, errA},
		"transform":        {"", endless, errA},
		"readable size":    {"", endless, errA},
		"writable size":    {"", endless, errA},
		"flush":            {"", 1, errA},
		"transform cancel": {"write", endless, errB},
		"sink start":       {"", endless, errA},
		"write":            {"", endless, errA},
		"sink size":        {"", endless, errA},
		"close":            {"", 1, nil}, // the pipe is ending already
		"abort":            {"pull", endless, errB},
	} {
		tests[callback] = func(t *testing.T) {
			hold := newHeld(t) // the callback goes on when all that the end of the context brings about has happened
			ctx, cancel := abortable()
			var begun atomic.Bool
			p := blockingPipeline(c.last, func(name string) error {
				switch name {
				case callback:
					if begun.CompareAndSwap(false, true) {
						cancel()
						return hold.wait()
					}
				case c.failing:
					return errB
				}
				return nil
			})
			o := p.begin(ctx)
			hold.let(nil)
			o.wantError(t, c.want)
			p.wantEnded(t)
		}
	}
	for _, callback := range []string{"next", "transform", "write"} {
		tests["plain "+callback] = func(t *testing.T) {
			ctx, cancel := abortable()
			p := plainPipeline(endless, func(name string) error {
				if name == callback {
					cancel()
				}
				return nil
			})
			p.begin(ctx).wantError(t, errA)
			p.wantEnded(t)
		}
	}
	inBubbles(t, tests)
}

// TestContextEndedInLoop ends the context of a loop in its body: the loop ends, and cancels its stream.
func TestContextEndedInLoop(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, loop := range map[string]func(ctx context.Context, s *streams.ReadableStream[int], body func()) error{
		"ForEach": func(ctx context.Context, s *streams.ReadableStream[int], body func()) error {
			return s.ForEach(ctx, func(int) error {
				body()
				return nil
			})
		},
		"Values": func(ctx context.Context, s *streams.ReadableStream[int], body func()) error {
			for _, err := range s.Values(ctx) {
				if err != nil {
					return err
				}
				body()
			}
			return nil
		},
	} {
		tests[name] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2, 3)})
			ctx, cancel := abortable()
			bodies := 0
			wantEqual(t, loop(ctx, s, func() { bodies++; cancel() }), errA)
			wantEqual(t, bodies, 1)
			src.want(t, "cancel error A")
			wantEqual(t, readableEnd(t, s), nil)
		}
	}
	inBubbles(t, tests)
}

// TestContextEndsLoop ends the context of a loop that waits for a chunk.
func TestContextEndsLoop(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, loop := range map[string]func(ctx context.Context, s *streams.ReadableStream[int]) error{
		"ForEach": func(ctx context.Context, s *streams.ReadableStream[int]) error {
			return s.ForEach(ctx, func(int) error { return nil })
		},
		"Collect": func(ctx context.Context, s *streams.ReadableStream[int]) error {
			chunks, err := s.Collect(ctx)
			if len(chunks) != 1 {
				return errors.New("Collect lost the chunk that it had")
			}
			return err
		},
		"Values": func(ctx context.Context, s *streams.ReadableStream[int]) error {
			for _, err := range s.Values(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"PipeTo": func(ctx context.Context, s *streams.ReadableStream[int]) error {
			return s.PipeTo(ctx, streams.SinkFunc(func(int) error { return nil }))
		},
	} {
		tests[name] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
			begun := time.Now()
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errA)
			defer cancel()
			wantEqual(t, loop(ctx, s), errA)
			wantEqual(t, time.Since(begun), time.Hour)
			src.wantWithoutPulls(t, "cancel error A")
			wantEqual(t, readableEnd(t, s), nil)
		}
	}
	inBubbles(t, tests)
}

// TestContextIgnored shows who waits for a callback that does not look at its context, when the context of a pipe ends.
func TestContextIgnored(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for callback, c := range map[string]struct {
		failing string // the callback that fails with errB, so that this one is called
		last    int
		waits   bool // PipeTo waits for the callback
		want    error
	}{
		"source start":     {last: endless, want: errA},
		"pull":             {last: endless, want: errA},
		"transform start":  {last: endless, want: errA},
		"transform":        {last: endless, want: errA},
		"flush":            {last: 1, waits: true, want: errA}, // it stands for the Cancel of the transform
		"sink start":       {last: endless, waits: true, want: errA},
		"write":            {last: endless, waits: true, want: errA},
		"close":            {last: 1, waits: true},
		"source cancel":    {last: endless, failing: "write", want: errB},
		"transform cancel": {last: endless, failing: "write", waits: true, want: errB},
		"abort":            {last: endless, failing: "pull", waits: true, want: errB},
	} {
		tests[callback] = func(t *testing.T) {
			hold := newHeld(t)
			p := blockingPipeline(c.last, func(name string) error {
				switch name {
				case callback:
					return hold.wait()
				case c.failing:
					return errB
				}
				return nil
			})
			ctx, cancel := abortable()
			o := p.begin(ctx)
			cancel()
			if c.waits {
				o.wantPending(t)
				hold.let(nil)
				o.wantError(t, c.want)
			} else {
				o.wantError(t, c.want)
				hold.let(nil)
			}
			p.wantEnded(t)
		}
	}
	inBubbles(t, tests)
}
