package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// MapConcurrent makes each chunk into f of it, with up to n calls of f at a time, and keeps the order. f may block and may
// fail: the first error ends everything, and is what the pipeline ends with. The context of the calls ends when the stream
// is cancelled, aborted or errored, with the reason as its cause; the result of a call that is still running then is
// dropped. f is called by several goroutines at a time. An n below 1 makes a stream that is errored with streams.ErrRange.
//
// The stage runs ahead of its consumer: it takes chunks until it holds 2 n, at work or ready, and one that waits. When the
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

// A concurrent is a station whose chunks workers take to f: goroutines that live as long as there are chunks for them.
type concurrent[T, U any] struct {
	station[T, U]

	// The next four are immutable.

	f       func(ctx context.Context, chunk T) (U, error)
	ctx     context.Context
	most    int // workers
	ordered bool

	// The lock of the turns guards following fields. Tasks are numbered from 0 on, and task i is at place i modulo the number
	// of places: first those with results (or with holes, if the order is kept), then those at work, then those to begin.

	places  []task[T, U]
	given   int // tasks whose result the consumer has got
	done    int // tasks that workers are done with
	begun   int // tasks that workers have taken
	taken   int // tasks
	workers int
}

// A task is a chunk, or what has become of it.
type task[T, U any] struct {
	chunk  T
	result U
	done   bool
}

func newConcurrent[T, U any](n int, f func(ctx context.Context, chunk T) (U, error), ordered bool) *concurrent[T, U] {
	ctx, cancel := context.WithCancelCause(context.Background())
	c := &concurrent[T, U]{f: f, ctx: ctx, most: n, ordered: ordered, places: make([]task[T, U], 2*n)}
	c.init(c.turn)
	c.add(&life{cancel})
	return c
}

// A life is the part of an operator that ends the contexts of calls.
type life struct{ cancel context.CancelCauseFunc }

func (l *life) end(_ context.Context, reason error) { l.cancel(reason) }

func (c *concurrent[T, U]) turn(*station[T, U]) {
	for c.hasRoom() {
		chunk, ok := c.in.next()
		if !ok {
			break
		}
		c.begin(chunk)
	}
	if c.out.isWanted() {
		if result, ok := c.nextResult(); ok {
			c.out.give(result)
			c.wake() // for the room, and a consumer that waits again
		}
	}
	if c.in.exhausted() && c.isEmpty() {
		c.finish()
	}
}

func (c *concurrent[T, U]) hasRoom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken-c.given < len(c.places)
}

func (c *concurrent[T, U]) isEmpty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken == c.given
}

// begin makes a task of a chunk, for a worker that is at work or a new one.
func (c *concurrent[T, U]) begin(chunk T) {
	c.mu.Lock()
	c.places[c.taken%len(c.places)].chunk = chunk
	c.taken++
	starts := c.workers < c.most
	if starts {
		c.workers++
	}
	c.mu.Unlock()
	if starts {
		go c.work()
	}
}

// work takes tasks until there are none.
func (c *concurrent[T, U]) work() {
	for {
		c.mu.Lock()
		if c.over || c.begun == c.taken {
			c.workers--
			c.mu.Unlock()
			return
		}
		place := c.begun % len(c.places)
		c.begun++
		chunk := c.places[place].chunk
		c.places[place] = task[T, U]{}
		c.mu.Unlock()

		result, err := c.call(chunk)
		if err != nil {
			c.end(err)
			continue
		}
		c.mu.Lock()
		if !c.ordered {
			place = c.done % len(c.places)
		}
		c.done++
		c.places[place] = task[T, U]{result: result, done: true}
		c.wakeAndUnlock()
	}
}

// call is a call of f.
func (c *concurrent[T, U]) call(chunk T) (result U, err error) {
	err = protect(func() error {
		result, err = c.f(c.ctx, chunk)
		return err
	}, c.end)
	return result, err
}

// nextResult takes the result that is due, if there is one.
func (c *concurrent[T, U]) nextResult() (result U, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	place := &c.places[c.given%len(c.places)]
	if c.given == c.taken || !place.done {
		return result, false
	}
	result = place.result
	*place = task[T, U]{}
	c.given++
	return result, true
}
