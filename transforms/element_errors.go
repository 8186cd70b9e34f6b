package transforms

import "errors"

var (
	// ErrEmpty is the error of [First], [Last], [ElementAt] and [ThrowIfEmpty] when the stream ends without the chunk that
	// they need.
	ErrEmpty = errors.New("transforms: stream has no such element")

	// ErrCast is found in the error of [Cast] when a chunk is not of the type.
	ErrCast = errors.New("transforms: element is of another type")
)
