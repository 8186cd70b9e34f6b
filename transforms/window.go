package transforms

import "github.com/weirstreams/weir/streams"

// mostReserved is how many elements a batch is given room for before they come: a large size is not always filled.
const mostReserved = 1024

// Batch collects n chunks at a time into a slice, which belongs to whoever reads it. The last batch is the rest, if there
// is one; no batch is empty. The part of a batch that is there when the stream fails is dropped. An n below 1 makes a
// stream that is errored with streams.ErrRange.
//
// When the consumer is slow, nothing is collected. The stage holds at most n chunks, and one that waits in its writable
// side.
func Batch[T any](n int) *streams.TransformStream[T, []T] {
	if n < 1 {
		return erroredTransform[T, []T](outOfRange("Batch", n))
	}
	var batch []T
	return streams.TransformFunc(
		func(chunk T, emit func([]T)) error {
			if batch == nil {
				batch = make([]T, 0, min(n, mostReserved))
			}
			batch = append(batch, chunk)
			if len(batch) == n {
				full := batch
				batch = nil
				emit(full)
			}
			return nil
		},
		func(emit func([]T)) error {
			if batch != nil {
				emit(batch)
			}
			return nil
		})
}
