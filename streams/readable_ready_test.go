package streams_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A supply is a ReadySource that a test fills at rest, and that records what is called.
type supply struct {
	events
	chunks []int
	end    error // comes after the chunks; nil while there may be more
	fail   func(err error)
	news   chan struct{} // takes one token when something was given
}

func newSupply(chunks ...int) *supply {
	return &supply{chunks: chunks, news: make(chan struct{}, 1)}
}

func (s *supply) source() streams.ReadySource[int] {
	return streams.ReadySource[int]{
		Start: func(fail func(err error)) { s.fail = fail },
		Next:  s.next,
		Wait:  s.wait,
		Cancel: func(_ context.Context, reason error) error {
			s.add("cancel %v", reason)
			return nil
		},
	}
}

func (s *supply) next() (int, error) {
	if len(s.chunks) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		return 0, streams.ErrNotReady
	}
	chunk := s.chunks[0]
	s.chunks = s.chunks[1:]
	s.add("next %d", chunk)
	return chunk, nil
}

func (s *supply) wait(ctx context.Context) error {
	s.add("wait")
	select {
	case <-s.news:
		return nil
	case <-ctx.Done():
		s.add("end of wait: %v", context.Cause(ctx))
		return context.Cause(ctx)
	}
}

func (s *supply) tell() {
	select {
	case s.news <- struct{}{}:
	default: // there is a token
	}
}

func (s *supply) give(chunks ...int) {
	s.chunks = append(s.chunks, chunks...)
	s.tell()
	synctest.Wait()
}

func (s *supply) finish(err error) {
	s.end = err
	s.tell()
	synctest.Wait()
}

func TestFromReadyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply(1)
		r := getReader(t, streams.FromReady(s.source()))
		s.want(t)
		read(r).want(t, 1)
		s.want(t, "next 1")
		second := read(r)
		second.wantPending(t)
		s.tell() // for nothing
		second.wantPending(t)
		s.give(2, 3)
		second.want(t, 2)
		s.want(t, "next 1", "wait", "wait", "next 2")
		read(r).want(t, 3)
		s.finish(io.EOF)
		read(r).wantError(t, io.EOF)
	})
}

// What comes for a read that was given up is for the next one.
func TestFromReadyKeepsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		r := getReader(t, streams.FromReady(s.source()))
		ctx, cancel := context.WithCancelCause(t.Context())
		first := begin(func() (int, error) { return r.Read(ctx) })
		cancel(errA)
		first.wantError(t, errA)
		s.give(1, 2)
		s.want(t, "wait", "next 1")
		read(r).want(t, 1)
		read(r).want(t, 2)
	})
}

func TestFromReadyMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply(1, 2, 3, 4, 5)
		size := streams.QueuingStrategy[int]{HighWaterMark: 4, Size: func(int) int { return 2 }}
		r := getReader(t, streams.FromReady(s.source(), size))
		s.want(t, "next 1", "next 2")
		read(r).want(t, 1)
		s.want(t, "next 1", "next 2", "next 3")
	})
}

func TestFromReadyCancel(t *testing.T) {
	for name, test := range map[string]struct {
		chunks []int
		read   bool
		want   []string
	}{
		"before the first read": {nil, false, []string{"cancel error A"}},
		"after a chunk":         {[]int{1, 2}, true, []string{"next 1", "cancel error A"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSupply(test.chunks...)
				r := getReader(t, streams.FromReady(s.source()))
				if test.read {
					read(r).want(t, 1)
				}
				beginReason(r.Cancel, errA).wantOK(t)
				s.want(t, test.want...)
				read(r).wantError(t, io.EOF)
			})
		})
	}
}

// A cancel ends Wait by its context, and does not wait for it.
func TestFromReadyCancelWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		held := newHeld(t)
		source := s.source()
		source.Wait = func(ctx context.Context) error {
			err := s.wait(ctx)
			_ = held.wait()
			return err
		}
		source.Cancel = func(context.Context, error) error { return errB }
		r := getReader(t, streams.FromReady(source))
		pending := read(r)
		beginReason(r.Cancel, errA).wantError(t, errB)
		pending.wantError(t, io.EOF)
		s.want(t, "wait", "end of wait: error A")
	})
}

