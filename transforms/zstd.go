package transforms

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/weirstreams/weir/streams"
)

// Zstd compresses bytes to zstd data of one frame (RFC 8878) with a checksum. Its levels are those of the zstd program, of
// which the library knows four steps: from 1, from 3 (the default), from 6 and from 10. In everything else it is as
// [Gzip], but that it holds about 20 MiB for the compressor, and 50 MiB from level 10 on.
func Zstd(options ...CompressOptions) *streams.TransformStream[[]byte, []byte] {
	return zstdCompress.stage(options)
}

// Unzstd decompresses zstd data of one or more frames (RFC 8878), of which some may be skippable. Data that asks for a
// larger window than DecompressOptions.MaxWindow makes an error with [ErrTooLarge]; one that needs a dictionary makes one
// with [ErrCorrupt]. In everything else it is as [Gunzip], but that it holds the window of the data for the
// decompressor, and 1 MiB.
func Unzstd(options ...DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	return zstdDecompress.stage(options)
}

// The highest level of the zstd program, and the one it takes where none is given.
const (
	zstdMaxLevel     = 22
	zstdDefaultLevel = 3
)

var zstdCompress = newCompressFormat(zstdMaxLevel, func(w io.Writer, level int) (compressor, error) {
	if level == 0 {
		level = zstdDefaultLevel
	}
	return zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)),
		zstd.WithEncoderConcurrency(1), // no goroutines, which a stage that is dropped would leave behind
		zstd.WithZeroFrames(true))      // an empty input has a zstd form too
})

var zstdDecompress = &decompressFormat{
	name:     "zstd",
	newCodec: func() codec { return new(zstdCodec) },
}

// A zstdCodec takes all frames for one member. It has a new decoder for each stage: a decoder has a channel, which must not
// get from one bubble of testing/synctest into another.
type zstdCodec struct{ decoder *zstd.Decoder }

func (c *zstdCodec) begin(input *bufio.Reader, options DecompressOptions) error {
	var err error
	c.decoder, err = zstd.NewReader(input,
		zstd.WithDecoderMaxWindow(uint64(options.MaxWindow)),
		zstd.WithDecoderConcurrency(1), // no goroutines, as above
		zstd.WithDecoderLowmem(true))
	return err
}

func (c *zstdCodec) Read(p []byte) (int, error) {
	n, err := c.decoder.Read(p)
	if err != nil {
		c.decoder = nil
	}
	// Of a frame in one segment, and of one that says how large its window is. The second is also the error for a block that
	// is larger than that, which there is no telling apart.
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		err = errWindow
	}
	return n, err
}
