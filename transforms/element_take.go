package transforms

import "github.com/weirstreams/weir/streams"

// Take passes on the first n chunks and ends the stream with the nth: the readable side closes, and the source is
// cancelled at once, with streams.ErrTerminated as the reason. Take(0) does that before the first chunk. A negative n
// makes a stream that is errored with streams.ErrRange.
//
// A chunk that waits in the writable side when the nth goes out is lost, as are those that stages before it have read
// ahead.
func Take[T any](n int) *streams.TransformStream[T, T] {
	switch {
	case n < 0:
		return erroredTransform[T, T](outOfRange("Take", n))
	case n == 0:
		return terminatedTransform[T, T]()
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		emit(chunk)
		n--
		if n == 0 {
			return streams.ErrTerminated
		}
		return nil
	}, nil)
}

// TakeWhile passes on the chunks until one comes for which keep is false. That one is dropped, and ends the stream as the
// last chunk of [Take] does. keep must not block.
func TakeWhile[T any](keep func(T) bool) *streams.TransformStream[T, T] {
	if keep == nil {
		return erroredTransform[T, T](missing("TakeWhile"))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		if !keep(chunk) {
			return streams.ErrTerminated
		}
		emit(chunk)
		return nil
	}, nil)
}

// TakeWhileInclusive is [TakeWhile] that passes on the chunk for which keep is false, too: it ends the stream as the last
// chunk of [Take] does.
func TakeWhileInclusive[T any](keep func(T) bool) *streams.TransformStream[T, T] {
	if keep == nil {
		return erroredTransform[T, T](missing("TakeWhileInclusive"))
	}
	return streams.TransformFunc(func(chunk T, emit func(T)) error {
		more := keep(chunk)
		emit(chunk)
		if !more {
			return streams.ErrTerminated
		}
		return nil
	}, nil)
}

// TakeLast passes on the last n chunks, when the stream has ended. TakeLast(0) ends the stream at once, as Take(0) does. A
// negative n makes a stream that is errored with streams.ErrRange.
//
// It reads its input without waiting for the consumer, and holds n chunks.
func TakeLast[T any](n int) *streams.TransformStream[T, T] {
	switch {
	case n < 0:
		return erroredTransform[T, T](outOfRange("TakeLast", n))
	case n == 0:
		return terminatedTransform[T, T]()
	}
	last := ring[T]{size: n}
	return streams.TransformFunc(
		func(chunk T, _ func(T)) error {
			last.push(chunk)
			return nil
		},
		func(emit func(T)) error {
			last.each(emit)
			return nil
		})
}
