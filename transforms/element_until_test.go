package transforms_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A remote is a stream that gives a chunk, ends or fails when it is told to.
type remote struct {
	*probe[int]
	controller *streams.ReadableController[int]
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	r := &remote{probe: new(probe[int])}
	r.stream = streams.NewReadableStream(streams.UnderlyingSource[int]{
		Start: func(_ context.Context, c *streams.ReadableController[int]) error {
			r.controller = c
			return nil
		},
		Cancel: func(_ context.Context, reason error) error {
			r.cancelled = reason
			return nil
		},
	})
	synctest.Wait()
	return r
}

func (r *remote) enqueue(t *testing.T, chunk int) {
	t.Helper()
	if err := r.controller.Enqueue(chunk); err != nil {
		t.Error(err)
	}
	synctest.Wait()
}

func (r *remote) close(t *testing.T) {
	t.Helper()
	if err := r.controller.Close(); err != nil {
		t.Error(err)
	}
	synctest.Wait()
}

func (r *remote) fail() {
	r.controller.Error(errBoom)
	synctest.Wait()
}

// isOver reports whether the read has ended.
func isOver(read <-chan error) bool {
	synctest.Wait()
	return len(read) > 0
}

func TestTakeUntil(t *testing.T) {
	for name, c := range map[string]struct {
		tell         func(t *testing.T, notifier *remote)
		ends         bool
		want         error // of the stream
		notCancelled bool  // the notifier has ended by itself
	}{
		"a chunk":  {func(t *testing.T, n *remote) { n.enqueue(t, 0) }, true, nil, false},
		"its end":  {func(t *testing.T, n *remote) { n.close(t) }, false, nil, true},
		"an error": {func(_ *testing.T, n *remote) { n.fail() }, true, errBoom, true},
		"nothing":  {func(*testing.T, *remote) {}, false, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, notifier := newRemote(t), newRemote(t)
				output := streams.PipeThrough(source.stream, transforms.TakeUntil[int](notifier.stream))
				var got []int
				ended := make(chan error, 1)
				go func() {
					var err error
					got, err = output.Collect(t.Context())
					ended <- err
				}()
				source.enqueue(t, 1)
				c.tell(t, notifier)
				if isOver(ended) != c.ends {
					t.Errorf("ended is %v, want %v", !c.ends, c.ends)
				}
				if !c.ends {
					source.enqueue(t, 2)
					source.close(t)
				}
				wantError(t, <-ended, c.want)
				if c.ends {
					wantSlice(t, got, 1)
				} else {
					wantSlice(t, got, 1, 2)
				}
				synctest.Wait()
				if (source.cancelled != nil) != c.ends {
					t.Errorf("the source was cancelled with %v", source.cancelled)
				}
				if (notifier.cancelled == nil) != c.notCancelled {
					t.Errorf("the notifier was cancelled with %v", notifier.cancelled)
				}
			})
		})
	}
}

func TestSkipUntil(t *testing.T) {
	for name, c := range map[string]struct {
		tell func(t *testing.T, notifier *remote)
		want []int
		err  error
	}{
		"a chunk":  {func(t *testing.T, n *remote) { n.enqueue(t, 0) }, []int{2}, nil},
		"its end":  {func(t *testing.T, n *remote) { n.close(t) }, nil, nil},
		"an error": {func(_ *testing.T, n *remote) { n.fail() }, nil, errBoom},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, notifier := newRemote(t), newRemote(t)
				output := streams.PipeThrough(source.stream, transforms.SkipUntil[int](notifier.stream))
				var got []int
				ended := make(chan error, 1)
				go func() {
					var err error
					got, err = output.Collect(t.Context())
					ended <- err
				}()
				source.enqueue(t, 1)
				c.tell(t, notifier)
				if c.err == nil {
					source.enqueue(t, 2)
					source.close(t)
				}
				wantError(t, <-ended, c.err)
				wantSlice(t, got, c.want...)
			})
		})
	}
}

// However the stage ends, the notifier is not wanted any more.
func TestNotifierIsCancelled(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, source *remote, reader *streams.DefaultReader[int]){
		"end":    func(t *testing.T, source *remote, _ *streams.DefaultReader[int]) { source.close(t) },
		"error":  func(_ *testing.T, source *remote, _ *streams.DefaultReader[int]) { source.fail() },
		"cancel": func(t *testing.T, _ *remote, reader *streams.DefaultReader[int]) { mustCancel(t, reader) },
	} {
		for operator, make := range map[string]func(*streams.ReadableStream[int]) pair[int, int]{
			"TakeUntil": func(n *streams.ReadableStream[int]) pair[int, int] { return transforms.TakeUntil[int](n) },
			"SkipUntil": func(n *streams.ReadableStream[int]) pair[int, int] { return transforms.SkipUntil[int](n) },
		} {
			t.Run(operator+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					source, notifier := newRemote(t), newRemote(t)
					reader := mustReader(t, streams.PipeThrough(source.stream, make(notifier.stream)))
					synctest.Wait()
					end(t, source, reader)
					synctest.Wait()
					if notifier.cancelled == nil {
						t.Error("the notifier was not cancelled")
					}
				})
			})
		}
	}
}

func TestLockedNotifier(t *testing.T) {
	locked := unending()
	mustReader(t, locked)
	for name, stage := range map[string]pair[int, int]{
		"TakeUntil": transforms.TakeUntil[int](locked),
		"SkipUntil": transforms.SkipUntil[int](locked),
	} {
		if _, err := run(stage, 1); !errors.Is(err, streams.ErrLocked) {
			t.Errorf("%s: got the error %v", name, err)
		}
	}
}
