package transforms_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/weirstreams/weir/transforms"
)

var (
	utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	utf16BE = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
)

// decoded is what DecodeText makes of chunks.
func decoded(o transforms.TextDecoderOptions, chunks ...[]byte) (string, error) {
	text, err := run(transforms.DecodeText(o), chunks...)
	return strings.Join(text, ""), err
}

// decoderCases are what the Encoding standard says, most of them from its tests.
var decoderCases = []struct {
	name, input, want string
	encoding          encoding.Encoding
	malformed         bool
}{
	{name: "empty"},
	{name: "mark", input: "\xEF\xBB\xBFz", want: "z"},
	{name: "two marks", input: "\xEF\xBB\xBF\xEF\xBB\xBFz", want: "\uFEFFz"},
	{name: "only a mark", input: "\xEF\xBB\xBF", want: ""},
	{name: "mark behind", input: "z\xEF\xBB\xBF", want: "z\uFEFF"},
	{name: "half a mark", input: "\xEF\xBB", want: "\uFFFD", malformed: true},
	{name: "utf-8", input: "z¢水𝄞\U0010FFFD", want: "z¢水𝄞\U0010FFFD"},
	{name: "a real replacement", input: "a\uFFFDb", want: "a\uFFFDb"},
	{name: "invalid byte", input: "\xFF", want: "\uFFFD", malformed: true},
	{name: "ends early", input: "\xC0", want: "\uFFFD", malformed: true},
	{name: "ends early 2", input: "\xC0\x00", want: "\uFFFD\x00", malformed: true},
	{name: "ends early 3", input: "a\xF0\x9F\x92", want: "a\uFFFD", malformed: true},
	{name: "cut short", input: "\xF0\x9F\x92A", want: "\uFFFDA", malformed: true},
	{name: "overlong", input: "\xE0\x80\x80", want: "\uFFFD\uFFFD\uFFFD", malformed: true},
	{name: "surrogate", input: "\xED\xA0\x80", want: "\uFFFD\uFFFD\uFFFD", malformed: true},
	{name: "too high", input: "\xF4\x90\x80\x80", want: "\uFFFD\uFFFD\uFFFD\uFFFD", malformed: true},
	{name: "utf-16le", encoding: utf16LE, input: "z\x00\xA2\x00\x34\x6C\x34\xD8\x1E\xDD", want: "z¢水𝄞"},
	{name: "utf-16le mark", encoding: utf16LE, input: "\xFF\xFEz\x00", want: "z"},
	{name: "utf-16be mark", encoding: utf16BE, input: "\xFE\xFF\x00z", want: "z"},
	{name: "utf-16be real replacement", encoding: utf16BE, input: "\x00a\xFF\xFD\x00b", want: "a\uFFFDb"},
	{name: "utf-16le real replacement", encoding: utf16LE, input: "a\x00\xFD\xFFb\x00", want: "a\uFFFDb"},
	{name: "utf-16 with a mark of its own", encoding: unicode.UTF16(unicode.BigEndian, unicode.UseBOM), input: "\xFF\xFE\xFD\xFFb\x00", want: "\uFFFDb"},
	{name: "utf-16le odd", encoding: utf16LE, input: "a\x00b", want: "a\uFFFD", malformed: true},
	{name: "utf-16le lone high", encoding: utf16LE, input: "\x00\xD8a\x00", want: "\uFFFDa", malformed: true},
	{name: "utf-16le lone low", encoding: utf16LE, input: "\x00\xDCa\x00", want: "\uFFFDa", malformed: true},
	{name: "utf-16le ends high", encoding: utf16LE, input: "a\x00\x00\xD8", want: "a\uFFFD", malformed: true},
	{name: "windows-1252", encoding: charmap.Windows1252, input: "\x80\xFC", want: "€ü"},
	{name: "shift-jis", encoding: japanese.ShiftJIS, input: "\x93\xFA\x96\x7B", want: "日本"},
	{name: "shift-jis cut", encoding: japanese.ShiftJIS, input: "a\x93", want: "a\uFFFD", malformed: true},
	{name: "iso-2022-jp", encoding: japanese.ISO2022JP, input: "\x1B$B\x46\x7C\x1B(Ba", want: "日a"},
	{name: "gb18030", encoding: simplifiedchinese.GB18030, input: "\xC4\xE3\x84\x31\xA4\x37", want: "你\uFFFD"},
	{name: "gb18030 bad", encoding: simplifiedchinese.GB18030, input: "\xC4\xE3\xFF", want: "你\uFFFD", malformed: true},
	{name: "gb18030 keeps U+FEFF", encoding: simplifiedchinese.GB18030, input: "\x84\x31\x95\x33z", want: "\uFEFFz"},
}

func TestDecodeText(t *testing.T) {
	for _, c := range decoderCases {
		t.Run(c.name, func(t *testing.T) {
			input := []byte(c.input)
			options := transforms.TextDecoderOptions{Encoding: c.encoding}
			for first := range len(input) + 1 {
				for second := first; second <= len(input); second++ {
					chunks := cut(input, first, second)
					if got, err := decoded(options, chunks...); got != c.want || err != nil {
						t.Errorf("cut at %d and %d: got %q, %v, want %q", first, second, got, err, c.want)
					}
					checkFatal(t, options, c.want, c.malformed, chunks)
				}
			}
		})
	}
}

// checkFatal decodes with Fatal.
func checkFatal(t *testing.T, options transforms.TextDecoderOptions, want string, malformed bool, chunks [][]byte) {
	t.Helper()
	options.Fatal = true
	var wantErr error
	if malformed {
		wantErr = transforms.ErrCorrupt
		want, _, _ = strings.Cut(want, "\uFFFD")
	}
	got, err := decoded(options, chunks...)
	wantError(t, err, wantErr)
	if got != want {
		t.Errorf("got %q with Fatal, want %q", got, want)
	}
}

