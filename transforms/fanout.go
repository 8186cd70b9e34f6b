package transforms

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirstreams/weir/streams"
)

// BranchOptions say how far apart the branches of one stream may be. The zero value is the default.
type BranchOptions struct {
	// Buffer is how many chunks the slowest branch may be behind what was taken from the source. All branches share them: so
	// many are held, however many branches there are. 0 is 64.
	Buffer int

	// Overflow says what happens to a branch that would fall further behind. With [Wait] all wait for it. With [DropOldest]
	// it loses the oldest chunks that it has not read, with [KeepLatest] all but the latest, and with [Fail] it is errored
	// with [ErrOverflow]; the others go on. [DropNewest] cannot be had, since what one branch drops another may keep.
	Overflow Overflow
}

// defaultBuffer is the Buffer of BranchOptions that give none.
const defaultBuffer = 64

// A fanout hands each chunk that is published to all of its branches. The chunks are in one ring for all; a branch is a
// place in it.
type fanout[T any] struct {
	overflow Overflow // immutable

	// grain is how many chunks a branch uses before it says so, if nobody waits for that: to say it costs more than all else
	// that a branch does for a chunk. So a branch that stops may be that much further than is known, and the others wait for
	// it a little early. Immutable.
	grain int

	// demand is called, with the lock held, when a branch has used all there is and is asked for more; may be nil; immutable.
	demand func()
	// room is called, with the lock held, to say that there is room again after freeLocked has found none; immutable.
	room func()
	// left is called when a branch was cancelled, and how many are left, without the lock; immutable.
	left func(ctx context.Context, remaining int, reason error) error

	// awaited is what the count of used chunks of a branch has to become for there to be room, while the publisher waits for
	// that; else it is nothing. A branch looks at it for each chunk, without the lock.
	awaited atomic.Int64

	mu sync.Mutex // guards following fields, and the branches where they say so

	ring     []T // of the size of the buffer; made when the first chunk comes
	size     int // of the ring; immutable
	unheard  int // how much room there is while there is no branch; immutable
	replay   int // how many chunks a new branch is given that came before it; immutable
	head     int // how many chunks were published; chunk i is at i modulo size
	branches []*listener[T]
	end      error // why there will be no more chunks: io.EOF, or an error; nil as long as there may be
}

// init checks the options and makes f ready for use.
func (f *fanout[T]) init(operator string, replay int, options []BranchOptions) error {
	o := optional(options)
	switch {
	case o.Buffer < 0:
		return fmt.Errorf("%w: %s with BranchOptions.Buffer(%d)", streams.ErrRange, operator, o.Buffer)
	case o.Overflow < Wait || o.Overflow > Fail || o.Overflow == DropNewest:
		return fmt.Errorf("%w: %s with BranchOptions.Overflow(%d)", streams.ErrInvalidArgument, operator, o.Overflow)
	case o.Buffer == 0:
		o.Buffer = defaultBuffer
	}
	f.awaited.Store(nothing)
	f.overflow, f.size, f.replay, f.grain = o.Overflow, max(o.Buffer, replay), replay, 1
	if o.Overflow == Wait {
		f.grain = max(1, min(f.size, defaultBuffer)/8)
	}
	return nil
}

// join makes a new branch. It begins with the chunks that are replayed. The slice of branches is never changed but for a new
// one: others may look at the old one without the lock.
func (f *fanout[T]) join() *streams.ReadableStream[T] {
	b := &listener[T]{fanout: f, wake: make(chan struct{}, 1)}
	branch := newReadable(b)
	f.mu.Lock()
	defer f.mu.Unlock()
	b.place = f.head - min(f.replay, f.head)
	b.setUsedLocked(b.place)
	b.local = make([]T, 0, f.batchSize())
	f.branches = append(slices.Clip(f.branches), b)
	f.tellRoomLocked()
	return branch
}

// batchSize is how many chunks a branch takes from the ring at a time. What it has taken it gives, whatever happens to the
// ring, so where chunks are dropped it takes one.
func (f *fanout[T]) batchSize() int {
	if f.overflow == Wait {
		return min(f.size, defaultBuffer)
	}
	return 1
}

