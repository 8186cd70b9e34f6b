package transforms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestJSONArrayRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOf(rapid.Custom(drawRecord)).Draw(rt, "records")
		encoded, err := run(transforms.EncodeJSONArray[record](), records...)
		if err != nil {
			rt.Fatal(err)
		}
		data := bytes.Join(encoded, nil)
		var theirs []record
		if err := json.Unmarshal(data, &theirs); err != nil || len(theirs) != len(records) {
			rt.Fatalf("encoding/json reads %d records, %v, want %d", len(theirs), err, len(records))
		}
		ours, err := run(transforms.DecodeJSONArray[record](), drawChunks(rt, data)...)
		if err != nil || len(records) > 0 && !reflect.DeepEqual(ours, records) {
			rt.Fatalf("got %+v, %v, want %+v", ours, err, records)
		}
	})
}

func TestDecodeJSONArray(t *testing.T) {
	for _, c := range []struct {
		input string
		want  []int
		err   error
	}{
		{"[]", nil, nil},
		{" [ ] \n", nil, nil},
		{"[1]", []int{1}, nil},
		{"\t[1 , 2,\n3]\r\n", []int{1, 2, 3}, nil},
		{"", nil, io.ErrUnexpectedEOF},
		{" ", nil, io.ErrUnexpectedEOF},
		{"[", nil, io.ErrUnexpectedEOF},
		{"[1", nil, io.ErrUnexpectedEOF},
		{"[1,", []int{1}, io.ErrUnexpectedEOF},
		{"[1,2", []int{1}, io.ErrUnexpectedEOF}, // which may have been the beginning of 23
		{"{}", nil, transforms.ErrCorrupt},
		{"1", nil, transforms.ErrCorrupt},
		{"]", nil, transforms.ErrCorrupt},
		{"[1,2}", []int{1, 2}, transforms.ErrCorrupt},
		{"[1 2]", []int{1}, transforms.ErrCorrupt},
		{"[1,]", []int{1}, transforms.ErrCorrupt},
		{"[,1]", nil, transforms.ErrCorrupt},
		{"[1,\"two\",3]", []int{1}, transforms.ErrCorrupt},
		{"[1,2]]", []int{1, 2}, transforms.ErrCorrupt},
		{"[1,2] [3]", []int{1, 2}, transforms.ErrCorrupt},
		{"[1,2] x", []int{1, 2}, transforms.ErrCorrupt},
	} {
		input := []byte(c.input)
		for place := range len(input) + 1 {
			got, err := run(transforms.DecodeJSONArray[int](), cut(input, place)...)
			wantError(t, err, c.err)
			if c.err == nil && err != nil {
				t.Errorf("%q: %v", c.input, err)
			}
			wantSlice(t, got, c.want...)
		}
	}
}

func TestDecodeJSONArrayErrors(t *testing.T) {
	_, err := run(transforms.DecodeJSONArray[int](), []byte(`[1,"two"]`))
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok || !strings.Contains(err.Error(), "element 2") {
		t.Errorf("got the error %v, want that of encoding/json about element 2", err)
	}
	deep := []byte(strings.Repeat("[", 100_000))
	_, err = run(transforms.DecodeJSONArray[any](), deep)
	wantError(t, err, transforms.ErrCorrupt)
}

// An element, white space and a comma count, however they come; a small element after a large one does as well.
func TestDecodeJSONArrayMaxLength(t *testing.T) {
	const limit = 20_000
	text := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name, input string
		want        error
		elements    int
	}{
		{"fits", `["` + text(limit-3) + `","a","` + text(limit-3) + `"]`, nil, 3},
		{"first", `["` + text(limit-2) + `","a"]`, transforms.ErrTooLarge, 0},
		{"second", `["a","` + text(limit-2) + `"]`, transforms.ErrTooLarge, 1},
		{"much too large", `["a","` + text(100*limit) + `"]`, transforms.ErrTooLarge, 1},
		{"white space", `["a",` + strings.Repeat(" ", 100*limit) + `"b"]`, transforms.ErrTooLarge, 1},
		{"white space at the end", `["a"]` + strings.Repeat(" ", 100*limit), transforms.ErrTooLarge, 1},
		{"many", `[` + strings.Repeat(`"abc",`, limit) + `"d"]`, nil, limit + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, chunks := range [][][]byte{{[]byte(c.input)}, cutEvery([]byte(c.input), 250)} {
				got, err := run(transforms.DecodeJSONArray[string](transforms.JSONArrayOptions{MaxLength: limit}), chunks...)
				wantError(t, err, c.want)
				if c.want == nil && err != nil {
					t.Error(err)
				}
				if len(got) != c.elements {
					t.Errorf("%d elements came out, want %d", len(got), c.elements)
				}
			}
		})
	}
	unlimited := transforms.JSONArrayOptions{MaxLength: streams.Unbounded}
	got := mustRun(t, transforms.DecodeJSONArray[string](unlimited), []byte(`["`+text(3<<20)+`"]`))
	if len(got) != 1 || len(got[0]) != 3<<20 {
		t.Error("without a limit the element did not come out")
	}
}

// Each element comes out before there is more input.
func TestDecodeJSONArrayDoesNotHoldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stage := transforms.DecodeJSONArray[event]()
		reader := mustReader(t, stage.Readable())
		writer, err := stage.Writable().GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{`[{"n":0}`, `,{"n":1}`, `,{"n":2}`} {
			if err := writer.Write(t.Context(), []byte(text)); err != nil {
				t.Fatal(err)
			}
			e, err := reader.Read(t.Context()) // would deadlock
			if e.N != i || err != nil {
				t.Errorf("got %v, %v", e, err)
			}
		}
		mustCancel(t, reader)
	})
}

func TestEncodeJSONArrayErrors(t *testing.T) {
	chunks, err := run(transforms.EncodeJSONArray[float64](), 1, math.NaN(), 3)
	if _, ok := errors.AsType[*json.UnsupportedValueError](err); !ok || !strings.Contains(err.Error(), "element 2") {
		t.Errorf("got the error %v, want that of encoding/json about element 2", err)
	}
	if got := string(bytes.Join(chunks, nil)); got != "[1" {
		t.Errorf("got %q before the error", got)
	}
}

func FuzzDecodeJSONArray(f *testing.F) {
	for i, text := range []string{
		"", "[]", "[1,2]", "[null,\"a\",{\"b\":[]}]", "[1,2", "[1 2]", "[[[[", "{}", "[1]]", "[1] 2", "[\"\\ud800\"]", "[1e999]", "[tru]",
		"\xEF\xBB\xBF[]", "[1,,2]", "[,]", "[\x00]",
	} {
		f.Add([]byte(text), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		got, err := run(transforms.DecodeJSONArray[any](), cutEvery(data, size)...)
		var want []any
		wantErr := json.Unmarshal(data, &want)
		if want == nil && wantErr == nil { // null
			wantErr = transforms.ErrCorrupt
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got the error %v, encoding/json %v", err, wantErr)
		}
		if err == nil && len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if err != nil && !isDecompressError(err) {
			t.Errorf("got the error %v", err)
		}
	})
}
