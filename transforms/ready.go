package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// A supply is what is behind a readable stream that other goroutines fill. All methods are called without a lock.
type supply[T any] interface {
	// connect is called first. c is how to error the stream at once, though nobody reads.
	connect(c *streams.ReadyController[T])

	// next returns the next chunk, io.EOF, streams.ErrNotReady or the error that ends the stream. It does not wait.
	next() (T, error)

	// wait waits until next is worth another call, or ctx has ended. It and next are never called at the same time.
	wait(ctx context.Context) error

	// cancel is called when the consumer cancels the stream, maybe while next or wait runs.
	cancel(ctx context.Context, reason error) error
}

// newReadable makes the stream of a supply. Its mark is 0: nothing is taken that nobody reads.
func newReadable[T any](s supply[T]) *streams.ReadableStream[T] {
	return streams.FromReady(streams.ReadySource[T]{Start: s.connect, Next: s.next, Wait: s.wait, Cancel: s.cancel})
}
