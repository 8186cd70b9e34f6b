package workload

import (
	"context"
	"errors"
	"io"

	"github.com/weirstreams/weir/streams"
)

// weirMap is a map stage in the plain form, which weir may run inside a burst.
func weirMap(f func(int) int) *streams.TransformStream[int, int] {
	return streams.TransformFunc(func(x int, emit func(int)) error {
		emit(f(x))
		return nil
	}, nil)
}

// weirFilter is a filter stage in the plain form.
func weirFilter(keep func(int) bool) *streams.TransformStream[int, int] {
	return streams.TransformFunc(func(x int, emit func(int)) error {
		if keep(x) {
			emit(x)
		}
		return nil
	}, nil)
}

// weirSum is a sink in the plain form that adds to sum.
func weirSum(sum *int) *streams.WritableStream[int] {
	return streams.SinkFunc(func(x int) error {
		*sum += x
		return nil
	})
}

// The same with callbacks that take a context. None of these blocks, but weir must expect it of them.

func weirSourceCtx(input []int) *streams.ReadableStream[int] {
	next := 0
	return streams.NewReadableStream(streams.UnderlyingSource[int]{
		Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
			if next == len(input) {
				return c.Close()
			}
			x := input[next]
			next++
			return c.Enqueue(x)
		},
	})
}

func weirMapCtx(f func(int) int) *streams.TransformStream[int, int] {
	return streams.NewTransformStream(streams.Transformer[int, int]{
		Transform: func(_ context.Context, x int, c *streams.TransformController[int]) error {
			return c.Enqueue(f(x))
		},
	})
}

func weirFilterCtx(keep func(int) bool) *streams.TransformStream[int, int] {
	return streams.NewTransformStream(streams.Transformer[int, int]{
		Transform: func(_ context.Context, x int, c *streams.TransformController[int]) error {
			if !keep(x) {
				return nil
			}
			return c.Enqueue(x)
		},
	})
}

func weirSumCtx(sum *int, highWaterMark int) *streams.WritableStream[int] {
	return streams.NewWritableStream(streams.UnderlyingSink[int]{
		Write: func(_ context.Context, x int, _ *streams.WritableController[int]) error {
			*sum += x
			return nil
		},
	}, streams.CountQueuingStrategy[int](highWaterMark))
}

// weirPushSource has a goroutine that enqueues while there is room. Pull lets it, and lasts until the queue is full.
func weirPushSource(input []int, mark int) *streams.ReadableStream[int] {
	wanted, full := make(chan struct{}), make(chan struct{})
	produce := func(ctx context.Context, c *streams.ReadableController[int]) {
		for receive(ctx, wanted) {
			for len(input) > 0 && hasRoom(c) {
				if err := c.Enqueue(input[0]); err != nil {
					return // the stream has ended, and whoever ended it knows why
				}
				input = input[1:]
			}
			if len(input) == 0 {
				_ = c.Close() // it fails only if the stream has ended otherwise
			}
			if !send(ctx, full) {
				return
			}
		}
	}
	return streams.NewReadableStream(streams.UnderlyingSource[int]{
		Start: func(ctx context.Context, c *streams.ReadableController[int]) error {
			go produce(ctx, c)
			return nil
		},
		Pull: func(ctx context.Context, _ *streams.ReadableController[int]) error {
			if send(ctx, wanted) {
				receive(ctx, full)
			}
			return nil
		},
	}, streams.CountQueuingStrategy[int](mark))
}

func hasRoom(c *streams.ReadableController[int]) bool {
	n, ok := c.DesiredSize()
	return ok && n > 0
}

// send tells whoever receives, and returns false if ctx ended first.
func send(ctx context.Context, to chan<- struct{}) bool {
	select {
	case to <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive waits to be told, and returns false if ctx ended first.
func receive(ctx context.Context, from <-chan struct{}) bool {
	select {
	case <-from:
		return true
	case <-ctx.Done():
		return false
	}
}

// weirWriteAll writes the input and closes the stream, or aborts it with the error that stopped it.
func weirWriteAll(ctx context.Context, s *streams.WritableStream[int], input []int) error {
	writer, err := s.GetWriter()
	if err != nil {
		return err
	}
	for _, x := range input {
		if err := writer.Write(ctx, x); err != nil {
			return errors.Join(err, writer.Abort(ctx, err))
		}
	}
	return writer.Close(ctx)
}

// weirReadAll reads to the end and returns the sum, or cancels the stream with the error that stopped it.
func weirReadAll(ctx context.Context, s *streams.ReadableStream[int]) (int, error) {
	reader, err := s.GetReader()
	if err != nil {
		return 0, err
	}
	sum := 0
	for {
		x, err := reader.Read(ctx)
		if err == io.EOF {
			return sum, nil
		}
		if err != nil {
			return sum, errors.Join(err, reader.Cancel(ctx, err))
		}
		sum += x
	}
}
