package transforms_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestToSlice(t *testing.T) {
	got := []int{1}
	wantError(t, streams.FromSlice([]int{2, 3}).PipeTo(t.Context(), transforms.ToSlice(&got)), nil)
	wantSlice(t, got, 1, 2, 3)
	wantError(t, streams.FromSlice([]int{2}).PipeTo(t.Context(), transforms.ToSlice[int](nil)), streams.ErrInvalidArgument)
}

func TestToMap(t *testing.T) {
	got := map[int]string{}
	length := func(s string) int { return len(s) }
	wantError(t, streams.FromSlice([]string{"a", "bb", "c"}).PipeTo(t.Context(), transforms.ToMap(got, length)), nil)
	if len(got) != 2 || got[1] != "c" || got[2] != "bb" {
		t.Errorf("got %v", got)
	}
	source := newProbe(func(int) string { return "" })
	err := source.stream.PipeTo(t.Context(), transforms.ToMap(got, func(string) int { panic(errBoom) }))
	wantPanic(t, err)
	wantPanic(t, source.cancelled)
	for _, bad := range []*streams.WritableStream[string]{
		transforms.ToMap(nil, length),
		transforms.ToMap[int, string](got, nil),
	} {
		wantError(t, streams.FromSlice([]string{"a"}).PipeTo(t.Context(), bad), streams.ErrInvalidArgument)
	}
}

func TestToChan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		source := newProbe(number)
		source.stream = streams.PipeThrough(source.stream, transforms.Take[int](3))
		piped := make(chan error, 1)
		go func() { piped <- source.stream.PipeTo(t.Context(), transforms.ToChan(ch)) }()
		wantTaken(t, source, 2) // one is being sent, one waits in Take
		var got []int
		for x := range ch {
			got = append(got, x)
		}
		wantSlice(t, got, 0, 1, 2)
		wantError(t, <-piped, nil)
	})
}

func TestToChanAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		ctx, cancel := context.WithCancelCause(t.Context())
		piped := make(chan error, 1)
		source := newProbe(number)
		go func() { piped <- source.stream.PipeTo(ctx, transforms.ToChan(ch)) }()
		wantTaken(t, source, 1)
		cancel(errBoom)
		wantError(t, <-piped, errBoom)
		if x, open := <-ch; open {
			t.Errorf("%d was sent after the end", x)
		}
		wantError(t, source.cancelled, errBoom)
	})
	wantError(t, streams.FromSlice([]int{1}).PipeTo(t.Context(), transforms.ToChan[int](nil)), streams.ErrInvalidArgument)
}

func TestFromEmitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emitted := 0
		s := transforms.FromEmitter(func(_ context.Context, emit func(int) error) error {
			for i := range 3 {
				if err := emit(i); err != nil {
					return err
				}
				emitted++
			}
			return nil
		})
		reader := mustReader(t, s)
		synctest.Wait()
		wantRead(t, reader, 0)
		synctest.Wait()
		if emitted != 1 {
			t.Errorf("%d chunks were emitted for one read", emitted)
		}
		wantRead(t, reader, 1, 2)
		_, err := reader.Read(t.Context())
		wantEnd(t, err)
	})
}

func TestFromEmitterErrors(t *testing.T) {
	failing := func(context.Context, func(int) error) error { return errBoom }
	_, err := transforms.FromEmitter(failing).Collect(t.Context())
	wantError(t, err, errBoom)
	panicking := func(context.Context, func(int) error) error { panic(errBoom) }
	_, err = transforms.FromEmitter(panicking).Collect(t.Context())
	wantPanic(t, err)
	_, err = transforms.FromEmitter[int](nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

func TestFromEmitterCancel(t *testing.T) {
	for name, produce := range map[string]func(ctx context.Context, emit func(int) error) error{
		"emitting": func(_ context.Context, emit func(int) error) error {
			for {
				if err := emit(1); err != nil {
					return err
				}
			}
		},
		"waiting": func(ctx context.Context, emit func(int) error) error {
			if err := emit(1); err != nil {
				return err
			}
			<-ctx.Done()
			return context.Cause(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				reader := mustReader(t, transforms.FromEmitter(func(ctx context.Context, emit func(int) error) error {
					err := produce(ctx, emit)
					ended <- err
					return err
				}))
				wantRead(t, reader, 1)
				mustCancel(t, reader)
				wantError(t, <-ended, errBoom)
			})
		})
	}
}
