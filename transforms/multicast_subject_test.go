package transforms_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func mustWriter[T any](t *testing.T, s *streams.WritableStream[T]) *streams.DefaultWriter[T] {
	t.Helper()
	writer, err := s.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

func mustWrite[T any](t *testing.T, writer *streams.DefaultWriter[T], chunks ...T) {
	t.Helper()
	for _, chunk := range chunks {
		if err := writer.Write(t.Context(), chunk); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
}

func TestPublishSubject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewPublishSubject[int]()
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, 1)
		a := mustReader(t, subject.Readable())
		mustWrite(t, writer, 2)
		b := mustReader(t, subject.Readable())
		mustWrite(t, writer, 3)
		wantRead(t, a, 2, 3)
		wantRead(t, b, 3)
		mustCancel(t, a)
		mustWrite(t, writer, 4)
		wantRead(t, b, 4)
		mustCancel(t, b)
		mustWrite(t, writer, 5, 6) // nobody listens
		c := mustReader(t, subject.Readable())
		mustWrite(t, writer, 7)
		wantError(t, writer.Close(t.Context()), nil)
		wantRead(t, c, 7)
		_, err := c.Read(t.Context())
		wantEnd(t, err)
		_, err = mustReader(t, subject.Readable()).Read(t.Context())
		wantEnd(t, err)
	})
}

// With the slowest branch full, one write waits, one more is in the writable side, and the third is not accepted.
func TestSubjectHoldsBackWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewPublishSubject[int](transforms.BranchOptions{Buffer: 2})
		slow, fast := mustReader(t, subject.Readable()), mustReader(t, subject.Readable())
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, 0, 1, 2) // two in the buffer, the third is being written
		wantRead(t, fast, 0, 1)
		written := make(chan error)
		go func() { written <- writer.Write(t.Context(), 3) }()
		synctest.Wait()
		select {
		case err := <-written:
			t.Errorf("the write did not wait: %v", err)
		default:
		}
		wantRead(t, slow, 0)
		wantError(t, <-written, nil)
		wantRead(t, fast, 2)
		mustCancel(t, slow)
		wantRead(t, fast, 3)
		mustCancel(t, fast)
		wantError(t, writer.Close(t.Context()), nil)
	})
}

func TestSubjectCancelOfSlowLetsWriterGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewPublishSubject[int](transforms.BranchOptions{Buffer: 1})
		slow := mustReader(t, subject.Readable())
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, 0)
		result := writer.WriteAsync(1)
		synctest.Wait()
		mustCancel(t, slow)
		wantError(t, result.Wait(t.Context()), nil)
		wantError(t, writer.Close(t.Context()), nil)
	})
}

func TestSubjectDropsForSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewPublishSubject[int](transforms.BranchOptions{Buffer: 2, Overflow: transforms.DropOldest})
		slow := mustReader(t, subject.Readable())
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, inputs(number, 10)...)
		wantRead(t, slow, 8, 9)
		mustCancel(t, slow)
	})
}

func TestSubjectAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewPublishSubject[int](transforms.BranchOptions{Buffer: 1})
		reader := mustReader(t, subject.Readable())
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, 0, 1) // the second waits for room
		wantRead(t, reader, 0)
		mustWrite(t, writer, 2)
		wantError(t, writer.Abort(t.Context(), errBoom), nil)
		wantError(t, reader.Closed(t.Context()), errBoom)
		_, err := subject.Readable().Collect(t.Context())
		wantError(t, err, errBoom)
	})
}

func TestBehaviorSubject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewBehaviorSubject(42)
		writer := mustWriter(t, subject.Writable())
		wantRead(t, mustReader(t, subject.Readable()), 42)
		mustWrite(t, writer, 1, 2)
		reader := mustReader(t, subject.Readable())
		wantRead(t, reader, 2)
		mustWrite(t, writer, 3)
		wantRead(t, reader, 3)
		wantError(t, writer.Close(t.Context()), nil)
		got, err := subject.Readable().Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 3)
	})
}

