package transforms

import (
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// LimitBytes passes bytes on and fails with [ErrTooLarge] when there are more than n, after n of them have been delivered:
// for input from somebody who is not trusted. (To stop there without an error is another matter; see [Take].) A negative n
// makes a stream that is errored with streams.ErrRange. The chunks are passed on as they are, but for the last.
//
// When the consumer is slow, the stage holds nothing but the chunk that waits in its writable side.
func LimitBytes(n int64) *streams.TransformStream[[]byte, []byte] {
	if n < 0 {
		return erroredTransform[[]byte, []byte](outOfRange("LimitBytes", n))
	}
	left := n
	return streams.TransformFunc(func(chunk []byte, emit func([]byte)) error {
		size := int64(len(chunk))
		if size <= left {
			left -= size
			emit(chunk)
			return nil
		}
		if left > 0 {
			emit(chunk[:left:left])
		}
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, n)
	}, nil)
}
