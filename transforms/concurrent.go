package transforms

import (
	"context"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// MapConcurrent makes each chunk into f of it, with up to n calls of f at a time, and keeps the order. f may block and may
// fail: the first error ends everything, and is what the pipeline ends with. The context of the calls ends when the stream
// is cancelled, aborted or errored, with the reason as its cause; the result of a call that is still running then is
// dropped. f is called by several goroutines at a time. An n below 1 makes a stream that is errored with streams.ErrRange.
//
// The stage runs ahead of its consumer: it takes chunks until it holds 2 n + 1, at work or ready, and one that waits. When the
// consumer is slow, or a call that others have overtaken, the producer waits. There is a goroutine for each call that runs,
// and none at rest.
func MapConcurrent[T, U any](n int, f func(ctx context.Context, chunk T) (U, error)) streams.ReadableWritablePair[T, U] {
	switch {
	case n < 1:
		return erroredTransform[T, U](outOfRange("MapConcurrent", n))
	case f == nil:
		return erroredTransform[T, U](missing("MapConcurrent"))
	}
	return newConcurrent(n, f, true)
}

// MapConcurrentUnordered is [MapConcurrent] that gives each result when it is ready, so that a call that takes long holds up
// nobody.
//
// It runs ahead of its consumer as MapConcurrent does.
func MapConcurrentUnordered[T, U any](n int, f func(ctx context.Context, chunk T) (U, error)) streams.ReadableWritablePair[T, U] {
	switch {
	case n < 1:
		return erroredTransform[T, U](outOfRange("MapConcurrentUnordered", n))
	case f == nil:
		return erroredTransform[T, U](missing("MapConcurrentUnordered"))
	}
	return newConcurrent(n, f, false)
}

// A concurrent is a ring of tasks between a sink that fills it and a source that empties it. Both are plain: a chunk that
// there is no room for waits in its stream, and so does the wish for a result that is not there. Workers, goroutines that
// live as long as there are chunks for them, take the chunks to f, and move on what waits for them.
type concurrent[T, U any] struct {
	writable *streams.WritableStream[T]
	readable *streams.ReadableStream[U]

	// Following fields are immutable.

	f       func(ctx context.Context, chunk T) (U, error)
	ctx     context.Context
	cancel  context.CancelCauseFunc
	most    int // workers
	ordered bool
	in      *streams.ReadySinkController[T]
	out     *streams.ReadyController[U]

	mu sync.Mutex // guards following fields; held for the notes only, while nothing is called

	// Tasks are numbered from 0 on, and task i is at place i modulo the number of places: first those with results (or with
	// holes, if the order is kept), then those at work, then those to begin.

	places  []task[T, U]
	given   int // tasks whose result the consumer has got
	done    int // tasks that workers are done with
	begun   int // tasks that workers have taken
	taken   int // tasks
	workers int
	full    bool // a chunk waits for room
	wanted  bool // the consumer waits for a result
	closed  bool // no more chunks come
	over    bool // failed, cancelled or aborted
}

// A task is a chunk, or what has become of it.
type task[T, U any] struct {
	chunk  T
	result U
	done   bool
}

func newConcurrent[T, U any](n int, f func(ctx context.Context, chunk T) (U, error), ordered bool) *concurrent[T, U] {
	c := &concurrent[T, U]{f: f, most: n, ordered: ordered, places: make([]task[T, U], 2*n+1)}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	ended := func(_ context.Context, reason error) error {
		c.end(reason)
		return nil
	}
	c.writable = streams.ToReady(streams.ReadySink[T]{
		Start: func(in *streams.ReadySinkController[T]) { c.in = in },
		Write: c.take,
		Close: c.close,
		Abort: ended,
	})
	c.readable = streams.FromReady(streams.ReadySource[U]{
		Start:  func(out *streams.ReadyController[U]) { c.out = out },
		Next:   c.give,
		Cancel: ended,
	})
	return c
}

// Readable is the side that gives the results.
func (c *concurrent[T, U]) Readable() *streams.ReadableStream[U] { return c.readable }

// Writable is the side that takes the chunks.
func (c *concurrent[T, U]) Writable() *streams.WritableStream[T] { return c.writable }

// take makes a task of a chunk, for a worker that is at work or a new one.
func (c *concurrent[T, U]) take(chunk T) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over:
		return nil // the stream is being errored
	case c.taken-c.given == len(c.places):
		c.full = true
		return streams.ErrNotReady
	}
	c.places[c.taken%len(c.places)].chunk = chunk
	c.taken++
	if c.workers < c.most {
		c.workers++
		go c.work()
	}
	return nil
}

// give gives the result that is due.
func (c *concurrent[T, U]) give() (result U, err error) {
	result, room, err := c.nextResult()
	if room {
		c.in.Ready()
	}
	return result, err
}

// nextResult takes the result that is due. It reports whether a chunk has waited for the room.
func (c *concurrent[T, U]) nextResult() (result U, room bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch place := &c.places[c.given%len(c.places)]; {
	case place.done:
		result, room = place.result, c.full
		*place = task[T, U]{}
		c.given++
		c.full = false
		return result, room, nil
	case c.closed && c.given == c.taken:
		return result, false, io.EOF
	default:
		c.wanted = true
		return result, false, streams.ErrNotReady
	}
}

// work takes tasks until there are none. If a function ends the goroutine, another takes its place.
func (c *concurrent[T, U]) work() {
	exited := true
	defer func() {
		if exited {
			go c.work()
		}
	}()
	for {
		place, chunk, ok := c.begin()
		if !ok {
			break
		}
		if result, err := c.call(chunk); err != nil {
			c.end(err)
		} else if c.finish(place, result) {
			c.out.Ready()
		}
	}
	exited = false
}

// begin takes the next task. If there is none, the worker is one no more.
func (c *concurrent[T, U]) begin() (place int, chunk T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.begun == c.taken {
		c.workers--
		return 0, chunk, false
	}
	place = c.begun % len(c.places)
	c.begun++
	chunk = c.places[place].chunk
	c.places[place] = task[T, U]{}
	return place, chunk, true
}

// call is a call of f.
func (c *concurrent[T, U]) call(chunk T) (result U, err error) {
	err = protect(func() error {
		result, err = c.f(c.ctx, chunk)
		return err
	}, c.end)
	return result, err
}

// finish takes note of a result, and reports whether the consumer waits for it.
func (c *concurrent[T, U]) finish(place int, result U) (wanted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ordered {
		place = c.done % len(c.places)
	}
	c.done++
	c.places[place] = task[T, U]{result: result, done: true}
	return c.tellLocked(c.places[c.given%len(c.places)].done)
}

// tellLocked reports whether the consumer is to be told, because it waits for what has happened.
func (c *concurrent[T, U]) tellLocked(happened bool) bool {
	wanted := c.wanted && happened
	if wanted {
		c.wanted = false
	}
	return wanted
}

// close is called when the last chunk has been taken.
func (c *concurrent[T, U]) close(context.Context) error {
	c.mu.Lock()
	c.closed = true
	ended := c.tellLocked(c.given == c.taken)
	c.mu.Unlock()
	if ended {
		c.out.Ready()
	}
	return nil
}

// end ends everything with an error, unless that has happened.
func (c *concurrent[T, U]) end(reason error) {
	c.mu.Lock()
	ended := c.over
	c.over = true
	c.mu.Unlock()
	if ended {
		return
	}
	c.cancel(reason)
	c.in.Error(reason)
	c.out.Error(reason)
}
