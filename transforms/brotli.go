package transforms

import (
	"bufio"
	"io"

	"github.com/andybalholm/brotli"

	"github.com/weirstreams/weir/streams"
)

// Brotli compresses bytes to brotli data (RFC 7932). The default level is 6. In everything else it is as [Gzip], but that
// it holds about 50 MiB for the compressor; at level 1 that is 1 MiB.
func Brotli(options ...CompressOptions) *streams.TransformStream[[]byte, []byte] {
	return brotliCompress.stage(options)
}

// Unbrotli decompresses brotli data (RFC 7932). There is no more than one in an input: what follows makes an error with
// [ErrCorrupt]. Damage to it is not always found, since it has no checksum. In everything else it is as [Gunzip], but that
// it holds the window of the data for the decompressor, of at most 16 MiB, and 1 MiB.
func Unbrotli(options ...DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	return brotliDecompress.stage(options)
}

var brotliCompress = newCompressFormat(brotli.BestCompression, func(w io.Writer, level int) (compressor, error) {
	if level == 0 {
		level = brotli.DefaultCompression
	}
	return brotli.NewWriterLevel(w, level), nil
})

var brotliDecompress = &decompressFormat{
	name:     "brotli",
	newCodec: func() codec { return new(brotliCodec) },
}

type brotliCodec struct {
	reader brotli.Reader
	input  brotliInput
}

func (c *brotliCodec) begin(input *bufio.Reader, _ DecompressOptions) error {
	c.input.Reader = input
	return c.reader.Reset(&c.input)
}

// Read does not believe all errors of the library, which takes the end of some data that comes in pieces for data behind
// the end: it looks at a number of bytes that it has used already (v1.2.8, reader.go, buffer_length).
func (c *brotliCodec) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	if err != nil && c.ended() {
		err = io.EOF
	}
	return n, err
}

// ended reports whether the data has ended and there is no more in the buffer of the reader: only then does that return
// io.EOF when its input does.
func (c *brotliCodec) ended() bool {
	c.input.ended = true
	_, err := c.reader.Read(nil)
	c.input.ended = false
	return err == io.EOF
}

// A brotliInput can seem to have ended.
type brotliInput struct {
	*bufio.Reader
	ended bool
}

func (i *brotliInput) Read(p []byte) (int, error) {
	if i.ended {
		return 0, io.EOF
	}
	return i.Reader.Read(p)
}
