package streams_test

// FuzzPipeline makes pipelines of its own and checks what needs no reference: no chunk is lost, doubled or out of order, no
// source that respects its mark is over-full, every call that blocks returns, nothing runs after the pipeline has returned,
// and the locks are released.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
)

func FuzzPipeline(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a pipeline"))
	f.Add([]byte{1, 9, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
	for seed := range 60 {
		recipe := make([]byte, 40)
		for i := range recipe {
			recipe[i] = byte((seed*7919 + i*104729 + seed*i*31) >> 3)
		}
		f.Add(recipe)
	}
	f.Fuzz(func(t *testing.T, recipe []byte) {
		synctest.Test(t, func(t *testing.T) { newTrial(recipe).run(t) })
	})
}

var errTrial = errors.New("a stage of the trial failed")

// A trial is one pipeline: a source, stages, a sink, and perhaps something that goes wrong.
type trial struct {
	recipe []byte

	ctx    context.Context
	cancel context.CancelCauseFunc

	returned bool     // the pipeline has
	faults   []string // what must not have happened
}

func newTrial(recipe []byte) *trial {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &trial{recipe: recipe, ctx: ctx, cancel: cancel}
}

// choose takes a number below n from the recipe; 0 once that is used up.
func (tr *trial) choose(n int) int {
	if len(tr.recipe) == 0 {
		return 0
	}
	v := int(tr.recipe[0]) % n
	tr.recipe = tr.recipe[1:]
	return v
}

// A callback is what each function of the user begins with: it takes time, or fails at one of its calls.
type trialCallback struct {
	trial  *trial
	name   string
	calls  int
	failAt int // 0 is never
	panics bool
	takes  time.Duration // of virtual time; only functions with a context may
}

func (tr *trial) callback(name string, mayBlock bool) *trialCallback {
	c := &trialCallback{trial: tr, name: name}
	if tr.choose(8) == 0 {
		c.failAt, c.panics = 1+tr.choose(12), tr.choose(2) == 0
	}
	if mayBlock {
		c.takes = time.Duration(tr.choose(4)) * time.Millisecond
	}
	return c
}

func (c *trialCallback) begin(ctx context.Context) error {
	if c.trial.returned {
		c.trial.faults = append(c.trial.faults, c.name+" was called after the pipeline had returned")
	}
	c.calls++
	if c.takes > 0 {
		select {
		case <-time.After(c.takes):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	switch {
	case c.calls != c.failAt:
		return nil
	case c.panics:
		panic(errTrial)
	default:
		return errTrial
	}
}

// source makes a source of the numbers from 1 to n.
func (tr *trial) source(n int) *streams.ReadableStream[int] {
	mark := tr.choose(4)
	strategy := streams.CountQueuingStrategy[int](mark)
	next := 0
	take := func() (int, error) {
		if next == n {
			return 0, io.EOF
		}
		next++
		return next, nil
	}
	switch tr.choose(5) {
	case 0:
		return streams.FromSlice(numbers(n))
	case 1:
		return streams.From(slices.Values(numbers(n)))
	case 2:
		c := tr.callback("next", false)
		return streams.Generate(func() (int, error) {
			if err := c.begin(context.Background()); err != nil {
				return 0, err
			}
			return take()
		}, strategy)
	case 3:
		c := tr.callback("next", true)
		return streams.FromFunc(func(ctx context.Context) (int, error) {
			if err := c.begin(ctx); err != nil {
				return 0, err
			}
			return take()
		}, strategy)
	default:
		return tr.pushSource(mark, take)
	}
}

// pushSource makes a source that enqueues as much as its mark has room for, and at least what one pull asks for.
func (tr *trial) pushSource(mark int, take func() (int, error)) *streams.ReadableStream[int] {
	pull := tr.callback("pull", true)
	return streams.NewReadableStream(streams.UnderlyingSource[int]{
		Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
			if err := pull.begin(ctx); err != nil {
				return err
			}
			for enqueued := 0; ; enqueued++ {
				room, ok := c.DesiredSize()
				if !ok || room < 0 {
					if ok {
						tr.faults = append(tr.faults, fmt.Sprintf("the source is over-full: desired size %d", room))
					}
					return nil
				}
				if room == 0 && enqueued > 0 {
					return nil
				}
				v, err := take()
				if err == io.EOF {
					err = c.Close()
					if errors.Is(err, streams.ErrClosed) || errors.Is(err, streams.ErrErrored) {
						err = nil // cancelled meanwhile
					}
					return err
				}
				if err := c.Enqueue(v); err != nil {
					return nil // cancelled meanwhile
				}
				if room == 0 {
					return nil
				}
			}
		},
	}, streams.CountQueuingStrategy[int](mark))
}

// A trialStage says what a stage makes of a chunk and of the end.
type trialStage struct{ copies, atEnd int }

func (s trialStage) transform(chunk int) []int { return slices.Repeat([]int{chunk + 1}, s.copies) }
func (s trialStage) flush() []int              { return slices.Repeat([]int{-1}, s.atEnd) }

// apply is what the stage makes of a whole stream.
func (s trialStage) apply(chunks []int) (out []int) {
	for _, chunk := range chunks {
		out = append(out, s.transform(chunk)...)
	}
	return append(out, s.flush()...)
}

// stage makes a transform stream.
func (tr *trial) stage(s trialStage) *streams.TransformStream[int, int] {
	opts := []streams.TransformOption{
		streams.WithWritableStrategy(streams.CountQueuingStrategy[int](1 + tr.choose(3))),
		streams.WithReadableStrategy(streams.CountQueuingStrategy[int](tr.choose(3))),
	}
	if tr.choose(3) > 0 {
		c := tr.callback("transform", false)
		return streams.TransformFunc(func(chunk int, emit func(int)) error {
			if err := c.begin(context.Background()); err != nil {
				return err
			}
			for _, v := range s.transform(chunk) {
				emit(v)
			}
			return nil
		}, func(emit func(int)) error {
			for _, v := range s.flush() {
				emit(v)
			}
			return nil
		}, opts...)
	}
	c := tr.callback("transform", true)
	enqueue := func(c *streams.TransformController[int], values []int) {
		for _, v := range values {
			_ = c.Enqueue(v) // refused when the stream has ended, which the pipeline tells
		}
	}
	return streams.NewTransformStream(streams.Transformer[int, int]{
		Transform: func(ctx context.Context, chunk int, out *streams.TransformController[int]) error {
			if err := c.begin(ctx); err != nil {
				return err
			}
			enqueue(out, s.transform(chunk))
			return nil
		},
		Flush: func(_ context.Context, out *streams.TransformController[int]) error {
			enqueue(out, s.flush())
			return nil
		},
	}, opts...)
}

// sink makes a sink that appends to got what it takes.
func (tr *trial) sink(got *[]int) *streams.WritableStream[int] {
	strategy := streams.CountQueuingStrategy[int](1 + tr.choose(4))
	if tr.choose(2) == 0 {
		c := tr.callback("write", false)
		return streams.SinkFunc(func(chunk int) error {
			if err := c.begin(context.Background()); err != nil {
				return err
			}
			*got = append(*got, chunk)
			return nil
		}, strategy)
	}
	c := tr.callback("write", true)
	return streams.NewWritableStream(streams.UnderlyingSink[int]{
		Write: func(ctx context.Context, chunk int, _ *streams.WritableController[int]) error {
			if err := c.begin(ctx); err != nil {
				return err
			}
			*got = append(*got, chunk)
			return nil
		},
	}, strategy)
}

// consume takes everything out of a stream into got, in one of the ways that there are.
func (tr *trial) consume(s *streams.ReadableStream[int], got *[]int) error {
	switch tr.choose(5) {
	case 0:
		return s.ForEach(tr.ctx, func(chunk int) error {
			*got = append(*got, chunk)
			return nil
		})
	case 1:
		all, err := s.Collect(tr.ctx)
		*got = all
		return err
	case 2:
		for chunk, err := range s.Values(tr.ctx) {
			if err != nil {
				return err
			}
			*got = append(*got, chunk)
		}
		return nil
	default:
		sink := tr.sink(got)
		err := s.PipeTo(tr.ctx, sink)
		if sink.Locked() {
			tr.faults = append(tr.faults, "the sink is still locked")
		}
		return err
	}
}

func (tr *trial) run(t *testing.T) {
	n := tr.choose(30)
	want := numbers(n)
	s := tr.source(n)
	for range tr.choose(5) {
		stage := trialStage{copies: 1 + tr.choose(3) - tr.choose(2), atEnd: tr.choose(2)}
		want = stage.apply(want)
		s = streams.PipeThrough(s, tr.stage(stage))
	}
	cancelled := tr.choose(4) == 0
	if cancelled {
		timer := time.AfterFunc(time.Duration(tr.choose(20))*time.Millisecond, func() { tr.cancel(errTrial) })
		defer timer.Stop()
	}
	var got []int
	err := tr.consume(s, &got)
	synctest.Wait() // what the end of the pipeline has set off upstream
	tr.returned = true
	if s.Locked() {
		t.Error("the last stream is still locked")
	}
	for _, fault := range tr.faults {
		t.Error(fault)
	}
	switch {
	case err == nil && !slices.Equal(got, want):
		t.Errorf("got %v, want %v", got, want)
	case err != nil && !errors.Is(err, errTrial):
		t.Errorf("got the error %v, want %v", err, errTrial)
	case err != nil && (len(got) > len(want) || !slices.Equal(got, want[:len(got)])):
		t.Errorf("got %v before the error, which is not the beginning of %v", got, want)
	}
	tr.cancel(nil)
	synctest.Wait()
}

func numbers(n int) []int {
	values := make([]int, n)
	for i := range values {
		values[i] = i + 1
	}
	return values
}
