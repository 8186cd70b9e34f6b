package transforms_test

import (
	"context"
	"io"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

const windowPeriod = 100 * time.Millisecond

func tumblingStreams(most int) windowStreams {
	return transforms.TumblingWindowStreams[int](windowPeriod, most)
}

func sessionStreams(most int) windowStreams {
	return transforms.SessionWindowStreams[int](windowPeriod, most)
}

// collected reads the windows one after the other.
func collected(stage func(most int) windowStreams, most int) func() pair[int, []int] {
	return func() pair[int, []int] {
		return streams.Chain(stage(most), transforms.MapErr(
			func(ctx context.Context, w *streams.ReadableStream[int]) ([]int, error) { return w.Collect(ctx) }))
	}
}

func TestWindowStreamsTimes(t *testing.T) {
	times := []int{0, 40, 60, 150, 420, 499}
	wantTimeline(t, collected(tumblingStreams, 10), source(550, times...),
		stamped[[]int]{100, []int{0, 1, 2}}, stamped[[]int]{200, []int{3}}, stamped[[]int]{500, []int{4, 5}})
	wantTimeline(t, collected(tumblingStreams, 2), source(550, times...),
		stamped[[]int]{40, []int{0, 1}}, stamped[[]int]{100, []int{2}}, stamped[[]int]{200, []int{3}},
		stamped[[]int]{499, []int{4, 5}})
	wantTimeline(t, collected(tumblingStreams, 1), source(60, 0, 40), stamped[[]int]{0, []int{0}}, stamped[[]int]{40, []int{1}})
	wantTimeline(t, collected(sessionStreams, 10), source(550, times...),
		stamped[[]int]{250, []int{0, 1, 2, 3}}, stamped[[]int]{550, []int{4, 5}})
	wantTimeline(t, collected(sessionStreams, 3), source(550, times...),
		stamped[[]int]{60, []int{0, 1, 2}}, stamped[[]int]{250, []int{3}}, stamped[[]int]{550, []int{4, 5}})
}

// testWindowStreams runs a test in a bubble for each kind, with a reader of the windows of an endless source.
func testWindowStreams(
	t *testing.T, test func(t *testing.T, source *probe[int], windows *streams.DefaultReader[*streams.ReadableStream[int]]),
) {
	for name, stage := range map[string]func(most int) windowStreams{"tumbling": tumblingStreams, "session": sessionStreams} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe(number)
				windows := mustReader(t, streams.PipeThrough(source.stream, stage(streams.Unbounded)))
				test(t, source, windows)
				mustCancel(t, windows)
			})
		})
	}
}

func mustRead[T any](t *testing.T, reader *streams.DefaultReader[T]) T {
	t.Helper()
	chunk, err := reader.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return chunk
}

// Nothing is taken that nobody reads.
func TestWindowStreamsWait(t *testing.T) {
	testWindowStreams(t, func(t *testing.T, source *probe[int], windows *streams.DefaultReader[*streams.ReadableStream[int]]) {
		wantTaken := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if source.taken != want {
				t.Errorf("%s %d chunks were taken, want %d", when, source.taken, want)
			}
		}
		wantTaken("at the start", 1)
		window := mustReader(t, mustRead(t, windows))
		wantTaken("with a window", 2)
		for i := range 3 {
			if got := mustRead(t, window); got != i {
				t.Errorf("got %d, want %d", got, i)
			}
			wantTaken("after a read", 2+i)
			pause(windowPeriod / 10)
		}
		next := readLater(t, windows)
		synctest.Wait()
		if isOver(next) {
			t.Error("there is another window already")
		}
		wantError(t, <-next, nil)
		if _, err := window.Read(t.Context()); err != io.EOF {
			t.Errorf("after the window: %v, want the end", err)
		}
		wantTaken("with the next window", 5)
	})
}

// A window that nobody reads is over with its time, and keeps its first chunk.
func TestWindowStreamsUnread(t *testing.T) {
	testWindowStreams(t, func(t *testing.T, source *probe[int], windows *streams.DefaultReader[*streams.ReadableStream[int]]) {
		var unread []*streams.ReadableStream[int]
		start := time.Now()
		for i := range 3 {
			unread = append(unread, mustRead(t, windows))
			if took := time.Since(start); took != time.Duration(i)*windowPeriod {
				t.Errorf("window %d came after %v", i, took)
			}
		}
		pause(2 * windowPeriod)
		for i, window := range unread {
			got, err := window.Collect(t.Context())
			wantError(t, err, nil)
			wantSlice(t, got, i)
		}
		if source.taken != 4 {
			t.Errorf("%d chunks were taken", source.taken)
		}
	})
}

