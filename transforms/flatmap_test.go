package transforms_test

import (
	"io"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A stream is made when the one before has ended and more is wanted, and is read by demand.
func TestConcatMapIsLazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inner []*probe[int]
		stage := transforms.ConcatMap(func(int) *streams.ReadableStream[int] {
			inner = append(inner, newProbe(number))
			return streams.PipeThrough(inner[len(inner)-1].stream, transforms.Take[int](2))
		})
		source := newProbe(number)
		reader := mustReader(t, streams.PipeThrough(source.stream, stage))
		for i := range 5 {
			if got, err := reader.Read(t.Context()); got != i%2 || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, i%2)
			}
			synctest.Wait()
			if want := i/2 + 1; len(inner) != want {
				t.Errorf("after %d chunks there are %d streams, want %d", i+1, len(inner), want)
			}
		}
		mustCancel(t, reader)
		synctest.Wait()
		wantError(t, inner[2].cancelled, errBoom)
		wantError(t, source.cancelled, errBoom)
	})
}

func TestConcatMapErrors(t *testing.T) {
	locked := unending()
	mustReader(t, locked)
	for name, c := range map[string]struct {
		inner *streams.ReadableStream[int]
		want  error
	}{
		"an error": {streams.Generate(func() (int, error) { return 0, errBoom }), errBoom},
		"nil":      {nil, streams.ErrInvalidArgument},
		"locked":   {locked, streams.ErrLocked},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe(number)
				stage := transforms.ConcatMap(func(int) *streams.ReadableStream[int] { return c.inner })
				_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
				wantError(t, err, c.want)
				synctest.Wait()
				wantError(t, source.cancelled, c.want)
			})
		})
	}
}

// An error of the source does not wait for the stream that is being read.
func TestConcatMapSourceFails(t *testing.T) {
	for name, isReading := range map[string]bool{"while a read waits": true, "at rest": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, inner := newRemote(t), newPausingProbe(number, 1)
				stage := transforms.ConcatMap(func(int) *streams.ReadableStream[int] { return inner.stream })
				reader := mustReader(t, streams.PipeThrough(source.stream, stage))
				source.enqueue(t, 1)
				if _, err := reader.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
				ended := make(<-chan error)
				if isReading {
					ended = readOn(t, reader)
				}
				synctest.Wait()
				source.fail()
				if isReading {
					wantError(t, <-ended, errBoom)
				}
				wantError(t, reader.Closed(t.Context()), errBoom)
				synctest.Wait()
				wantError(t, inner.cancelled, errBoom)
			})
		})
	}
}

// A stream that f returns when nobody wants it any more is cancelled.
func TestConcatMapCancelledWhileFunctionRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := newProbe(number)
		asked, answer := make(chan struct{}), make(chan struct{})
		stage := transforms.ConcatMap(func(int) *streams.ReadableStream[int] {
			close(asked)
			<-answer // a function that should not block, so that the test can do something meanwhile
			return inner.stream
		})
		reader := mustReader(t, streams.PipeThrough(newProbe(number).stream, stage))
		ended := readOn(t, reader)
		<-asked
		mustCancel(t, reader)
		close(answer)
		wantError(t, <-ended, io.EOF)
		synctest.Wait()
		if inner.cancelled == nil {
			t.Error("the stream was not cancelled")
		}
	})
}

// A sequence that is left in the middle is stopped, and one of nil is a mistake.
func TestFlatMapSeq(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := false
		endless := func(int) iter.Seq[int] {
			return func(yield func(int) bool) {
				for i := 0; yield(i); i++ {
				}
				stopped = true
			}
		}
		first := streams.Chain(transforms.FlatMapSeq(endless), transforms.Take[int](2))
		wantSlice(t, mustRun(t, first, 7), 0, 1)
		synctest.Wait()
		if !stopped {
			t.Error("the sequence was not stopped")
		}
	})
	_, err := run(transforms.FlatMapSeq(func(int) iter.Seq[int] { return nil }), 1)
	wantError(t, err, streams.ErrInvalidArgument)
}
