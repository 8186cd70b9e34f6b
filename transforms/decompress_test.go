package transforms_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestDecompressMembers(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		rapid.Check(t, func(rt *rapid.T) {
			var data, compressed []byte
			members := rapid.IntRange(1, 4).Draw(rt, "members")
			for i := range members {
				member := drawData(rt)
				if i == 0 || f.members {
					data = append(data, member...)
				}
				compressed = append(compressed, f.pack(member)...)
			}
			got, err := f.unpack(transforms.DecompressOptions{}, drawChunks(rt, compressed)...)
			if members > 1 && !f.members {
				if !errors.Is(err, transforms.ErrCorrupt) {
					rt.Fatalf("data behind the end: got the error %v, want ErrCorrupt", err)
				}
			} else if err != nil {
				rt.Fatal(err)
			}
			if got != string(data) {
				rt.Fatalf("got %d bytes, want %d", len(got), len(data))
			}
		})
	})
}

func TestDecompressTruncated(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		first, second := f.pack([]byte("the first member")), f.pack([]byte("the second member"))
		input := first
		if f.members {
			input = slices.Concat(first, second)
		}
		for length := range input {
			if length == len(first) {
				continue // the first member is whole by itself
			}
			checkTruncated(t, f, input[:length], length > len(first))
		}
	})
}

// checkTruncated decompresses the beginning of two members.
func checkTruncated(t *testing.T, f format, input []byte, hasFirst bool) {
	t.Helper()
	got, err := f.unpack(transforms.DecompressOptions{}, input)
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, transforms.ErrCorrupt) {
		t.Errorf("cut at %d: got the error %v, want io.ErrUnexpectedEOF", len(input), err)
	}
	want := ""
	if hasFirst {
		want = "the first member"
	}
	if !strings.HasPrefix(got, want) {
		t.Errorf("cut at %d: %q came out before the error", len(input), got)
	}
}

// Every optional field is in the head.
func TestGunzipTruncatedHead(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Header = gzip.Header{Name: "name", Comment: "comment", Extra: []byte("extra")}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for length := range b.Len() {
		checkTruncated(t, formats[0], b.Bytes()[:length], false)
	}
}

func TestDecompressCorrupt(t *testing.T) {
	const text = "a text of some length, a text of some length"
	eachFormat(t, func(t *testing.T, f format) {
		good := f.pack([]byte(text))
		for i := range good {
			for bit := range 8 {
				bad := slices.Clone(good)
				bad[i] ^= 1 << bit
				got, err := f.unpack(transforms.DecompressOptions{MaxSize: 1 << 20}, bad)
				if err == nil && got != text && f.checksum {
					t.Errorf("with bit %d of byte %d changed %q came out, and no error", bit, i, got)
				}
				if err != nil && !isDecompressError(err) {
					t.Errorf("with bit %d of byte %d changed: %v", bit, i, err)
				}
			}
		}
	})
}

// isDecompressError reports whether err is one of those that bad data may make.
func isDecompressError(err error) bool {
	return errors.Is(err, transforms.ErrCorrupt) || errors.Is(err, transforms.ErrTooLarge) || errors.Is(err, io.ErrUnexpectedEOF)
}

func TestDecompressOtherData(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		good := f.pack([]byte("a text"))
		for name, input := range map[string][]byte{
			"other data":     []byte("\xffthis is not compressed data"),
			"garbage behind": append(slices.Clone(good), "garbage behind"...),
		} {
			_, err := f.unpack(transforms.DecompressOptions{}, input)
			if !errors.Is(err, transforms.ErrCorrupt) {
				t.Errorf("%s: got the error %v, want ErrCorrupt", name, err)
			}
		}
		_, err := f.unpack(transforms.DecompressOptions{}, good, []byte{0})
		if !isDecompressError(err) {
			t.Errorf("a byte behind: got the error %v", err)
		}
	})
}

func TestDecompressChecksum(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		if !f.checksum {
			return
		}
		good := f.pack([]byte("a text"))
		last := len(good) - 1
		if f.name == "gzip" { // whose length is behind it
			last -= 4
		}
		good[last] ^= 1
		_, err := f.unpack(transforms.DecompressOptions{}, good)
		wantError(t, err, transforms.ErrCorrupt)
	})
}

