package transforms

import (
	"hash"

	"github.com/weirstreams/weir/streams"
)

// Hash passes bytes on as they are, and writes them to h on their way: any hash.Hash, such as sha256.New() or crc32.NewIEEE().
// At the end of the input it calls done with the sum, which belongs to done; an error that done returns becomes the error
// of the stream, so that a wrong sum makes the pipeline fail, after all bytes have been delivered. done may be nil: h.Sum
// has the sum when the pipeline has ended without an error. In between h belongs to the stage. h and done must not block; a
// panic in one errors the stream. A nil h makes a stream that is errored with streams.ErrInvalidArgument.
//
// When the consumer is slow, nothing is hashed. The stage holds nothing but the chunk that waits in its writable side.
func Hash(h hash.Hash, done func(sum []byte) error) *streams.TransformStream[[]byte, []byte] {
	if h == nil {
		return erroredTransform[[]byte, []byte](missing("Hash"))
	}
	return streams.TransformFunc(
		func(chunk []byte, emit func([]byte)) error {
			if _, err := h.Write(chunk); err != nil {
				return err
			}
			emit(chunk)
			return nil
		},
		func(func([]byte)) error {
			if done == nil {
				return nil
			}
			return done(h.Sum(nil))
		})
}
