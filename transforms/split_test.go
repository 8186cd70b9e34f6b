package transforms_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

var splitFuncs = map[string]bufio.SplitFunc{
	"lines": bufio.ScanLines, "words": bufio.ScanWords, "runes": bufio.ScanRunes, "bytes": bufio.ScanBytes, "stop": untilStop,
}

// untilStop finds words, and ends at one that is "stop".
func untilStop(data []byte, atEOF bool) (advance int, token []byte, err error) {
	advance, token, err = bufio.ScanWords(data, atEOF)
	if string(token) == "stop" {
		return 0, token, bufio.ErrFinalToken
	}
	return advance, token, err
}

// checkSplit expects what a bufio.Scanner finds.
func checkSplit(split bufio.SplitFunc, data []byte, chunks [][]byte) error {
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, len(data)+10)
	scanner.Split(split)
	var want []string
	for scanner.Scan() {
		want = append(want, scanner.Text())
	}
	got, err := run(transforms.Split(split), chunks...)
	if err != nil {
		return err
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || string(got[i]) != want[i] {
			return errors.New("the pieces are " + string(bytes.Join(got, []byte("|"))) + ", want " + strings.Join(want, "|"))
		}
	}
	return nil
}

func TestSplitAsScanner(t *testing.T) {
	for name, split := range splitFuncs {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				data := []byte(rapid.StringOf(rapid.RuneFrom([]rune("ab ä\r\n"))).Draw(rt, "data"))
				if rapid.Bool().Draw(rt, "stop") {
					data = append(data, " stop and more"...)
				}
				if err := checkSplit(split, data, drawChunks(rt, data)); err != nil {
					rt.Fatal(err)
				}
			})
		})
	}
}

func FuzzSplit(f *testing.F) {
	for i, text := range append(lineTexts, "stop", "a stop b", "\xff\xc3", "  a  ") {
		f.Add([]byte(text), uint8(i), uint8(i%5))
	}
	names := []string{"lines", "words", "runes", "bytes", "stop"}
	f.Fuzz(func(t *testing.T, data []byte, size, which uint8) {
		if err := checkSplit(splitFuncs[names[int(which)%len(names)]], data, cutEvery(data, size)); err != nil {
			t.Error(err)
		}
	})
}

func TestSplitErrors(t *testing.T) {
	words := func(n int, after error) bufio.SplitFunc {
		return func(data []byte, atEOF bool) (int, []byte, error) {
			if n--; n < 0 {
				return 0, nil, after
			}
			return bufio.ScanWords(data, atEOF)
		}
	}
	for name, c := range map[string]struct {
		split bufio.SplitFunc
		want  error
	}{
		"error of the function": {words(2, errBoom), errBoom},
		"negative advance":      {returns(-1, nil), bufio.ErrNegativeAdvance},
		"too far":               {returns(100, nil), bufio.ErrAdvanceTooFar},
		"no progress":           {returns(0, []byte("x")), io.ErrNoProgress},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(transforms.Split(c.split), []byte("a b c d"))
			wantError(t, err, c.want)
		})
	}
	got, err := run(transforms.Split(words(2, errBoom)), []byte("a b c d"))
	wantError(t, err, errBoom)
	if string(bytes.Join(got, nil)) != "ab" {
		t.Errorf("%q came before the error", got)
	}
}

func returns(advance int, token []byte) bufio.SplitFunc {
	return func([]byte, bool) (int, []byte, error) { return advance, token, nil }
}

func TestSplitMaxLength(t *testing.T) {
	data := []byte("four 12345 sixsix 1")
	for _, chunks := range [][][]byte{{data}, cut(data, 2, 7, 8, 9, 14, 16)} {
		got, err := run(transforms.Split(bufio.ScanWords, transforms.SplitOptions{MaxLength: 5}), chunks...)
		wantError(t, err, transforms.ErrTooLarge)
		if string(bytes.Join(got, []byte("|"))) != "four|12345" {
			t.Errorf("got %q", got)
		}
		unlimited := transforms.SplitOptions{MaxLength: streams.Unbounded}
		if got := mustRun(t, transforms.Split(bufio.ScanWords, unlimited), chunks...); len(got) != 4 {
			t.Errorf("got %q without a limit", got)
		}
	}
	_, err := run(transforms.Split(bufio.ScanWords), make([]byte, transforms.DefaultMaxLineLength+1))
	wantError(t, err, transforms.ErrTooLarge)
}

// The pieces before a fault come out one by one, and the fault after them, also when all came in one chunk and the reader
// takes its time.
func TestSplitErrorComesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stage := transforms.Split(bufio.ScanWords, transforms.SplitOptions{MaxLength: 3})
		reader := mustReader(t, streams.PipeThrough(newProbe(func(int) []byte { return []byte("a b toolong c d ") }).stream, stage))
		for _, want := range []string{"a", "b"} {
			synctest.Wait()
			piece, err := reader.Read(t.Context())
			if string(piece) != want || err != nil {
				t.Fatalf("got %q, %v, want %q", piece, err, want)
			}
		}
		synctest.Wait()
		_, err := reader.Read(t.Context())
		wantError(t, err, transforms.ErrTooLarge)
	})
}

func TestSplitShareNothing(t *testing.T) {
	pieces := mustRun(t, transforms.Split(bufio.ScanWords), cut([]byte("one two three four"), 2, 5, 9)...)
	for _, piece := range pieces {
		_ = append(piece, "+++++++++++"...)
		piece[0] = '-'
	}
	if got := string(bytes.Join(pieces, []byte("|"))); got != "-ne|-wo|-hree|-our" {
		t.Errorf("got %s", got)
	}
}
