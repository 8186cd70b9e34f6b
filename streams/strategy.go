package streams

import "math"

// Unbounded is the infinite high-water mark: a queue with it never asks its producer to wait.
const Unbounded = math.MaxInt

// A QueuingStrategy says when the queue of a stream is full: when the sizes of its chunks add up to HighWaterMark or
// more. Where a function takes strategies as its last parameter, at most one is used. See section 7 of the standard.
type QueuingStrategy[T any] struct {
	// HighWaterMark is how much the queue may hold before its producer is asked to wait, in the unit of Size. 0 is legal,
	// and Unbounded is infinite; a negative mark makes an errored stream (ErrRange).
	HighWaterMark int

	// Size measures a chunk; nil counts every chunk as 1. It is called once for a chunk that enters the queue and not for
	// one that goes straight to a waiting reader. It runs without a lock and may use the stream, but must not block. A
	// size that is negative or Unbounded, and a panic, error the stream.
	Size func(T) int
}

// CountQueuingStrategy counts chunks.
func CountQueuingStrategy[T any](highWaterMark int) QueuingStrategy[T] {
	return QueuingStrategy[T]{HighWaterMark: highWaterMark}
}

// ByteLengthQueuingStrategy counts the bytes of the chunks.
func ByteLengthQueuingStrategy[T ~[]byte | ~string](highWaterMark int) QueuingStrategy[T] {
	return QueuingStrategy[T]{HighWaterMark: highWaterMark, Size: func(chunk T) int { return len(chunk) }}
}

// strategyOr returns the strategy of a variadic parameter, or one that counts chunks up to mark.
func strategyOr[T any](given []QueuingStrategy[T], mark int) QueuingStrategy[T] {
	if len(given) > 0 {
		return given[0]
	}
	return CountQueuingStrategy[T](mark)
}

// measure runs the size function of a strategy and checks what it says. The lock must not be held. If the function ends the
// goroutine by runtime.Goexit, exiting is called, if it is not nil.
func measure[T any](size func(T) int, chunk T, exiting func()) (n int, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			n, err = 0, newPanicError(v)
		} else if exiting != nil {
			exiting()
		}
	}()
	n = size(chunk)
	returned = true
	return n, checkSize(n)
}

// desired is what a queue of total size may still take below mark.
func desired(mark, total int) int {
	if mark == Unbounded {
		return Unbounded
	}
	return mark - total
}
