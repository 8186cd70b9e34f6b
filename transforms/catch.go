package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// Catch passes on its input. If that fails, it calls replace with the error, and passes on the stream it returns in place
// of the error. An error of that stream is one of the output. replace must not block; the stream may.
//
// It costs as much as [MapErr].
func Catch[T any](replace func(err error) *streams.ReadableStream[T]) streams.ReadableWritablePair[T, T] {
	if replace == nil {
		return erroredTransform[T, T](missing("Catch"))
	}
	input := identity[T]()
	in := inletOf(input.Readable())
	caught := false
	return newDemand(input.Writable(), func(ctx context.Context) (T, error) {
		chunk, err := in.read(ctx)
		if err == nil || err == io.EOF || caught || ctx.Err() != nil {
			return chunk, err
		}
		caught = true
		if err := in.open(replace(err)); err != nil {
			return chunk, err
		}
		return in.read(ctx)
	}, in.cancel)
}

// OnErrorReturn passes on its input. If that fails, it passes on what value makes of the error, and ends. value must not
// block.
//
// It costs as much as [MapErr].
func OnErrorReturn[T any](value func(err error) T) streams.ReadableWritablePair[T, T] {
	if value == nil {
		return erroredTransform[T, T](missing("OnErrorReturn"))
	}
	return Catch(func(err error) *streams.ReadableStream[T] { return streams.FromSlice([]T{value(err)}) })
}
