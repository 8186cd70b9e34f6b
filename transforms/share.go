package transforms

import "github.com/weirstreams/weir/streams"

// Share lets any number of readers that come and go read one stream: each gets what comes from when it has joined. The
// stream is locked for good. [Broadcast] tells about backpressure, cancelling and errors, which are the same: by default
// all wait for the slowest. Nothing is read before the first read of a branch. When the last branch is cancelled, so is the
// source; branches that join later are errored with streams.ErrClosed.
func Share[T any](source *streams.ReadableStream[T], options ...BranchOptions) *Shared[T] {
	return &Shared[T]{newDistributor("Share", source, 0, options)}
}

// ShareReplay is [Share] with a memory: a branch begins with the last n chunks that were read before it joined, and keeps
// getting them when the source has ended without an error. At least n chunks are held. An n below 0 makes branches that are
// errored with streams.ErrRange.
func ShareReplay[T any](source *streams.ReadableStream[T], n int, options ...BranchOptions) *Shared[T] {
	if n < 0 {
		err := outOfRange("ShareReplay", n)
		cancelAll([]*streams.ReadableStream[T]{source}, err)
		source = erroredReadable[T](err)
		n = 0
	}
	return &Shared[T]{newDistributor("ShareReplay", source, n, options)}
}

// A Shared is a stream with many readers: see [Share] and [ShareReplay]. Several goroutines may use it.
type Shared[T any] struct{ distributor *distributor[T] }

// Readable makes a new branch, and never blocks. A branch that is not read any more must be cancelled, or the others wait for
// it, unless the policy is another.
func (s *Shared[T]) Readable() *streams.ReadableStream[T] { return s.distributor.join() }
