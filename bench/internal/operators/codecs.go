package operators

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"github.com/weirstreams/weir/bench/internal/workload"
	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// chunkSize is that of the input of the codecs.
const chunkSize = 64 << 10

// A number is the element of the codecs for records.
type number struct {
	N int `json:"n"`
}

type bytesPair = streams.ReadableWritablePair[[]byte, []byte]

// lines returns so many lines of JSON in chunks.
func lines(n int) ([][]byte, error) {
	var text []byte
	for i := range n {
		text = append(text, `{"n":`...)
		text = strconv.AppendInt(text, int64(i), 10)
		text = append(text, "}\n"...)
	}
	return converted([][]byte{text}, bytesPair(transforms.Chunks(chunkSize)))
}

// converted sends input through a stage.
func converted[T, U any](input []T, stage streams.ReadableWritablePair[T, U]) ([]U, error) {
	return streams.PipeThrough(streams.FromSlice(input), stage).Collect(context.Background())
}

// encoded makes the input of a decoder: what an encoder makes of input, in chunks.
func encoded[T any](
	input func(n int) ([]T, error), encoder func() streams.ReadableWritablePair[T, []byte],
) func(n int) ([][]byte, error) {
	return func(n int) ([][]byte, error) {
		values, err := input(n)
		if err != nil {
			return nil, err
		}
		output, err := converted(values, encoder())
		if err != nil {
			return nil, err
		}
		return converted(output, bytesPair(transforms.Chunks(chunkSize)))
	}
}

// codec is an engine whose operator is a stage of another input than ints.
func codec[T, U any](
	name string, input func(n int) ([]T, error), build func() streams.ReadableWritablePair[T, U], want func(int) int,
) workload.Engine {
	return engine(name, input, func(s *streams.ReadableStream[T]) *streams.ReadableStream[U] {
		return streams.PipeThrough(s, build())
	}, want)
}

// ofBytes is a codec from bytes to bytes, whose number of chunks is its own affair.
func ofBytes(name string, input func(n int) ([][]byte, error), build func() bytesPair) workload.Engine {
	return codec(name, input, build, anyNumber)
}

// texts are the codecs from bytes to bytes and text.
func texts() []workload.Engine {
	std := base64.StdEncoding
	toBase64 := func() bytesPair { return transforms.EncodeBase64(std) }
	toHex := func() bytesPair { return transforms.EncodeHex() }
	words := func(n int) ([]string, error) {
		text, err := lines(n)
		if err != nil {
			return nil, err
		}
		return converted(text, streams.ReadableWritablePair[[]byte, string](transforms.DecodeText()))
	}
	return []workload.Engine{
		codec("Lines", lines, func() bytesPair { return transforms.Lines() }, all),
		codec("Split", lines, func() bytesPair { return transforms.Split(bufio.ScanLines) }, all),
		ofBytes("Chunks", lines, func() bytesPair { return transforms.Chunks(1000) }),
		ofBytes("Hash-SHA-256", lines, func() bytesPair { return transforms.Hash(sha256.New(), nil) }),
		codec("DecodeText", lines, func() streams.ReadableWritablePair[[]byte, string] {
			return transforms.DecodeText()
		}, anyNumber),
		codec("EncodeText", words, func() streams.ReadableWritablePair[string, []byte] {
			return transforms.EncodeText()
		}, anyNumber),
		ofBytes("EncodeBase64", lines, toBase64),
		ofBytes("DecodeBase64", encoded(lines, toBase64), func() bytesPair { return transforms.DecodeBase64(std) }),
		ofBytes("EncodeHex", lines, toHex),
		ofBytes("DecodeHex", encoded(lines, toHex), func() bytesPair { return transforms.DecodeHex() }),
	}
}

// records are the codecs that make a chunk of each record.
func records() []workload.Engine {
	numbers := func(n int) ([]number, error) {
		input := make([]number, n)
		for i := range input {
			input[i].N = i
		}
		return input, nil
	}
	rows := func(n int) ([][]string, error) {
		input := make([][]string, n)
		for i := range input {
			input[i] = []string{"n", strconv.Itoa(i)}
		}
		return input, nil
	}
	messages := func(n int) ([][]byte, error) {
		text, err := lines(n)
		if err != nil {
			return nil, err
		}
		return converted(text, transforms.Lines())
	}
	return []workload.Engine{
		codec("EncodeFrames", messages, func() bytesPair { return transforms.EncodeFrames() }, all),
		codec("DecodeFrames", encoded(messages, func() bytesPair { return transforms.EncodeFrames() }),
			func() bytesPair { return transforms.DecodeFrames() }, all),
		codec("EncodeJSONLines", numbers, func() streams.ReadableWritablePair[number, []byte] {
			return transforms.EncodeJSONLines[number]()
		}, all),
		codec("DecodeJSONLines", lines, func() streams.ReadableWritablePair[[]byte, number] {
			return transforms.DecodeJSONLines[number]()
		}, all),
		codec("DecodeJSONArray", encoded(numbers, func() streams.ReadableWritablePair[number, []byte] {
			return transforms.EncodeJSONArray[number]()
		}), func() streams.ReadableWritablePair[[]byte, number] { return transforms.DecodeJSONArray[number]() }, all),
		codec("EncodeCSV", rows, func() streams.ReadableWritablePair[[]string, []byte] {
			return transforms.EncodeCSV()
		}, all),
		codec("DecodeCSV", encoded(rows, func() streams.ReadableWritablePair[[]string, []byte] {
			return transforms.EncodeCSV()
		}), func() streams.ReadableWritablePair[[]byte, []string] { return transforms.DecodeCSV() }, all),
	}
}

// formats are the formats of compression.
func formats() []workload.Engine {
	gzip := func() bytesPair { return transforms.Gzip() }
	zstd := func() bytesPair { return transforms.Zstd() }
	brotli := func() bytesPair { return transforms.Brotli() }
	return []workload.Engine{
		ofBytes("Gzip", lines, gzip),
		ofBytes("Gunzip", encoded(lines, gzip), func() bytesPair { return transforms.Gunzip() }),
		ofBytes("Zstd", lines, zstd),
		ofBytes("Unzstd", encoded(lines, zstd), func() bytesPair { return transforms.Unzstd() }),
		ofBytes("Brotli", lines, brotli),
		ofBytes("Unbrotli", encoded(lines, brotli), func() bytesPair { return transforms.Unbrotli() }),
	}
}
