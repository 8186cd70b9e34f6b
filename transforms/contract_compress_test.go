package transforms_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// compressSubjects has two rows for each format. The data is flushed, for otherwise small chunks are gathered. What is to be
// decompressed is made by a stage before, so that it has an end.
func compressSubjects() []subject {
	var subjects []subject
	for i, names := range [][2]string{
		{"Gzip", "Gunzip"}, {"Deflate", "Inflate"}, {"DeflateRaw", "InflateRaw"}, {"Zstd", "Unzstd"}, {"Brotli", "Unbrotli"},
	} {
		f := formats[i]
		compress := func() pair[[]byte, []byte] { return f.compress(transforms.CompressOptions{Flush: true}) }
		subjects = append(subjects,
			operator[[]byte, []byte]{
				name: names[0], aheadAtStart: 1, aheadAfterRead: 2,
				input:  jsonLine,
				stage:  compress,
				want:   joinedBytes,
				normal: func(out [][]byte) [][]byte { return joinedBytes(must(run(f.decompress(), out...))) },
			}.subject(),
			operator[[]byte, []byte]{
				name: names[1], aheadAtStart: 2, aheadAfterRead: 3, // with the stage before it
				input:  jsonLine,
				stage:  func() pair[[]byte, []byte] { return streams.Chain(compress(), f.decompress()) },
				want:   joinedBytes,
				normal: joinedBytes, // it is cut where the decompressor likes
			}.subject())
	}
	return subjects
}

// joinedBytes makes one chunk of all bytes, or none of no bytes.
func joinedBytes(chunks [][]byte) [][]byte {
	all := slices.Concat(chunks...)
	if len(all) == 0 {
		return nil
	}
	return [][]byte{all}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// incompressible returns a chunk that a compressor makes at least one of.
func incompressible(seed int) []byte {
	chunk := make([]byte, 200<<10)
	_, _ = rand.NewChaCha8([32]byte{byte(seed)}).Read(chunk) // never fails
	return chunk
}

func TestBadCompressArguments(t *testing.T) {
	eachFormat(t, func(t *testing.T, f format) {
		checkBad(t, "CompressOptions.Level(-1)", f.compress(transforms.CompressOptions{Level: -1}), streams.ErrRange)
		tooHigh := f.compress(transforms.CompressOptions{Level: f.maxLevel + 1})
		checkBad(t, "CompressOptions.Level("+strconv.Itoa(f.maxLevel+1)+")", tooHigh, streams.ErrRange)
		checkBad(t, "DecompressOptions.MaxSize(-1)", f.decompress(transforms.DecompressOptions{MaxSize: -1}), streams.ErrRange)
		checkBad(t, "DecompressOptions.MaxWindow(1023)",
			f.decompress(transforms.DecompressOptions{MaxWindow: 1023}), streams.ErrRange)
	})
}