// The rest of a window that was cancelled is dropped.
func TestWindowStreamsCancelled(t *testing.T) {
	for name, c := range map[string]struct {
		stage func(most int) windowStreams
		most  int
		want  []stamped[int]
	}{
		"tumbling":      {tumblingStreams, 10, []stamped[int]{{0, 0}, {150, 3}, {420, 4}, {500, 5}}},
		"tumbling of 2": {tumblingStreams, 2, []stamped[int]{{0, 0}, {60, 2}, {150, 3}, {420, 4}, {500, 5}}},
		"session":       {sessionStreams, 10, []stamped[int]{{0, 0}, {420, 4}}},
	} {
		t.Run(name, func(t *testing.T) {
			first := func() pair[int, int] {
				return streams.Chain(c.stage(c.most), transforms.ConcatMap(
					func(w *streams.ReadableStream[int]) *streams.ReadableStream[int] {
						return streams.PipeThrough(w, transforms.First[int]())
					}))
			}
			wantTimeline(t, first, source(550, 0, 40, 60, 150, 420, 500), c.want...)
		})
	}
}

// A window that is cancelled while a read waits for its next chunk loses no chunk of the next one.
func TestWindowStreamsCancelledWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		windows := mustReader(t, streams.PipeThrough(at(1000, 0, 500, 510), sessionStreams(10)))
		window := mustReader(t, mustRead(t, windows))
		mustRead(t, window)
		read := readLater(t, window)
		synctest.Wait()
		mustCancel(t, window)
		wantError(t, <-read, io.EOF)
		got, err := mustRead(t, windows).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 1, 2)
		pause(time.Second)
	})
}

// An error of the input errors the window that is open, whether it is read or not, and nothing of those before.
func TestWindowStreamsError(t *testing.T) {
	for _, reads := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			stage := tumblingStreams(2)
			writer, err := stage.Writable().GetWriter()
			wantError(t, err, nil)
			for i := range 3 {
				writer.WriteAsync(i)
			}
			windows := mustReader(t, stage.Readable())
			whole := mustRead(t, windows)
			got, err := whole.Collect(t.Context())
			wantError(t, err, nil)
			wantSlice(t, got, 0, 1)
			broken := mustReader(t, mustRead(t, windows))
			var read <-chan error
			if reads {
				mustRead(t, broken)
				read = readLater(t, broken)
				synctest.Wait()
			}
			wantError(t, writer.Abort(t.Context(), errBoom), nil)
			synctest.Wait()
			wantError(t, broken.Closed(ended(t)), errBoom)
			wantError(t, windows.Closed(ended(t)), errBoom)
			if reads {
				wantError(t, <-read, errBoom)
			}
			pause(time.Second) // its timer
		})
	}
}

// Cancelling the windows reaches the source, and the window that is open.
func TestWindowStreamsCancelAll(t *testing.T) {
	testWindowStreams(t, func(t *testing.T, source *probe[int], windows *streams.DefaultReader[*streams.ReadableStream[int]]) {
		window := mustReader(t, mustRead(t, windows))
		mustCancel(t, windows)
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
		wantError(t, window.Closed(t.Context()), errBoom)
	})
}

// With no time to tell them apart, windows are slices of so many.
func TestWindowStreamsOfMany(t *testing.T) {
	const n = 1000
	input := inputs(number, n)
	for _, most := range []int{1, 2, 7, n, streams.Unbounded} {
		synctest.Test(t, func(t *testing.T) {
			got, err := run(collected(tumblingStreams, most)(), input...)
			wantError(t, err, nil)
			if want := slices.Collect(slices.Chunk(input, most)); !reflect.DeepEqual(got, want) {
				t.Errorf("windows of %d: got %v", most, got)
			}
		})
	}
}

// When a pipe's context ends, a stage learns of it from its own context first, and of the cancel later if that takes a while
// downstream. What it makes of the first must not keep the second from its source.
func TestWindowStreamsToldOfEndFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		slow := streams.NewTransformStream(streams.Transformer[*streams.ReadableStream[int], int]{
			Transform: func(context.Context, *streams.ReadableStream[int], *streams.TransformController[int]) error {
				return nil
			},
			Cancel: func(context.Context, error) error {
				pause(windowPeriod / 10)
				return nil
			},
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		piped := make(chan error, 1)
		windows := streams.PipeThrough(source.stream, tumblingStreams(10))
		go func() { piped <- streams.PipeThrough(windows, slow).PipeTo(ctx, transforms.Discard[int]()) }()
		synctest.Wait()
		cancel(errBoom)
		wantError(t, <-piped, errBoom)
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
	})
}
