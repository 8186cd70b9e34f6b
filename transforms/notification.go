package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// A Notification is what happens in a stream: a chunk, its end or its error.
type Notification[T any] struct {
	Value T     // the chunk, if Err is nil
	Err   error // io.EOF at the end of the stream
}

// Materialize passes on each chunk as a [Notification], and the end or the error of its input as one more, after which the
// output ends.
//
// It costs as much as [MapErr].
func Materialize[T any]() streams.ReadableWritablePair[T, Notification[T]] {
	input := identity[T]()
	in := inletOf(input.Readable())
	ended := false
	return newDemand(input.Writable(), func(ctx context.Context) (Notification[T], error) {
		if ended {
			return Notification[T]{}, io.EOF
		}
		chunk, err := in.read(ctx)
		ended = err != nil
		return Notification[T]{Value: chunk, Err: err}, nil
	}, in.cancel)
}

// Dematerialize is the inverse of [Materialize]: it passes on the chunks of its input, and ends or fails as the first
// Notification of that kind says. The source is cancelled then. It ends, too, when its input does.
func Dematerialize[T any]() *streams.TransformStream[Notification[T], T] {
	return streams.TransformFunc(func(n Notification[T], emit func(T)) error {
		switch n.Err {
		case nil:
			emit(n.Value)
			return nil
		case io.EOF:
			return streams.ErrTerminated
		default:
			return n.Err
		}
	}, nil)
}
