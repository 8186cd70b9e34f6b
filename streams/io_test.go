package streams_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// byteStreamOf makes a byte stream that enqueues the chunks, one for each pull, and ends with err; nil closes it.
func byteStreamOf(err error, chunks ...string) *streams.ReadableByteStream {
	return streams.NewReadableByteStream(streams.UnderlyingByteSource{
		Pull: func(_ context.Context, c *streams.ByteController) error {
			if len(chunks) == 0 {
				if err != nil {
					return err
				}
				return c.Close()
			}
			chunk := chunks[0]
			chunks = chunks[1:]
			return c.Enqueue([]byte(chunk))
		},
	})
}

// A limitedWriter takes so many bytes and then fails.
type limitedWriter struct {
	bytes.Buffer
	limit int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.Len()+len(p) > w.limit {
		return 0, errA
	}
	return w.Buffer.Write(p)
}

func TestFromReader(t *testing.T) {
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"as it comes":            func(r io.Reader) io.Reader { return r },
		"byte by byte":           iotest.OneByteReader,
		"the end with the bytes": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat("0123456789", 20000)
			chunks, err := streams.FromReader(wrap(strings.NewReader(text))).Collect(t.Context())
			wantError(t, err, nil)
			if !bytes.Equal(bytes.Join(chunks, nil), []byte(text)) {
				t.Fatal("the bytes differ")
			}
		})
	}
	t.Run("an error after bytes", func(t *testing.T) {
		r := io.MultiReader(strings.NewReader("some"), iotest.ErrReader(errA))
		chunks, err := streams.FromReader(r).Collect(t.Context())
		wantError(t, err, errA)
		wantEqual(t, string(bytes.Join(chunks, nil)), "some")
	})
	t.Run("a reader that gives nothing", func(t *testing.T) {
		_, err := streams.FromReader(readerFunc(func([]byte) (int, error) { return 0, nil })).Collect(t.Context())
		wantError(t, err, io.ErrNoProgress)
	})
	t.Run("a reader that miscounts", func(t *testing.T) {
		_, err := streams.FromReader(readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil })).Collect(t.Context())
		wantError(t, err, streams.ErrInvalidArgument)
	})
}

func TestReadableByteStreamReader(t *testing.T) {
	t.Run("all that io asks of a reader", func(t *testing.T) {
		r := byteStreamOf(nil, "a weir", " holds ", "water").Reader(t.Context())
		wantError(t, iotest.TestReader(r, []byte("a weir holds water")), nil)
		wantError(t, r.Close(), nil)
	})
	t.Run("io.Copy hands over the chunks", func(t *testing.T) {
		var out bytes.Buffer
		n, err := io.Copy(&out, byteStreamOf(nil, "a weir", " holds").Reader(t.Context()))
		wantError(t, err, nil)
		wantEqual(t, n, 12)
		wantEqual(t, out.String(), "a weir holds")
	})
	t.Run("the rest of a chunk after a failed write is still there", func(t *testing.T) {
		r := byteStreamOf(nil, "abc", "def").Reader(t.Context())
		n, err := io.Copy(&limitedWriter{limit: 3}, r)
		wantError(t, err, errA)
		wantEqual(t, n, 3)
		rest, err := io.ReadAll(struct{ io.Reader }{r})
		wantError(t, err, nil)
		wantEqual(t, string(rest), "def")
	})
	t.Run("an error of the stream", func(t *testing.T) {
		got, err := io.ReadAll(byteStreamOf(errA, "abc").Reader(t.Context()))
		wantError(t, err, errA)
		wantEqual(t, string(got), "abc")
	})
	t.Run("locked", func(t *testing.T) {
		s := byteStreamOf(nil)
		_, err := s.GetReader()
		wantError(t, err, nil)
		r := s.Reader(t.Context())
		_, err = r.Read(make([]byte, 1))
		wantError(t, err, streams.ErrLocked)
		wantError(t, r.Close(), streams.ErrLocked)
	})
	t.Run("closing cancels and releases", func(t *testing.T) {
		var reason error
		s := streams.NewReadableByteStream(streams.UnderlyingByteSource{
			Cancel: func(_ context.Context, r error) error { reason = r; return nil },
		})
		r := s.Reader(t.Context())
		wantError(t, r.Close(), nil)
		wantError(t, reason, streams.ErrClosed)
		wantEqual(t, s.Locked(), false)
		_, err := r.Read(make([]byte, 1))
		wantError(t, err, streams.ErrReleased)
		wantError(t, r.Close(), streams.ErrReleased)
	})
	t.Run("a context that ends stops the wait and loses nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var c *streams.ByteController
			s := streams.NewReadableByteStream(streams.UnderlyingByteSource{
				Start: func(_ context.Context, controller *streams.ByteController) error { c = controller; return nil },
			})
			ctx, cancel := context.WithCancelCause(t.Context())
			r := s.Reader(ctx)
			waiting := begin(func() (int, error) { return r.Read(make([]byte, 8)) })
			waiting.wantPending(t)
			cancel(errA)
			waiting.wantError(t, errA)
			wantError(t, c.Enqueue([]byte("late")), nil)
			p := make([]byte, 8)
			n, err := r.Read(p)
			wantError(t, err, nil)
			wantEqual(t, string(p[:n]), "late")
			c.Error(errB)
		})
	})
}

