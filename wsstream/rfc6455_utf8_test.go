package wsstream_test

import (
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// wellFormed is the table of well-formed byte sequences of the Unicode Standard (table 3-7): ranges of the first bytes, and
// of each that must follow.
var wellFormed = [][][2]byte{
	{{0x00, 0x7f}},
	{{0xc2, 0xdf}, {0x80, 0xbf}},
	{{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}},
	{{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}},
	{{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}},
}

// firstBadByte returns where text stops being the beginning of any text, len(text) if it only lacks bytes at its end, and
// -1 if it is valid.
func firstBadByte(text string) int {
	for at := 0; at < len(text); {
		length, bad := characterAt(text[at:])
		if bad {
			return at + length
		}
		if at += length; length == 0 {
			return len(text)
		}
	}
	return -1
}

// characterAt returns the length of the character that s begins with, 0 if s ends in the middle of it. If it is none, bad
// is true, and n the place of the byte that cannot be there.
func characterAt(s string) (n int, bad bool) {
	for _, sequence := range wellFormed {
		if s[0] < sequence[0][0] || s[0] > sequence[0][1] {
			continue
		}
		for i, r := range sequence {
			if i == len(s) {
				return 0, false
			}
			if s[i] < r[0] || s[i] > r[1] {
				return i, true
			}
		}
		return len(sequence), false
	}
	return 0, true
}

var goodTexts = map[string]string{
	"ASCII":                     "Hello, world!",
	"two bytes a character":     "grüße, κόσμε",
	"three bytes":               "世界 ﷽",
	"four bytes":                "😀𝄞",
	"a byte order mark":         "\ufeffmark",
	"NUL":                       "a\x00b",
	"first of one byte":         "\x00",
	"last of one byte":          "\x7f",
	"first of two":              "\u0080",
	"last of two":               "\u07ff",
	"first of three":            "\u0800",
	"last of three":             "\uffff",
	"first of four":             "\U00010000",
	"last of four":              "\U0010ffff",
	"before the surrogates":     "\ud7ff",
	"behind the surrogates":     "\ue000",
	"replacement character":     "\ufffd",
	"non-characters":            "\ufffe\uffff\U0001fffe\U0001ffff\U0010fffe",
	"a combining character":     "e\u0301",
	"an emoji of several parts": "👨\u200d👩\u200d👧",
}

var badTexts = map[string]string{
	"a continuation byte alone":         "\x80",
	"the last continuation byte alone":  "\xbf",
	"two continuation bytes":            "ab\x80\xbf",
	"a first byte of two before ASCII":  "\xc3 ",
	"a first byte of three, then ASCII": "\xe2\x82 ",
	"a first byte of four, then ASCII":  "\xf0\x9f\x98 ",
	"bytes 0xfe and 0xff":               "\xfe\xff",
	"byte 0xff in the middle":           "Hello\xffworld",
	"overlong of two":                   "\xc0\xaf",
	"overlong of two, the last":         "\xc1\xbf",
	"overlong of three":                 "\xe0\x80\xaf",
	"overlong of three, the last":       "\xe0\x9f\xbf",
	"overlong of four":                  "\xf0\x80\x80\xaf",
	"overlong of four, the last":        "\xf0\x8f\xbf\xbf",
	"overlong NUL":                      "\xc0\x80",
	"five bytes":                        "\xf8\x88\x80\x80\x80",
	"six bytes":                         "\xfc\x84\x80\x80\x80\x80",
	"beyond the last":                   "\xf4\x90\x80\x80",
	"far beyond the last":               "\xf7\xbf\xbf\xbf",
	"first high surrogate":              "\xed\xa0\x80",
	"last high surrogate":               "\xed\xaf\xbf",
	"first low surrogate":               "\xed\xb0\x80",
	"last low surrogate":                "\xed\xbf\xbf",
	"a pair of surrogates":              "\xed\xa0\xbd\xed\xb8\x80",
	"good text before":                  "κόσμε\xed\xa0\x80edited",
	"a character cut off by another":    "\xf0\x9f\x98😀",
}

var cutTexts = map[string]string{
	"one byte of two":    "a\xc3",
	"one byte of three":  "a\xe2",
	"two bytes of three": "a\xe2\x82",
	"one byte of four":   "a\xf0",
	"two bytes of four":  "a\xf0\x9f",
	"three of four":      "κόσμε\xf0\x9f\x98",
}

// byteByByte returns a message with one byte a fragment, whose last fragment is empty.
func byteByByte(text string) []wstest.Frame {
	frames := []wstest.Frame{wstest.First(wstest.Text, "")}
	for i := range len(text) {
		frames = append(frames, wstest.More(text[i:i+1]))
	}
	return append(frames, wstest.Last(""))
}

func TestRFC6455UTF8(t *testing.T) {
	cases := wireCases{}
	for name, good := range goodTexts {
		if at := firstBadByte(good); at >= 0 {
			t.Fatalf("%s: %q is bad at %d", name, good, at)
		}
		cases["8.1 "+name] = []step{echoes(wstest.Text, good)}
		cases["8.1 "+name+", a byte a fragment"] = []step{send(byteByByte(good)...), receive(wstest.Text, good)}
		cases["8.1 "+name+", a byte a segment"] = []step{sendInPieces(1, wstest.Whole(wstest.Text, good)), receive(wstest.Text, good)}
	}
	for name, bad := range badTexts {
		at := firstBadByte(bad)
		if at < 0 || at == len(bad) {
			t.Fatalf("%s: %q is not bad", name, bad)
		}
		// The first bad byte is enough: what would follow is not waited for, and nothing fails before it.
		rest := strings.Repeat("x", 100)
		frames := byteByByte(bad)
		cases["8.1 "+name] = []step{echoes(wstest.Text, "before"), send(wstest.Whole(wstest.Text, bad)), isNotUTF8()}
		cases["8.1 "+name+", fails at its byte"] = []step{sendWithout(len(bad)-at-1+len(rest), wstest.Whole(wstest.Text, bad+rest)), isNotUTF8()}
		cases["8.1 "+name+", fails at its fragment"] = []step{send(frames[:at+1]...), lives(), send(frames[at+1]), isNotUTF8()}
		cases["8.1 "+name+", is well in a binary message"] = []step{echoes(wstest.Binary, bad)}
	}
	for name, cut := range cutTexts {
		if firstBadByte(cut) != len(cut) {
			t.Fatalf("%s: %q is not cut off", name, cut)
		}
		frames := byteByByte(cut)
		end := len(frames) - 1
		cases["8.1 text that ends with "+name] = []step{send(wstest.Whole(wstest.Text, cut)), isNotUTF8()}
		cases["8.1 text that ends with "+name+", a byte a fragment"] = []step{send(frames[:end]...), lives(), send(frames[end]), isNotUTF8()}
	}
	runWire(t, wsstream.Settings{}, cases)
}
