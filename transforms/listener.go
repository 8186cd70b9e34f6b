package transforms

import (
	"context"
	"io"
	"slices"
	"sync/atomic"
)

// A listener is one of the branches of a fanout: the supply of a stream.
type listener[T any] struct {
	plug   plug[T]
	fanout *fanout[T]
	wake   chan struct{} // takes the one wake-up of a branch that waits

	// used is how many chunks have gone to the consumer or been left out, counted like fanout.head. Only next sets it, so that
	// the count costs no lock.
	used atomic.Int64

	// Only next uses the following: chunks that were copied from the ring, of which given have gone to the consumer.

	local []T
	given int

	// The lock of the fanout guards following fields.

	place   int   // of the chunk that is copied next, counted like fanout.head
	waiting bool  // wait waits
	err     error // with which the branch failed by itself
}

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
	if b.used.Add(1) == b.fanout.awaited.Load() {
		b.fanout.mu.Lock()
		b.fanout.tellRoomLocked()
		b.fanout.mu.Unlock()
	}
	return chunk, nil
}

// fill copies chunks from the ring.
func (b *listener[T]) fill() error {
	f := b.fanout
	f.mu.Lock()
	defer f.mu.Unlock()
	b.local, b.given = b.local[:0], 0
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
		return errNotReady
	}
	b.used.Store(int64(b.place)) // the ones before it were dropped
	for b.place < f.head && len(b.local) < cap(b.local) {
		b.local = append(b.local, f.ring[b.place%f.size])
		b.place++
	}
	return nil
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
