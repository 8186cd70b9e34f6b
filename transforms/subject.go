package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// A Subject is a stream with a writable side and many readable sides, which come and go. What is written comes out of all
// of them. Several goroutines may use it.
//
// With the policy [Wait] a write waits until the slowest branch has room, in its Write, which costs a goroutine; with the
// others it never waits: see [BranchOptions]. While there is no branch, chunks go nowhere (but to the memory of a replay),
// except in a [NewBroadcastHub], which waits for one.
//
// Closing the writable side ends the branches when they have read what is there; aborting it errors them at once. A branch
// that is cancelled leaves; the writable side stays open, also when it was the last.
type Subject[T any] struct {
	fanout   fanout[T]
	writable *streams.WritableStream[T]
	roomy    chan struct{} // takes a token when there is room again
}

// NewPublishSubject makes a subject whose branches get what is written from when they have joined.
func NewPublishSubject[T any](options ...BranchOptions) *Subject[T] {
	return newSubject[T]("NewPublishSubject", 0, 1, options)
}

// NewBehaviorSubject makes a subject whose branches begin with the last chunk that was written before they joined, or with
// initial if there was none.
func NewBehaviorSubject[T any](initial T, options ...BranchOptions) *Subject[T] {
	s := newSubject[T]("NewBehaviorSubject", 1, 1, options)
	s.fanout.mu.Lock()
	s.fanout.publishLocked([]T{initial}) // nobody listens yet
	s.fanout.mu.Unlock()
	return s
}

// NewReplaySubject makes a subject whose branches begin with the last n chunks that were written before they joined. An n
// below 0 makes one whose sides are errored with streams.ErrRange.
func NewReplaySubject[T any](n int, options ...BranchOptions) *Subject[T] {
	if n < 0 {
		return brokenSubject[T](outOfRange("NewReplaySubject", n))
	}
	return newSubject[T]("NewReplaySubject", n, 1, options)
}

// NewBroadcastHub makes a subject that drops nothing while nobody listens: a write waits until there is a branch.
func NewBroadcastHub[T any](options ...BranchOptions) *Subject[T] {
	return newSubject[T]("NewBroadcastHub", 0, 0, options)
}

// newSubject makes a subject. unheard is how much room there is while there is no branch.
func newSubject[T any](operator string, replay, unheard int, options []BranchOptions) *Subject[T] {
	s := &Subject[T]{roomy: make(chan struct{}, 1)}
	f := &s.fanout
	f.unheard = unheard
	f.room = s.tellRoom
	f.left = func(context.Context, int, error) error { return nil }
	if err := f.init(operator, replay, options); err != nil {
		return brokenSubject[T](err)
	}
	s.writable = streams.NewWritableStream(streams.UnderlyingSink[T]{
		Write: s.write,
		Close: func(context.Context) error { f.finish(io.EOF); return nil },
		Abort: func(_ context.Context, reason error) error { f.finish(reason); return nil },
	})
	return s
}

// brokenSubject makes a subject whose sides are errored.
func brokenSubject[T any](err error) *Subject[T] {
	s := &Subject[T]{writable: erroredWritable[T](err)}
	s.fanout.finish(err)
	return s
}

// Writable is the side that takes the chunks.
func (s *Subject[T]) Writable() *streams.WritableStream[T] { return s.writable }

// Readable makes a new branch, and never blocks. A branch that is not read any more must be cancelled, or the writer and
// the other branches wait for it, unless the policy is another.
func (s *Subject[T]) Readable() *streams.ReadableStream[T] { return s.fanout.join() }

// write publishes a chunk, when there is room if it must be waited for.
func (s *Subject[T]) write(ctx context.Context, chunk T, _ *streams.WritableController[T]) error {
	for {
		if s.publish(chunk) {
			return nil
		}
		select {
		case <-s.roomy:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// publish publishes a chunk if there is room for it.
func (s *Subject[T]) publish(chunk T) bool {
	f := &s.fanout
	f.mu.Lock()
	heard := len(f.branches) > 0 || f.unheard > 0
	if (f.overflow == Wait || !heard) && f.freeLocked() == 0 {
		f.mu.Unlock()
		return false
	}
	tooSlow := f.publishLocked([]T{chunk})
	f.mu.Unlock()
	failAll(tooSlow, ErrOverflow)
	return true
}

// tellRoom leaves a token. One that is there already does as well.
func (s *Subject[T]) tellRoom() {
	select {
	case s.roomy <- struct{}{}:
	default:
	}
}
