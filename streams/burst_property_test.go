package streams_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// FuzzBurst makes a chain of plain functions twice: once as it is, which is taken through in bursts, and once with a size
// function on each stage, which keeps bursts away and changes nothing else. Whatever is done to the two, at every point of
// rest the functions must have been called with the same chunks, and the same must have come of it.
func FuzzBurst(f *testing.F) {
	for seed := range 80 {
		recipe := make([]byte, 60)
		for i := range recipe {
			recipe[i] = byte((seed*6007 + i*15485863 + seed*i*17) >> 4)
		}
		f.Add(recipe)
	}
	f.Fuzz(func(t *testing.T, recipe []byte) {
		synctest.Test(t, func(t *testing.T) { compareBursts(t, recipe) })
	})
}

// compareBursts does to both chains what the recipe says.
func compareBursts(t *testing.T, recipe []byte) {
	chains := [2]*chain{newChain(recipe, true), newChain(recipe, false)}
	acts := recipe[min(len(recipe), chains[0].shape.used):]
	acts = acts[:min(len(acts), 40)]
	for i := range len(acts) + 1 {
		synctest.Wait()
		if fused, literal := chains[0], chains[1]; !fused.agreesWith(literal) {
			t.Errorf("after %d of the acts %v\nin bursts:\n%s\nwithout:\n%s", i, acts, fused, literal)
			break
		}
		if i < len(acts) {
			for _, c := range chains {
				c.act(acts[i])
			}
		}
	}
	for _, c := range chains {
		c.finish()
		if !c.done {
			t.Errorf("a chain that was cancelled, and its sink let go, does not end:\n%s", c)
		}
	}
}

// A shape is what a recipe says of a chain.
type shape struct {
	recipe []byte
	used   int
}

func (s *shape) choose(n int) int {
	if s.used >= len(s.recipe) {
		return 0
	}
	s.used++
	return int(s.recipe[s.used-1]) % n
}

// A chain is a source, some stages and a sink that takes a chunk when it is let.
type chain struct {
	shape  shape
	calls  []*strings.Builder // of the source and the stages, then of the sink
	gates  chan error         // lets the sink take a chunk
	first  *streams.ReadableStream[int]
	cancel context.CancelCauseFunc
	pushed *streams.ReadableController[int] // of a source that others put chunks into; else nil
	next   int                              // that is put into it
	looped bool                             // it ends in the body of a loop, in place of a sink
	failed atomic.Bool                      // a part of the chain was told to
	done   bool
	err    error
}

// What the log of the sink ends with.
const (
	sinkClosed  = " closed"
	sinkAborted = " aborted"
)

var errChain = errors.New("a part of the chain failed")

func newChain(recipe []byte, fused bool) *chain {
	c := &chain{shape: shape{recipe: recipe}, gates: make(chan error, 1000)}
	ctx, cancel := context.WithCancelCause(context.Background())
	c.cancel = cancel
	s := c.source()
	c.first = s
	for range c.shape.choose(4) {
		s = streams.PipeThrough(s, c.stage(fused))
	}
	if c.shape.choose(4) == 0 {
		s = c.tee(ctx, s, fused)
	}
	var end func() error
	switch c.shape.choose(4) {
	case 0:
		c.looped = true
		end = func() error { return c.loop(ctx, s) }
	case 1:
		sink := c.plainSink(fused)
		end = func() error { return s.PipeTo(ctx, sink) }
	default:
		sink := c.sink()
		end = func() error { return s.PipeTo(ctx, sink) }
	}
	go func() {
		c.err = end()
		c.done = true
	}()
	return c
}

// note returns a function that takes note of a call.
func (c *chain) note() func(chunk int) {
	log := new(strings.Builder)
	c.calls = append(c.calls, log)
	return func(chunk int) { fmt.Fprintf(log, " %d", chunk) }
}

func (c *chain) source() *streams.ReadableStream[int] {
	chunks, kind, note := c.shape.choose(40), c.shape.choose(6), c.note()
	list := make([]int, chunks)
	for i := range list {
		list[i] = i
	}
	if kind == 0 {
		return streams.FromSlice(list)
	}
	if kind == 2 {
		return streams.From(func(yield func(int) bool) {
			for _, chunk := range list {
				note(chunk)
				if !yield(chunk) {
					return
				}
			}
		})
	}
	if kind >= 4 {
		return c.push(chunks)
	}
	last := io.EOF
	if kind == 1 {
		last = errChain
	}
	return streams.Generate(func() (int, error) {
		if len(list) == 0 {
			if last == errChain {
				c.failed.Store(true)
			}
			return 0, last
		}
		chunk := list[0]
		list = list[1:]
		note(chunk)
		return chunk, nil
	})
}

// push makes a source that begins with so many chunks, and gets others from act.
func (c *chain) push(chunks int) *streams.ReadableStream[int] {
	c.next = chunks
	return streams.NewReadableStream(streams.UnderlyingSource[int]{
		Start: func(_ context.Context, controller *streams.ReadableController[int]) error {
			c.pushed = controller
			for i := range chunks {
				_ = controller.Enqueue(i) // it is refused only when the stream has ended
			}
			return nil
		},
	}, streams.CountQueuingStrategy[int](chunks%3))
}

