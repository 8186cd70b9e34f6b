package streams

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
)

// A lane takes chunks from the goroutines that write to an identity transform to those that read from it, past the lock of
// the domain, which they would take in turns. Each side has a lock of its own, and meets the other only when it has nothing
// left to do: the reading side takes all that was written at once, and the writing side, when it believes that the queue is
// full, looks at what is left of that.
//
// A lane is open only between two operations of its domain: whoever locks the domain closes the lanes first, and so finds
// the streams as if each chunk had been written and read as the standard has it. A read that finds nothing and a write that
// finds no room lock the domain, so nobody ever waits while a lane is open, and what goes through it has nobody to wake. They
// open the lane again when they are done, if nothing is left to do in the domain. So a lane changes nothing but who has to
// wait for whom.
//
// The queue of the readable side is taken from in place. What was written waits in a queue of the lane, and when the lane is
// closed it goes to the end of the queue of the readable side or, if that is full, to the writable side.
//
// Locks are taken in this order: that of the domain, that of the reading side, that of the writing side. No function of the
// user is called with one of them held.
type lane[T any] struct {
	// The next two are immutable.

	sink   *WritableController[T] // of the writable side
	source *TransformController[T]

	// The domain's lock guards following fields.

	open    bool
	pause   int // for how many operations the lane stays closed
	backoff int // the last pause, if it was not worth while to open the lane

	_ cacheLine

	takers struct {
		mu     sync.Mutex
		reader atomic.Pointer[readerCore[T]] // who may take chunks; nil while the lane is closed. It is set with mu held
		queue  *chunkQueue[T]                // of the readable side: while the lane is open it is guarded by mu, else by the domain's lock
	}

	_ cacheLine

	givers struct {
		mu     sync.Mutex                    // guards following fields
		writer atomic.Pointer[writerCore[T]] // who may give chunks; nil while the lane is closed. It is set with mu held
		queue  chunkQueue[T]                 // what was written, and has not been taken; empty while the lane is closed
		room   int                           // how many chunks may come, at least
		passed int                           // chunks since the lane was opened
	}
}

// cacheLine keeps apart what different processors use.
type cacheLine [128]byte

// worthwhile is how many chunks have to go through a lane so that it was good to open it.
const worthwhile = 8

// maxPause is for how many operations a lane stays closed at most that was not worth while.
const maxPause = 64

func newLane[T any](sink *WritableController[T], source *TransformController[T]) *lane[T] {
	l := &lane[T]{sink: sink, source: source}
	l.takers.queue = &source.readable.queue
	sink.lane, source.readable.lane = l, l
	return l
}

// take returns the next chunk for a Read of reader, if that can be had through the lane.
func (l *lane[T]) take(ctx context.Context, reader *readerCore[T]) (chunk T, ok bool) {
	if l == nil || ctx == nil || l.takers.reader.Load() != reader {
		return chunk, false
	}
	l.takers.mu.Lock()
	if q := l.takers.queue; l.takers.reader.Load() == reader && (q.len > 0 || l.refill()) {
		chunk, ok = q.dequeueValue(), true
	}
	l.takers.mu.Unlock()
	return chunk, ok
}

// takeBatch is take for as many chunks as there are and fit dst.
func (l *lane[T]) takeBatch(ctx context.Context, reader *readerCore[T], dst []T) (n int) {
	if l == nil || ctx == nil || l.takers.reader.Load() != reader {
		return 0
	}
	l.takers.mu.Lock()
	if q := l.takers.queue; l.takers.reader.Load() == reader {
		for n < len(dst) && (q.len > 0 || l.refill()) {
			n += q.dequeueValues(dst[n:])
		}
	}
	l.takers.mu.Unlock()
	return n
}

// refill takes over what was written, and reports whether that was anything. The taker has nothing left, and its lock.
func (l *lane[T]) refill() bool {
	l.givers.mu.Lock()
	l.takers.queue.takeOver(&l.givers.queue)
	l.givers.mu.Unlock()
	return l.takers.queue.len > 0
}

// give takes the chunk of a Write of writer, and reports whether it could.
func (l *lane[T]) give(ctx context.Context, writer *writerCore[T], chunk T) bool {
	if l == nil || ctx == nil || l.givers.writer.Load() != writer || ctx.Err() != nil {
		return false
	}
	l.givers.mu.Lock()
	ok := l.givers.writer.Load() == writer && (l.givers.room > 0 || l.findRoom(writer))
	if ok {
		l.givers.queue.enqueueValueWithSize(chunk, 1)
		l.givers.room--
		l.givers.passed++
	}
	l.givers.mu.Unlock()
	return ok
}

// giveBatch is give for as many chunks as there is room for.
func (l *lane[T]) giveBatch(ctx context.Context, writer *writerCore[T], chunks []T) (n int) {
	if l == nil || ctx == nil || l.givers.writer.Load() != writer || ctx.Err() != nil {
		return 0
	}
	l.givers.mu.Lock()
	for n < len(chunks) && l.givers.writer.Load() == writer && (l.givers.room > 0 || l.findRoom(writer)) {
		room := min(l.givers.room, len(chunks)-n)
		l.givers.queue.enqueueUnits(chunks[n : n+room])
		l.givers.room -= room
		l.givers.passed += room
		n += room
	}
	l.givers.mu.Unlock()
	return n
}

// findRoom counts again how many chunks may come, and reports whether that is any. It gives up the lock of the giver, which
// comes after that of the taker, for a moment.
func (l *lane[T]) findRoom(writer *writerCore[T]) bool {
	l.givers.mu.Unlock()
	l.takers.mu.Lock()
	l.givers.mu.Lock()
	if l.givers.writer.Load() == writer {
		l.givers.room = l.roomLocked()
	}
	l.takers.mu.Unlock()
	return l.givers.writer.Load() == writer && l.givers.room > 0
}

