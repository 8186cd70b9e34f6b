package transforms_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func catching(replacement *streams.ReadableStream[int]) pair[int, int] {
	return transforms.Catch(func(error) *streams.ReadableStream[int] { return replacement })
}

func TestCatch(t *testing.T) {
	errOther := errors.New("other")
	locked := unending()
	mustReader(t, locked)
	for name, c := range map[string]struct {
		replacement *streams.ReadableStream[int]
		want        []int
		err         error
	}{
		"a stream":          {streams.FromSlice([]int{3, 4}), []int{1, 2, 3, 4}, nil},
		"an empty one":      {streams.FromSlice[int](nil), []int{1, 2}, nil},
		"one that fails":    {streams.PipeThrough(failAfter(3), rename(errOther)), []int{1, 2, 3}, errOther},
		"nil":               {nil, []int{1, 2}, streams.ErrInvalidArgument},
		"one that is taken": {locked, []int{1, 2}, streams.ErrLocked},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := streams.PipeThrough(failAfter(1, 2), catching(c.replacement)).Collect(t.Context())
			wantSlice(t, got, c.want...)
			wantError(t, err, c.err)
		})
	}
}

// rename makes a stage that fails with err when its source fails.
func rename(err error) pair[int, int] {
	return catching(streams.Generate(func() (int, error) { return 0, err }))
}

func TestCatchIsAskedForTheError(t *testing.T) {
	var caught error
	stage := transforms.OnErrorReturn(func(err error) int {
		caught = err
		return -1
	})
	source := streams.Generate(func() (int, error) { return 0, errBoom })
	got, err := streams.PipeThrough(source, stage).Collect(t.Context())
	wantSlice(t, got, -1)
	wantError(t, err, nil)
	if caught != errBoom { //nolint:errorlint // the very error
		t.Errorf("got the error %v", caught)
	}
}

// A cancel reaches the stream that is being read, and one that comes after it.
func TestCancelReachesReplacement(t *testing.T) {
	t.Run("while it is read", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			replacement := newPausingProbe(number, 1)
			reader := mustReader(t, streams.PipeThrough(failAfter(), catching(replacement.stream)))
			ended := readOn(t, reader)
			synctest.Wait()
			mustCancel(t, reader)
			wantError(t, <-ended, io.EOF)
			wantError(t, replacement.cancelled, errBoom)
		})
	})
	t.Run("before it is there", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			replacement := newProbe(number)
			asked, go_ := make(chan struct{}), make(chan struct{})
			stage := transforms.Catch(func(error) *streams.ReadableStream[int] {
				close(asked)
				<-go_ // a function that should not block, so that the test can do something meanwhile
				return replacement.stream
			})
			reader := mustReader(t, streams.PipeThrough(failAfter(), stage))
			ended := readOn(t, reader)
			<-asked
			over, cancel := context.WithCancel(t.Context())
			cancel()
			_ = reader.Cancel(over, errBoom) // the stream it reads has failed, which it says
			close(go_)
			wantError(t, <-ended, io.EOF)
			synctest.Wait()
			wantError(t, replacement.cancelled, errBoom)
		})
	})
}

func TestMaterialize(t *testing.T) {
	got := mustRun(t, transforms.Materialize[int](), 1)
	wantSlice(t, got, notification{Value: 1}, notification{Err: io.EOF})

	got, err := streams.PipeThrough(streams.Generate(func() (int, error) { return 0, errBoom }), transforms.Materialize[int]()).
		Collect(t.Context())
	wantSlice(t, got, notification{Err: errBoom})
	wantError(t, err, nil)

	back, err := run(transforms.Dematerialize[int](), notification{Value: 1}, notification{Err: errBoom}, notification{Value: 2})
	wantSlice(t, back, 1)
	wantError(t, err, errBoom)
}

// The notification of an end ends the source, which may go on.
func TestDematerializeStopsTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(func(i int) transforms.Notification[int] {
			if i == 2 {
				return transforms.Notification[int]{Err: io.EOF}
			}
			return transforms.Notification[int]{Value: i}
		})
		got, err := streams.PipeThrough(source.stream, transforms.Dematerialize[int]()).Collect(t.Context())
		wantSlice(t, got, 0, 1)
		wantError(t, err, nil)
		synctest.Wait()
		wantError(t, source.cancelled, streams.ErrTerminated)
	})
}