// What comes out before a fault is delivered, all of it.
func TestDecompressDeliversWhatIsBeforeTheFault(t *testing.T) {
	data := bytes.Repeat(incompressible(1), 5)
	eachFormat(t, func(t *testing.T, f format) {
		got, err := f.unpack(transforms.DecompressOptions{}, f.pack(data), []byte("garbage"))
		wantError(t, err, transforms.ErrCorrupt)
		if got != string(data) {
			t.Errorf("%d bytes came out before the error, want %d", len(got), len(data))
		}
	})
}

func TestDecompressMaxSize(t *testing.T) {
	data := incompressible(1)
	size := int64(len(data))
	eachFormat(t, func(t *testing.T, f format) {
		input := f.pack(data)
		if f.members {
			input = slices.Concat(f.pack(data[:1000]), f.pack(data[1000:]))
		}
		for _, c := range []struct {
			limit int64
			want  error
		}{
			{1, transforms.ErrTooLarge},
			{1000, transforms.ErrTooLarge},
			{size - 1, transforms.ErrTooLarge},
			{size, nil},
			{size + 1, nil},
		} {
			got, err := f.unpack(transforms.DecompressOptions{MaxSize: c.limit}, input)
			wantError(t, err, c.want)
			if want := string(data[:min(c.limit, size)]); got != want {
				t.Errorf("limit %d: %d bytes came out", c.limit, len(got))
			}
		}
	})
}

// A small input that becomes very large does so only as far as somebody reads.
func TestDecompressIsHeldBack(t *testing.T) {
	const size = 16 << 20
	eachFormat(t, func(t *testing.T, f format) {
		bomb := f.pack(make([]byte, size))
		if len(bomb) > size/500 {
			t.Errorf("the bomb has %d bytes", len(bomb))
		}
		synctest.Test(t, func(t *testing.T) {
			source := newProbe(func(int) []byte { return bomb })
			reader := mustReader(t, streams.PipeThrough(source.stream, f.decompress()))
			for range 10 {
				chunk, err := reader.Read(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if len(chunk) > 64<<10 {
					t.Errorf("a chunk has %d bytes", len(chunk))
				}
			}
			synctest.Wait()
			if source.taken > 2 {
				t.Errorf("%d chunks of input were taken, want the one at work and one that waits", source.taken)
			}
			mustCancel(t, reader)
		})
		// Were it not held back, this would decompress 16 gigabytes.
		_, err := run(f.decompress(transforms.DecompressOptions{MaxSize: 1 << 20}), slices.Repeat([][]byte{bomb}, 1000)...)
		wantError(t, err, transforms.ErrTooLarge)
	})
}

// zstdWithWindow compresses data that needs such a window.
func zstdWithWindow(t *testing.T, window int) (data, compressed []byte) {
	t.Helper()
	random := incompressible(1)
	data = slices.Concat(random, make([]byte, window/2), random)
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data, b.Bytes()
}

func TestUnzstdMaxWindow(t *testing.T) {
	f := formats[3]
	const window = 16 << 20
	data, compressed := zstdWithWindow(t, window)
	for _, c := range []struct {
		limit int
		want  error
	}{{0, transforms.ErrTooLarge}, {window - 1, transforms.ErrTooLarge}, {window, nil}, {0, transforms.ErrTooLarge}} {
		got, err := f.unpack(transforms.DecompressOptions{MaxWindow: c.limit}, compressed)
		wantError(t, err, c.want)
		if c.want == nil && got != string(data) {
			t.Errorf("limit %d: %d bytes came out", c.limit, len(got))
		}
	}
	data, compressed = zstdWithWindow(t, transforms.DefaultMaxWindow)
	if got, err := f.unpack(transforms.DecompressOptions{}, compressed); err != nil || got != string(data) {
		t.Errorf("%d bytes came out with the default limit, %v", len(got), err)
	}
}

func TestDecompressManyEmptyMembers(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		if !f.members {
			return
		}
		input := append(bytes.Repeat(f.pack(nil), 20_000), f.pack([]byte("the end"))...)
		got, err := f.unpack(transforms.DecompressOptions{}, input)
		if got != "the end" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// The end of a member comes out before there is more input.
func TestDecompressDoesNotHoldBackOutput(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		synctest.Test(t, func(t *testing.T) {
			stage := f.decompress()
			reader := mustReader(t, stage.Readable())
			writer, err := stage.Writable().GetWriter()
			if err != nil {
				t.Fatal(err)
			}
			if err := writer.Write(t.Context(), f.pack([]byte("member"))); err != nil {
				t.Fatal(err)
			}
			chunk, err := reader.Read(t.Context()) // would deadlock
			if string(chunk) != "member" || err != nil {
				t.Errorf("got %q, %v", chunk, err)
			}
			mustCancel(t, reader)
		})
	})
}