func TestDecodeTextIgnoreBOM(t *testing.T) {
	for _, c := range []struct {
		encoding encoding.Encoding
		input    string
	}{{nil, "\xEF\xBB\xBFz"}, {unicode.UTF8, "\xEF\xBB\xBFz"}, {utf16LE, "\xFF\xFEz\x00"}, {utf16BE, "\xFE\xFF\x00z"}} {
		options := transforms.TextDecoderOptions{Encoding: c.encoding, IgnoreBOM: true}
		if got, err := decoded(options, cut([]byte(c.input), 1)...); got != "\uFEFFz" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

// A string comes out for each chunk, and none is empty.
func TestDecodeTextChunks(t *testing.T) {
	got := mustRun(t, transforms.DecodeText(), []byte("\xEF\xBB"), []byte("\xBF"), []byte("a"), nil, []byte("b\xC3"), []byte("\xBC"))
	wantSlice(t, got, "a", "b", "ü")
}

// Labels of encodings that x/text has, of one byte a character and of more.
var textLabels = []string{
	"utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-2", "koi8-r", "macintosh", "windows-1251", "gbk", "gb18030",
	"big5", "euc-jp", "shift_jis", "iso-2022-jp", "euc-kr",
}

// What EncodeText makes DecodeText reads, for text that the encoding has, in any chunks.
func TestTextRoundTrip(t *testing.T) {
	for _, label := range textLabels {
		t.Run(label, func(t *testing.T) {
			e := must(htmlindex.Get(label))
			rapid.Check(t, func(rt *rapid.T) {
				text := rapid.StringOf(rapid.RuneFrom([]rune("az09 \n~äпя日本中文한국€"))).Draw(rt, "text")
				known := must(encoding.ReplaceUnsupported(e.NewEncoder()).String(text))
				text = must(e.NewDecoder().String(known))
				if strings.Contains(text, "\uFFFD") {
					return // a replacement that the encoding itself does not have
				}
				var pieces []string
				for _, chunk := range drawChunks(rt, []byte(text)) {
					pieces = append(pieces, string(chunk))
				}
				encoded, err := run(transforms.EncodeText(transforms.TextEncoderOptions{Encoding: e}), pieces...)
				if err != nil {
					rt.Fatal(err)
				}
				all := bytes.Join(encoded, nil)
				got, err := decoded(transforms.TextDecoderOptions{Encoding: e, Fatal: true, IgnoreBOM: true}, drawChunks(rt, all)...)
				if got != text || err != nil {
					rt.Fatalf("got %q, %v, want %q", got, err, text)
				}
			})
		})
	}
}

func TestEncodeText(t *testing.T) {
	for _, c := range []struct {
		input []string
		want  string
	}{
		{nil, ""},
		{[]string{"", "a", ""}, "a"},
		{[]string{"\xF0\x9F", "\x92", "\xA9"}, "💩"},
		{[]string{"a\xF0\x9F\x92", "b"}, "a\uFFFDb"},
		{[]string{"a\xF0"}, "a\uFFFD"},
		{[]string{"\uFEFFa"}, "\uFEFFa"},
	} {
		got := mustRun(t, transforms.EncodeText(), c.input...)
		if string(bytes.Join(got, nil)) != c.want {
			t.Errorf("%q: got %q, want %q", c.input, got, c.want)
		}
		if slices.ContainsFunc(got, func(chunk []byte) bool { return len(chunk) == 0 }) {
			t.Errorf("%q: there is an empty chunk", c.input)
		}
	}
}

func TestEncodeTextUnknown(t *testing.T) {
	got, err := run(transforms.EncodeText(transforms.TextEncoderOptions{Encoding: charmap.ISO8859_1}), "ä€ö")
	wantError(t, err, transforms.ErrNoCharacter)
	if string(bytes.Join(got, nil)) != "\xE4" {
		t.Errorf("%q came before the error", got)
	}
	replaced := mustRun(t, transforms.EncodeText(transforms.TextEncoderOptions{Encoding: charmap.ISO8859_1, Replace: true}), "ä€ö")
	if string(bytes.Join(replaced, nil)) != "\xE4\x1A\xF6" {
		t.Errorf("got %q", replaced)
	}
}

// FuzzDecodeText expects of any chunks what x/text makes of the whole, and with Fatal an error where it replaces something.
func FuzzDecodeText(f *testing.F) {
	for i, c := range decoderCases {
		f.Add([]byte(c.input), uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size, label uint8) {
		e := must(htmlindex.Get(textLabels[int(label)%len(textLabels)]))
		options := transforms.TextDecoderOptions{Encoding: e, IgnoreBOM: true}
		want, err := e.NewDecoder().Bytes(data)
		if err != nil {
			return // x/text gives up on some input that it should replace
		}
		got, err := decoded(options, cutEvery(data, size)...)
		if got != string(want) || err != nil {
			t.Fatalf("%v: got %q, %v, want %q", e, got, err, want)
		}
		options.Fatal = true
		strict, err := decoded(options, cutEvery(data, size)...)
		if err == nil && strict != got || !strings.HasPrefix(got, strict) || !utf8.ValidString(strict) {
			t.Errorf("%v: got %q, %v with Fatal, %q without", e, strict, err, got)
		}
		if err == nil && e == unicode.UTF8 && !utf8.Valid(data) {
			t.Error("no error for bytes that are not UTF-8")
		}
	})
}
