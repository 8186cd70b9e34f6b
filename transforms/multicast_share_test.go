package transforms_test

import (
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		shared := transforms.Share(source.stream, transforms.BranchOptions{Buffer: 2})
		early := mustReader(t, shared.Readable())
		wantTaken(t, source, 0)
		wantRead(t, early, 0, 1, 2)
		wantTaken(t, source, 5)
		late := mustReader(t, shared.Readable()) // begins with what has not been taken yet
		wantRead(t, early, 3)
		wantTaken(t, source, 6)
		wantRead(t, early, 4, 5)
		wantRead(t, late, 5)
		mustCancel(t, early)
		if source.cancelled != nil {
			t.Error("the source was cancelled while one branch was left")
		}
		mustCancel(t, late)
		wantError(t, source.cancelled, errBoom)
		_, err := shared.Readable().Collect(t.Context())
		wantError(t, err, streams.ErrClosed)
	})
}

// A branch that joins and does not read holds back the source like any other.
func TestShareWaitsForJoiner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		shared := transforms.Share(source.stream, transforms.BranchOptions{Buffer: 2})
		reading, idle := mustReader(t, shared.Readable()), mustReader(t, shared.Readable())
		wantRead(t, reading, 0, 1)
		read := readLater(t, reading)
		wantTaken(t, source, 2)
		mustCancel(t, idle)
		wantError(t, <-read, nil)
		mustCancel(t, reading)
	})
}

func TestShareReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := transforms.ShareReplay(streams.FromSlice([]int{1, 2, 3, 4, 5}), 2, transforms.BranchOptions{Buffer: 1})
		wantSlice(t, collectAll(t, []numbers{shared.Readable()})[0], 1, 2, 3, 4, 5)
		wantSlice(t, collectAll(t, []numbers{shared.Readable()})[0], 4, 5)
	})
}

func TestShareReplayMidway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newBuffer[int](t)
		shared := transforms.ShareReplay(source.stream, 3)
		first := mustReader(t, shared.Readable())
		for i := range 5 {
			source.give(i)
			wantRead(t, first, i)
		}
		second := mustReader(t, shared.Readable())
		wantRead(t, second, 2, 3, 4)
		source.give(5)
		wantRead(t, first, 5)
		wantRead(t, second, 5)
		source.controller.Error(errBoom)
		wantError(t, first.Closed(t.Context()), errBoom)
		wantError(t, second.Closed(t.Context()), errBoom)
		_, err := shared.Readable().Collect(t.Context())
		wantError(t, err, errBoom)
	})
}

func TestShareBadArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(number)
		_, err := transforms.ShareReplay(source.stream, -1).Readable().Collect(t.Context())
		wantError(t, err, streams.ErrRange)
		synctest.Wait()
		wantError(t, source.cancelled, streams.ErrRange)
		_, err = transforms.Share[int](nil).Readable().Collect(t.Context())
		wantError(t, err, streams.ErrInvalidArgument)
	})
}
