package transforms

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/weirstreams/weir/streams"
)

// FlatMap makes each chunk into the elements of f of it, any number of them. f must not block.
//
// It holds the elements of one slice.
func FlatMap[T, U any](f func(T) []U) *streams.TransformStream[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("FlatMap"))
	}
	return streams.TransformFunc(func(chunk T, emit func(U)) error {
		for _, element := range f(chunk) {
			emit(element)
		}
		return nil
	}, nil)
}

// FlatMapErr is [FlatMap] for a function that may block and may fail, as that of [MapErr].
//
// It holds the elements of one slice.
func FlatMapErr[T, U any](f func(ctx context.Context, chunk T) ([]U, error)) *streams.TransformStream[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("FlatMapErr"))
	}
	return streams.NewTransformStream(streams.Transformer[T, U]{
		Transform: func(ctx context.Context, chunk T, c *streams.TransformController[U]) error {
			elements, err := f(ctx, chunk)
			if err != nil {
				return err
			}
			for _, element := range elements {
				if c.Enqueue(element) != nil {
					break // the stream has ended meanwhile; whoever ended it knows why
				}
			}
			return nil
		},
	})
}

// FlatMapSeq makes each chunk into the elements of the sequence that is f of it. A sequence is run by demand, and may be
// endless. Neither f nor the sequence may block.
//
// It holds 1 sequence, and the coroutine that runs it. It costs more than [FlatMap], which is for elements that are there.
func FlatMapSeq[T, U any](f func(T) iter.Seq[U]) streams.ReadableWritablePair[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("FlatMapSeq"))
	}
	return ConcatMap(func(chunk T) *streams.ReadableStream[U] { return streams.From(f(chunk)) })
}

// ConcatMap makes each chunk into the chunks of the stream that is f of it, one stream after the other, and reads them by
// demand: f is called for a chunk when the stream before has ended and more is wanted. An error of such a stream errors the
// output and cancels the source, and an error of the source cancels the stream that is being read. f must not block; the
// stream may. [MergeMap] reads ahead, and several streams at a time.
//
// It holds 1 stream. A chunk costs about as much as one of [MapErr], and a stream some microseconds.
func ConcatMap[T, U any](f func(chunk T) *streams.ReadableStream[U]) streams.ReadableWritablePair[T, U] {
	if f == nil {
		return erroredTransform[T, U](missing("ConcatMap"))
	}
	c := new(concatenation[U])
	input := streams.NewTransformStream(streams.Transformer[T, *streams.ReadableStream[U]]{
		Transform: func(_ context.Context, chunk T, t *streams.TransformController[*streams.ReadableStream[U]]) error {
			s := f(chunk)
			if t.Enqueue(s) != nil && s != nil { // the output was cancelled while f ran
				return s.Cancel(over, streams.ErrTerminated)
			}
			return nil
		},
		Cancel: func(ctx context.Context, reason error) error {
			c.fail(reason) // does nothing if it was cancelled
			return c.current.cancel(ctx, reason)
		},
	})
	c.outer = inletOf(input.Readable())
	output := newDemand(input.Writable(), c.next, c.cancel)
	c.fail = output.fail
	return output
}

// A concatenation reads the streams that it reads from another one.
type concatenation[T any] struct {
	outer   *inlet[*streams.ReadableStream[T]]
	current inlet[T]
	fail    func(reason error) // errors the output
}

func (c *concatenation[T]) next(ctx context.Context) (T, error) {
	for {
		chunk, err := c.current.read(ctx)
		if err == nil {
			return chunk, nil
		}
		if err != io.EOF {
			c.stop(err)
			return chunk, err
		}
		s, err := c.outer.read(ctx)
		if err != nil {
			return chunk, err
		}
		if err := c.current.open(s); err != nil {
			c.stop(err)
			return chunk, err
		}
	}
}

// stop cancels the source, and does not wait for it. The output fails with the reason in any case.
func (c *concatenation[T]) stop(reason error) { _ = c.outer.cancel(over, reason) }

func (c *concatenation[T]) cancel(ctx context.Context, reason error) error {
	return errors.Join(c.current.cancel(ctx, reason), c.outer.cancel(ctx, reason))
}
