package transforms_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"testing"
	"testing/synctest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A format is a pair of stages that are the reverse of each other, and what else is known of it.
type format struct {
	name       string
	compress   func(...transforms.CompressOptions) *streams.TransformStream[[]byte, []byte]
	decompress func(...transforms.DecompressOptions) pair[[]byte, []byte]
	maxLevel   int
	members    bool // several may follow each other
	checksum   bool // finds all damage

	// Another implementation; the same library where there is no other in Go.
	writer func(io.Writer) io.WriteCloser
	reader func(io.Reader) (io.Reader, error)
}

var formats = []format{
	{
		name: "gzip", compress: transforms.Gzip, decompress: transforms.Gunzip, maxLevel: 9, members: true, checksum: true,
		writer: func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		reader: func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	},
	{
		name: "deflate", compress: transforms.Deflate, decompress: transforms.Inflate, maxLevel: 9, checksum: true,
		writer: func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		reader: func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
	},
	{
		name: "deflate-raw", compress: transforms.DeflateRaw, decompress: transforms.InflateRaw, maxLevel: 9,
		writer: func(w io.Writer) io.WriteCloser { return must(flate.NewWriter(w, flate.DefaultCompression)) },
		reader: func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
	},
	{
		name: "zstd", compress: transforms.Zstd, decompress: transforms.Unzstd, maxLevel: 22, members: true, checksum: true,
		writer: func(w io.Writer) io.WriteCloser {
			return must(zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true)))
		},
		reader: func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) },
	},
	{
		name: "brotli", compress: transforms.Brotli, decompress: transforms.Unbrotli, maxLevel: 11,
		writer: func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		reader: func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	},
}

// pack compresses with the other implementation.
func (f format) pack(data []byte) []byte {
	var b bytes.Buffer
	w := f.writer(&b)
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// unpack decompresses with our stage: what comes out, and the error.
func (f format) unpack(options transforms.DecompressOptions, chunks ...[]byte) (string, error) {
	output, err := run(f.decompress(options), chunks...)
	return string(bytes.Join(output, nil)), err
}

// eachFormat runs a test for each format.
func eachFormat(t *testing.T, test func(t *testing.T, f format)) {
	t.Helper()
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) { test(t, f) })
	}
}

func drawData(rt *rapid.T) []byte {
	piece := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Just([]byte("again and again "))).Draw(rt, "piece")
	return bytes.Repeat(piece, rapid.SampledFrom([]int{0, 1, 2, 100, 5000}).Draw(rt, "times"))
}

func TestCompressRoundTrip(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		rapid.Check(t, func(rt *rapid.T) {
			data := drawData(rt)
			options := transforms.CompressOptions{
				Level: rapid.IntRange(0, min(f.maxLevel, 9)).Draw(rt, "level"), // brotli is very slow above
				Flush: rapid.Bool().Draw(rt, "flush"),
			}
			chunks, err := run(f.compress(options), drawChunks(rt, data)...)
			if err != nil {
				rt.Fatal(err)
			}
			compressed := bytes.Join(chunks, nil)
			r, err := f.reader(bytes.NewReader(compressed))
			if err != nil {
				rt.Fatal(err)
			}
			if theirs, err := io.ReadAll(r); err != nil || !bytes.Equal(theirs, data) {
				rt.Fatalf("the other implementation reads %d bytes, %v, want %d", len(theirs), err, len(data))
			}
			ours, err := f.unpack(transforms.DecompressOptions{}, drawChunks(rt, compressed)...)
			if err != nil || ours != string(data) {
				rt.Fatalf("we read %d bytes, %v, want %d", len(ours), err, len(data))
			}
		})
	})
}

// How the input is cut makes no difference to what comes out, but for where that is cut.
func TestCompressIsTheSameForAllChunks(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		data := append(incompressible(1), numberText()...)
		whole := bytes.Join(mustRun(t, f.compress(), data), nil)
		parts := bytes.Join(mustRun(t, f.compress(), cut(data, 0, 1, 1000, 70_000, 70_000, 220_000)...), nil)
		if !bytes.Equal(whole, parts) {
			t.Error("the same bytes in other chunks are compressed to other bytes")
		}
	})
}

func numberText() []byte {
	var data []byte
	for i := range 5000 {
		data = fmt.Appendf(data, "%x and %d, ", i*i*7919, i%97)
	}
	return data
}

func TestCompressLevels(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		data := numberText()
		size := func(level int) int {
			return len(bytes.Join(mustRun(t, f.compress(transforms.CompressOptions{Level: level}), data), nil))
		}
		fastest, middle, smallest := size(1), size(0), size(f.maxLevel)
		if smallest >= middle || middle >= fastest {
			t.Errorf("level 1 gives %d bytes, the default %d, level %d gives %d", fastest, middle, f.maxLevel, smallest)
		}
	})
}

// With Flush all that was written can be decompressed before there is more.
func TestCompressFlush(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		synctest.Test(t, func(t *testing.T) {
			compress, decompress := f.compress(transforms.CompressOptions{Flush: true}), f.decompress()
			reader := mustReader(t, streams.PipeThrough(compress.Readable(), decompress))
			writer, err := compress.Writable().GetWriter()
			if err != nil {
				t.Fatal(err)
			}
			for i := range 10 {
				message := fmt.Sprint("message ", i)
				if err := writer.Write(t.Context(), []byte(message)); err != nil {
					t.Fatal(err)
				}
				chunk, err := reader.Read(t.Context()) // would deadlock
				if string(chunk) != message || err != nil {
					t.Errorf("got %q, %v, want %q", chunk, err, message)
				}
			}
			mustCancel(t, reader)
		})
	})
}

// Without Flush small chunks are not compressed one by one.
func TestCompressGathers(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		var small [][]byte
		for range 1000 {
			small = append(small, []byte("a small chunk"))
		}
		if chunks := mustRun(t, f.compress(), small...); len(chunks) > 2 {
			t.Errorf("%d chunks came out", len(chunks))
		}
	})
}
