package transforms_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// drawField draws the fields that need quotes more often than others. A "\r" before a "\n" does not come back: encoding/csv
// reads it as "\n". Nor does a U+FEFF at the beginning.
func drawField() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("a,;\" \n#\t|"))), rapid.Map(rapid.String(), func(s string) string {
		return strings.NewReplacer("\r", "", "\uFEFF", "").Replace(s)
	}))
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(rt, "columns")
		records := rapid.SliceOf(rapid.SliceOfN(drawField(), columns, columns)).Draw(rt, "records")
		comma := rapid.SampledFrom([]rune{0, ',', ';', '\t', '|', '→'}).Draw(rt, "comma")
		options := transforms.EncodeCSVOptions{Comma: comma, UseCRLF: rapid.Bool().Draw(rt, "CRLF")}
		encoded, err := run(transforms.EncodeCSV(options), records...)
		if err != nil {
			rt.Fatal(err)
		}
		if len(encoded) != len(records) {
			rt.Fatalf("%d chunks for %d records", len(encoded), len(records))
		}
		data := bytes.Join(encoded, nil)
		got, err := run(transforms.DecodeCSV(transforms.DecodeCSVOptions{Comma: comma}), drawChunks(rt, data)...)
		if err != nil || len(records) > 0 && !reflect.DeepEqual(got, records) {
			rt.Fatalf("got %q, %v, want %q", got, err, records)
		}
	})
}

func TestCSVMapsRoundTrip(t *testing.T) {
	columns := []string{"a", "b", "c,\"d"}
	rapid.Check(t, func(rt *rapid.T) {
		maps := rapid.SliceOf(rapid.MapOf(rapid.SampledFrom(columns), drawField())).Draw(rt, "maps")
		encoded, err := run(transforms.EncodeCSVMaps(columns), maps...)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := run(transforms.DecodeCSVMaps(), drawChunks(rt, bytes.Join(encoded, nil))...)
		if err != nil || len(got) != len(maps) {
			rt.Fatalf("got %d maps, %v, want %d", len(got), err, len(maps))
		}
		for i := range maps {
			for _, name := range columns {
				if got[i][name] != maps[i][name] {
					rt.Fatalf("map %d is %q, want %q", i, got[i], maps[i])
				}
			}
		}
	})
}

func TestDecodeCSVMark(t *testing.T) {
	for place := range 5 {
		got := mustRun(t, transforms.DecodeCSV(), cut([]byte("\uFEFFa,b\n"), place)...)
		if !reflect.DeepEqual(got, [][]string{{"a", "b"}}) {
			t.Errorf("cut at %d: got %q", place, got)
		}
	}
	if got := mustRun(t, transforms.DecodeCSV(), []byte("\xEF")); !reflect.DeepEqual(got, [][]string{{"\xEF"}}) {
		t.Errorf("got %q", got)
	}
}

func TestDecodeCSVErrors(t *testing.T) {
	for _, c := range []struct {
		name, input string
		want        error
		records     int
	}{
		{"bare quote", "a,b\nc\"d,e\n", csv.ErrBareQuote, 1},
		{"quote in a field", "a,b\n\"c\"d,e\n", csv.ErrQuote, 1},
		{"truncated in quotes", "a,b\nc,\"d", csv.ErrQuote, 1},
		{"fields", "a,b\nc\n", csv.ErrFieldCount, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := run(transforms.DecodeCSV(), []byte(c.input))
			wantError(t, err, c.want)
			wantError(t, err, transforms.ErrCorrupt)
			if fault, ok := errors.AsType[*csv.ParseError](err); !ok || fault.Line != 2 {
				t.Errorf("got the error %v, want one about line 2", err)
			}
			if len(got) != c.records {
				t.Errorf("%d records came before the error", len(got))
			}
		})
	}
}

