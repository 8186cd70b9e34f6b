package streams

import (
	"fmt"
	"io"
	"iter"
)

// From makes a stream of the values of seq, which must not block. It takes one value for each read and nothing ahead: its
// mark is 0, as that of FromSeq2, FromSlice and FromChan.
// When the stream is cancelled, seq is stopped as if its loop had been left. A stream that was begun and neither read
// to its end nor cancelled keeps the coroutine that seq runs in.
func From[T any](seq iter.Seq[T]) *ReadableStream[T] {
	if seq == nil {
		return erroredReadable[T](fmt.Errorf("%w: From(nil)", ErrInvalidArgument))
	}
	return FromSeq2(func(yield func(T, error) bool) {
		for v := range seq {
			if !yield(v, nil) {
				return
			}
		}
	})
}

// FromSeq2 is [From] for a sequence that can fail: the first error that is not nil errors the stream, io.EOF closes it,
// and either stops the sequence.
func FromSeq2[T any](seq iter.Seq2[T, error]) *ReadableStream[T] {
	if seq == nil {
		return erroredReadable[T](fmt.Errorf("%w: FromSeq2(nil)", ErrInvalidArgument))
	}
	s := &sequence[T]{seq: seq}
	return newNextStream(&nextSource[T]{generate: s.next, seq: s}, CountQueuingStrategy[T](0))
}

// A sequence runs an iter.Seq2 in a coroutine. To get a value from there costs two switches, many times what a stage of a
// burst does, so it is the coroutine that takes the values of a burst through the chain, and it switches back when the burst
// stops. One goroutine at a time uses a sequence.
type sequence[T any] struct {
	seq    iter.Seq2[T, error]
	resume func() (struct{}, bool) // nil until the first read
	halt   func()

	burst *burst // that runs; nil while values are taken one by one
	take  func(chunk T)

	value   T // what the sequence gave when it switched back,
	err     error
	failure error // a panic of the sequence, caught where its stack is
}

// next returns the next value; io.EOF at the end.
func (s *sequence[T]) next() (T, error) {
	err := s.switchTo()
	v := s.value
	var zero T
	s.value = zero
	return v, err
}

// runBurst takes values through a burst until that stops, which is no error, or there are no more.
func (s *sequence[T]) runBurst(b *burst, take func(chunk T)) error {
	s.burst, s.take = b, take
	defer func() { s.burst, s.take = nil, nil }()
	return s.switchTo()
}

// switchTo runs the sequence until it switches back, and returns what ends it.
func (s *sequence[T]) switchTo() error {
	if s.resume == nil {
		s.resume, s.halt = iter.Pull(s.run)
	}
	_, ok := s.resume()
	switch {
	case s.failure != nil:
		return s.failure
	case !ok:
		return io.EOF
	case s.err == nil:
		return nil
	}
	if failure := s.stop(); failure != nil {
		return failure
	}
	return s.err
}

// stop ends the sequence as if its loop had been left, and returns its panic if it does that.
func (s *sequence[T]) stop() error {
	if s.halt != nil {
		s.halt()
	}
	return s.failure
}

// run is what the coroutine does.
func (s *sequence[T]) run(switchBack func(struct{}) bool) {
	defer func() {
		if v := recover(); v != nil {
			s.failure = newPanicError(v)
		}
	}()
	for v, err := range s.seq {
		switch {
		case s.burst == nil || err != nil:
			s.value, s.err = v, err
		default:
			s.take(v)
			if s.burst.goesOn() {
				continue
			}
		}
		if !switchBack(struct{}{}) {
			return
		}
	}
}
