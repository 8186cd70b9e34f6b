package transforms_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func texts(chunks ...string) *streams.ReadableStream[[]byte] {
	var all [][]byte
	for _, chunk := range chunks {
		all = append(all, []byte(chunk))
	}
	return streams.FromSlice(all)
}

func TestNewReader(t *testing.T) {
	r := transforms.NewReader(t.Context(), texts("ab", "", "cde", "f"))
	if err := iotest.TestReader(r, []byte("abcdef")); err != nil {
		t.Error(err)
	}
	wantError(t, r.Close(), nil)
}

func TestNewReaderEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newPausingProbe(func(int) []byte { return []byte("ab") }, 1)
		r := transforms.NewReader(t.Context(), source.stream)
		p := make([]byte, 1)
		n, err := r.Read(p)
		if n != 1 || err != nil || p[0] != 'a' {
			t.Errorf("read %d, %v, %q", n, err, p)
		}
		wantTaken(t, source, 1)
		closed := make(chan error)
		go func() {
			synctest.Wait()
			closed <- r.Close()
		}()
		rest, err := io.ReadAll(r) // waits in the middle, until Close
		wantError(t, err, nil)
		if string(rest) != "b" {
			t.Errorf("the rest is %q", rest)
		}
		wantError(t, <-closed, nil)
		wantError(t, source.cancelled, streams.ErrClosed)
	})
}

func TestNewReaderContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		source := newPausingProbe(func(int) []byte { return nil }, 0)
		r := transforms.NewReader(ctx, source.stream)
		go func() {
			synctest.Wait()
			cancel(errBoom)
		}()
		_, err := io.ReadAll(r)
		wantError(t, err, errBoom)
		if source.cancelled != nil {
			t.Error("the end of the context cancelled the stream")
		}
		_ = r.Close() // says that it did not wait
	})
}

func TestNewReaderErrors(t *testing.T) {
	_, err := io.ReadAll(transforms.NewReader(t.Context(), streams.Generate(func() ([]byte, error) { return nil, errBoom })))
	wantError(t, err, errBoom)
	locked := texts("a")
	mustReader(t, locked)
	r := transforms.NewReader(t.Context(), locked)
	_, err = io.ReadAll(r)
	wantError(t, err, streams.ErrLocked)
	wantError(t, r.Close(), streams.ErrLocked)
	wantError(t, transforms.NewReader(t.Context(), nil).Close(), streams.ErrInvalidArgument)
}

// A closer counts how often it was closed.
type closer struct {
	io.Reader
	closed int
	err    error // of Close
}

func (c *closer) Close() error {
	c.closed++
	return c.err
}

func joined(chunks [][]byte) string {
	var b strings.Builder
	for _, chunk := range chunks {
		b.Write(chunk)
	}
	return b.String()
}

func TestFromReadCloser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := strings.Repeat("0123456789", 30_000)
		rc := &closer{Reader: iotest.DataErrReader(strings.NewReader(text))}
		got, err := transforms.FromReadCloser(rc).Collect(t.Context())
		wantError(t, err, nil)
		if joined(got) != text {
			t.Error("the bytes are not those of the reader")
		}
		if rc.closed != 1 {
			t.Errorf("it was closed %d times", rc.closed)
		}
	})
}

func TestFromReadCloserByDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		rc := &closer{Reader: readerFunc(func(p []byte) (int, error) {
			reads++
			return copy(p, "x"), nil
		})}
		reader := mustReader(t, transforms.FromReadCloser(rc))
		synctest.Wait()
		if reads != 0 {
			t.Error("it read without demand")
		}
		if _, err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if reads != 1 {
			t.Errorf("it read %d times for one chunk", reads)
		}
		rc.err = errBoom
		wantError(t, reader.Cancel(t.Context(), streams.ErrClosed), errBoom)
		if rc.closed != 1 {
			t.Errorf("it was closed %d times", rc.closed)
		}
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestFromReadCloserErrors(t *testing.T) {
	for name, test := range map[string]struct {
		reader io.Reader
		closes error
		want   error
	}{
		"Read":        {iotest.ErrReader(errBoom), nil, errBoom},
		"Read, Close": {iotest.ErrReader(errBoom), errors.New("later"), errBoom},
		"Close":       {strings.NewReader("x"), errBoom, errBoom},
		"no progress": {readerFunc(func([]byte) (int, error) { return 0, nil }), nil, io.ErrNoProgress},
	} {
		t.Run(name, func(t *testing.T) {
			rc := &closer{Reader: test.reader, err: test.closes}
			_, err := transforms.FromReadCloser(rc).Collect(t.Context())
			wantError(t, err, test.want)
			if rc.closed != 1 {
				t.Errorf("it was closed %d times", rc.closed)
			}
		})
	}
	_, err := transforms.FromReadCloser(nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

// Cancelling closes a reader that is being read, which is what ends that.
func TestFromReadCloserCancelWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		reader := mustReader(t, transforms.FromReadCloser(r))
		read := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantEnd(t, <-read)
		_, err := w.Write([]byte("x"))
		wantError(t, err, io.ErrClosedPipe)
	})
}

func TestFromScanner(t *testing.T) {
	scanner := bufio.NewScanner(strings.NewReader("one  two\nthree"))
	scanner.Split(bufio.ScanWords)
	got, err := transforms.FromScanner(scanner).Collect(t.Context())
	wantError(t, err, nil)
	var words []string
	for _, word := range got {
		words = append(words, string(word))
	}
	wantSlice(t, words, "one", "two", "three")
}

func TestFromScannerErrors(t *testing.T) {
	_, err := transforms.FromScanner(bufio.NewScanner(iotest.ErrReader(errBoom))).Collect(t.Context())
	wantError(t, err, errBoom)
	panicking := bufio.NewScanner(strings.NewReader("x"))
	panicking.Split(func([]byte, bool) (int, []byte, error) { panic(errBoom) })
	_, err = transforms.FromScanner(panicking).Collect(t.Context())
	wantPanic(t, err)
	_, err = transforms.FromScanner(nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := transforms.Pipe(t.Context(), 2)
		for _, text := range []string{"a", "b", "c"} { // two are held, and one waits in the writable side
			if _, err := io.WriteString(w, text); err != nil {
				t.Fatal(err)
			}
		}
		written := make(chan error, 1)
		go func() {
			if _, err := io.WriteString(w, "d"); err != nil {
				t.Error(err)
			}
			written <- w.Close()
		}()
		synctest.Wait()
		if len(written) > 0 {
			t.Error("the write did not wait")
		}
		got, err := io.ReadAll(r)
		wantError(t, err, nil)
		if string(got) != "abcd" {
			t.Errorf("read %q", got)
		}
		wantError(t, <-written, nil)
	})
}

func TestPipeReaderCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := transforms.Pipe(t.Context(), 0)
		wantError(t, r.Close(), nil)
		_, err := io.WriteString(w, "x")
		wantError(t, err, streams.ErrClosed)
	})
}

func TestPipeBadMark(t *testing.T) {
	r, w := transforms.Pipe(t.Context(), -1)
	_, err := io.ReadAll(r)
	wantError(t, err, streams.ErrRange)
	_, err = io.WriteString(w, "x")
	wantError(t, err, streams.ErrRange)
}
