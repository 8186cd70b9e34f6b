package streams_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// FuzzReady makes a chain of plain functions twice, as FuzzBurst does: between a ReadySource and maybe a ReadySink, taken
// through in bursts, and between an UnderlyingSource and an UnderlyingSink that do the same in callbacks that block, without
// bursts.
func FuzzReady(f *testing.F) {
	for seed := range 80 {
		recipe := make([]byte, 60)
		for i := range recipe {
			recipe[i] = byte((seed*7001 + i*15485863 + seed*i*19) >> 4)
		}
		f.Add(recipe)
	}
	f.Fuzz(func(t *testing.T, recipe []byte) {
		synctest.Test(t, func(t *testing.T) { compareReady(t, recipe) })
	})
}

// A fedChain is a chain after a supply.
type fedChain struct {
	*chain
	supply *supply
	given  int
	ready  func() // is called when something was done for the source or the sink
}

func newFedChain(recipe []byte, ready bool) *fedChain {
	s := newSupply()
	c := &fedChain{supply: s, chain: &chain{shape: shape{recipe: recipe}, gates: make(chan error, 1000)}, ready: s.tell}
	ctx, cancel := context.WithCancelCause(context.Background())
	c.cancel = cancel
	c.first = c.source(ready, c.shape.choose(2) == 0)
	last := c.first
	for range c.shape.choose(4) {
		last = streams.PipeThrough(last, c.stage(ready))
	}
	end := func() error { return c.loop(ctx, last) }
	if c.looped = c.shape.choose(3) == 0; !c.looped {
		plain := c.shape.choose(2) == 0
		sink := c.sink(ready && plain)
		end = func() error { return last.PipeTo(ctx, sink) }
	}
	go func() {
		c.err = end()
		c.done = true
	}()
	return c
}

func (c *fedChain) source(ready, waits bool) *streams.ReadableStream[int] {
	source := c.supply.source()
	switch {
	case !ready:
		return streams.NewReadableStream(c.supply.underlyingSource(), streams.CountQueuingStrategy[int](0))
	case waits:
		return streams.FromReady(source)
	}
	source.Wait = nil
	stream := streams.FromReady(source)
	c.ready = c.supply.controller.Ready
	return stream
}

// sink makes a sink that takes a chunk when it is let, as that of a chain does.
func (c *fedChain) sink(ready bool) *streams.WritableStream[int] {
	if !ready {
		return c.chain.sink()
	}
	mark, note := 1+c.shape.choose(5), c.note()
	log := c.calls[len(c.calls)-1]
	refused := false
	return streams.ToReady(streams.ReadySink[int]{
		Start: func(controller *streams.ReadySinkController[int]) {
			source := c.ready
			c.ready = func() {
				source()
				controller.Ready()
			}
		},
		Write: func(chunk int) error {
			if !refused {
				note(chunk)
			}
			select {
			case err := <-c.gates:
				refused = false
				if err != nil {
					c.failed.Store(true)
				}
				return err
			default:
				refused = true
				return streams.ErrNotReady
			}
		},
		Close: func(context.Context) error { log.WriteString(sinkClosed); return nil },
		Abort: func(context.Context, error) error { log.WriteString(sinkAborted); return nil },
	}, streams.CountQueuingStrategy[int](mark))
}

// underlyingSource does what the ReadySource does.
func (s *supply) underlyingSource() streams.UnderlyingSource[int] {
	source := s.source()
	return streams.UnderlyingSource[int]{
		Start: func(_ context.Context, c *streams.ReadableController[int]) error {
			s.fail = c.Error
			return nil
		},
		Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
			chunk, err := source.Next()
			for errors.Is(err, streams.ErrNotReady) {
				if err = source.Wait(ctx); err == nil {
					chunk, err = source.Next()
				}
			}
			switch err {
			case nil:
				_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
				return nil
			case io.EOF:
				_ = c.Close() // as above
				return nil
			}
			return err
		},
		Cancel: source.Cancel,
	}
}

// act does one thing to the chain.
func (c *fedChain) act(what byte) {
	over := c.supply.end != nil
	switch kind := what % 32; {
	case kind == 16 && !over:
		c.failed.Store(true)
		c.supply.end = errChain
	case kind == 17:
		c.failed.Store(true)
		c.supply.fail(errChain)
	case kind == 18 && !over:
		c.supply.end = io.EOF
	case kind > 18 && kind < 26 && !over:
		for range 1 + int(what)/32 {
			c.given++
			c.supply.chunks = append(c.supply.chunks, c.given)
		}
	default:
		c.chain.act(what)
	}
	c.ready()
}

func compareReady(t *testing.T, recipe []byte) {
	ready, literal := newFedChain(recipe, true), newFedChain(recipe, false)
	acts := recipe[min(len(recipe), ready.shape.used):]
	acts = acts[:min(len(acts), 40)]
	for i := range len(acts) + 1 {
		synctest.Wait()
		if !ready.agreesWith(literal.chain) {
			t.Errorf("after %d of the acts %v\nof a ReadySource:\n%s\nliterally:\n%s", i, acts, ready, literal)
			break
		}
		if !ready.failed.Load() && !literal.failed.Load() && !ready.looped {
			if a, b := ready.supply.taken(), literal.supply.taken(); !slices.Equal(a, b) {
				t.Errorf("after %d of the acts %v a ReadySource was asked for %q, an UnderlyingSource for %q", i, acts, a, b)
			}
		}
		if i < len(acts) {
			ready.act(acts[i])
			literal.act(acts[i])
		}
	}
	for _, c := range []*fedChain{ready, literal} {
		c.finish()
		c.ready()
		synctest.Wait()
		if !c.done {
			t.Errorf("a chain that was cancelled, and its sink let go, does not end:\n%s", c)
		}
	}
}

// taken is what was recorded, but for calls of Wait.
func (s *supply) taken() []string {
	return slices.DeleteFunc(slices.Clone(s.list), func(event string) bool { return strings.Contains(event, "wait") })
}
