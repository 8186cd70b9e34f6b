package transforms_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func drawData(rt *rapid.T) []byte {
	piece := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Just([]byte("again and again "))).Draw(rt, "piece")
	return bytes.Repeat(piece, rapid.SampledFrom([]int{0, 1, 2, 100, 5000}).Draw(rt, "times"))
}

func TestGzipRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := drawData(rt)
		level := rapid.IntRange(0, 9).Draw(rt, "level")
		compressed, err := run(transforms.Gzip(transforms.GzipOptions{Level: level}), drawChunks(rt, data)...)
		if err != nil {
			rt.Fatal(err)
		}
		r, err := stdgzip.NewReader(bytes.NewReader(bytes.Join(compressed, nil)))
		if err != nil {
			rt.Fatal(err)
		}
		if theirs, err := io.ReadAll(r); err != nil || !bytes.Equal(theirs, data) {
			rt.Fatalf("the standard library reads %d bytes, %v, want %d", len(theirs), err, len(data))
		}
		chunks, err := run(transforms.Gunzip(), drawChunks(rt, bytes.Join(compressed, nil))...)
		if ours := bytes.Join(chunks, nil); err != nil || !bytes.Equal(ours, data) {
			rt.Fatalf("Gunzip reads %d bytes, %v, want %d", len(ours), err, len(data))
		}
	})
}

func TestGunzipMembers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var data, compressed []byte
		for range rapid.IntRange(1, 4).Draw(rt, "members") {
			member := drawData(rt)
			data = append(data, member...)
			compressed = append(compressed, gzipped(member)...)
		}
		chunks, err := run(transforms.Gunzip(), drawChunks(rt, compressed)...)
		if got := bytes.Join(chunks, nil); err != nil || !bytes.Equal(got, data) {
			rt.Fatalf("got %d bytes, %v, want %d", len(got), err, len(data))
		}
	})
}

// How the input is cut makes no difference to what Gzip gives, but for where that is cut.
func TestGzipIsTheSameForAllChunks(t *testing.T) {
	data := incompressible(1)
	whole := bytes.Join(mustRun(t, transforms.Gzip(), data), nil)
	parts := bytes.Join(mustRun(t, transforms.Gzip(), cut(data, 0, 1, 1000, 70_000, 70_000)...), nil)
	if !bytes.Equal(whole, parts) {
		t.Error("the same bytes in other chunks are compressed to other bytes")
	}
}

func TestGzipLevels(t *testing.T) {
	var data []byte
	for i := range 20_000 {
		data = fmt.Appendf(data, "%x and %d, ", i*i*7919, i%97)
	}
	size := func(level int) int {
		return len(bytes.Join(mustRun(t, transforms.Gzip(transforms.GzipOptions{Level: level}), data), nil))
	}
	if size(9) >= size(1) {
		t.Errorf("level 9 gives %d bytes, level 1 gives %d", size(9), size(1))
	}
}

// gunzipped is what comes out of Gunzip, and the error.
func gunzipped(options transforms.GunzipOptions, chunks ...[]byte) (string, error) {
	output, err := run(transforms.Gunzip(options), chunks...)
	return string(bytes.Join(output, nil)), err
}

// gzippedWithHeader has every optional field in its header.
func gzippedWithHeader(t *testing.T, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	w.Header = stdgzip.Header{Name: "name", Comment: "comment", Extra: []byte("extra")}
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGunzipTruncated(t *testing.T) {
	first, second := gzippedWithHeader(t, "the first member"), gzippedWithHeader(t, "the second member")
	both := slices.Concat(first, second)
	for length := range both {
		if length == len(first) {
			continue // the first member is whole by itself
		}
		got, err := gunzipped(transforms.GunzipOptions{}, both[:length])
		if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, transforms.ErrCorrupt) {
			t.Errorf("cut at %d: got the error %v, want io.ErrUnexpectedEOF", length, err)
		}
		want := ""
		if length > len(first) {
			want = "the first member"
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("cut at %d: %q came out before the error", length, got)
		}
	}
}

func TestGunzipCorrupt(t *testing.T) {
	const text = "a text of some length, a text of some length"
	good := gzipped([]byte(text))
	for i := range good {
		for bit := range 8 {
			bad := slices.Clone(good)
			bad[i] ^= 1 << bit
			got, err := gunzipped(transforms.GunzipOptions{}, bad)
			if err == nil && got != text {
				t.Errorf("with bit %d of byte %d changed %q came out, and no error", bit, i, got)
			}
			if err != nil && !errors.Is(err, transforms.ErrCorrupt) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("with bit %d of byte %d changed: %v", bit, i, err)
			}
		}
	}
	for name, input := range map[string][]byte{
		"not gzip":         []byte("this is not gzip data"),
		"garbage behind":   append(slices.Clone(good), "garbage behind"...),
		"a byte behind":    append(slices.Clone(good), 0),
		"a wrong checksum": append(good[:len(good)-8:len(good)-8], 0, 0, 0, 0, byte(len(text)), 0, 0, 0),
	} {
		_, err := gunzipped(transforms.GunzipOptions{}, input)
		if !errors.Is(err, transforms.ErrCorrupt) {
			t.Errorf("%s: got the error %v, want ErrCorrupt", name, err)
		}
	}
}

