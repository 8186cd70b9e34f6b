package transforms_test

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// What a decoder gives together with an error comes out before the error, and with the end before the end.
func TestReaderPairDeliversOutputWithError(t *testing.T) {
	for _, want := range []error{errBoom, io.EOF} {
		stage := transforms.NewBytePair(func(io.Reader) io.Reader {
			return readerFunc(func(p []byte) (int, error) { return copy(p, "output"), want })
		})
		got, err := run[[]byte, []byte](stage, []byte("input"))
		if len(got) != 1 || string(got[0]) != "output" {
			t.Errorf("%v: got %q", want, got)
		}
		if errors.Is(want, io.EOF) {
			want = nil
		}
		wantError(t, err, want)
	}
}

func TestReaderPairDecoderPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stage := transforms.NewBytePair(func(io.Reader) io.Reader {
			return readerFunc(func([]byte) (int, error) { panic(errBoom) })
		})
		source := newProbe(func(int) []byte { return []byte("input") })
		_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
		if _, ok := errors.AsType[*streams.PanicError](err); !ok {
			t.Errorf("got the error %v, want a PanicError", err)
		}
		synctest.Wait()
		wantError(t, source.cancelled, errBoom)
	})
}
