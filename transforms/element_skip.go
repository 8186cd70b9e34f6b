package transforms

import "github.com/weirstreams/weir/streams"

// Skip drops the first n chunks and passes on the others. A negative n makes a stream that is errored with
// streams.ErrRange.
func Skip[T any](n int) *streams.TransformStream[T, T] {
	if n < 0 {
		return erroredTransform[T, T](outOfRange("Skip", n))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if n > 0 {
			n--
			return nil
		}
		emit(chunk)
		return nil
	}, nil)
}

// SkipWhile drops the chunks until one comes for which drop is false, and passes on that one and all that follow. drop is
// not called any more then; it must not block.
func SkipWhile[T any](drop func(T) bool) *streams.TransformStream[T, T] {
	if drop == nil {
		return erroredTransform[T, T](missing("SkipWhile"))
	}
	skipping := true
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if skipping {
			skipping = drop(chunk)
		}
		if !skipping {
			emit(chunk)
		}
		return nil
	}, nil)
}

// SkipLast drops the last n chunks: it passes on each chunk when n more have come. A negative n makes a stream that is
// errored with streams.ErrRange.
//
// It holds n chunks.
func SkipLast[T any](n int) *streams.TransformStream[T, T] {
	switch {
	case n < 0:
		return erroredTransform[T, T](outOfRange("SkipLast", n))
	case n == 0:
		return identity[T]()
	}
	last := ring[T]{size: n}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if oldest, full := last.push(chunk); full {
			emit(oldest)
		}
		return nil
	}, nil)
}
