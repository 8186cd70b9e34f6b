package streams_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// plainChain is a chain that a loop takes through in bursts: it gives each number below n twice.
func plainChain(n int) *streams.ReadableStream[int] {
	next := 0
	source := streams.Generate(func() (int, error) {
		if next == n {
			return 0, io.EOF
		}
		next++
		return next - 1, nil
	})
	return streams.PipeThrough(source, streams.TransformFunc(func(chunk int, emit func(int)) error {
		emit(chunk)
		emit(chunk)
		return nil
	}, nil))
}

func twice(n int) (all []int) {
	for i := range n {
		all = append(all, i, i)
	}
	return all
}

// TestLoopLeftInBurst leaves the loop at each chunk, also between the two of one call, and reads the rest.
func TestLoopLeftInBurst(t *testing.T) {
	const n = 5
	for leaveAt := range 2 * n {
		s := plainChain(n)
		var got []int
		for chunk, err := range s.Values(t.Context(), streams.PreventCancel()) {
			wantError(t, err, nil)
			if got = append(got, chunk); len(got) > leaveAt {
				break
			}
		}
		wantEqual(t, s.Locked(), false)
		rest, err := s.Collect(t.Context())
		wantError(t, err, nil)
		if got = append(got, rest...); !slices.Equal(got, twice(n)) {
			t.Errorf("left at %d: got %v", leaveAt, got)
		}
	}
}

func TestLoopBodyPanicsInBurst(t *testing.T) {
	s := plainChain(1000)
	count := 0
	func() {
		defer func() { wantEqual(t, recover(), any(errPending)) }()
		_ = s.ForEach(t.Context(), func(int) error {
			if count++; count == 7 {
				panic(errPending)
			}
			return nil
		})
	}()
	wantEqual(t, s.Locked(), false)
	wantEqual(t, count, 7)
	rest, err := s.Collect(t.Context())
	wantError(t, err, nil)
	wantEqual(t, len(rest), 0) // it was cancelled
}

func TestLoopBodyGoexitInBurst(t *testing.T) {
	s := plainChain(1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.ForEach(context.Background(), func(chunk int) error {
			if chunk == 7 {
				runtime.Goexit()
			}
			return nil
		})
	}()
	<-done
	wantEqual(t, s.Locked(), false)
	rest, err := s.Collect(t.Context())
	wantError(t, err, nil)
	wantEqual(t, len(rest), 0)
}

// TestLoopPanicRecoveredByStage has a stage that catches what it should not.
func TestLoopPanicRecoveredByStage(t *testing.T) {
	stage := streams.TransformFunc(func(chunk int, emit func(int)) error {
		defer func() { _ = recover() }()
		emit(chunk)
		return nil
	}, nil)
	count := 0
	err := streams.PipeThrough(plainChain(100_000), stage).ForEach(t.Context(), func(int) error {
		if count++; count == 100_000 { // by then it is a burst that calls the body
			panic(errPending)
		}
		return nil
	})
	if _, ok := errors.AsType[*streams.PanicError](err); !ok {
		t.Errorf("got %v, want a PanicError", err)
	}
}

// TestBlockedLoopBodyHoldsUpNobody has a body that waits for another stream of the same domain.
func TestBlockedLoopBodyHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looped, other := plainChain(3), plainChain(50)
		sink := discard()
		connect(t, looped, sink)
		connect(t, other, sink)
		reader := getReader(t, other)
		var got []int
		err := looped.ForEach(t.Context(), func(chunk int) error {
			beside, err := reader.Read(t.Context())
			got = append(got, chunk, beside)
			return err
		})
		wantError(t, err, nil)
		if want := []int{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// TestContextEndsLoopInBurst ends the context in the middle of a call that gives many chunks.
func TestContextEndsLoopInBurst(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	many := streams.PipeThrough(plainChain(10), streams.TransformFunc(func(_ int, emit func(int)) error {
		for i := range 1000 {
			emit(i)
		}
		return nil
	}, nil))
	count := 0
	err := many.ForEach(ctx, func(int) error {
		if count++; count == 10 {
			cancel(errPending)
		}
		return nil
	})
	wantError(t, err, errPending)
	if count > 11 {
		t.Errorf("the body was called %d times after the context had ended", count-10)
	}
}
