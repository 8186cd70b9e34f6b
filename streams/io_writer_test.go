package streams_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A placeReader gives one byte a Read, and takes note of where it was asked to put it.
type placeReader struct {
	left   int
	places []*byte
}

func (r *placeReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	p[0] = byte(r.left)
	r.places = append(r.places, &p[0])
	return 1, nil
}

func TestToWriterGivesMemoryBack(t *testing.T) {
	source := &placeReader{left: 5}
	var dest bytes.Buffer
	wantError(t, streams.FromReader(source).PipeTo(t.Context(), streams.ToWriter(&dest)), nil)
	if want := []byte{4, 3, 2, 1, 0}; !bytes.Equal(dest.Bytes(), want) {
		t.Errorf("wrote %v, want %v", dest.Bytes(), want)
	}
	if len(slices.Compact(source.places)) != 1 {
		t.Error("the chunks did not use the same memory")
	}
}

// TestChunksOfOthersAreNotGivenBack keeps a chunk, and lets others through a stage and a tee.
func TestChunksOfOthersAreNotGivenBack(t *testing.T) {
	source := &placeReader{left: 5}
	s := streams.FromReader(source)
	reader := getReader(t, s)
	kept, err := reader.Read(t.Context())
	wantError(t, err, nil)
	reader.ReleaseLock()
	wantError(t, s.PipeTo(t.Context(), streams.ToWriter(io.Discard)), nil)
	wantEqual(t, kept[0], 4)

	source = &placeReader{left: 5}
	same := streams.TransformFunc(func(chunk []byte, emit func([]byte)) error { emit(chunk); return nil }, nil)
	wantError(t, streams.PipeThrough(streams.FromReader(source), same).PipeTo(t.Context(), streams.ToWriter(io.Discard)), nil)
	if len(slices.Compact(source.places)) != 5 {
		t.Error("memory was used again that a stage may have kept")
	}
}

type shortWriter struct{ err error }

func (w shortWriter) Write(p []byte) (int, error) { return len(p) - 1, w.err }

func TestToWriterFails(t *testing.T) {
	for _, test := range []struct {
		w    io.Writer
		want error
	}{
		{nil, streams.ErrInvalidArgument},
		{shortWriter{}, io.ErrShortWrite},
		{shortWriter{errA}, errA},
	} {
		err := streams.FromSlice([][]byte{{1}}).PipeTo(t.Context(), streams.ToWriter(test.w))
		if !errors.Is(err, test.want) {
			t.Errorf("got %v, want %v", err, test.want)
		}
	}
}
