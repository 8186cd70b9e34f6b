package transforms_test

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// scanLines are the lines of data as the standard library sees them, up to the first that is too long.
func scanLines(data []byte, limit int) (lines []string, tooLong bool) {
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, len(data)+10)
	for scanner.Scan() {
		if len(scanner.Bytes()) > limit {
			return lines, true
		}
		lines = append(lines, scanner.Text())
	}
	return lines, false
}

// checkLines expects the same of Lines.
func checkLines(data []byte, chunks [][]byte, limit int) error {
	want, tooLong := scanLines(data, limit)
	got, err := run(transforms.Lines(transforms.LinesOptions{MaxLength: limit}), chunks...)
	if !slices.EqualFunc(got, want, func(a []byte, b string) bool { return string(a) == b }) {
		return errors.New("the lines are " + string(bytes.Join(got, []byte("|"))) + ", want " + strings.Join(want, "|"))
	}
	if !tooLong {
		return err
	}
	fault, ok := errors.AsType[*transforms.LineError](err)
	if !ok || !errors.Is(fault.Err, transforms.ErrLineTooLong) || fault.Line != len(want)+1 {
		return errors.Join(errors.New("not the error for a line that is too long"), err)
	}
	return nil
}

var lineTexts = []string{
	"", "\n", "\r\n", "\r", "\n\n", "\r\r\n", "\n\r", "a", "a\n", "a\r\n", "a\r", "a\rb\n", "a\nb", "a\r\nb\r\n", "a\n\nb\n",
	"a\n\r\nb", "äöü\nß", "\x00\xff\n\xfe", "one\ntwo\r\nthree\n", "one\ntwo\r\nthree", "12345\n123456\n1234567\n",
	"1234\n12345678901234567890\n1\n", "1\n2\n3\n12345678901234567890", "12345\r\n1\n", "12345\r\r\n1\n", "123456\r",
}

func TestLines(t *testing.T) {
	for _, text := range lineTexts {
		data := []byte(text)
		for limit := 1; limit <= 7; limit++ {
			for first := range len(data) + 1 {
				for second := first; second <= len(data); second++ {
					if err := checkLines(data, cut(data, first, second), limit); err != nil {
						t.Errorf("%q cut at %d and %d, limit %d: %v", text, first, second, limit, err)
					}
				}
			}
		}
	}
}

func TestLinesAtRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := []byte(rapid.StringOf(rapid.RuneFrom([]rune("ab\r\n"))).Draw(rt, "data"))
		limit := rapid.IntRange(1, 8).Draw(rt, "limit")
		if err := checkLines(data, drawChunks(rt, data), limit); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestLinesLimits(t *testing.T) {
	long := bytes.Repeat([]byte{'x'}, transforms.DefaultMaxLineLength)
	if got := mustRun(t, transforms.Lines(), long); len(got) != 1 || len(got[0]) != len(long) {
		t.Error("a line of the greatest length is not a line")
	}
	longer := append(slices.Clone(long), 'x')
	for _, chunks := range [][][]byte{{longer}, cut(longer, 10), cut(append(longer, '\n'), 10, len(long))} {
		_, err := run(transforms.Lines(), chunks...)
		wantError(t, err, transforms.ErrLineTooLong)
		if want := "transforms: line 1: transforms: line is too long"; err != nil && err.Error() != want {
			t.Errorf("the error is %q, want %q", err, want)
		}
		unlimited := transforms.LinesOptions{MaxLength: streams.Unbounded}
		if got := mustRun(t, transforms.Lines(unlimited), chunks...); len(got) != 1 || len(got[0]) != len(longer) {
			t.Error("without a limit a line is too long")
		}
	}
}

// A line is its reader's to change and to append to, and keeps no room that was never used for it.
func TestLinesShareNothing(t *testing.T) {
	for _, chunks := range [][][]byte{
		{[]byte("one\ntwo\r\nthree\nfour")},
		cut([]byte("one\ntwo\r\nthree\nfour"), 2, 9, 16),
	} {
		lines := mustRun(t, transforms.Lines(), chunks...)
		for _, line := range lines {
			_ = append(line, "+++++++++++"...)
			line[0] = '-'
		}
		if got, want := string(bytes.Join(lines, []byte("|"))), "-ne|-wo|-hree|-our"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestLinesCostNoAllocation(t *testing.T) {
	const lines = 5000
	chunk := bytes.Repeat([]byte("a line of some length\r\n"), lines)
	allocations := testing.AllocsPerRun(5, func() {
		count := 0
		err := streams.PipeThrough(streams.FromSlice([][]byte{chunk}), transforms.Lines()).
			PipeTo(t.Context(), streams.SinkFunc(func([]byte) error { count++; return nil }))
		if err != nil || count != lines {
			t.Error(count, err)
		}
	})
	if allocations > lines/10 {
		t.Errorf("%v allocations for %d lines", allocations, lines)
	}
}
