package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// ToChan is a writable stream that sends its chunks on ch, and closes ch when it ends: when it is closed, and also when it
// is aborted, which the receiver cannot tell apart; the error is what PipeTo returns. Nobody else may close ch.
//
// When the receiver is slow, the producer waits: one chunk is being sent (the mark is 1). Aborting the stream, or ending
// the context of its PipeTo, ends that. A nil ch makes a stream that is errored with streams.ErrInvalidArgument.
func ToChan[T any](ch chan<- T) *streams.WritableStream[T] {
	if ch == nil {
		return erroredWritable[T](missing("ToChan"))
	}
	return streams.NewWritableStream(streams.UnderlyingSink[T]{
		Write: func(ctx context.Context, chunk T, _ *streams.WritableController[T]) error {
			select {
			case ch <- chunk:
				return nil
			case <-ctx.Done():
				// Not an error of the sink, so that its Abort is called.
				return nil
			}
		},
		Close: func(context.Context) error { close(ch); return nil },
		Abort: func(context.Context, error) error { close(ch); return nil },
	})
}
