package transforms_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// perElement reports the wall time for each of n elements of an operation.
func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/el")
}

func BenchmarkMapFilter(b *testing.B) {
	input := make([]int, 100_000)
	for i := range input {
		input[i] = i
	}
	b.ReportAllocs()
	for b.Loop() {
		mapped := streams.PipeThrough(streams.FromSlice(input), transforms.Map(func(x int) int { return 3*x + 1 }))
		filtered := streams.PipeThrough(mapped, transforms.Filter(func(x int) bool { return x%2 == 0 }))
		if err := filtered.PipeTo(b.Context(), transforms.Discard[int]()); err != nil {
			b.Fatal(err)
		}
	}
	perElement(b, len(input))
}

func BenchmarkBatch(b *testing.B) {
	input := make([]int, 100_000)
	benchmarkStage(b, input, 0, func() pair[int, []int] { return transforms.Batch[int](100) })
	perElement(b, len(input))
}

// logLines returns so many lines of JSON in chunks of 64 KiB.
func logLines(lines int) [][]byte {
	var text []byte
	for i := range lines {
		text = fmt.Appendf(text, `{"name":"request %d of a thousand","count":%d,"tags":{"method":"%x"}}`+"\n", i, i*i, i*7919)
	}
	const size = 64 << 10
	var places []int
	for place := size; place < len(text); place += size {
		places = append(places, place)
	}
	return cut(text, places...)
}

func totalSize(chunks [][]byte) int { return len(bytes.Join(chunks, nil)) }

func BenchmarkLines(b *testing.B) {
	const lines = 50_000
	chunks := logLines(lines)
	benchmarkStage(b, chunks, totalSize(chunks), func() pair[[]byte, []byte] { return transforms.Lines() })
	perElement(b, lines)
}

func BenchmarkDecodeJSONLines(b *testing.B) {
	const lines = 20_000
	chunks := logLines(lines)
	benchmarkStage(b, chunks, totalSize(chunks), func() pair[[]byte, record] { return transforms.DecodeJSONLines[record]() })
	perElement(b, lines)
}

func BenchmarkEncodeJSONLines(b *testing.B) {
	input := make([]record, 20_000)
	for i := range input {
		input[i] = record{Name: fmt.Sprint("request ", i), Count: int64(i)}
	}
	benchmarkStage(b, input, 0, func() pair[record, []byte] { return transforms.EncodeJSONLines[record]() })
	perElement(b, len(input))
}

// benchmarkStage sends input through a new stage in each operation, of so many bytes.
func benchmarkStage[I, O any](b *testing.B, input []I, size int, stage func() pair[I, O]) {
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		output := streams.PipeThrough(streams.FromSlice(input), stage())
		if err := output.PipeTo(b.Context(), transforms.Discard[O]()); err != nil {
			b.Fatal(err)
		}
	}
}