// What comes out before a fault is delivered, all of it.
func TestGunzipDeliversWhatIsBeforeTheFault(t *testing.T) {
	data := bytes.Repeat(incompressible(1), 5)
	for name, input := range map[string][]byte{
		"garbage behind": append(gzipped(data), "garbage"...),
		"checksum":       append(gzipped(data)[:len(gzipped(data))-8], "12345678"...),
	} {
		got, err := gunzipped(transforms.GunzipOptions{}, input)
		wantError(t, err, transforms.ErrCorrupt)
		if got != string(data) {
			t.Errorf("%s: %d bytes came out before the error, want %d", name, len(got), len(data))
		}
	}
}

func TestGunzipMaxSize(t *testing.T) {
	data := incompressible(1)
	size := int64(len(data))
	input := slices.Concat(gzipped(data[:1000]), gzipped(data[1000:]))
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
		got, err := gunzipped(transforms.GunzipOptions{MaxSize: c.limit}, input)
		wantError(t, err, c.want)
		if want := string(data[:min(c.limit, size)]); got != want {
			t.Errorf("limit %d: %d bytes came out", c.limit, len(got))
		}
	}
}

// A small input that becomes very large does so only as far as somebody reads.
func TestGunzipIsHeldBack(t *testing.T) {
	const size = 64 << 20
	bomb := gzippedZeros(t, size)
	synctest.Test(t, func(t *testing.T) {
		source := newProbe(func(int) []byte { return bomb })
		reader := mustReader(t, streams.PipeThrough(source.stream, transforms.Gunzip()))
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
		if source.taken != 2 {
			t.Errorf("%d chunks of input were taken, want the one at work and one that waits", source.taken)
		}
		mustCancel(t, reader)
	})
	// Were it not held back, this would decompress 64 gigabytes.
	limited := transforms.Gunzip(transforms.GunzipOptions{MaxSize: 1 << 20})
	_, err := run(limited, slices.Repeat([][]byte{bomb}, 1000)...)
	wantError(t, err, transforms.ErrTooLarge)
}

// gzippedZeros returns a member of so many zero bytes.
func gzippedZeros(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := stdgzip.NewWriterLevel(&b, stdgzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range size / len(zeros) {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGunzipManyEmptyMembers(t *testing.T) {
	input := append(bytes.Repeat(gzipped(nil), 100_000), gzipped([]byte("the end"))...)
	got, err := gunzipped(transforms.GunzipOptions{}, input)
	if got != "the end" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// What can be decompressed comes out before there is more input: the end of a member, and what was flushed.
func TestGunzipDoesNotHoldBackOutput(t *testing.T) {
	var flushed bytes.Buffer
	w := stdgzip.NewWriter(&flushed)
	if _, err := io.WriteString(w, "flushed"); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, input := range map[string][]byte{"flushed": flushed.Bytes(), "member": gzipped([]byte("member"))} {
		synctest.Test(t, func(t *testing.T) {
			stage := transforms.Gunzip()
			reader := mustReader(t, stage.Readable())
			writer, err := stage.Writable().GetWriter()
			if err != nil {
				t.Fatal(err)
			}
			if err := writer.Write(t.Context(), input); err != nil {
				t.Fatal(err)
			}
			chunk, err := reader.Read(t.Context()) // would deadlock
			if string(chunk) != name || err != nil {
				t.Errorf("got %q, %v, want %q", chunk, err, name)
			}
			mustCancel(t, reader)
		})
	}
}

// An error of the source that looks like one of the decompressor stays what it is.
func TestGunzipKeepsErrorsOfTheSource(t *testing.T) {
	for _, want := range []error{errBoom, io.ErrUnexpectedEOF, context.Canceled} {
		input := gzipped(incompressible(1))
		source := streams.FromReader(io.MultiReader(bytes.NewReader(input[:len(input)/2]), failingReader{want}))
		_, err := streams.PipeThrough(source, transforms.Gunzip()).Collect(context.Background())
		if err != want { //nolint:errorlint // the very error is what it is about
			t.Errorf("got the error %v, want %v as it is", err, want)
		}
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// With nobody reading, no goroutine waits in Gunzip; a bubble whose goroutines do not end would fail.
func TestGunzipAtRestHoldsNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stage := transforms.Gunzip()
		writer, err := stage.Writable().GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Write(t.Context(), gzipped(incompressible(1))); err != nil {
			t.Fatal(err)
		}
		reader := mustReader(t, stage.Readable())
		if _, err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// A read that waits for input ends when the input does.
func TestGunzipEndsWithItsInput(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(ctx context.Context, w *streams.WritableStream[[]byte]) error
		want error
	}{
		"close": {func(ctx context.Context, w *streams.WritableStream[[]byte]) error { return w.Close(ctx) }, io.ErrUnexpectedEOF},
		"abort": {func(ctx context.Context, w *streams.WritableStream[[]byte]) error { return w.Abort(ctx, errBoom) }, errBoom},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stage := transforms.Gunzip()
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
	}
}