// An error of the source that looks like one of the decompressor stays what it is.
func TestDecompressKeepsErrorsOfTheSource(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		for _, want := range []error{errBoom, io.ErrUnexpectedEOF, context.Canceled} {
			input := f.pack(incompressible(1))
			source := streams.FromReader(io.MultiReader(bytes.NewReader(input[:len(input)/2]), failingReader{want}))
			_, err := streams.PipeThrough(source, f.decompress()).Collect(context.Background())
			if err != want { //nolint:errorlint // the very error is what it is about
				t.Errorf("got the error %v, want %v as it is", err, want)
			}
		}
	})
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// With nobody reading, no goroutine waits; a bubble whose goroutines do not end would fail.
func TestDecompressAtRestHoldsNoGoroutine(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		synctest.Test(t, func(t *testing.T) {
			stage := f.decompress()
			writer, err := stage.Writable().GetWriter()
			if err != nil {
				t.Fatal(err)
			}
			if err := writer.Write(t.Context(), f.pack(incompressible(1))); err != nil {
				t.Fatal(err)
			}
			reader := mustReader(t, stage.Readable())
			if _, err := reader.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// A read that waits for input ends when the input does.
func TestDecompressEndsWithItsInput(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(ctx context.Context, w *streams.WritableStream[[]byte]) error
		want error
	}{
		"close": {func(ctx context.Context, w *streams.WritableStream[[]byte]) error { return w.Close(ctx) }, io.ErrUnexpectedEOF},
		"abort": {func(ctx context.Context, w *streams.WritableStream[[]byte]) error { return w.Abort(ctx, errBoom) }, errBoom},
	} {
		t.Run(name, func(t *testing.T) {
			eachFormat(t, func(t *testing.T, f format) {
				synctest.Test(t, func(t *testing.T) {
					stage := f.decompress()
					collected := make(chan error)
					go func() {
						_, err := stage.Readable().Collect(t.Context())
						collected <- err
					}()
					synctest.Wait()
					if err := c.end(t.Context(), stage.Writable()); err != nil {
						t.Error(err)
					}
					wantError(t, <-collected, c.want)
				})
			})
		})
	}
}

// Decompressors are used again, also by several stages at a time and after an error.
func TestDecompressAtTheSameTime(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		done := make(chan error)
		const workers = 8
		for seed := range workers {
			go func() { done <- checkManyTimes(f, rand.New(rand.NewPCG(uint64(seed), 0))) }()
		}
		for range workers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func checkManyTimes(f format, random *rand.Rand) error {
	for range 10 {
		data := incompressible(int(random.Uint32()))[:random.IntN(5000)]
		compressed, err := run(f.compress(), data)
		if err != nil {
			return err
		}
		whole := bytes.Join(compressed, nil)
		got, err := f.unpack(transforms.DecompressOptions{}, whole)
		if err != nil || got != string(data) {
			return errors.Join(errors.New("other data came out"), err)
		}
		if _, err := f.unpack(transforms.DecompressOptions{}, whole[:random.IntN(len(whole))]); !isDecompressError(err) {
			return errors.Join(errors.New("no error for truncated data"), err)
		}
	}
	return nil
}
