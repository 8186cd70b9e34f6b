package transforms_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestFinalize(t *testing.T) {
	for name, c := range map[string]struct {
		source *streams.ReadableStream[int]
		use    func(t *testing.T, s *streams.ReadableStream[int]) error
		want   error
	}{
		"end":    {streams.FromSlice([]int{1}), collect, nil},
		"error":  {streams.Generate(func() (int, error) { return 0, errBoom }), collect, errBoom},
		"cancel": {unending(), func(t *testing.T, s *streams.ReadableStream[int]) error { return s.Cancel(t.Context(), errBoom) }, errBoom},
		"stop": {streams.FromSlice([]int{1, 2}), func(t *testing.T, s *streams.ReadableStream[int]) error {
			return collect(t, streams.PipeThrough(s, transforms.First[int]()))
		}, streams.ErrTerminated},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				stage := transforms.Finalize[int](func(_ context.Context, reason error) error {
					calls++
					wantError(t, reason, c.want)
					return nil
				})
				err := c.use(t, streams.PipeThrough(c.source, stage))
				synctest.Wait()
				if calls != 1 {
					t.Errorf("%d calls", calls)
				}
				if name == "error" {
					wantError(t, err, errBoom)
				} else {
					wantError(t, err, nil)
				}
			})
		})
	}
}

func collect(t *testing.T, s *streams.ReadableStream[int]) error {
	_, err := s.Collect(t.Context())
	return err
}

// Whoever sees the end knows that done has returned.
func TestFinalizeComesBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		stage := transforms.Finalize[int](func(context.Context, error) error {
			<-done
			return nil
		})
		reader := mustReader(t, streams.PipeThrough(streams.FromSlice([]int{}), stage))
		read := readLater(t, reader)
		if isOver(read) {
			t.Error("the end came first")
		}
		close(done)
		wantError(t, <-read, io.EOF)
	})
}