// nothing is no count of chunks.
const nothing = -1

// freeLocked returns how many chunks can be published: with Wait as many as the slowest branch has room for. Where slow
// branches are no hindrance, it is the fastest that counts: the next chunk is taken when it has used all there are. If there
// is no room, the publisher is told when there is.
func (f *fanout[T]) freeLocked() int {
	free, needed := f.roomLocked()
	if free == 0 {
		f.awaited.Store(int64(needed))
		free, _ = f.roomLocked() // a branch may have used a chunk in between, and not have seen what is awaited
	}
	if free > 0 {
		f.awaited.Store(nothing)
	}
	return free
}

// roomLocked returns how much room there is, and if there is none how many chunks a branch has to have used for that to
// change.
func (f *fanout[T]) roomLocked() (room, needed int) {
	if len(f.branches) == 0 {
		return f.unheard, f.head
	}
	slowest, fastest := f.head, 0
	for _, b := range f.branches {
		used := int(b.told.Load())
		slowest, fastest = min(slowest, used), max(fastest, used)
	}
	switch {
	case f.overflow == Wait:
		return max(0, f.size-(f.head-slowest)), f.head - f.size + 1
	case fastest == f.head:
		return 1, f.head
	}
	return 0, f.head
}

// publishLocked gives chunks to all branches, unless the fanout has ended. It returns the branches that have fallen too far
// behind, which the caller fails without the lock.
func (f *fanout[T]) publishLocked(chunks []T) (tooSlow []*listener[T]) {
	if f.end != nil {
		return nil
	}
	if f.ring == nil {
		f.ring = make([]T, f.size)
	}
	for _, chunk := range chunks {
		f.ring[f.head%f.size] = chunk
		f.head++
		tooSlow = append(tooSlow, f.overflowLocked()...)
	}
	f.wakeAllLocked()
	return tooSlow
}

// overflowLocked does what the policy says to branches that miss a chunk by now.
func (f *fanout[T]) overflowLocked() (tooSlow []*listener[T]) {
	if f.overflow == Wait {
		return nil // the publisher has looked for room
	}
	oldest := f.head - f.size
	for i := 0; i < len(f.branches); i++ {
		b := f.branches[i]
		switch {
		case b.place >= oldest:
		case f.overflow == DropOldest:
			b.place = oldest
		case f.overflow == KeepLatest:
			b.place = f.head - 1
		default:
			b.err = ErrOverflow
			tooSlow = append(tooSlow, b)
			f.removeLocked(b)
			i--
		}
	}
	return tooSlow
}

func (f *fanout[T]) wakeAllLocked() {
	for _, b := range f.branches {
		b.wakeLocked()
	}
}

// finish says that no more chunks come: err is io.EOF, for which all that was published is read first, or an error, with
// which all branches fail at once. The first end counts.
func (f *fanout[T]) finish(err error) {
	f.mu.Lock()
	if f.end != nil {
		f.mu.Unlock()
		return
	}
	f.end = err
	f.wakeAllLocked()
	branches := f.branches
	if err != io.EOF {
		f.branches, f.ring = nil, nil
	}
	f.mu.Unlock()
	if err != io.EOF {
		failAll(branches, err)
	}
}

func failAll[T any](branches []*listener[T], err error) {
	for _, b := range branches {
		b.stream.Error(err)
	}
}

// removeLocked forgets a branch, and returns how many are left. Others may have waited for it.
func (f *fanout[T]) removeLocked(b *listener[T]) (remaining int) {
	f.branches = slices.DeleteFunc(slices.Clone(f.branches), func(other *listener[T]) bool { return other == b })
	f.tellRoomLocked()
	return len(f.branches)
}

// tellRoomLocked tells the publisher that there is room, if it waits for that.
func (f *fanout[T]) tellRoomLocked() {
	if f.awaited.Load() == nothing {
		return
	}
	if room, _ := f.roomLocked(); room > 0 {
		f.awaited.Store(nothing)
		f.room()
	}
}
