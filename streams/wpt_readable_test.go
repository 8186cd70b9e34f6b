package streams_test

// What the tests of the folder readable-streams share.

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/weirstreams/weir/streams"
)

type (
	intSource     = streams.UnderlyingSource[int]
	intController = streams.ReadableController[int]
)

// with makes a Start or a Pull of a function that takes the controller alone.
func with(f func(c *intController) error) func(context.Context, *intController) error {
	return func(_ context.Context, c *intController) error { return f(c) }
}

// errorWith returns a Start or a Pull that errors the stream through the controller and returns an error of its own.
func errorWith(err, returned error) func(context.Context, *intController) error {
	return with(func(c *intController) error {
		c.Error(err)
		return returned
	})
}

// countTo returns a Pull that enqueues 1, 2, 3 and so on, and closes the stream after last.
func countTo(last int) func(context.Context, *intController) error {
	n := 0
	return with(func(c *intController) error {
		n++
		if err := c.Enqueue(n); err != nil || n < last {
			return err
		}
		return c.Close()
	})
}

// throws are the ways in which a callback can fail with an error.
func throws(err error) map[string]callback {
	return map[string]callback{
		"returned": fails(err),
		"panicked": func() error { panic(err) },
	}
}

// feed enqueues chunks and fails the test unless the stream takes them.
func feed[T any](t *testing.T, c interface{ Enqueue(chunk T) error }, chunks ...T) {
	t.Helper()
	for _, chunk := range chunks {
		wantError(t, c.Enqueue(chunk), nil)
	}
}

// wantReads fails the test unless reads, one after another, give these chunks.
func wantReads[T comparable](t *testing.T, r *streams.DefaultReader[T], chunks ...T) {
	t.Helper()
	for _, chunk := range chunks {
		read(r).want(t, chunk)
	}
}

// wantRefusesReader fails the test unless a stream refuses another reader because something has it.
func wantRefusesReader[T any](t *testing.T, s *streams.ReadableStream[T]) {
	t.Helper()
	wantEqual(t, s.Locked(), true)
	_, err := s.GetReader()
	wantError(t, err, streams.ErrLocked)
}

// isLocked reports whether err says that a stream is locked.
func isLocked(err error) bool { return errors.Is(err, streams.ErrLocked) }

// wantPanicked fails the test unless err is that of a callback that panicked. It returns what the callback panicked with.
func wantPanicked(t *testing.T, err error) any {
	t.Helper()
	panicked, ok := errors.AsType[*streams.PanicError](err)
	if !ok {
		t.Fatalf("got the error %v, want that of a panic", err)
	}
	return panicked.Value
}

// teeReaders tees a stream and locks both branches.
func teeReaders[T any](t *testing.T, s *streams.ReadableStream[T]) (r1, r2 *streams.DefaultReader[T]) {
	t.Helper()
	a, b := teeBranches(t, s)
	return getReader(t, a), getReader(t, b)
}

func teeBranches[T any](t *testing.T, s *streams.ReadableStream[T]) (a, b *streams.ReadableStream[T]) {
	t.Helper()
	a, b, err := s.Tee()
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// A pushSource gives the chunks 1, 2, 3 and so on, one each millisecond while it runs, whether somebody is ready for them
// or not.
type pushSource struct {
	last   int // 0 is no end
	onData func(chunk int)
	onEnd  func()

	mu    sync.Mutex // guards following fields
	timer *time.Timer
	given int
}

// readStart makes the source run.
func (p *pushSource) readStart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		p.timer = time.AfterFunc(time.Millisecond, p.give)
	}
}

// readStop makes it stop.
func (p *pushSource) readStop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

func (p *pushSource) give() {
	p.mu.Lock()
	if p.timer == nil { // it was stopped meanwhile
		p.mu.Unlock()
		return
	}
	p.timer.Reset(time.Millisecond)
	p.given++
	chunk := p.given
	p.mu.Unlock()
	p.onData(chunk)
	if chunk == p.last {
		p.readStop()
		p.onEnd()
	}
}
