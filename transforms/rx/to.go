package rx

import (
	"context"
	"fmt"
	"io"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

// ToObservable makes an observable of a stream. It is for one observer, which locks the stream and reads a chunk when the
// one before it has been taken; nothing is read before, but one. A second observer while the first is at it gets an item
// with streams.ErrLocked. An error of the stream is an item with that error, the last one.
//
// When the context of the observable ends (rxgo.WithContext, among options or those of Observe), the stream is cancelled
// with its cause. An observer that just stops reading, as Take does, leaves the goroutine that reads the stream behind
// until then. A nil stream makes an observable of streams.ErrInvalidArgument.
func ToObservable[T any](s *streams.ReadableStream[T], options ...rxgo.Option) rxgo.Observable {
	if s == nil {
		return rxgo.Thrown(fmt.Errorf("%w: ToObservable(nil)", streams.ErrInvalidArgument))
	}
	produce := func(ctx context.Context, items chan<- rxgo.Item) { feed(ctx, s, items) }
	return rxgo.Defer([]rxgo.Producer{produce}, options...)
}

// feed sends the chunks of a stream as items, until the stream or ctx ends.
func feed[T any](ctx context.Context, s *streams.ReadableStream[T], items chan<- rxgo.Item) {
	reader, err := s.GetReader()
	if err != nil {
		rxgo.Error(err).SendContext(ctx, items)
		return
	}
	defer reader.ReleaseLock()
	for {
		chunk, err := reader.Read(ctx)
		switch {
		case ctx.Err() != nil:
			_ = reader.Cancel(ctx, context.Cause(ctx)) // it only says that it did not wait
			return
		case err == nil:
			rxgo.Of(chunk).SendContext(ctx, items)
		case err == io.EOF:
			return
		default:
			rxgo.Error(err).SendContext(ctx, items)
			return
		}
	}
}
