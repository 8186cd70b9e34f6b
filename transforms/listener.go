package transforms

import (
	"context"
	"io"
	"slices"
	"sync/atomic"

	"github.com/weirstreams/weir/streams"
)

// A listener is one of the branches of a fanout: the supply of a stream.
type listener[T any] struct {
	fanout *fanout[T]
	wake   chan struct{}               // takes the one wake-up of a branch that waits
	stream *streams.ReadyController[T] // set before others know of the branch

	// told is how many chunks have gone to the consumer or been left out, counted like fanout.head, as far as others know.
	// Only next sets it, so that it costs no lock.
	told atomic.Int64

	// Only next uses the following.

	local []T // chunks that were copied from the ring,
	given int // of which so many have gone to the consumer
	used  int // the count that told is of
	known int // what is in told

	// The lock of the fanout guards following fields.

	place   int   // of the chunk that is copied next, counted like fanout.head
	waiting bool  // wait waits
	err     error // with which the branch failed by itself
}

// connect is the supply's.
func (b *listener[T]) connect(c *streams.ReadyController[T]) { b.stream = c }

// next is the supply's.
func (b *listener[T]) next() (chunk T, err error) {
	if b.given == len(b.local) {
		if err := b.fill(); err != nil {
			return chunk, err
		}
	}
	var none T
	chunk, b.local[b.given] = b.local[b.given], none
	b.given++
	b.used++
	if b.used-b.known >= b.fanout.grain || b.reaches(b.fanout.awaited.Load()) {
		b.tell()
	}
	return chunk, nil
}

// reaches reports whether others wait for a count of used chunks that has been reached and that they do not know of.
func (b *listener[T]) reaches(awaited int64) bool {
	return int64(b.known) < awaited && awaited <= int64(b.used)
}

// tell tells how many chunks were used.
func (b *listener[T]) tell() {
	b.told.Store(int64(b.used))
	reached := b.reaches(b.fanout.awaited.Load())
	b.known = b.used
	if reached {
		b.fanout.mu.Lock()
		b.fanout.tellRoomLocked()
		b.fanout.mu.Unlock()
	}
}

// fill copies chunks from the ring.
func (b *listener[T]) fill() error {
	f := b.fanout
	f.mu.Lock()
	defer f.mu.Unlock()
	b.local, b.given = b.local[:0], 0
	b.setUsedLocked(b.used)
	switch {
	case b.err != nil:
		return b.err
	case f.end != nil && f.end != io.EOF:
		return f.end
	case b.place == f.head && f.end != nil:
		f.removeLocked(b)
		return io.EOF
	case b.place == f.head:
		if f.demand != nil {
			f.demand()
		}
		return streams.ErrNotReady
	}
	b.setUsedLocked(b.place) // the ones before it were dropped
	b.local = b.local[:min(f.head-b.place, cap(b.local))]
	for copied := 0; copied < len(b.local); { // in two parts, if they go over the end of the ring
		n := copy(b.local[copied:], f.ring[b.place%f.size:])
		copied += n
		b.place += n
	}
	return nil
}

func (b *listener[T]) setUsedLocked(used int) {
	b.used = used
	if b.known != used {
		b.known = used
		b.told.Store(int64(used))
		b.fanout.tellRoomLocked()
	}
}

// wait is the supply's. It ends when a chunk is published, when the branch or all of them end, and with ctx.
func (b *listener[T]) wait(ctx context.Context) error {
	f := b.fanout
	f.mu.Lock()
	if b.place < f.head || f.end != nil || b.err != nil {
		f.mu.Unlock()
		return nil
	}
	b.waiting = true
	f.mu.Unlock()
	select {
	case <-b.wake:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx) // the stream has ended, so nobody waits here again
	}
}

func (b *listener[T]) wakeLocked() {
	if b.waiting {
		b.waiting = false
		b.wake <- struct{}{}
	}
}

// cancel is the supply's.
func (b *listener[T]) cancel(ctx context.Context, reason error) error {
	f := b.fanout
	f.mu.Lock()
	member := slices.Contains(f.branches, b)
	remaining := f.removeLocked(b)
	f.mu.Unlock()
	if !member {
		return nil // all has ended already
	}
	return f.left(ctx, remaining, reason)
}