func TestFromReadyErrors(t *testing.T) {
	for name, source := range map[string]streams.ReadySource[int]{
		"Next":           {Next: func() (int, error) { return 0, errA }, Wait: func(context.Context) error { return nil }},
		"Wait":           {Next: notReady, Wait: func(context.Context) error { return errA }},
		"panic in Next":  {Next: func() (int, error) { panic(errA) }, Wait: func(context.Context) error { return nil }},
		"panic in Wait":  {Next: notReady, Wait: func(context.Context) error { panic(errA) }},
		"panic in Start": {Start: func(func(error)) { panic(errA) }, Next: notReady, Wait: waitForEnd},
		"fail in Start":  {Start: func(fail func(error)) { fail(errA) }, Next: notReady, Wait: waitForEnd},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := streams.FromReady(source).Collect(t.Context())
				wantError(t, err, errA)
			})
		})
	}
	for name, source := range map[string]streams.ReadySource[int]{
		"Next": {Next: func() (int, error) { runtime.Goexit(); return 0, nil }, Wait: waitForEnd},
		"Wait": {Next: notReady, Wait: func(context.Context) error { runtime.Goexit(); return nil }},
	} {
		t.Run("Goexit in "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := streams.FromReady(source)
				begin(func() ([]int, error) { return s.Collect(context.Background()) })
				if name == "Wait" {
					wantError(t, readableEnd(t, s), streams.ErrGoexit)
				}
			})
		})
	}
}

func notReady() (int, error) { return 0, streams.ErrNotReady }

func waitForEnd(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestFromReadyEndsInWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := streams.FromReady(streams.ReadySource[int]{Next: notReady, Wait: func(context.Context) error { return io.EOF }})
		got, err := s.Collect(t.Context())
		wantError(t, err, nil)
		wantEqual(t, len(got), 0)
	})
}

// fail reaches a consumer at rest, one that waits, and one that takes chunks without a pause.
func TestFromReadyFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		r := getReader(t, streams.FromReady(s.source()))
		s.fail(errA)
		wantAll(t, errA, r.Closed)
		s.want(t)
	})
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		r := getReader(t, streams.FromReady(s.source()))
		pending := read(r)
		s.fail(errA)
		pending.wantError(t, errA)
		s.want(t, "wait", "end of wait: error A")
	})
	synctest.Test(t, func(t *testing.T) {
		var fail func(err error)
		n := 0
		source := streams.FromReady(streams.ReadySource[int]{
			Start: func(f func(err error)) { fail = f },
			Next: func() (int, error) {
				if n++; n == 1000 {
					go fail(errA)
				}
				return n, nil
			},
			Wait: waitForEnd,
		})
		wantError(t, source.PipeTo(t.Context(), discard()), errA)
	})
}

func TestFromReadyInvalid(t *testing.T) {
	for _, source := range []streams.ReadySource[int]{{Next: notReady}, {Wait: waitForEnd}} {
		_, err := streams.FromReady(source).Collect(t.Context())
		wantError(t, err, streams.ErrInvalidArgument)
	}
	_, err := streams.FromReady(newSupply().source(), streams.CountQueuingStrategy[int](-1)).Collect(t.Context())
	wantError(t, err, streams.ErrRange)
}

// FuzzReady makes a chain of plain functions twice, as FuzzBurst does: after a ReadySource, taken through in bursts, and
// after an UnderlyingSource that does the same in its Pull, without bursts.
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
}

func newFedChain(recipe []byte, ready bool) *fedChain {
	s := newSupply()
	c := &fedChain{supply: s, chain: &chain{shape: shape{recipe: recipe}, gates: make(chan error, 1000)}}
	ctx, cancel := context.WithCancelCause(context.Background())
	c.cancel = cancel
	if ready {
		c.first = streams.FromReady(s.source())
	} else {
		c.first = streams.NewReadableStream(s.underlyingSource(), streams.CountQueuingStrategy[int](0))
	}
	last := c.first
	for range c.shape.choose(4) {
		last = streams.PipeThrough(last, c.stage(ready))
	}
	end := func() error { return c.loop(ctx, last) }
	if c.looped = c.shape.choose(3) == 0; !c.looped {
		sink := c.sink()
		end = func() error { return last.PipeTo(ctx, sink) }
	}
	go func() {
		c.err = end()
		c.done = true
	}()
	return c
}

// underlyingSource does what the ReadySource does.
func (s *supply) underlyingSource() streams.UnderlyingSource[int] {
	source := s.source()
	return streams.UnderlyingSource[int]{
		Start: func(_ context.Context, c *streams.ReadableController[int]) error {
			source.Start(c.Error)
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
	switch what % 32 {
	case 16:
		c.failed = true
		c.supply.end = errChain
		c.supply.tell()
	case 17:
		c.failed = true
		c.supply.fail(errChain)
	case 18:
		c.supply.end = io.EOF
		c.supply.tell()
	case 19, 20, 21, 22, 23, 24, 25:
		for range 1 + int(what)/32 {
			c.given++
			c.supply.chunks = append(c.supply.chunks, c.given)
		}
		c.supply.tell()
	default:
		c.chain.act(what)
	}
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
		if !ready.failed && !literal.failed && !ready.looped {
			literal.supply.want(t, ready.supply.list...)
		}
		if i < len(acts) {
			ready.act(acts[i])
			literal.act(acts[i])
		}
	}
	for _, c := range []*fedChain{ready, literal} {
		c.finish()
		if !c.done {
			t.Errorf("a chain that was cancelled, and its sink let go, does not end:\n%s", c)
		}
	}
}
