package transforms_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

func FuzzGunzip(f *testing.F)     { fuzzDecompress(f, formats[0]) }
func FuzzInflate(f *testing.F)    { fuzzDecompress(f, formats[1]) }
func FuzzInflateRaw(f *testing.F) { fuzzDecompress(f, formats[2]) }
func FuzzUnzstd(f *testing.F)     { fuzzDecompress(f, formats[3]) }
func FuzzUnbrotli(f *testing.F)   { fuzzDecompress(f, formats[4]) }

// fuzzDecompress expects what another implementation gives, as far as that is one that can be asked.
func fuzzDecompress(f *testing.F, format format) {
	text := format.pack([]byte("a text, a text"))
	for i, data := range [][]byte{
		nil, text, bytes.Repeat(text, 3), text[:len(text)-1], text[:len(text)/2], append(slices.Clip(text), 0), format.pack(nil),
		format.pack(make([]byte, 100_000)),
		{0x1f, 0x8b},
		[]byte("text"),
		{0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3, 4, 0, 'e', 'x', 't', 'r', 'n', 0, 'c', 0},
	} {
		f.Add(data, uint8(i))
	}
	const most = 1 << 20
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		got, err := format.unpack(transforms.DecompressOptions{MaxSize: most}, cutEvery(data, size)...)
		if err != nil && !isDecompressError(err) {
			t.Fatalf("got the error %v", err)
		}
		want, trailing, wantErr := format.unpackOther(data, most)
		if trailing && !format.members {
			return // which the others do not mind
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got the error %v, the other implementation %v", err, wantErr)
		}
		if err == nil && got != want {
			t.Errorf("got %d bytes, the other implementation %d", len(got), len(want))
		}
		if !strings.HasPrefix(got, want) && !strings.HasPrefix(want, got) {
			t.Error("what came before the error differs from what the other implementation gives")
		}
	})
}

// unpackOther decompresses with the other implementation, and tells whether there is something behind the end. io.EOF is
// its error for an empty input, and for more than most bytes of output.
func (f format) unpackOther(data []byte, most int64) (output string, trailing bool, err error) {
	input := bytes.NewReader(data)
	if len(data) == 0 {
		return "", false, io.EOF
	}
	r, err := f.reader(input)
	if err != nil {
		return "", false, err
	}
	all, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(all)) > most {
		return string(all[:most]), false, io.EOF
	}
	return string(all), input.Len() > 0, err
}
