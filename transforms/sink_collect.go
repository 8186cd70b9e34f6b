package transforms

import (
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// ToSlice is a writable stream that appends its chunks to *dst, which is complete when the stream has closed and must not be
// used by others before. A nil dst makes a stream that is errored with streams.ErrInvalidArgument. (Collect of a
// ReadableStream makes a new slice.)
func ToSlice[T any](dst *[]T) *streams.WritableStream[T] {
	if dst == nil {
		return erroredWritable[T](missing("ToSlice"))
	}
	return streams.SinkFunc(func(chunk T) error {
		*dst = append(*dst, chunk)
		return nil
	})
}

// ToMap is a writable stream that puts its chunks into dst, each under its key; the last of a key stays. dst is complete when
// the stream has closed, and must not be used by others before. A dst or key that is nil makes a stream that is errored with
// streams.ErrInvalidArgument.
func ToMap[K comparable, V any](dst map[K]V, key func(chunk V) K) *streams.WritableStream[V] {
	if dst == nil || key == nil {
		return erroredWritable[V](fmt.Errorf("%w: ToMap without a map or a key", streams.ErrInvalidArgument))
	}
	return streams.SinkFunc(func(chunk V) error {
		dst[key(chunk)] = chunk
		return nil
	})
}
