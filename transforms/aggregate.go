package transforms

import (
	"cmp"

	"github.com/weirstreams/weir/streams"
)

// A Number is what [Sum] and [Average] can add up.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// Reduce makes one value of all chunks: beginning with initial, f of what there is so far and the next chunk. The value
// comes when the stream has ended; that of an empty stream is initial. f must not block.
//
// It reads its input without waiting for the consumer, and holds one value.
func Reduce[T, A any](initial A, f func(accumulated A, chunk T) A) *streams.TransformStream[T, A] {
	if f == nil {
		return erroredTransform[T, A](missing("Reduce"))
	}
	return reduce(initial, f)
}

func reduce[T, A any](initial A, f func(accumulated A, chunk T) A) *streams.TransformStream[T, A] {
	accumulated := initial
	return streams.TransformFunc(
		func(chunk T, _ func(A)) error {
			accumulated = f(accumulated, chunk)
			return nil
		},
		func(emit func(A)) error {
			emit(accumulated)
			return nil
		})
}

// Count passes on how many chunks there were, when the stream has ended.
//
// It reads its input without waiting for the consumer.
func Count[T any]() *streams.TransformStream[T, int] {
	return reduce(0, func(count int, _ T) int { return count + 1 })
}

// Sum passes on the sum of all chunks, when the stream has ended; that of none is 0. Where it does not fit into a T, it
// overflows as Go's addition does.
//
// It reads its input without waiting for the consumer.
func Sum[T Number]() *streams.TransformStream[T, T] {
	return reduce(0, func(sum, chunk T) T { return sum + chunk })
}

// Average passes on the average of all chunks, added up as float64, when the stream has ended. That of none is no value at
// all.
//
// It reads its input without waiting for the consumer.
func Average[T Number]() *streams.TransformStream[T, float64] {
	sum, count := 0.0, 0
	return streams.TransformFunc(
		func(chunk T, _ func(float64)) error {
			sum += float64(chunk)
			count++
			return nil
		},
		func(emit func(float64)) error {
			if count > 0 {
				emit(sum / float64(count))
			}
			return nil
		})
}

// Min passes on the smallest chunk, when the stream has ended. That of none is no value at all; a NaN is smaller than
// anything, as it is for Go's min.
//
// It reads its input without waiting for the consumer, and holds 1 chunk.
func Min[T cmp.Ordered]() *streams.TransformStream[T, T] {
	return best(func(a, b T) T { return min(a, b) })
}

// Max is [Min] for the largest chunk. A NaN is larger than anything, as it is for Go's max.
func Max[T cmp.Ordered]() *streams.TransformStream[T, T] {
	return best(func(a, b T) T { return max(a, b) })
}

// MinFunc is [Min] for chunks that compare compares: it returns a negative number if a is smaller than b, and must not
// block. Of several smallest chunks the first is passed on.
func MinFunc[T any](compare func(a, b T) int) *streams.TransformStream[T, T] {
	if compare == nil {
		return erroredTransform[T, T](missing("MinFunc"))
	}
	return best(func(a, b T) T {
		if compare(b, a) < 0 {
			return b
		}
		return a
	})
}

// MaxFunc is [MinFunc] for the largest chunk. Of several largest chunks the first is passed on.
func MaxFunc[T any](compare func(a, b T) int) *streams.TransformStream[T, T] {
	if compare == nil {
		return erroredTransform[T, T](missing("MaxFunc"))
	}
	return best(func(a, b T) T {
		if compare(b, a) > 0 {
			return b
		}
		return a
	})
}

// best passes on the chunk that is left when of each two the better one has been taken; none of none.
func best[T any](better func(a, b T) T) *streams.TransformStream[T, T] {
	var found T
	empty := true
	return streams.TransformFunc(
		func(chunk T, _ func(T)) error {
			if empty {
				found, empty = chunk, false
				return nil
			}
			found = better(found, chunk)
			return nil
		},
		func(emit func(T)) error {
			if !empty {
				emit(found)
			}
			return nil
		})
}
