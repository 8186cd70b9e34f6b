package transforms

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/weirstreams/weir/streams"
)

// Gzip compresses bytes to gzip data of one member (RFC 1952), which may also be none: an empty input has a gzip form too.
// Without CompressOptions.Flush it makes no difference to the data how the bytes are split into chunks. A chunk that was
// written is not kept; a chunk that is read belongs to its reader. Gzip itself never fails. At most one CompressOptions is
// used.
//
// When the consumer is slow, nothing is compressed. The stage holds about 1 MiB for the compressor, less than 64 KiB of
// output, the output of the chunk that it is at work on, and one chunk that waits. It compresses beside the other stages,
// as far as their marks let them go on. What comes out is held back until it fills a chunk or the input ends, or, with
// CompressOptions.Flush, not at all.
func Gzip(options ...CompressOptions) *streams.TransformStream[[]byte, []byte] {
	return gzipCompress.stage(options)
}

// Gunzip decompresses gzip data of one or more members (RFC 1952), in chunks split anywhere. The chunks must belong to
// Gunzip once they are written; a chunk that is read, of at most 64 KiB, belongs to its reader.
//
// Input that ends too early makes an error with io.ErrUnexpectedEOF, and so does an empty input; other bytes than gzip
// data, also after the last member, and damaged data make one with [ErrCorrupt]; more output than DecompressOptions.MaxSize
// makes one with [ErrTooLarge]. Whatever comes out before that is delivered first. The error is found on the readable
// side, and cancels the source; closing the writable side does not wait for it. At most one DecompressOptions is used.
//
// When the consumer is slow, nothing is decompressed, however small the input is that would become large. The stage holds
// about 150 KiB for the decompressor, the chunk that it is at work on, and one that waits. It decompresses beside the other
// stages, as far as their marks let them go on.
func Gunzip(options ...DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	return gzipDecompress.stage(options)
}

var gzipCompress = newCompressFormat(gzip.BestCompression, func(w io.Writer, level int) (compressor, error) {
	if level == 0 {
		level = gzip.DefaultCompression
	}
	return gzip.NewWriterLevel(w, level)
})

var gzipDecompress = &decompressFormat{
	name:     "gzip",
	members:  true,
	newCodec: func() codec { return new(gzipCodec) },
}

type gzipCodec struct{ gzip.Reader }

// gzipFirstByte begins every member (RFC 1952, section 2.3.1).
const gzipFirstByte = 0x1f

func (c *gzipCodec) begin(input *bufio.Reader, _ DecompressOptions) error {
	// Reset cannot tell a little garbage from an end within the head.
	if first, err := input.Peek(1); err != nil || first[0] != gzipFirstByte {
		return gzip.ErrHeader
	}
	if err := c.Reset(input); err != nil {
		return err
	}
	c.Multistream(false)
	return nil
}