// stage drops, passes or multiplies chunks, and may fail, panic or terminate at one of them.
func (c *chain) stage(fused bool) *streams.TransformStream[int, int] {
	copies, every, badAt, bad, atEnd := c.shape.choose(4), 1+c.shape.choose(3), c.shape.choose(30), c.shape.choose(6), c.shape.choose(3)
	note := c.note()
	count := 0
	before, behind := streams.CountQueuingStrategy[int](1), streams.CountQueuingStrategy[int](0)
	if c.shape.choose(3) == 0 {
		before.HighWaterMark, behind.HighWaterMark = 1+c.shape.choose(3), c.shape.choose(3)
	}
	if !fused {
		behind.Size = func(int) int { return 1 }
	}
	return streams.TransformFunc(func(chunk int, emit func(int)) error {
		note(chunk)
		count++
		if count%every == 0 {
			for i := range copies {
				emit(10*chunk + i)
			}
		}
		if count == badAt && bad <= 2 {
			c.failed.Store(true)
			switch bad {
			case 0:
				return errChain
			case 1:
				panic(errChain)
			case 2:
				return streams.ErrTerminated
			}
		}
		return nil
	}, func(emit func(int)) error {
		for i := range atEnd {
			emit(-1 - i)
		}
		return nil
	}, streams.WithWritableStrategy(before), streams.WithReadableStrategy(behind))
}

func (c *chain) sink() *streams.WritableStream[int] {
	mark, note := 1+c.shape.choose(5), c.note()
	log := c.calls[len(c.calls)-1]
	return streams.NewWritableStream(streams.UnderlyingSink[int]{
		Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
			note(chunk)
			err := <-c.gates
			if err != nil {
				c.failed.Store(true)
			}
			return err
		},
		Close: func(context.Context) error { log.WriteString(sinkClosed); return nil },
		Abort: func(context.Context, error) error { log.WriteString(sinkAborted); return nil },
	}, streams.CountQueuingStrategy[int](mark))
}

// plainSink takes all chunks, and may fail at one of them.
func (c *chain) plainSink(fused bool) *streams.WritableStream[int] {
	badAt, note := c.shape.choose(90), c.note()
	count := 0
	strategy := streams.CountQueuingStrategy[int](1)
	if !fused {
		strategy.Size = func(int) int { return 1 }
	}
	return streams.SinkFunc(func(chunk int) error {
		note(chunk)
		if count++; count == badAt {
			c.failed.Store(true)
			return errChain
		}
		return nil
	}, strategy)
}

// tee has a branch of the stream end in a sink of its own, and returns the other.
func (c *chain) tee(ctx context.Context, s *streams.ReadableStream[int], fused bool) *streams.ReadableStream[int] {
	a, b, err := s.Tee()
	if err != nil {
		panic(err)
	}
	b = streams.PipeThrough(b, c.stage(fused))
	sink := c.plainSink(fused)
	go func() { _ = b.PipeTo(ctx, sink) }() // the log of the sink tells how far it came
	return a
}

// loop takes chunks in the body of a loop.
func (c *chain) loop(ctx context.Context, s *streams.ReadableStream[int]) error {
	note := c.note()
	return s.ForEach(ctx, func(chunk int) error {
		note(chunk)
		err := <-c.gates
		if err != nil {
			c.failed.Store(true)
		}
		return err
	})
}

// act does one thing to the chain.
func (c *chain) act(what byte) {
	switch what % 16 {
	case 0:
		c.failed.Store(true)
		c.cancel(errChain)
	case 1:
		c.gates <- errChain
	case 2:
		c.first.Locked() // which only looks
	case 3, 12, 13, 14, 15:
		c.pushMore(int(what) / 16)
	case 4, 5, 6:
		for range 7 {
			c.gates <- nil
		}
	default:
		c.gates <- nil
	}
}

// pushMore puts chunks into the source, if it is one that takes them, or else lets the sink take one. 15 close the
// source.
func (c *chain) pushMore(chunks int) {
	if c.pushed == nil {
		c.gates <- nil
		return
	}
	if chunks == 15 {
		_ = c.pushed.Close() // it fails when the stream has ended
		return
	}
	for range chunks {
		_ = c.pushed.Enqueue(c.next) // as above
		c.next++
	}
}

// finish lets the chain come to its end.
func (c *chain) finish() {
	c.cancel(errChain)
	close(c.gates)
	synctest.Wait()
}

// agreesWith compares what was called and what came of it. When a part has failed, how far the others have come by the time
// they know is a matter of schedule.
func (c *chain) agreesWith(other *chain) bool {
	failed := c.failed.Load() || other.failed.Load()
	if c.failed.Load() != other.failed.Load() && !c.looped || !failed && (c.done != other.done || c.err != other.err) {
		return false
	}
	for i, log := range c.calls {
		a, b := log.String(), other.calls[i].String()
		if failed {
			a, b = strings.TrimSuffix(a, sinkAborted), strings.TrimSuffix(b, sinkAborted)
		}
		if c.looped && i < len(c.calls)-1 && strings.HasPrefix(b, a) {
			continue // while the body of a loop blocks, a burst is not as far ahead
		}
		if a != b && !(failed && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))) {
			return false
		}
	}
	return true
}

func (c *chain) String() string {
	var b strings.Builder
	for i, log := range c.calls {
		fmt.Fprintf(&b, "%d:%s\n", i, log)
	}
	fmt.Fprintf(&b, "%d left, failed %t, done %t, %v\n", len(c.gates), c.failed.Load(), c.done, c.err)
	return b.String()
}