func TestSubjectBadOptions(t *testing.T) {
	for _, subject := range []*transforms.Subject[int]{
		transforms.NewPublishSubject[int](transforms.BranchOptions{Buffer: -1}),
		transforms.NewBehaviorSubject(1, transforms.BranchOptions{Buffer: -1}),
		transforms.NewReplaySubject[int](-1),
	} {
		_, err := subject.Readable().Collect(t.Context())
		wantError(t, err, streams.ErrRange)
		wantError(t, streams.FromSlice([]int{1}).PipeTo(t.Context(), subject.Writable()), streams.ErrRange)
	}
}

func TestReplaySubject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject := transforms.NewReplaySubject[int](3, transforms.BranchOptions{Buffer: 1})
		writer := mustWriter(t, subject.Writable())
		mustWrite(t, writer, inputs(number, 10)...)
		reader := mustReader(t, subject.Readable())
		wantRead(t, reader, 7, 8, 9)
		mustWrite(t, writer, 10)
		wantRead(t, reader, 10)
		mustCancel(t, reader)
	})
}

func TestBroadcastHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, overflow := range []transforms.Overflow{transforms.Wait, transforms.DropOldest} {
			hub := transforms.NewBroadcastHub[int](transforms.BranchOptions{Overflow: overflow})
			writer := mustWriter(t, hub.Writable())
			first := writer.WriteAsync(1)
			synctest.Wait()
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			wantError(t, first.Wait(ended), context.Canceled) // it waits for a branch
			reader := mustReader(t, hub.Readable())
			wantError(t, first.Wait(t.Context()), nil)
			wantRead(t, reader, 1)
			mustCancel(t, reader)
			second := writer.WriteAsync(2)
			synctest.Wait()
			wantError(t, second.Wait(ended), context.Canceled)
			wantRead(t, mustReader(t, hub.Readable()), 2)
			wantError(t, writer.Abort(t.Context(), errBoom), nil)
		}
	})
}

func TestBroadcastHubAbortWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := transforms.NewBroadcastHub[int]()
		writer := mustWriter(t, hub.Writable())
		result := writer.WriteAsync(1)
		synctest.Wait()
		wantError(t, writer.Abort(t.Context(), errBoom), nil)
		wantError(t, result.Wait(t.Context()), errBoom)
	})
}

func TestMergeHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := transforms.NewMergeHub[int]()
		reader := mustReader(t, hub.Readable())
		a := mustWriter(t, hub.Writable())
		mustWrite(t, a, 1)
		wantRead(t, reader, 1)
		b := mustWriter(t, hub.Writable())
		mustWrite(t, a, 2, 3)
		mustWrite(t, b, 12, 13)
		for _, want := range []int{2, 12, 3, 13} {
			wantRead(t, reader, want)
			synctest.Wait() // both have their next chunk there
		}
		wantError(t, a.Close(t.Context()), nil)
		mustWrite(t, b, 14)
		wantRead(t, reader, 14)
		hub.Close()
		synctest.Wait()
		mustWrite(t, b, 15)
		wantRead(t, reader, 15)
		wantError(t, hub.Writable().Close(t.Context()), streams.ErrTerminated)
		wantError(t, b.Close(t.Context()), nil)
		_, err := reader.Read(t.Context())
		wantEnd(t, err)
	})
}

// The hub holds two chunks of each producer.
func TestMergeHubHoldsBackProducers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := transforms.NewMergeHub[int]()
		sources := probes[int]{newProbe(number), newProbe(number)}
		piped := make(chan error)
		for _, source := range sources {
			go func() { piped <- source.stream.PipeTo(t.Context(), hub.Writable()) }()
		}
		for _, source := range sources {
			wantTaken(t, source, 2)
		}
		wantError(t, hub.Readable().Cancel(t.Context(), errBoom), nil)
		for range sources {
			wantError(t, <-piped, errBoom)
		}
		sources.wantCancelled(t)
		wantError(t, hub.Writable().Close(t.Context()), streams.ErrTerminated)
	})
}

func TestMergeHubProducerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := transforms.NewMergeHub[int]()
		reader := mustReader(t, hub.Readable())
		other := mustWriter(t, hub.Writable())
		mustWrite(t, other, 1)
		wantError(t, hub.Writable().Abort(t.Context(), errBoom), nil)
		wantError(t, reader.Closed(t.Context()), errBoom)
		wantError(t, other.Closed(t.Context()), errBoom)
	})
}