// roomLocked is how many chunks may be written now: until both queues are full.
func (l *lane[T]) roomLocked() int {
	room := l.source.readable.highWaterMark - l.takers.queue.len - l.givers.queue.len
	if room > math.MaxInt-l.sink.highWaterMark {
		return math.MaxInt
	}
	return room + l.sink.highWaterMark
}

// unlockAndOpen is unlock, after opening l if that can be.
func unlockAndOpen[T any](d *domain, l *lane[T]) {
	if l != nil {
		d.runStepsLocked()
		l.openLocked(d)
	}
	d.unlock()
}

// openLocked opens the lane if a reader and a writer have its ends and nothing else is to be done before their next chunk.
func (l *lane[T]) openLocked(d *domain) {
	if l.pause > 0 {
		l.pause--
		return
	}
	if !d.idleLocked() || !l.restsLocked() {
		return
	}
	l.open = true
	d.lanes = append(d.lanes, l)
	l.takers.mu.Lock()
	l.givers.mu.Lock()
	l.takers.reader.Store(l.source.readable.stream.reader)
	l.givers.writer.Store(l.sink.stream.writer)
	l.givers.room, l.givers.passed = l.roomLocked(), 0
	l.givers.queue.reserve(len(l.takers.queue.ring)) // the two will change places
	l.givers.mu.Unlock()
	l.takers.mu.Unlock()
}

// restsLocked reports whether both sides are as they are when the standard has nothing left to do, and would take a chunk.
func (l *lane[T]) restsLocked() bool {
	in, out := l.sink, l.source.readable
	writer, reader := in.stream.writer, out.stream.reader
	switch {
	case writer == nil || writer.holder != heldByWriter || reader == nil || reader.holder != heldByReader || reader.requests.len > 0:
		return false
	case in.lane == nil || !in.started || in.size != nil || in.queue.len > 0 || in.stream.backpressure || in.stream.state != writable ||
		in.stream.closeQueuedOrInFlightLocked():
		return false
	case !out.started || out.size != nil || out.measuring > 0 || out.closeRequested || out.stream.state != readable:
		return false
	}
	full := out.queue.len >= out.highWaterMark
	return out.queue.len <= out.highWaterMark && l.source.backpressure == full && out.pulling == !full
}

// closeLocked closes the lane, which is open, and leaves the streams as the standard has them.
func (l *lane[T]) closeLocked() {
	l.open = false
	l.takers.mu.Lock()
	l.givers.mu.Lock()
	l.takers.reader.Store(nil)
	l.givers.writer.Store(nil)
	l.givers.mu.Unlock()
	l.takers.mu.Unlock()

	if l.givers.passed >= worthwhile {
		l.backoff = 0
	} else {
		l.backoff = min(2*l.backoff+1, maxPause)
	}
	l.pause = l.backoff
	l.settleLocked()
}

// settleLocked puts the chunks where they belong.
func (l *lane[T]) settleLocked() {
	out := l.source.readable
	out.queue.takeOver(&l.givers.queue)
	if out.queue.len < out.highWaterMark {
		out.callPullIfNeededLocked()
		return
	}
	l.source.backpressure = true
	out.donePullingLocked()
	if out.queue.len == out.highWaterMark {
		return
	}
	for i := out.highWaterMark; i < out.queue.len; i++ { // it is as if these had not come that far
		l.sink.queue.enqueueValueWithSize(writeRequest[T]{chunk: *out.queue.at(i)}, 1)
	}
	out.queue.truncate(out.highWaterMark)
	out.queue.total = out.queue.len
	l.sink.stream.updateBackpressureLocked(l.sink.backpressureLocked())
	l.sink.advanceQueueIfNeededLocked()
}

// passLocked does at once all that is done for a write that goes through, and reports whether it could. Nothing else is due.
func (l *lane[T]) passLocked(chunk T) bool {
	return !l.source.backpressure && l.plainLocked() && l.transformLocked(chunk) == nil
}

// passBatchLocked is passLocked for as many of chunks as make no difference but that they are queued, and returns how many these
// are.
func (l *lane[T]) passBatchLocked(chunks []T) int {
	n := min(len(chunks), l.roomBelowMarkLocked())
	l.source.readable.queue.enqueueUnits(chunks[:n])
	return n
}

// passQueuedLocked is passBatchLocked for the writes that wait in the queue of the writable side, but for the last.
func (l *lane[T]) passQueuedLocked() {
	waiting := &l.sink.queue
	for range min(waiting.len-1, l.roomBelowMarkLocked()) {
		if waiting.at(0).owner != nil {
			return
		}
		l.source.readable.queue.enqueueValueWithSize(waiting.dequeueValue().chunk, 1)
	}
}

// roomBelowMarkLocked is how many chunks can be put into the queue of the readable side without further ado.
func (l *lane[T]) roomBelowMarkLocked() int {
	out := l.source.readable
	if l.source.backpressure || !l.plainLocked() || out.canCloseOrEnqueueLocked() != nil || out.stream.readRequestsLocked() > 0 {
		return 0
	}
	return max(0, out.highWaterMark-1-out.queue.total)
}

// plainLocked reports whether there is no size function to be called before a chunk is enqueued.
func (l *lane[T]) plainLocked() bool { return l.source.readable.size == nil }

// transformLocked is the transform that a Transformer has by default.
func (l *lane[T]) transformLocked(chunk T) error {
	err := l.source.readable.canCloseOrEnqueueLocked()
	if err == nil {
		l.source.enqueueLocked(chunk, 1)
	}
	return err
}
