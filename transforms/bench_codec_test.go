package transforms_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

// BenchmarkBytes has the stages from bytes to bytes, with chunks of 64 KiB.
func BenchmarkBytes(b *testing.B) {
	text := logLines(20_000)
	encoded := must(run(transforms.EncodeBase64(base64.StdEncoding), logLines(20_000)...))
	for _, c := range []struct {
		name  string
		input [][]byte
		stage func() pair[[]byte, []byte]
	}{
		{"Chunks", text, func() pair[[]byte, []byte] { return transforms.Chunks(1000) }},
		{"LimitBytes", text, func() pair[[]byte, []byte] { return transforms.LimitBytes(1 << 40) }},
		{"Hash", text, func() pair[[]byte, []byte] { return transforms.Hash(sha256.New(), nil) }},
		{"Split", text, func() pair[[]byte, []byte] { return transforms.Split(bufio.ScanLines) }},
		{"EncodeBase64", text, func() pair[[]byte, []byte] { return transforms.EncodeBase64(base64.StdEncoding) }},
		{"DecodeBase64", encoded, func() pair[[]byte, []byte] { return transforms.DecodeBase64(base64.StdEncoding) }},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkStage(b, c.input, totalSize(c.input), c.stage) })
	}
}

func BenchmarkText(b *testing.B) {
	text := logLines(20_000)
	benchmarkStage(b, text, totalSize(text), func() pair[[]byte, string] { return transforms.DecodeText() })
}

// BenchmarkFrames has frames of a hundred bytes.
func BenchmarkFrames(b *testing.B) {
	const size = 100
	messages := make([][]byte, 20_000)
	for i := range messages {
		messages[i] = make([]byte, size)
	}
	b.Run("Encode", func(b *testing.B) {
		benchmarkStage(b, messages, len(messages)*size, func() pair[[]byte, []byte] { return transforms.EncodeFrames() })
		perElement(b, len(messages))
	})
	frames := must(run(transforms.Chunks(64<<10), must(run(transforms.EncodeFrames(), messages...))...))
	b.Run("Decode", func(b *testing.B) {
		benchmarkStage(b, frames, totalSize(frames), func() pair[[]byte, []byte] { return transforms.DecodeFrames() })
		perElement(b, len(messages))
	})
}

// BenchmarkRecords has the stages that make elements of bytes with a parser of the standard library.
func BenchmarkRecords(b *testing.B) {
	const count = 20_000
	rows := must(run(transforms.Chunks(64<<10), bytes.Repeat([]byte("request,200,\"a, b\"\n"), count)))
	b.Run("DecodeCSV", func(b *testing.B) {
		benchmarkStage(b, rows, totalSize(rows), func() pair[[]byte, []string] { return transforms.DecodeCSV() })
		perElement(b, count)
	})
	array := must(run(transforms.Chunks(64<<10), must(run(transforms.EncodeJSONArray[event](), make([]event, count)...))...))
	b.Run("DecodeJSONArray", func(b *testing.B) {
		benchmarkStage(b, array, totalSize(array), func() pair[[]byte, event] { return transforms.DecodeJSONArray[event]() })
		perElement(b, count)
	})
}

// BenchmarkCompression has every format both ways.
func BenchmarkCompression(b *testing.B) {
	text := logLines(20_000)
	for _, f := range formats {
		b.Run(f.name+"/compress", func(b *testing.B) {
			benchmarkStage(b, text, totalSize(text), func() pair[[]byte, []byte] { return f.compress() })
		})
		compressed := must(run(f.compress(), text...))
		b.Run(f.name+"/decompress", func(b *testing.B) {
			benchmarkStage(b, compressed, totalSize(text), func() pair[[]byte, []byte] { return f.decompress() })
		})
	}
}
