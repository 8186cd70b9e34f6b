package rx_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms/rx"
)

func TestFromObservable(t *testing.T) {
	got, err := rx.FromObservable[int](double(rxgo.Just(1, 2, 3)())).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got, 2, 4, 6)
	got, err = rx.FromObservable[int](rxgo.Empty()).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got)
}

// Nothing is observed before the first read, and items are taken one for one.
func TestFromObservableByDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		source := rxgo.Defer([]rxgo.Producer{func(ctx context.Context, next chan<- rxgo.Item) {
			for rxgo.Of(sent).SendContext(ctx, next) {
				sent++
			}
		}})
		reader := mustReader(t, rx.FromObservable[int](source))
		synctest.Wait()
		if sent != 0 {
			t.Errorf("%d items were sent before the first read", sent)
		}
		wantRead(t, reader, 0, 1)
		synctest.Wait()
		if sent != 2 {
			t.Errorf("%d items were sent for two reads", sent)
		}
		wantError(t, reader.Cancel(t.Context(), errBoom), nil)
	}) // the producer has ended, or the bubble would not
}

func TestFromObservableErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endless := func(ctx context.Context, next chan<- rxgo.Item) {
			rxgo.Of(1).SendContext(ctx, next)
			rxgo.Error(errBoom).SendContext(ctx, next)
			for rxgo.Of(2).SendContext(ctx, next) {
			}
		}
		reader := mustReader(t, rx.FromObservable[int](rxgo.Defer([]rxgo.Producer{endless})))
		wantRead(t, reader, 1)
		_, err := reader.Read(t.Context())
		wantError(t, err, errBoom)
	})
	_, err := rx.FromObservable[int](rxgo.Just("one")()).Collect(t.Context())
	wantError(t, err, rx.ErrType)
	_, err = rx.FromObservable[int](nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

// A nil item is a chunk where the type has nil, and an error where it has not.
func TestFromObservableNil(t *testing.T) {
	none := func() rxgo.Observable {
		return rxgo.Defer([]rxgo.Producer{func(ctx context.Context, next chan<- rxgo.Item) {
			rxgo.Of(nil).SendContext(ctx, next)
		}})
	}
	got, err := rx.FromObservable[any](none()).Collect(t.Context())
	wantError(t, err, nil)
	wantSlice(t, got, any(nil))
	_, err = rx.FromObservable[int](none()).Collect(t.Context())
	wantError(t, err, rx.ErrType)
}

func TestFromObservableCancelWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		silent := func(ctx context.Context, _ chan<- rxgo.Item) {
			<-ctx.Done()
			ended <- context.Cause(ctx)
		}
		reader := mustReader(t, rx.FromObservable[int](double(rxgo.Defer([]rxgo.Producer{silent}))))
		read := make(chan error)
		go func() {
			_, err := reader.Read(t.Context())
			read <- err
		}()
		synctest.Wait()
		wantError(t, reader.Cancel(t.Context(), errBoom), nil)
		wantError(t, <-read, io.EOF)
		wantError(t, <-ended, errBoom)
	})
}

// A fault of RxGo: Take leaves what is before it behind. Behind our stream it is told.
func TestFromObservableTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newProbe()
		got, err := rx.FromObservable[int](rx.ToObservable(source.stream).Take(3)).Collect(t.Context())
		wantError(t, err, nil)
		wantSlice(t, got, 0, 1, 2)
		source.wantCancelled(t, streams.ErrTerminated)
		if source.taken > 5 {
			t.Errorf("%d chunks were taken for three", source.taken)
		}
	})
}

func TestToObservable(t *testing.T) {
	var got []int
	for item := range double(rx.ToObservable(streams.FromSlice([]int{1, 2, 3}))).Observe() {
		wantError(t, item.E, nil)
		got = append(got, item.V.(int))
	}
	wantSlice(t, got, 2, 4, 6)
}

func TestToObservableByDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		source := newProbe()
		o := rx.ToObservable(source.stream, rxgo.WithContext(ctx))
		source.wantTaken(t, 0)
		items := o.Observe()
		source.wantTaken(t, 1)
		if item := <-items; item.V != 0 {
			t.Errorf("got %v", item)
		}
		source.wantTaken(t, 2)
		cancel(errBoom)
		source.wantCancelled(t, errBoom)
	})
}

func TestToObservableErrors(t *testing.T) {
	observe := func(o rxgo.Observable) (last rxgo.Item) {
		for item := range o.Observe() {
			last = item
		}
		return last
	}
	failing := streams.Generate(func() (int, error) { return 0, errBoom })
	wantError(t, observe(rx.ToObservable(failing)).E, errBoom)
	wantError(t, observe(rx.ToObservable[int](nil)).E, streams.ErrInvalidArgument)
	locked := streams.FromSlice([]int{1})
	mustReader(t, locked)
	wantError(t, observe(rx.ToObservable(locked)).E, streams.ErrLocked)
}
