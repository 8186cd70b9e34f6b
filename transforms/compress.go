package transforms

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/weirstreams/weir/streams"
)

// GzipOptions are the options of [Gzip].
type GzipOptions struct {
	// Level is from 1, the fastest, to 9, the smallest; 0 is a good middle. Any other makes a stream that is errored with
	// streams.ErrRange.
	Level int
}

// Gzip compresses bytes to gzip data of one member, which may also be none: an empty input has a gzip form too. How the
// bytes are split into chunks makes no difference to the data. A chunk that was written is not kept; a chunk that is read
// belongs to its reader. Gzip itself never fails. At most one GzipOptions is used.
//
// When the consumer is slow, nothing is compressed. The stage holds about 1 MiB for the compressor, less than 64 KiB of
// output, the output of the chunk that it is at work on, and one chunk that waits. It compresses beside the other stages,
// as far as their marks let them go on. What comes out is held back until it fills a chunk or the input ends.
func Gzip(options ...GzipOptions) *streams.TransformStream[[]byte, []byte] {
	level := 0
	if len(options) > 0 {
		level = options[0].Level
	}
	if level < 0 || level >= len(compressors) {
		return erroredTransform[[]byte, []byte](outOfRange("GzipOptions.Level", level))
	}
	g := &gzipper{pool: &compressors[level], level: level}
	return streams.NewTransformStream(streams.Transformer[[]byte, []byte]{
		Transform: g.transform,
		Flush:     g.flush,
	})
}

// compressors are pools of *gzip.Writer for each level, since making one costs as much as compressing many kilobytes.
var compressors [gzip.BestCompression + 1]sync.Pool

type gzipper struct {
	pool       *sync.Pool
	level      int
	compressor *gzip.Writer // nil before the first chunk
	output     blockBuffer
}

func (g *gzipper) start() error {
	if g.compressor != nil {
		return nil
	}
	if pooled, ok := g.pool.Get().(*gzip.Writer); ok {
		g.compressor = pooled
		pooled.Reset(&g.output)
		return nil
	}
	level := g.level
	if level == 0 {
		level = gzip.DefaultCompression
	}
	var err error
	g.compressor, err = gzip.NewWriterLevel(&g.output, level)
	return err
}

func (g *gzipper) transform(_ context.Context, chunk []byte, c *streams.TransformController[[]byte]) error {
	if err := g.start(); err != nil {
		return err
	}
	if _, err := g.compressor.Write(chunk); err != nil {
		return err
	}
	if g.output.filled >= blockSize {
		g.emit(c)
	}
	return nil
}

func (g *gzipper) flush(_ context.Context, c *streams.TransformController[[]byte]) error {
	if err := g.start(); err != nil {
		return err
	}
	if err := g.compressor.Close(); err != nil {
		return err
	}
	g.emit(c)
	g.compressor.Reset(io.Discard) // or it would keep the output
	g.pool.Put(g.compressor)
	return nil
}

func (g *gzipper) emit(c *streams.TransformController[[]byte]) {
	// It fails only if the stream has ended meanwhile; whoever ended it knows why.
	_ = c.Enqueue(g.output.take())
}

// GunzipOptions are the options of [Gunzip].
type GunzipOptions struct {
	// MaxSize is the number of bytes that may come out, of all members together. 0 is no limit, for memory does not grow
	// with them; a negative number makes a stream that is errored with streams.ErrRange.
	MaxSize int64
}

// Gunzip decompresses gzip data of one or more members, in chunks split anywhere. The chunks must belong to Gunzip once
// they are written; a chunk that is read, of at most 64 KiB, belongs to its reader.
//
// Input that ends too early makes an error with io.ErrUnexpectedEOF, and so does an empty input; other bytes than gzip
// data, also after the last member, and damaged data make one with [ErrCorrupt]; more output than GunzipOptions.MaxSize
// makes one with [ErrTooLarge]. Whatever comes out before that is delivered first. The error is found on the readable
// side, and cancels the source; closing the writable side does not wait for it. At most one GunzipOptions is used.
//
// When the consumer is slow, nothing is decompressed, however small the input is that would become large. The stage holds
// about 150 KiB for the decompressor, the chunk that it is at work on, and one that waits. It decompresses beside the other
// stages, as far as their marks let them go on.
func Gunzip(options ...GunzipOptions) streams.ReadableWritablePair[[]byte, []byte] {
	limit := int64(0)
	if len(options) > 0 {
		limit = options[0].MaxSize
	}
	switch {
	case limit < 0:
		return erroredTransform[[]byte, []byte](outOfRange("GunzipOptions.MaxSize", limit))
	case limit == 0:
		limit = math.MaxInt64
	}
	return newReaderPair(func(input io.Reader) io.Reader {
		return &gunzipReader{input: bufio.NewReader(input), limit: limit}
	})
}

// gzipFirstByte begins every member (RFC 1952, section 2.3.1).
const gzipFirstByte = 0x1f

// A gunzipReader is the decompressor, with clear errors and a limit. It goes from member to member itself, because a
// gzip.Reader that does would keep the end of a member back until the next one begins.
type gunzipReader struct {
	input        *bufio.Reader
	decompressor gzip.Reader
	members      int   // that were begun
	inMember     bool  // the last one has not ended
	limit, size  int64 // how much may come out, and has
}

func (g *gunzipReader) Read(p []byte) (int, error) {
	if !g.inMember {
		if err := g.nextMember(); err != nil {
			return 0, err
		}
	}
	n, err := g.decompressor.Read(p)
	if left := g.limit - g.size; int64(n) > left {
		g.size = g.limit
		return int(left), fmt.Errorf("%w: more than %d bytes", ErrTooLarge, g.limit)
	}
	g.size += int64(n)
	if err == io.EOF {
		g.inMember, err = false, nil
	}
	return n, explainGunzip(err)
}

// nextMember reads the header of a member. It returns io.EOF if there is none, and need not be.
func (g *gunzipReader) nextMember() error {
	// Reset cannot tell an end before the header from some of those within, nor a little garbage from one of those.
	first, err := g.input.Peek(1)
	switch {
	case err == io.EOF && g.members > 0:
		return err
	case err == nil && first[0] != gzipFirstByte:
		err = gzip.ErrHeader
	case err == nil:
		err = g.decompressor.Reset(g.input)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return explainGunzip(err)
	}
	g.decompressor.Multistream(false)
	g.members++
	g.inMember = true
	return nil
}

// explainGunzip says what an error of the decompressor means. It does not matter what it makes of errors of the input:
// see readerPair.
func explainGunzip(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("transforms: gzip data ends too early: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}
