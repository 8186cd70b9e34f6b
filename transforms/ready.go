package transforms

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/weirstreams/weir/streams"
)

// errNotReady is what the next of a supply returns when it has nothing for now.
var errNotReady = errors.New("transforms: internal error: nothing is ready")

// A supply is what is behind a readable stream that other goroutines fill. All methods are called without a lock.
type supply[T any] interface {
	// next returns the next chunk, io.EOF, errNotReady or the error that ends the stream. It does not wait.
	next() (T, error)

	// wait waits until next is worth another call, or ctx has ended. It and next are never called at the same time.
	wait(ctx context.Context) error

	// cancel is called when the consumer cancels the stream, maybe while wait runs.
	cancel(ctx context.Context, reason error) error
}

// A plug is how the one who fills a supply breaks its stream at once, though nobody reads.
type plug[T any] struct {
	controller atomic.Pointer[streams.ReadableController[T]] // set by the first pull
}

// fail errors the stream. Before the first pull it does nothing: next must return the error, too.
func (p *plug[T]) fail(err error) {
	if c := p.controller.Load(); c != nil {
		c.Error(err)
	}
}

// newReadable makes the stream of a supply. Its mark is 0: nothing is taken that nobody reads.
func newReadable[T any](s supply[T], p *plug[T]) *streams.ReadableStream[T] {
	return streams.NewReadableStream(streams.UnderlyingSource[T]{
		Pull: func(ctx context.Context, c *streams.ReadableController[T]) error {
			if p.controller.Load() == nil {
				p.controller.Store(c)
			}
			chunk, err := nextReady(ctx, s)
			// Enqueue and Close fail only if the stream has ended meanwhile; whoever ended it knows why.
			switch err {
			case nil:
				_ = c.Enqueue(chunk)
			case io.EOF:
				_ = c.Close()
			default:
				return err
			}
			return nil
		},
		Cancel: s.cancel,
	}, streams.CountQueuingStrategy[T](0))
}

// nextReady is next, waited for.
func nextReady[T any](ctx context.Context, s supply[T]) (T, error) {
	for {
		chunk, err := s.next()
		if err != errNotReady { //nolint:errorlint // it never leaves this package
			return chunk, err
		}
		if err := s.wait(ctx); err != nil {
			return chunk, err
		}
	}
}
