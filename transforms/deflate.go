package transforms

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"

	"github.com/weirstreams/weir/streams"
)

// Deflate compresses bytes to what the Compression Streams standard calls "deflate": zlib data (RFC 1950), which is also
// what HTTP means by that name. In everything else it is as [Gzip], and holds as much.
func Deflate(options ...CompressOptions) *streams.TransformStream[[]byte, []byte] {
	return zlibCompress.stage(options)
}

// Inflate decompresses zlib data (RFC 1950), which the Compression Streams standard calls "deflate". There is no more than
// one in an input: what follows makes an error with [ErrCorrupt], and so does data that needs a dictionary. In everything
// else it is as [Gunzip], and holds as much.
func Inflate(options ...DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	return zlibDecompress.stage(options)
}

// DeflateRaw compresses bytes to what the Compression Streams standard calls "deflate-raw": DEFLATE data without a head or
// a checksum (RFC 1951), as in zip files. In everything else it is as [Gzip], and holds as much.
func DeflateRaw(options ...CompressOptions) *streams.TransformStream[[]byte, []byte] {
	return flateCompress.stage(options)
}

// InflateRaw decompresses DEFLATE data without a head or a checksum (RFC 1951), which the Compression Streams standard
// calls "deflate-raw". Damage to it is not always found, since it has no checksum; what follows it makes an error with
// [ErrCorrupt]. In everything else it is as [Gunzip], and holds as much.
func InflateRaw(options ...DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	return flateDecompress.stage(options)
}

var zlibCompress = newCompressFormat(zlib.BestCompression, func(w io.Writer, level int) (compressor, error) {
	if level == 0 {
		level = zlib.DefaultCompression
	}
	return zlib.NewWriterLevel(w, level)
})

var flateCompress = newCompressFormat(flate.BestCompression, func(w io.Writer, level int) (compressor, error) {
	if level == 0 {
		level = flate.DefaultCompression
	}
	return flate.NewWriter(w, level)
})

var zlibDecompress = &decompressFormat{
	name:     "zlib",
	newCodec: func() codec { return new(zlibCodec) },
}

// A zlibCodec has a reader from its first begin on, which makes it.
type zlibCodec struct{ io.Reader }

func (c *zlibCodec) begin(input *bufio.Reader, _ DecompressOptions) error {
	if again, ok := c.Reader.(zlib.Resetter); ok {
		return again.Reset(input, nil)
	}
	r, err := zlib.NewReader(input)
	if err != nil {
		return err
	}
	c.Reader = r
	return nil
}

var flateDecompress = &decompressFormat{
	name:     "deflate",
	newCodec: func() codec { return &flateCodec{flate.NewReader(nil)} },
}

type flateCodec struct{ io.Reader }

func (c *flateCodec) begin(input *bufio.Reader, _ DecompressOptions) error {
	return c.Reader.(flate.Resetter).Reset(input, nil)
}
