package rx_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms/rx"
)

func TestOperator(t *testing.T) {
	for _, n := range []int{0, 1, 1000} {
		in, want := make([]int, n), make([]int, n)
		for i := range in {
			in[i], want[i] = i, 2*i
		}
		got, err := streams.PipeThrough(streams.FromSlice(in), rx.Operator[int, int](double)).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, want...)
	}
}

func TestOperatorHoldsBackSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		reader := mustReader(t, streams.PipeThrough(source.stream, rx.Operator[int, int](double)))
		source.wantTaken(t, 1)
		wantRead(t, reader, 0)
		source.wantTaken(t, 4) // one in Map, one in hand, one in the writable side
		wantRead(t, reader, 2)
		source.wantTaken(t, 5)
		wantError(t, reader.Cancel(t.Context(), errBoom), nil)
		source.wantCancelled(t, errBoom)
	})
}

func TestOperatorCancelBeforeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		s := streams.PipeThrough(source.stream, rx.Operator[int, int](double))
		synctest.Wait()
		wantError(t, s.Cancel(t.Context(), errBoom), nil)
		source.wantCancelled(t, errBoom)
	})
}

func TestOperatorSourceError(t *testing.T) {
	i := 0
	failing := func() *streams.ReadableStream[int] {
		return streams.Generate(func() (int, error) {
			if i++; i > 3 {
				return 0, errBoom
			}
			return i, nil
		})
	}
	_, err := streams.PipeThrough(failing(), rx.Operator[int, int](double)).Collect(t.Context())
	wantError(t, err, errBoom)
	// The chain may handle it.
	got, err := streams.PipeThrough(failing(), rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable {
		return o.OnErrorReturnItem(42)
	})).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got, 42)
}

func TestOperatorFunctionFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		stage := rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable {
			return o.Map(func(context.Context, any) (any, error) { return nil, errBoom })
		})
		_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
		wantError(t, err, errBoom)
		source.wantCancelled(t, errBoom)
	})
}

func TestOperatorSinkError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		failing := streams.SinkFunc(func(int) error { return errBoom })
		err := streams.PipeThrough(source.stream, rx.Operator[int, int](double)).PipeTo(t.Context(), failing)
		wantError(t, err, errBoom)
		source.wantCancelled(t, errBoom)
	})
}

// The chain completes early: the endless source is told, and nothing stays behind.
func TestOperatorTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		stage := rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable { return double(o).Take(3) })
		got, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 2, 4)
		source.wantCancelled(t, streams.ErrTerminated)
	})
}

// A fault of RxGo that is documented: nothing comes out of a pool that keeps the order. Cancelling gets our side out of it.
// (With WithBufferedChannel something does, but it can panic in a goroutine of RxGo, "send on closed channel".)
func TestOperatorPoolSerialize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		stage := rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable {
			same := func(_ context.Context, x any) (any, error) { return x, nil }
			return o.Map(same, rxgo.WithPool(2), rxgo.Serialize(func(x any) int { return x.(int) }))
		})
		reader := mustReader(t, streams.PipeThrough(source.stream, stage))
		read := make(chan error, 1)
		go func() {
			_, err := reader.Read(t.Context())
			read <- err
		}()
		synctest.Wait()
		if len(read) > 0 {
			t.Error("RxGo has been mended: take the warning out of the documentation")
		}
		wantError(t, reader.Cancel(t.Context(), errBoom), nil)
		wantError(t, <-read, io.EOF)
		source.wantCancelled(t, errBoom)
	})
}

func TestOperatorMisuse(t *testing.T) {
	isInvalid := func(err error) bool { return errors.Is(err, streams.ErrInvalidArgument) }
	for name, test := range map[string]struct {
		chain func(rxgo.Observable) rxgo.Observable
		check func(error) bool
	}{
		"nil":        {nil, isInvalid},
		"nil result": {func(rxgo.Observable) rxgo.Observable { return nil }, isInvalid},
		"panic": {func(rxgo.Observable) rxgo.Observable { panic(errBoom) }, func(err error) bool {
			_, ok := errors.AsType[*streams.PanicError](err)
			return ok && errors.Is(err, errBoom)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe()
				_, err := streams.PipeThrough(source.stream, rx.Operator[int, int](test.chain)).Collect(t.Context())
				if !test.check(err) {
					t.Errorf("got the error %v", err)
				}
				synctest.Wait()
				if source.cancelled == nil {
					t.Error("the source was not cancelled")
				}
			})
		})
	}
}

func TestOperatorDropped(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		streams.PipeThrough(newProbe().stream, rx.Operator[int, int](double))
		synctest.Wait()
	})
}
