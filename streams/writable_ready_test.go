package streams_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A box is a ReadySink with room for so many chunks, that records what is called.
type box struct {
	events
	room       int
	controller *streams.ReadySinkController[int]
}

func (b *box) sink() streams.ReadySink[int] {
	return streams.ReadySink[int]{
		Start: func(c *streams.ReadySinkController[int]) { b.controller = c },
		Write: func(chunk int) error {
			if b.room == 0 {
				return streams.ErrNotReady
			}
			b.room--
			b.add("write %d", chunk)
			return nil
		},
		Close: func(context.Context) error { b.add("close"); return nil },
		Abort: func(_ context.Context, reason error) error { b.add("abort %v", reason); return nil },
	}
}

// A chunk that there is no room for waits, and what comes after it, without a goroutine.
func TestToReadyWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &box{room: 1}
		w := getWriter(t, streams.ToReady(b.sink(), streams.CountQueuingStrategy[int](2)))
		results := []*streams.WriteResult{w.WriteAsync(1), w.WriteAsync(2), w.WriteAsync(3)}
		b.want(t, "write 1")
		wantAll(t, errPending, w.Ready, results[1].Wait)
		b.controller.Ready() // for nothing
		b.room = 1
		b.controller.Ready()
		b.want(t, "write 1", "write 2")
		wantAll(t, nil, w.Ready, results[1].Wait)
		closed := beginCall(w.Close)
		closed.wantPending(t)
		b.room = 1
		b.controller.Ready()
		closed.wantOK(t)
		b.want(t, "write 1", "write 2", "write 3", "close")
	})
}

// An abort waits for the chunk that waits; Error gives it up.
func TestToReadyEndsWhileAChunkWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(box)
		w := getWriter(t, streams.ToReady(b.sink()))
		result := w.WriteAsync(1)
		aborted := beginReason(w.Abort, errA)
		aborted.wantPending(t)
		b.room = 1
		b.controller.Ready()
		aborted.wantOK(t)
		wantAll(t, nil, result.Wait)
		b.want(t, "write 1", "abort error A")
	})
	synctest.Test(t, func(t *testing.T) {
		b := new(box)
		w := getWriter(t, streams.ToReady(b.sink()))
		first, second := w.WriteAsync(1), w.WriteAsync(2)
		b.controller.Error(errA)
		wantAll(t, errA, first.Wait, second.Wait, w.Closed)
		b.room = 2
		b.controller.Ready()
		b.want(t)
	})
}

// Ready is remembered while Write runs.
func TestReadyDuringWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &box{room: 1}
		sink := b.sink()
		calls := 0
		write := sink.Write
		sink.Write = func(chunk int) error {
			if calls++; calls == 1 {
				b.controller.Ready()
				return streams.ErrNotReady
			}
			return write(chunk)
		}
		w := getWriter(t, streams.ToReady(sink))
		wantAll(t, nil, w.WriteAsync(1).Wait)
	})
}

func TestToReadyErrors(t *testing.T) {
	start := func(*streams.ReadySinkController[int]) {}
	for name, test := range map[string]struct {
		sink streams.ReadySink[int]
		want error
	}{
		"Write":          {streams.ReadySink[int]{Start: start, Write: func(int) error { return errA }}, errA},
		"panic in Write": {streams.ReadySink[int]{Start: start, Write: func(int) error { panic(errA) }}, errA},
		"panic in Start": {
			streams.ReadySink[int]{
				Start: func(*streams.ReadySinkController[int]) { panic(errA) },
				Write: func(int) error { return nil },
			}, errA,
		},
		"no Start": {streams.ReadySink[int]{Write: func(int) error { return nil }}, streams.ErrInvalidArgument},
		"no Write": {streams.ReadySink[int]{Start: start}, streams.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := streams.FromSlice([]int{1}).PipeTo(t.Context(), streams.ToReady(test.sink))
				if !errors.Is(err, test.want) {
					t.Errorf("got the error %v, want %v", err, test.want)
				}
			})
		})
	}
	err := streams.FromSlice([]int{1}).PipeTo(t.Context(), streams.ToReady(new(box).sink(), streams.CountQueuingStrategy[int](-1)))
	wantError(t, err, streams.ErrRange)
}
