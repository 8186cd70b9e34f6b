package bench

import (
	"context"

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
