package transforms_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestWriterSink(t *testing.T) {
	var b bytes.Buffer
	source := streams.FromSlice([][]byte{[]byte("one "), nil, []byte("two")})
	if err := source.PipeTo(t.Context(), transforms.WriterSink(&b)); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "one two" {
		t.Errorf("got %q", got)
	}
}

// writerFunc is an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestWriterSinkErrors(t *testing.T) {
	for name, c := range map[string]struct {
		w    io.Writer
		want error
	}{
		"an error":    {writerFunc(func(p []byte) (int, error) { return 0, errBoom }), errBoom},
		"a short one": {writerFunc(func(p []byte) (int, error) { return len(p) - 1, nil }), io.ErrShortWrite},
		"a panic":     {writerFunc(func(p []byte) (int, error) { panic(errBoom) }), errBoom},
		"nil":         {nil, streams.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe(func(int) []byte { return []byte("chunk") })
				err := source.stream.PipeTo(t.Context(), transforms.WriterSink(c.w))
				wantError(t, err, c.want)
				synctest.Wait()
				wantError(t, source.cancelled, c.want)
			})
		})
	}
}

// A writer that does not go on holds back the source: one chunk is in Write and, with mark 2, one waits.
func TestWriterSinkHoldsBackItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		source := newProbe(func(int) []byte { return []byte("chunk") })
		piped := make(chan error)
		sink := transforms.WriterSink(w, streams.CountQueuingStrategy[[]byte](2))
		go func() { piped <- source.stream.PipeTo(t.Context(), sink) }()
		synctest.Wait()
		if source.taken != 2 {
			t.Errorf("%d chunks were taken, want 2", source.taken)
		}
		r.CloseWithError(errBoom)
		wantError(t, <-piped, errBoom)
	})
}

func TestDiscard(t *testing.T) {
	taken := 0
	source := streams.Generate(func() (int, error) {
		if taken == 1000 {
			return 0, io.EOF
		}
		taken++
		return taken, nil
	})
	if err := source.PipeTo(t.Context(), transforms.Discard[int]()); err != nil || taken != 1000 {
		t.Errorf("%d were taken, %v", taken, err)
	}
	err := streams.FromFunc(func(context.Context) (int, error) { return 0, errBoom }).
		PipeTo(t.Context(), transforms.Discard[int]())
	if !errors.Is(err, errBoom) {
		t.Errorf("got the error %v, want %v", err, errBoom)
	}
}