func TestDecodeCSVMaxLength(t *testing.T) {
	const limit = 10_000
	text := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name, input string
		want        error
		records     int
	}{
		{"fits", text(limit-3) + ",\n" + text(limit-3) + ",\n", nil, 2}, // \n
		{"first", text(limit) + "\na\n", transforms.ErrTooLarge, 0},
		{"second", "a\n" + text(limit) + "\n", transforms.ErrTooLarge, 1},
		{"no end", "a\n" + text(100*limit), transforms.ErrTooLarge, 1},
		{"no end of quotes", "a\n\"" + strings.Repeat("x\n", 100*limit), transforms.ErrTooLarge, 1},
		{"empty lines", "a\n" + strings.Repeat("\n", 100*limit), transforms.ErrTooLarge, 1},
		{"many", strings.Repeat("abc\n", limit), nil, limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, chunks := range [][][]byte{{[]byte(c.input)}, cutEvery([]byte(c.input), 250)} {
				got, err := run(transforms.DecodeCSV(transforms.DecodeCSVOptions{MaxLength: limit}), chunks...)
				wantError(t, err, c.want)
				if c.want == nil && err != nil {
					t.Error(err)
				}
				if len(got) != c.records {
					t.Errorf("%d records came out, want %d", len(got), c.records)
				}
			}
		})
	}
}

func TestDecodeCSVMapsColumns(t *testing.T) {
	anyNumber := transforms.DecodeCSVOptions{FieldsPerRecord: -1}
	got := mustRun(t, transforms.DecodeCSVMaps(anyNumber), []byte("a,b\n1\n2,3\n"))
	if want := []map[string]string{{"a": "1"}, {"a": "2", "b": "3"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, c := range []struct {
		name, input, want string
	}{
		{"too many fields", "a,b\n1,2\n1,2,3\n", "transforms: corrupt data: CSV: record on line 3: 3 fields in 2 columns"},
		{"two of a name", "a,b,a\n1,2,3\n", `transforms: corrupt data: CSV: two columns have the name "a"`},
	} {
		_, err := run(transforms.DecodeCSVMaps(anyNumber), []byte(c.input))
		wantError(t, err, transforms.ErrCorrupt)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got the error %v, want %s", c.name, err, c.want)
		}
	}
	for _, empty := range []string{"", "a,b\n"} {
		if got := mustRun(t, transforms.DecodeCSVMaps(), []byte(empty)); len(got) > 0 {
			t.Errorf("got %v", got)
		}
	}
}

func TestEncodeCSVErrors(t *testing.T) {
	text, err := run(transforms.EncodeCSV(), []string{"a"}, nil, []string{"b"})
	wantError(t, err, streams.ErrInvalidArgument)
	if string(bytes.Join(text, nil)) != "a\n" {
		t.Errorf("got %q before the error", text)
	}
	text, err = run(transforms.EncodeCSVMaps([]string{"a"}), map[string]string{"a": "1"}, map[string]string{"b": "2"})
	wantError(t, err, streams.ErrInvalidArgument)
	if string(bytes.Join(text, nil)) != "a\n1\n" {
		t.Errorf("got %q before the error", text)
	}
}

func FuzzDecodeCSV(f *testing.F) {
	for i, text := range append(lineTexts, "a,b\n", "\"a\nb\",c\n", "\"a\"\"b\"\n", "a\"b\n", "\"a", "#c\na\n", "a;b\n", " \"a\"\n", ",\n,\n") {
		f.Add([]byte(text), uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size, flags uint8) {
		o := transforms.DecodeCSVOptions{LazyQuotes: flags&1 > 0, TrimLeadingSpace: flags&2 > 0, FieldsPerRecord: int(flags>>2&3) - 1}
		if flags&16 > 0 {
			o.Comma, o.Comment = ';', '#'
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
		r.LazyQuotes, r.TrimLeadingSpace, r.FieldsPerRecord = o.LazyQuotes, o.TrimLeadingSpace, o.FieldsPerRecord
		if o.Comma != 0 {
			r.Comma, r.Comment = o.Comma, o.Comment
		}
		got, err := run(transforms.DecodeCSV(o), cutEvery(data, size)...)
		want, wantErr := r.ReadAll()
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got the error %v, encoding/csv %v", err, wantErr)
		}
		if err == nil && len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, mapErr := run(transforms.DecodeCSVMaps(o), cutEvery(data, size)...); err != nil && mapErr == nil {
			t.Errorf("no error of the maps, want %v", err)
		}
	})
}
