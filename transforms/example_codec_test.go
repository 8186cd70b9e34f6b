package transforms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleLines() {
	text := streams.FromReader(strings.NewReader("one\ntwo\r\nthree"))
	lines := streams.PipeThrough(text, transforms.Lines())
	err := lines.ForEach(context.Background(), func(line []byte) error {
		fmt.Printf("%q\n", line)
		return nil
	})
	fmt.Println(err)
	// Output:
	// "one"
	// "two"
	// "three"
	// <nil>
}

func ExampleLinesOptions() {
	text := streams.FromReader(strings.NewReader("short\na little longer\n"))
	lines := streams.PipeThrough(text, transforms.Lines(transforms.LinesOptions{MaxLength: 10}))
	got, err := lines.Collect(context.Background())
	fmt.Printf("%s, %v\n", got, err)
	// Output: [short], transforms: line 2: transforms: line is too long
}

func ExampleErrLineTooLong() {
	text := streams.FromReader(strings.NewReader("a little longer"))
	lines := streams.PipeThrough(text, transforms.Lines(transforms.LinesOptions{MaxLength: 10}))
	_, err := lines.Collect(context.Background())
	fmt.Println(errors.Is(err, transforms.ErrLineTooLong))
	// Output: true
}

// A line of the greatest length that is let through by default.
func ExampleDefaultMaxLineLength() {
	text := streams.FromReader(bytes.NewReader(make([]byte, transforms.DefaultMaxLineLength)))
	lines, err := streams.PipeThrough(text, transforms.Lines()).Collect(context.Background())
	fmt.Println(len(lines), len(lines[0]), err)
	// Output: 1 1048576 <nil>
}

type measurement struct {
	Place string `json:"place"`
	Level int    `json:"level"`
}

func ExampleDecodeJSONLines() {
	text := streams.FromReader(strings.NewReader(`{"place":"weir","level":3}
{"place":"lock","level":5}
`))
	measurements := streams.PipeThrough(text, transforms.DecodeJSONLines[measurement]())
	fmt.Println(measurements.Collect(context.Background()))
	// Output: [{weir 3} {lock 5}] <nil>
}

func ExampleDecodeJSON() {
	messages := streams.FromSlice([][]byte{[]byte(`{"place":"weir","level":3}`), []byte(`{"place":"lock"}`)})
	measurements := streams.PipeThrough(messages, transforms.DecodeJSON[measurement]())
	fmt.Println(measurements.Collect(context.Background()))
	// Output: [{weir 3} {lock 0}] <nil>
}

func ExampleLineError() {
	text := streams.FromReader(strings.NewReader("{\"level\":3}\n{\"level\":\"high\"}\n"))
	measurements := streams.PipeThrough(text, transforms.DecodeJSONLines[measurement]())
	got, err := measurements.Collect(context.Background())
	if fault, ok := errors.AsType[*transforms.LineError](err); ok {
		fmt.Println(got, "and then a fault in line", fault.Line)
	}
	// Output: [{ 3}] and then a fault in line 2
}

func ExampleEncodeJSONLines() {
	measurements := streams.FromSlice([]measurement{{"weir", 3}, {"lock", 5}})
	lines := streams.PipeThrough(measurements, transforms.EncodeJSONLines[measurement]())
	fmt.Println(lines.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output:
	// {"place":"weir","level":3}
	// {"place":"lock","level":5}
	// <nil>
}

func ExampleEncodeJSONLineBatches() {
	numbers := streams.FromSlice([]int{1, 2, 3})
	batches := streams.PipeThrough(numbers, transforms.Batch[int](2))
	chunks := streams.PipeThrough(batches, transforms.EncodeJSONLineBatches[int]())
	err := chunks.ForEach(context.Background(), func(chunk []byte) error {
		fmt.Println(strconv.Quote(string(chunk)))
		return nil
	})
	fmt.Println(err)
	// Output:
	// "1\n2\n"
	// "3\n"
	// <nil>
}

func ExampleGzip() {
	text := streams.FromReader(strings.NewReader(strings.Repeat("water ", 1000)))
	compressed := streams.PipeThrough(text, transforms.Gzip())
	var file bytes.Buffer
	err := compressed.PipeTo(context.Background(), transforms.WriterSink(&file))
	fmt.Println(file.Len() < 100, err)
	// Output: true <nil>
}

func ExampleCompressOptions() {
	text := streams.FromReader(strings.NewReader("water"))
	smallest := transforms.Gzip(transforms.CompressOptions{Level: 9})
	fmt.Println(streams.PipeThrough(text, smallest).PipeTo(context.Background(), transforms.Discard[[]byte]()))
	// Output: <nil>
}

func ExampleGunzip() {
	text := streams.FromReader(strings.NewReader("there and back again"))
	compressed := streams.PipeThrough(text, transforms.Gzip())
	plain := streams.PipeThrough(compressed, transforms.Gunzip())
	fmt.Println(plain.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: there and back again<nil>
}

func ExampleDecompressOptions() {
	text := streams.FromReader(strings.NewReader(strings.Repeat("water ", 1000)))
	compressed := streams.PipeThrough(text, transforms.Gzip())
	limited := transforms.Gunzip(transforms.DecompressOptions{MaxSize: 12})
	plain := streams.PipeThrough(compressed, limited)
	fmt.Println(plain.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: water water transforms: larger than allowed: more than 12 bytes
}

func ExampleErrTooLarge() {
	text := streams.FromReader(strings.NewReader("water water"))
	compressed := streams.PipeThrough(text, transforms.Gzip())
	plain := streams.PipeThrough(compressed, transforms.Gunzip(transforms.DecompressOptions{MaxSize: 5}))
	err := plain.PipeTo(context.Background(), transforms.Discard[[]byte]())
	fmt.Println(errors.Is(err, transforms.ErrTooLarge))
	// Output: true
}

func ExampleErrCorrupt() {
	text := streams.FromReader(strings.NewReader("this is not gzip data"))
	plain := streams.PipeThrough(text, transforms.Gunzip())
	err := plain.PipeTo(context.Background(), transforms.Discard[[]byte]())
	fmt.Println(errors.Is(err, transforms.ErrCorrupt), errors.Is(err, io.ErrUnexpectedEOF))
	// Output: true false
}
