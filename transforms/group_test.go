package transforms_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/transforms"
)

var base64Encodings = map[string]*base64.Encoding{
	"std": base64.StdEncoding, "url": base64.URLEncoding, "raw std": base64.RawStdEncoding, "raw url": base64.RawURLEncoding,
	"strict": base64.StdEncoding.Strict(), "other padding": base64.StdEncoding.WithPadding('*'),
}

func TestBase64RoundTrip(t *testing.T) {
	for name, encoding := range base64Encodings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				data := rapid.SliceOf(rapid.Byte()).Draw(rt, "data")
				checkTextForm(rt, data, encoding.EncodeToString(data), transforms.EncodeBase64(encoding), transforms.DecodeBase64(encoding))
			})
		})
	}
}

func TestHexRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(rt, "data")
		checkTextForm(rt, data, hex.EncodeToString(data), transforms.EncodeHex(), transforms.DecodeHex())
		upper := strings.ToUpper(hex.EncodeToString(data))
		got, err := run(transforms.DecodeHex(), drawChunks(rt, []byte(upper))...)
		if err != nil || !bytes.Equal(bytes.Join(got, nil), data) {
			rt.Fatalf("upper case: got %x, %v, want %x", got, err, data)
		}
	})
}

// checkTextForm encodes data and expects text, and the other way with ends of lines in it.
func checkTextForm(rt *rapid.T, data []byte, text string, encode, decode pair[[]byte, []byte]) {
	encoded, err := run(encode, drawChunks(rt, data)...)
	if got := string(bytes.Join(encoded, nil)); err != nil || got != text {
		rt.Fatalf("got %q, %v, want %q", got, err, text)
	}
	end := rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(rt, "end")
	every := rapid.IntRange(1, 80).Draw(rt, "every")
	var lines strings.Builder
	for i := range text {
		if i%every == 0 {
			lines.WriteString(end)
		}
		lines.WriteByte(text[i])
	}
	lines.WriteString(end)
	decoded, err := run(decode, drawChunks(rt, []byte(lines.String()))...)
	if err != nil || !bytes.Equal(bytes.Join(decoded, nil), data) {
		rt.Fatalf("got %x, %v, want %x", decoded, err, data)
	}
}

func TestDecodeBase64Errors(t *testing.T) {
	for _, c := range []struct {
		input, before string
		encoding      *base64.Encoding
		want          error
	}{
		{"YWJj!", "abc", base64.StdEncoding, io.ErrUnexpectedEOF},
		{"YWJj!!!!", "abc", base64.StdEncoding, transforms.ErrCorrupt},
		{"YWJjZ", "abc", base64.StdEncoding, io.ErrUnexpectedEOF},
		{"YWJjZA=", "abc", base64.StdEncoding, io.ErrUnexpectedEOF},
		{"YWJjZA", "abc", base64.StdEncoding, io.ErrUnexpectedEOF},
		{"YWJjZA==YWJj", "abcd", base64.StdEncoding, transforms.ErrCorrupt},
		{"YWJjZA==YWJ", "abcd", base64.StdEncoding, transforms.ErrCorrupt},
		{"YWJjZA==", "abc", base64.RawStdEncoding, transforms.ErrCorrupt},
		{"YWJjZ", "abc", base64.RawStdEncoding, transforms.ErrCorrupt},
		{"YWJjZB==", "abc", base64.StdEncoding.Strict(), transforms.ErrCorrupt},
		{"YW Jj", "", base64.StdEncoding, transforms.ErrCorrupt},
	} {
		for place := range len(c.input) + 1 {
			got, err := run(transforms.DecodeBase64(c.encoding), cut([]byte(c.input), place)...)
			wantError(t, err, c.want)
			if joined := string(bytes.Join(got, nil)); !strings.HasPrefix(joined, c.before) {
				t.Errorf("%q cut at %d: got %q before the error, want %q", c.input, place, joined, c.before)
			}
		}
	}
}

func TestDecodeHexErrors(t *testing.T) {
	for _, c := range []struct {
		input, before string
		want          error
	}{
		{"616", "a", io.ErrUnexpectedEOF},
		{"616g", "a", transforms.ErrCorrupt},
		{"61 62", "a", transforms.ErrCorrupt},
	} {
		for place := range len(c.input) + 1 {
			got, err := run(transforms.DecodeHex(), cut([]byte(c.input), place)...)
			wantError(t, err, c.want)
			if joined := string(bytes.Join(got, nil)); joined != c.before {
				t.Errorf("%q cut at %d: got %q before the error, want %q", c.input, place, joined, c.before)
			}
		}
	}
}

func FuzzDecodeBase64(f *testing.F) {
	for i, text := range []string{"", "YWJj", "YWJjZA==", "YWJjZA", "YW\nJj", "YWJjZA==YWJj", "====", "YQ=", "Y", "!", "-_-_"} {
		f.Add([]byte(text), uint8(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8, raw bool) {
		encoding := base64.StdEncoding
		if raw {
			encoding = base64.RawURLEncoding
		}
		got, err := run(transforms.DecodeBase64(encoding), cutEvery(data, size)...)
		checkAsTheirs(t, got, err, func() ([]byte, error) { return encoding.DecodeString(string(data)) })
	})
}

func FuzzDecodeHex(f *testing.F) {
	for i, text := range []string{"", "61", "6", "6G", "61\n62", "aAfF0", " "} {
		f.Add([]byte(text), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		got, err := run(transforms.DecodeHex(), cutEvery(data, size)...)
		checkAsTheirs(t, got, err, func() ([]byte, error) {
			return hex.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(string(data)))
		})
	})
}

// checkAsTheirs expects of a decoder what that of the standard library gives.
func checkAsTheirs(t *testing.T, chunks [][]byte, err error, theirs func() ([]byte, error)) {
	t.Helper()
	want, wantErr := theirs()
	got := bytes.Join(chunks, nil)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("got the error %v, the standard library %v", err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if err != nil && !isDecompressError(err) {
		t.Errorf("got the error %v", err)
	}
}
