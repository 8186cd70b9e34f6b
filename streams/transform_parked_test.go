package streams_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// TestWriteGoesOnAfterBackpressure: a write that waited for backpressure to end is transformed once it has ended, though
// the sink's callback brings it about again before the write goes on (TransformStreamDefaultSinkWriteAlgorithm).
func TestWriteGoesOnAfterBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var transformed []int
		var controller *streams.TransformController[int]
		ts := streams.NewTransformStream(streams.Transformer[int, int]{
			Start: func(_ context.Context, c *streams.TransformController[int]) error {
				controller = c
				return nil
			},
			Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
				transformed = append(transformed, chunk)
				return c.Enqueue(chunk * 100)
			},
		}, streams.WithReadableStrategy(streams.QueuingStrategy[int]{HighWaterMark: 1}))
		synctest.Wait()
		ctx := t.Context()
		done := make(chan error, 2)
		go func() { done <- streams.FromSlice([]int{1, 2, 3, 4, 5}).PipeTo(ctx, ts.Writable()) }()
		synctest.Wait()
		hold := make(chan struct{})
		first := true
		sink := streams.NewWritableStream(streams.UnderlyingSink[int]{
			Write: func(context.Context, int, *streams.WritableController[int]) error {
				if first {
					first = false
					if err := controller.Enqueue(7000); err != nil {
						return err
					}
					<-hold
				}
				return nil
			},
		})
		go func() { done <- ts.Readable().PipeTo(ctx, sink) }()
		synctest.Wait()
		if !slices.Equal(transformed, []int{1, 2}) {
			t.Errorf("transformed %v, want [1 2]", transformed)
		}
		close(hold)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
