package transforms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

type record struct {
	Name  string            `json:"name"`
	Count int64             `json:"count,omitempty"`
	Tags  map[string]string `json:"tags,omitempty"`
	Next  *record           `json:"next,omitempty"`
	Raw   json.RawMessage   `json:"raw,omitempty"`
}

func drawRecord(rt *rapid.T) record {
	r := record{
		Name:  rapid.String().Draw(rt, "name"),
		Count: rapid.Int64().Draw(rt, "count"),
		Tags:  rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(rt, "tags"),
	}
	if len(r.Tags) == 0 {
		r.Tags = nil
	}
	if rapid.Bool().Draw(rt, "more") {
		r.Next = &record{Name: "next"}
		r.Raw = json.RawMessage(`{"a":[1,2,"<&>"]}`)
	}
	return r
}

func TestJSONLinesRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOf(rapid.Custom(drawRecord)).Draw(rt, "records")
		encoded, err := run(transforms.EncodeJSONLines[record](), records...)
		if err != nil {
			rt.Fatal(err)
		}
		batches := transforms.Batch[record](rapid.IntRange(1, 5).Draw(rt, "batch"))
		batched, err := run(streams.Chain(batches, transforms.EncodeJSONLineBatches[record]()), records...)
		if err != nil {
			rt.Fatal(err)
		}
		data := bytes.Join(encoded, nil)
		if !bytes.Equal(bytes.Join(batched, nil), data) {
			rt.Fatalf("in batches the lines are %q, want %q", batched, encoded)
		}
		if lines := bytes.Count(data, []byte("\n")); lines != len(records) {
			rt.Fatalf("%d lines for %d records", lines, len(records))
		}
		decoded, err := run(transforms.DecodeJSONLines[record](), drawChunks(rt, data)...)
		if err != nil {
			rt.Fatal(err)
		}
		if len(records) > 0 && !reflect.DeepEqual(decoded, records) {
			rt.Fatalf("got %+v, want %+v", decoded, records)
		}
	})
}

func TestDecodeJSONLines(t *testing.T) {
	input := []byte("{\"n\":1}\r\n\n  \t\n{\"n\":2} \n{}\n{\"n\":4}")
	wantSlice(t, mustRun(t, transforms.DecodeJSONLines[event](), input), event{1}, event{2}, event{}, event{4})
}

// Nothing of a value shows in the next one.
func TestDecodeJSONBeginsAfresh(t *testing.T) {
	got := mustRun(t, transforms.DecodeJSON[record](),
		[]byte(`{"name":"a","tags":{"x":"1"},"next":{"name":"b"},"raw":[1,2,3]}`), []byte(`{"name":"c"}`),
		[]byte(`{"tags":{"y":"2"},"raw":[4]}`))
	want := []record{
		{Name: "a", Tags: map[string]string{"x": "1"}, Next: &record{Name: "b"}, Raw: json.RawMessage("[1,2,3]")},
		{Name: "c"},
		{Tags: map[string]string{"y": "2"}, Raw: json.RawMessage("[4]")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDecodeJSONErrors(t *testing.T) {
	for _, c := range []struct {
		name, input string
		line        int
	}{
		{"not JSON", "{\"n\":1}\n{\"n\":2}\nhello\n", 3},
		{"after blank lines", "\n\n\n[\n", 4},
		{"cut off", "{\"n\":1}\n{\"n\":2}\n{\"n\":", 3},
		{"two values", "{\"n\":1}\n{\"n\":2} {\"n\":3}\n", 2},
		{"the wrong type", "{\"n\":1}\n{\"n\":\"two\"}\n", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := run(transforms.DecodeJSONLines[event](), []byte(c.input))
			fault, ok := errors.AsType[*transforms.LineError](err)
			if !ok || fault.Line != c.line {
				t.Fatalf("got the error %v, want one about line %d", err, c.line)
			}
			for i, e := range got {
				if e.N != i+1 {
					t.Errorf("value %d is %v", i, e)
				}
			}
			if blank := "after blank lines"; len(got) != c.line-1 && c.name != blank {
				t.Errorf("%d values came before the error, want %d", len(got), c.line-1)
			}
		})
	}
	_, err := run(transforms.DecodeJSON[event](), []byte(`{"n":"two"}`))
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
		t.Errorf("got the error %v, want that of encoding/json behind it", err)
	}
	_, err = run(transforms.DecodeJSONLines[event](transforms.LinesOptions{MaxLength: 3}), []byte("{}\n{\"n\":1}\n"))
	wantError(t, err, transforms.ErrLineTooLong)
}

func TestEncodeJSONErrors(t *testing.T) {
	lines, err := run(transforms.EncodeJSONLines[float64](), 1, math.NaN(), 3)
	checkEncodeError(t, lines, err)
	lines, err = run(transforms.EncodeJSONLineBatches[float64](), []float64{1, math.NaN(), 3})
	checkEncodeError(t, lines, err)
}

func checkEncodeError(t *testing.T, lines [][]byte, err error) {
	t.Helper()
	fault, ok := errors.AsType[*transforms.LineError](err)
	if !ok || fault.Line != 2 {
		t.Errorf("got the error %v, want one about line 2", err)
	}
	if got := string(bytes.Join(lines, nil)); got != "1\n" {
		t.Errorf("the lines before the error are %q", got)
	}
}

func TestEncodeJSONLineBatchesLeavesOutEmptyOnes(t *testing.T) {
	got := mustRun(t, transforms.EncodeJSONLineBatches[int](), []int{}, []int{1, 2}, nil)
	if len(got) != 1 || string(got[0]) != "1\n2\n" {
		t.Errorf("got %q", got)
	}
}

// Lines are cut from common blocks; what a reader does to one must not show in another, also when a line is larger than
// a block.
func TestEncodedLinesShareNothing(t *testing.T) {
	text := string(bytes.Repeat([]byte{'x'}, 40<<10))
	lines := mustRun(t, transforms.EncodeJSONLines[string](), "a", text, text+text+text, "b", text)
	for _, line := range lines {
		_ = append(line, "+++"...)
		line[0] = '\''
	}
	for i, want := range []string{"a", text, text + text + text, "b", text} {
		if got := string(lines[i]); got != "'"+want+"\"\n" {
			t.Errorf("line %d is damaged", i+1)
		}
	}
}

func TestEncodeJSONLinesUsesMethodsOfPointers(t *testing.T) {
	lines := mustRun(t, transforms.EncodeJSONLines[shouting](), shouting("a"))
	if got := string(lines[0]); got != "\"A<\"\n" {
		t.Errorf("got %q", got)
	}
}

// shouting has its method on the pointer.
type shouting string

func (s *shouting) MarshalJSON() ([]byte, error) {
	return append(append([]byte{'"'}, bytes.ToUpper([]byte(*s))...), "<\""...), nil
}
