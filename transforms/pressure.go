package transforms

import (
	"errors"
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// An Overflow is what [Buffer] does with a chunk that comes when it is full.
type Overflow int

// The policies. The default is Wait.
const (
	Wait       Overflow = iota // the producer waits
	DropOldest                 // the oldest chunk of the buffer is dropped
	DropNewest                 // the chunk that comes is dropped
	KeepLatest                 // all of the buffer is dropped, the chunk that comes is kept
	Fail                       // the stream is errored with ErrOverflow
)

// ErrOverflow is the error of a [Buffer] with policy [Fail] that is full when a chunk comes.
var ErrOverflow = errors.New("transforms: the buffer is full")

// Buffer holds up to n chunks that the consumer has not asked for yet, and so lets the producer run ahead of it. overflow
// says what happens to a chunk that comes when it is full. With any policy but [Wait] the producer never waits: behind
// another stage, Buffer is how that stage is told not to wait for a slow consumer. An n below 1 makes a stream that is
// errored with streams.ErrRange, an unknown policy one that is errored with streams.ErrInvalidArgument.
//
// The stage holds n chunks.
func Buffer[T any](n int, overflow Overflow) streams.ReadableWritablePair[T, T] {
	switch {
	case n < 1:
		return erroredTransform[T, T](outOfRange("Buffer", n))
	case overflow < Wait || overflow > Fail:
		return erroredTransform[T, T](fmt.Errorf("%w: Buffer(%d, %d)", streams.ErrInvalidArgument, n, overflow))
	case overflow == Wait:
		return streams.NewTransformStream(streams.Transformer[T, T]{},
			streams.WithReadableStrategy(streams.CountQueuingStrategy[T](n)))
	}
	var kept queue[T]
	return newStation(func(s *station[T, T]) {
		for s.in.hasNext() {
			if kept.len() > 0 && s.out.isWanted() {
				s.out.give(kept.pop())
			}
			if kept.len() == n && !makeRoom(&kept, overflow) {
				s.end(ErrOverflow)
				return
			}
			if chunk, ok := s.in.next(); ok && kept.len() < n {
				kept.push(chunk)
			}
		}
		if kept.len() > 0 && s.out.isWanted() {
			s.out.give(kept.pop())
		}
		if kept.len() == 0 && s.in.exhausted() {
			s.finish()
		}
	})
}

// makeRoom drops what overflow says is dropped of a full buffer. It reports false if that is not allowed.
func makeRoom[T any](kept *queue[T], overflow Overflow) bool {
	switch overflow {
	case DropOldest:
		kept.pop()
	case KeepLatest:
		kept.clear()
	case DropNewest:
	default:
		return false
	}
	return true
}
