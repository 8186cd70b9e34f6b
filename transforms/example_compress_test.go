package transforms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// thereAndBack compresses a text, decompresses it and writes it.
func thereAndBack(compress *streams.TransformStream[[]byte, []byte], decompress streams.ReadableWritablePair[[]byte, []byte]) {
	text := streams.FromReader(strings.NewReader("there and back again"))
	plain := streams.PipeThrough(streams.PipeThrough(text, compress), decompress)
	fmt.Println(plain.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
}

// compressedSize is how long a text of 6000 bytes becomes.
func compressedSize(compress *streams.TransformStream[[]byte, []byte]) {
	text := streams.FromReader(strings.NewReader(strings.Repeat("water ", 1000)))
	var file bytes.Buffer
	err := streams.PipeThrough(text, compress).PipeTo(context.Background(), transforms.WriterSink(&file))
	fmt.Println(file.Len() < 100, err)
}

func ExampleDeflate() {
	compressedSize(transforms.Deflate())
	// Output: true <nil>
}

func ExampleInflate() {
	thereAndBack(transforms.Deflate(), transforms.Inflate())
	// Output: there and back again<nil>
}

func ExampleDeflateRaw() {
	compressedSize(transforms.DeflateRaw())
	// Output: true <nil>
}

func ExampleInflateRaw() {
	thereAndBack(transforms.DeflateRaw(), transforms.InflateRaw())
	// Output: there and back again<nil>
}

func ExampleZstd() {
	compressedSize(transforms.Zstd())
	// Output: true <nil>
}

func ExampleUnzstd() {
	thereAndBack(transforms.Zstd(), transforms.Unzstd())
	// Output: there and back again<nil>
}

func ExampleBrotli() {
	compressedSize(transforms.Brotli())
	// Output: true <nil>
}

func ExampleUnbrotli() {
	thereAndBack(transforms.Brotli(), transforms.Unbrotli())
	// Output: there and back again<nil>
}

// A window beyond the default makes an error, and beyond a limit of one's own.
func ExampleDefaultMaxWindow() {
	data := []byte{0x28, 0xB5, 0x2F, 0xFD, 0, (24 - 10) << 3, 1, 0, 0} // an empty frame that asks for 16 MiB
	for _, window := range []int{0, 2 * transforms.DefaultMaxWindow} {
		unzstd := transforms.Unzstd(transforms.DecompressOptions{MaxWindow: window})
		_, err := streams.PipeThrough(streams.FromSlice([][]byte{data}), unzstd).Collect(context.Background())
		fmt.Println(errors.Is(err, transforms.ErrTooLarge), err == nil)
	}
	// Output:
	// true false
	// false true
}
