package streams_test

import (
	"context"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A supply is a ReadySource that a test fills at rest, and that records what is called.
type supply struct {
	events
	chunks []int
	end    error         // comes after the chunks; nil while there may be more
	news   chan struct{} // takes one token when something was given

	controller *streams.ReadyController[int]
	fail       func(err error)
}

func newSupply(chunks ...int) *supply {
	return &supply{chunks: chunks, news: make(chan struct{}, 1)}
}

func (s *supply) source() streams.ReadySource[int] {
	return streams.ReadySource[int]{
		Start: func(c *streams.ReadyController[int]) { s.controller, s.fail = c, c.Error },
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
		"panic in Start": {Start: func(*streams.ReadyController[int]) { panic(errA) }, Next: notReady, Wait: waitForEnd},
		"fail in Start":  {Start: func(c *streams.ReadyController[int]) { c.Error(errA) }, Next: notReady, Wait: waitForEnd},
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
			Start: func(c *streams.ReadyController[int]) { fail = c.Error },
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

// Without a Wait, a read that waits keeps no goroutine, and Ready brings its chunk.
func TestFromReadyWithoutWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		source := s.source()
		source.Wait = nil
		r := getReader(t, streams.FromReady(source))
		pending := read(r)
		s.controller.Ready() // for nothing
		pending.wantPending(t)
		s.chunks = []int{1, 2}
		pending.wantPending(t)
		s.controller.Ready()
		pending.want(t, 1)
		s.controller.Ready() // nothing is wanted
		s.want(t, "next 1")
		read(r).want(t, 2)
		pending = read(r)
		beginReason(r.Cancel, errA).wantOK(t)
		pending.wantError(t, io.EOF)
		s.controller.Ready()
		s.want(t, "next 1", "next 2", "cancel error A")
	})
}

// The goroutine that calls Ready runs what comes after.
func TestReadyRunsChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSupply()
		source := s.source()
		source.Wait = nil
		var got []int
		doubled := streams.PipeThrough(streams.FromReady(source), streams.TransformFunc(func(n int, emit func(int)) error {
			emit(2 * n)
			return nil
		}, nil))
		piped := beginError(func() error {
			return doubled.PipeTo(context.Background(), streams.SinkFunc(func(n int) error {
				got = append(got, n)
				return nil
			}))
		})
		piped.wantPending(t)
		s.chunks = []int{1, 2, 3}
		s.controller.Ready()
		if !slices.Equal(got, []int{2, 4, 6}) {
			t.Errorf("got %v when Ready has returned", got)
		}
		s.end = io.EOF
		s.controller.Ready()
		piped.wantOK(t)
	})
}

// Ready is remembered while Next runs.
func TestReadyDuringNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *streams.ReadyController[int]
		calls := 0
		s := streams.FromReady(streams.ReadySource[int]{
			Start: func(controller *streams.ReadyController[int]) { c = controller },
			Next: func() (int, error) {
				if calls++; calls == 1 {
					c.Ready()
					return 0, streams.ErrNotReady
				}
				return calls, nil
			},
		})
		read(getReader(t, s)).want(t, 2)
	})
}