func TestReadableByteStreamWriteTo(t *testing.T) {
	t.Run("to the end", func(t *testing.T) {
		var out bytes.Buffer
		s := byteStreamOf(nil, "a weir", " holds")
		n, err := s.WriteTo(&out)
		wantError(t, err, nil)
		wantEqual(t, n, 12)
		wantEqual(t, out.String(), "a weir holds")
		wantEqual(t, s.Locked(), false)
	})
	t.Run("a writer that fails cancels", func(t *testing.T) {
		s := byteStreamOf(nil, "abc", "def")
		n, err := s.WriteTo(&limitedWriter{limit: 4})
		wantError(t, err, errA)
		wantEqual(t, n, 3)
		wantError(t, s.Cancel(t.Context(), errB), nil) // closed by now
	})
	t.Run("a writer that takes less", func(t *testing.T) {
		_, err := byteStreamOf(nil, "abc").WriteTo(writerFunc(func(p []byte) (int, error) { return len(p) - 1, nil }))
		wantError(t, err, io.ErrShortWrite)
	})
	t.Run("a writer that miscounts", func(t *testing.T) {
		_, err := byteStreamOf(nil, "abc").WriteTo(writerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }))
		wantError(t, err, streams.ErrInvalidArgument)
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// collectingSink makes a stream that appends its chunks to all.
func collectingSink(all *[]byte) *streams.WritableStream[[]byte] {
	return streams.SinkFunc(func(chunk []byte) error {
		*all = append(*all, chunk...)
		return nil
	})
}

func TestNewWriter(t *testing.T) {
	t.Run("writes copies", func(t *testing.T) {
		var kept [][]byte
		w := streams.NewWriter(t.Context(), streams.SinkFunc(func(chunk []byte) error { kept = append(kept, chunk); return nil }))
		p := []byte("one")
		for _, text := range []string{"one", "two"} {
			copy(p, text)
			n, err := w.Write(p)
			wantError(t, err, nil)
			wantEqual(t, n, 3)
		}
		wantError(t, w.Close(), nil)
		wantEqual(t, string(bytes.Join(kept, []byte(" "))), "one two")
	})
	t.Run("an empty write is nothing", func(t *testing.T) {
		w := streams.NewWriter(t.Context(), streams.SinkFunc(func([]byte) error { return errA }))
		n, err := w.Write(nil)
		wantError(t, err, nil)
		wantEqual(t, n, 0)
		wantError(t, w.Close(), nil)
	})
	t.Run("reads from a reader", func(t *testing.T) {
		var all []byte
		w := streams.NewWriter(t.Context(), collectingSink(&all))
		text := strings.Repeat("0123456789", 20000)
		n, err := io.Copy(w, struct{ io.Reader }{strings.NewReader(text)})
		wantError(t, err, nil)
		wantEqual(t, n, int64(len(text)))
		wantError(t, w.Close(), nil)
		wantEqual(t, string(all), text)
	})
	t.Run("errors", func(t *testing.T) {
		var all []byte
		s := collectingSink(&all)
		w := streams.NewWriter(t.Context(), s)
		locked := streams.NewWriter(t.Context(), s)
		_, err := locked.Write([]byte("x"))
		wantError(t, err, streams.ErrLocked)
		_, err = locked.(io.ReaderFrom).ReadFrom(strings.NewReader("x"))
		wantError(t, err, streams.ErrLocked)
		wantError(t, locked.Close(), streams.ErrLocked)
		_, err = w.(io.ReaderFrom).ReadFrom(iotest.ErrReader(errA))
		wantError(t, err, errA)
		wantError(t, w.Close(), nil)
		_, err = w.Write([]byte("x"))
		wantError(t, err, streams.ErrClosed)
		_, err = w.(io.ReaderFrom).ReadFrom(strings.NewReader("x"))
		wantError(t, err, streams.ErrClosed)
		if !errors.Is(w.Close(), streams.ErrClosed) {
			t.Error("a second Close says nothing")
		}
	})
}
