package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// StartWith passes on values before its input, and does not wait for a chunk of that.
//
// It holds values, and takes nothing from the source before the last of them has been read. An error of the source drops
// those that have not been read yet, as it drops what is in a queue.
func StartWith[T any](values ...T) *streams.TransformStream[T, T] {
	t := identity[T]()
	writer, err := t.Writable().GetWriter()
	if err != nil {
		panic("transforms: internal error: a new stream is locked")
	}
	for _, value := range values {
		writer.WriteAsync(value) // has no result that the stream does not have, too
	}
	writer.ReleaseLock()
	return t
}

// EndWith passes on its input, and then values.
//
// It holds values.
func EndWith[T any](values ...T) *streams.TransformStream[T, T] {
	values = slices.Clone(values)
	return streams.TransformFunc(
		func(chunk T, emit func(T)) error {
			emit(chunk)
			return nil
		},
		func(emit func(T)) error {
			for _, value := range values {
				emit(value)
			}
			return nil
		})
}

// DefaultIfEmpty passes on its input, or value if that ends without a chunk.
func DefaultIfEmpty[T any](value T) *streams.TransformStream[T, T] {
	return ifEmpty(func(emit func(T)) error {
		emit(value)
		return nil
	})
}

// ThrowIfEmpty passes on its input. If that ends without a chunk, the stream is errored with err, or with [ErrEmpty] if
// err is nil.
func ThrowIfEmpty[T any](err error) *streams.TransformStream[T, T] {
	if err == nil {
		err = ErrEmpty
	}
	return ifEmpty(func(func(T)) error { return err })
}

// ifEmpty passes on its input, and calls atEnd if that ends without a chunk.
func ifEmpty[T any](atEnd func(emit func(T)) error) *streams.TransformStream[T, T] {
	empty := true
	return streams.TransformFunc(
		func(chunk T, emit func(T)) error {
			empty = false
			emit(chunk)
			return nil
		},
		func(emit func(T)) error {
			if !empty {
				return nil
			}
			return atEnd(emit)
		})
}
