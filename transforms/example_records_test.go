package transforms_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleDecodeJSONArray() {
	text := streams.FromReader(strings.NewReader(`[{"place":"weir","level":3}, {"place":"lock","level":5}]`))
	measurements := streams.PipeThrough(text, transforms.DecodeJSONArray[measurement]())
	fmt.Println(measurements.Collect(context.Background()))
	// Output: [{weir 3} {lock 5}] <nil>
}

func ExampleJSONArrayOptions() {
	text := streams.FromReader(strings.NewReader(`["short", "a little longer"]`))
	words := streams.PipeThrough(text, transforms.DecodeJSONArray[string](transforms.JSONArrayOptions{MaxLength: 10}))
	fmt.Println(words.Collect(context.Background()))
	// Output: [short] transforms: larger than allowed: an element of more than 10 bytes
}

func ExampleEncodeJSONArray() {
	measurements := streams.FromSlice([]measurement{{"weir", 3}, {"lock", 5}})
	array := streams.PipeThrough(measurements, transforms.EncodeJSONArray[measurement]())
	fmt.Println(array.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output:
	// [{"place":"weir","level":3},{"place":"lock","level":5}]
	// <nil>
}

func ExampleDecodeCSV() {
	text := streams.FromReader(strings.NewReader("weir,3\n\"lock, upper\",5\n"))
	records := streams.PipeThrough(text, transforms.DecodeCSV())
	err := records.ForEach(context.Background(), func(record []string) error {
		fmt.Printf("%q\n", record)
		return nil
	})
	fmt.Println(err)
	// Output:
	// ["weir" "3"]
	// ["lock, upper" "5"]
	// <nil>
}

func ExampleDecodeCSVOptions() {
	text := streams.FromReader(strings.NewReader("# places\nweir; 3\n"))
	options := transforms.DecodeCSVOptions{Comma: ';', Comment: '#', TrimLeadingSpace: true}
	records := streams.PipeThrough(text, transforms.DecodeCSV(options))
	fmt.Println(records.Collect(context.Background()))
	// Output: [[weir 3]] <nil>
}

func ExampleDecodeCSVMaps() {
	text := streams.FromReader(strings.NewReader("place,level\nweir,3\nlock,5\n"))
	records := streams.PipeThrough(text, transforms.DecodeCSVMaps())
	fmt.Println(records.Collect(context.Background()))
	// Output: [map[level:3 place:weir] map[level:5 place:lock]] <nil>
}

func ExampleEncodeCSV() {
	records := streams.FromSlice([][]string{{"weir", "3"}, {"lock, upper", "5"}})
	text := streams.PipeThrough(records, transforms.EncodeCSV())
	fmt.Println(text.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output:
	// weir,3
	// "lock, upper",5
	// <nil>
}

func ExampleEncodeCSVOptions() {
	records := streams.FromSlice([][]string{{"weir", "3"}})
	encoder := transforms.EncodeCSV(transforms.EncodeCSVOptions{Comma: ';', UseCRLF: true})
	text, err := streams.PipeThrough(records, encoder).Collect(context.Background())
	fmt.Printf("%q, %v\n", text, err)
	// Output: ["weir;3\r\n"], <nil>
}

func ExampleEncodeCSVMaps() {
	records := streams.FromSlice([]map[string]string{{"place": "weir", "level": "3"}, {"place": "lock"}})
	text := streams.PipeThrough(records, transforms.EncodeCSVMaps([]string{"place", "level"}))
	fmt.Println(text.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output:
	// place,level
	// weir,3
	// lock,
	// <nil>
}
