package transforms

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// Retry is a source that gives what the stream gives that open returns, and opens another one when that fails, or when open
// does, after a pause. What came before the failure is not given again: open decides where the next stream begins, and may
// look at variables of its own for that, as its calls do not overlap. The first chunk of a stream is a success, after
// which the pauses begin anew. When it gives up, the stream is errored with the last error.
//
// open is called when the consumer first reads. Its context ends when the consumer cancels, as the pauses do; the stream
// that is open then is cancelled. A nil open makes a stream that is errored with streams.ErrInvalidArgument, negative
// options one that is errored with streams.ErrRange.
//
// When the consumer is slow, nothing is read. Nothing is held. While a read waits, a goroutine does.
func Retry[T any](open func(ctx context.Context) (*streams.ReadableStream[T], error), options ...RetryOptions) *streams.ReadableStream[T] {
	return reopened("Retry", open, options, false)
}

// Restart is [Retry] for a source that should never end: it also opens another stream when one has ended, which counts as
// a failure if it has given nothing. RetryOptions.Retryable is asked with io.EOF then; if it says no, the stream ends.
//
// When the consumer is slow, nothing is read. Nothing is held. While a read waits, a goroutine does.
func Restart[T any](open func(ctx context.Context) (*streams.ReadableStream[T], error), options ...RetryOptions) *streams.ReadableStream[T] {
	return reopened("Restart", open, options, true)
}

func reopened[T any](operator string, open func(ctx context.Context) (*streams.ReadableStream[T], error), given []RetryOptions, endless bool) *streams.ReadableStream[T] {
	options, err := checkRetryOptions(given)
	if open == nil {
		err = missing(operator)
	}
	if err != nil {
		return erroredTransform[T, T](err).Readable()
	}
	s := &reopening[T]{open: open, tries: tries{options: options}, endless: endless}
	return streams.NewReadableStream(streams.UnderlyingSource[T]{Pull: s.pull, Cancel: s.cancel},
		streams.CountQueuingStrategy[T](0))
}

// A reopening is the source of Retry and Restart.
type reopening[T any] struct {
	open    func(ctx context.Context) (*streams.ReadableStream[T], error) // immutable
	endless bool                                                          // immutable

	tries tries // used by pull

	mu        sync.Mutex                // guards following fields
	reader    *streams.DefaultReader[T] // of the stream that is open; nil if none is
	cancelled error                     // the reason
}

func (s *reopening[T]) pull(ctx context.Context, c *streams.ReadableController[T]) error {
	for {
		chunk, err := s.read(ctx)
		switch {
		case err == nil:
			s.tries.succeeded()
			_ = c.Enqueue(chunk) // it fails only if the stream has ended meanwhile
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == io.EOF && !s.endless:
			_ = c.Close() // as above
			return nil
		}
		switch err := s.tries.wait(ctx, err); err {
		case nil:
		case io.EOF: // which is not to be retried
			_ = c.Close() // as above
			return nil
		default:
			return err
		}
	}
}

// read reads a chunk of the stream that is open, or of one that it opens. After an error none is open.
func (s *reopening[T]) read(ctx context.Context) (chunk T, err error) {
	s.mu.Lock()
	reader := s.reader
	s.mu.Unlock()
	if reader == nil {
		if reader, err = s.openNext(ctx); err != nil {
			return chunk, err
		}
	}
	chunk, err = reader.Read(ctx)
	if err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.reader = nil
		s.mu.Unlock()
	}
	return chunk, err
}

func (s *reopening[T]) openNext(ctx context.Context) (*streams.DefaultReader[T], error) {
	stream, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	if stream == nil {
		return nil, fmt.Errorf("%w: open returned neither a stream nor an error", streams.ErrInvalidArgument)
	}
	reader, err := stream.GetReader()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.reader = reader
	cancelled := s.cancelled
	s.mu.Unlock()
	if cancelled != nil {
		_ = reader.Cancel(over, cancelled) // it only says that it did not wait
		return nil, cancelled
	}
	return reader, nil
}

func (s *reopening[T]) cancel(ctx context.Context, reason error) error {
	s.mu.Lock()
	s.cancelled = reason
	reader := s.reader
	s.mu.Unlock()
	if reader == nil {
		return nil
	}
	return reader.Cancel(ctx, reason)
}
