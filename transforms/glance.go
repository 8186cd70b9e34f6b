package transforms

import (
	"errors"
	"time"

	"github.com/weirstreams/weir/streams"
)

// errWouldWait is the error of a read that would have had to wait.
var errWouldWait = errors.New("transforms: internal error: nothing to read at once")

// A glance is a context that ends as soon as somebody waits for its end. A read with it asks the source for a chunk and
// runs what it takes to make one, if that does not block, but does not wait for what happens elsewhere; the source goes on
// with that, and the next read gets the chunk. So inputs that are made of plain functions need no goroutine. One goroutine
// at a time uses it.
type glance struct {
	waited bool
}

// glanceAt reads a chunk if that needs no wait; else its error is errWouldWait.
func glanceAt[T any](g *glance, reader *streams.DefaultReader[T]) (T, error) {
	g.waited = false
	return reader.Read(g)
}

// ended is closed.
var ended = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (g *glance) Done() <-chan struct{} {
	g.waited = true
	return ended
}

func (g *glance) Err() error {
	if g.waited {
		return errWouldWait
	}
	return nil
}

func (g *glance) Deadline() (deadline time.Time, ok bool) { return deadline, false }

func (g *glance) Value(any) any { return nil }
