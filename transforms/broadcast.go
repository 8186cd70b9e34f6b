package transforms

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weirstreams/weir/streams"
)

// Broadcast makes n branches of a stream, each of which gives all of its chunks; the values are shared, not copied. It is a
// tee with a bound: see [BranchOptions] for what happens when a branch is slow, which by default all wait for. The stream
// is locked for good.
//
// Nothing is read before the first read of a branch. From then on up to BranchOptions.Buffer chunks are read ahead of the
// slowest branch, or, where slow branches are no hindrance, one ahead of the fastest. While the source has none, one
// goroutine waits in a Read of it. The branches are as different goroutines: one that is stuck holds up the others only
// through the policy.
//
// Cancelling a branch ends that branch; when the last is cancelled, so is the source, with its reason, and that Cancel
// returns what comes of it. An error of the source errors all branches, as soon as it is read. If the source is nil or
// locked, or an option is bad, all branches are errored. An n below 1 makes none, and cancels the source with
// streams.ErrRange.
func Broadcast[T any](source *streams.ReadableStream[T], n int, options ...BranchOptions) []*streams.ReadableStream[T] {
	if n < 1 {
		cancelAll([]*streams.ReadableStream[T]{source}, outOfRange("Broadcast", n))
		return nil
	}
	d := newDistributor("Broadcast", source, 0, options)
	branches := make([]*streams.ReadableStream[T], n)
	for i := range branches {
		branches[i] = d.join()
	}
	return branches
}

// A distributor is a fanout that publishes what it reads from a stream. A goroutine does that while there is room; it ends
// when there is none, and one is started when there is some again.
type distributor[T any] struct {
	fanout[T]
	reader *streams.DefaultReader[T] // immutable

	reading bool // a goroutine reads, or has come to the end; guarded by the lock of the fanout
	started bool // the first read of a branch has come; guarded by the lock of the fanout

	// Only that goroutine uses the following.

	glance glance
	batch  []T
}

// newDistributor makes a distributor for a source. If that is of no use, it has ended already.
func newDistributor[T any](operator string, source *streams.ReadableStream[T], replay int, options []BranchOptions) *distributor[T] {
	d := new(distributor[T])
	d.demand, d.room, d.left = d.startLocked, d.resumeLocked, d.branchLeft
	err := d.init(operator, replay, options)
	if err != nil {
		cancelAll([]*streams.ReadableStream[T]{source}, err)
	} else {
		d.reader, err = readerOf(source)
	}
	if err != nil {
		d.finish(err)
	}
	return d
}

// readerOf locks a stream.
func readerOf[T any](s *streams.ReadableStream[T]) (*streams.DefaultReader[T], error) {
	if s == nil {
		return nil, fmt.Errorf("%w: a nil stream", streams.ErrInvalidArgument)
	}
	return s.GetReader()
}

// cancelAll cancels those of the inputs that can be, without waiting for that.
func cancelAll[T any](inputs []*streams.ReadableStream[T], reason error) {
	for _, input := range inputs {
		if input != nil {
			// It only says that it did not wait, or that somebody has the stream, who has to cancel it.
			_ = input.Cancel(over, reason)
		}
	}
}

// startLocked begins to read, if that has not begun.
func (d *distributor[T]) startLocked() {
	if !d.started {
		d.started = true
		d.resumeLocked()
	}
}

func (d *distributor[T]) resumeLocked() {
	if !d.reading && d.started {
		d.reading = true
		go d.run()
	}
}

// run reads and publishes as long as there is room.
func (d *distributor[T]) run() {
	for {
		free, err := d.free()
		if free == 0 || err != nil {
			return
		}
		n, err := d.read(d.batch[:free])
		d.mu.Lock()
		tooSlow := d.publishLocked(d.batch[:n])
		d.mu.Unlock()
		clear(d.batch[:n])
		failAll(tooSlow, ErrOverflow)
		if err != nil {
			d.finish(err)
			return
		}
	}
}

// free returns how many chunks to read, or why there is nothing to read for any more. If it returns none, the goroutine is
// to end. As long as the branches are busy making room it gives way to them: what is read at once costs one wake-up of each.
func (d *distributor[T]) free() (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end != nil {
		return 0, d.end
	}
	if d.batch == nil {
		d.batch = make([]T, min(d.size, defaultBuffer))
	}
	free := d.freeLocked()
	for free > 0 && free < len(d.batch) {
		before := free
		d.mu.Unlock()
		runtime.Gosched()
		d.mu.Lock()
		if free = d.freeLocked(); free <= before {
			break
		}
	}
	d.reading = free > 0
	return min(free, len(d.batch)), nil
}

// read waits for a chunk and takes what else comes without a wait.
func (d *distributor[T]) read(dst []T) (n int, err error) {
	n, err = d.reader.ReadBatch(context.Background(), dst)
	for err == nil && n < len(dst) {
		var chunk T
		if chunk, err = glanceAt(&d.glance, d.reader); err == nil {
			dst[n] = chunk
			n++
		}
	}
	if err == errWouldWait { //nolint:errorlint // it never leaves this package
		err = nil
	}
	return n, err
}

// branchLeft cancels the source when nobody is left.
func (d *distributor[T]) branchLeft(ctx context.Context, remaining int, reason error) error {
	if remaining > 0 {
		return nil
	}
	d.finish(fmt.Errorf("%w: all branches were cancelled", streams.ErrClosed))
	return d.reader.Cancel(ctx, reason)
}
