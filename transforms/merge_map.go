package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// MergeMap makes a stream of each chunk, by f, and gives the chunks of up to n such streams at a time as they come, those
// that have some by turns. Order is kept within each stream. f must not block; a stream that takes long to be made can be
// made by [streams.NewReadableStream]. The first error of one of the streams, of f (a panic, a nil stream) or of the input
// ends everything: the other streams are cancelled with it, as they are when the consumer cancels. An n below 1 makes a
// stream that is errored with streams.ErrRange.
//
// When the consumer is slow, the streams wait, and the producer, who also waits while n streams are open. The stage holds
// two chunks of each of the streams, and one of the input.
func MergeMap[T, U any](n int, f func(chunk T) *streams.ReadableStream[U]) streams.ReadableWritablePair[T, U] {
	switch {
	case n < 1:
		return erroredTransform[T, U](outOfRange("MergeMap", n))
	case f == nil:
		return erroredTransform[T, U](missing("MergeMap"))
	}
	var open inner[U]
	return newStation(func(s *station[T, U]) {
		for {
			open.removeExhausted(&s.turns)
			if len(open.entries) == n {
				break
			}
			chunk, ok := s.in.next()
			if !ok {
				break
			}
			open.add(&s.turns, f(chunk))
		}
		if s.out.isWanted() {
			if chunk, ok := open.next(); ok {
				s.out.give(chunk)
				s.wake() // a stream may be exhausted now
			}
		}
		if len(open.entries) == 0 && s.in.exhausted() {
			s.finish()
		}
	})
}

// SwitchMap makes a stream of each chunk, by f, and gives the chunks of the latest: when the next chunk comes, the stream of
// the one before is cancelled, with streams.ErrTerminated as the reason. f must not block. The first error of a stream
// that is not cancelled, of f (a panic, a nil stream) or of the input ends everything.
//
// When the consumer is slow, the stream that is open waits; the producer never does. The stage holds two chunks of that
// stream.
func SwitchMap[T, U any](f func(chunk T) *streams.ReadableStream[U]) streams.ReadableWritablePair[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("SwitchMap"))
	}
	return mapToOne(f, true)
}

// ExhaustMap makes a stream of a chunk, by f, and gives its chunks. Chunks of the input that come before that stream has
// ended are dropped. f must not block. The first error of a stream, of f (a panic, a nil stream) or of the input ends
// everything.
//
// When the consumer is slow, the stream that is open waits; the producer never does. The stage holds two chunks of that
// stream.
func ExhaustMap[T, U any](f func(chunk T) *streams.ReadableStream[U]) streams.ReadableWritablePair[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("ExhaustMap"))
	}
	return mapToOne(f, false)
}

// mapToOne makes a station with one open stream. A chunk that comes meanwhile takes its place, or is dropped.
func mapToOne[T, U any](f func(chunk T) *streams.ReadableStream[U], replace bool) streams.ReadableWritablePair[T, U] {
	var open inner[U]
	return newStation(func(s *station[T, U]) {
		open.removeExhausted(&s.turns)
		for {
			chunk, ok := s.in.next()
			if !ok {
				break
			}
			if replace {
				open.removeAll(&s.turns)
			}
			if len(open.entries) == 0 {
				open.add(&s.turns, f(chunk))
			}
		}
		if s.out.isWanted() {
			if chunk, ok := open.next(); ok {
				s.out.give(chunk)
				s.wake()
			}
		}
		if len(open.entries) == 0 && s.in.exhausted() {
			s.finish()
		}
	})
}

// An inner has the entries of the streams that an operator has made of chunks and that are open. Turns use it.
type inner[T any] struct {
	entries []*entry[T]
	turn    int // the entry that is asked first
}

func (i *inner[T]) add(t *turns, stream *streams.ReadableStream[T]) {
	in := newEntry[T](t)
	i.entries = append(i.entries, in)
	in.attach(stream)
}

// next takes a chunk of the next entry that has one.
func (i *inner[T]) next() (chunk T, ok bool) {
	for range i.entries {
		if i.turn >= len(i.entries) {
			i.turn = 0
		}
		in := i.entries[i.turn]
		i.turn++
		if chunk, ok = in.next(); ok {
			return chunk, true
		}
	}
	return chunk, false
}

func (i *inner[T]) removeExhausted(t *turns) {
	i.entries = slices.DeleteFunc(i.entries, func(in *entry[T]) bool {
		exhausted := in.exhausted()
		if exhausted {
			t.remove(in)
		}
		return exhausted
	})
}

// removeAll cancels the streams that are open.
func (i *inner[T]) removeAll(t *turns) {
	for _, in := range i.entries {
		t.remove(in)
		in.end(over, streams.ErrTerminated)
	}
	clear(i.entries)
	i.entries = i.entries[:0]
}
