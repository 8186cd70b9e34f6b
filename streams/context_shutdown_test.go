package streams_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// TestContextEndsPipeThatIsEnding ends the context when the source has ended, but the sink hangs in its last callback.
func TestContextEndsPipeThatIsEnding(t *testing.T) {
	last := func(end error) streams.UnderlyingSource[int] {
		return streams.UnderlyingSource[int]{
			Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
				if end == nil {
					return errors.Join(c.Enqueue(1), c.Close())
				}
				return errors.Join(c.Enqueue(1), end)
			},
		}
	}
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	inWrite := streams.UnderlyingSink[int]{
		Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error { return hang(ctx) },
	}
	inClose := streams.UnderlyingSink[int]{Close: hang}
	for name, test := range map[string]struct {
		source streams.UnderlyingSource[int]
		sink   streams.UnderlyingSink[int]
		want   error
	}{
		"closed, in Write":  {last(nil), inWrite, errTrial},
		"closed, in Close":  {last(nil), inClose, errTrial},
		"errored, in Write": {last(errPending), inWrite, errPending},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := streams.NewReadableStream(test.source, streams.CountQueuingStrategy[int](0))
				ctx, cancel := context.WithCancelCause(t.Context())
				piped := beginError(func() error { return source.PipeTo(ctx, streams.NewWritableStream(test.sink)) })
				synctest.Wait()
				piped.wantPending(t)
				cancel(errTrial)
				synctest.Wait()
				piped.wantError(t, test.want)
			})
		})
	}
}

// TestContextEndsCircle pipes a transform stream into itself.
func TestContextEndsCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		circle := streams.NewTransformStream(streams.Transformer[int, int]{})
		piped := beginError(func() error { return circle.Readable().PipeTo(ctx, circle.Writable()) })
		synctest.Wait()
		cancel(errTrial)
		synctest.Wait()
		piped.wantError(t, errTrial)
	})
}
