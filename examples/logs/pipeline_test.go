package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

// generated returns a log of so many entries.
func generated(t testing.TB, entries int) []byte {
	t.Helper()
	var log bytes.Buffer
	if err := generate(t.Context(), &log, entries); err != nil {
		t.Fatal(err)
	}
	return log.Bytes()
}

// readLog reads a log with the standard library only.
func readLog(t *testing.T, log []byte) (entries []entry) {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(plain)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestGenerateIsTheSameEachTime(t *testing.T) {
	log := generated(t, 2500)
	if !bytes.Equal(log, generated(t, 2500)) {
		t.Error("two logs of the same size differ")
	}
	if got := len(readLog(t, log)); got != 2500 {
		t.Errorf("the log has %d entries", got)
	}
}

func TestProcess(t *testing.T) {
	log := generated(t, 5000)
	all := readLog(t, log)
	for _, level := range []string{"error", "info", "none of them"} {
		var want []entry
		for _, e := range all {
			if e.Level == level {
				want = append(want, e)
			}
		}
		var out bytes.Buffer
		var n counts
		if err := process(t.Context(), bytes.NewReader(log), &out, options{level: level, batch: 7}, &n); err != nil {
			t.Fatal(err)
		}
		if got := readLog(t, out.Bytes()); !slices.Equal(got, want) {
			t.Errorf("level %s: got %d entries, want %d, or they differ", level, len(got), len(want))
		}
		if n.entries.Load() != 5000 || n.kept.Load() != int64(len(want)) {
			t.Errorf("level %s: counted %d entries and %d that were kept", level, n.entries.Load(), n.kept.Load())
		}
		if n.compressedIn.Load() != int64(len(log)) || n.compressedOut.Load() != int64(out.Len()) {
			t.Errorf("level %s: counted %d bytes in and %d out", level, n.compressedIn.Load(), n.compressedOut.Load())
		}
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestProcessErrors(t *testing.T) {
	log := generated(t, 5000)
	var damaged bytes.Buffer
	w := gzip.NewWriter(&damaged)
	if _, err := io.WriteString(w, "{}\n{}\nthis is not JSON\n{}\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	for _, c := range []struct {
		name string
		in   []byte
		out  io.Writer
		want func(error) bool
	}{
		{"no gzip file", []byte("text"), io.Discard, func(err error) bool { return errors.Is(err, transforms.ErrCorrupt) }},
		{"cut off", log[:len(log)/2], io.Discard, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		{"a damaged line", damaged.Bytes(), io.Discard, func(err error) bool {
			fault, ok := errors.AsType[*transforms.LineError](err)
			return ok && fault.Line == 3
		}},
		{"a full disk", log, writerFunc(func([]byte) (int, error) { return 0, full }), func(err error) bool { return errors.Is(err, full) }},
	} {
		err := process(t.Context(), bytes.NewReader(c.in), c.out, options{level: "error", batch: 10}, new(counts))
		if !c.want(err) {
			t.Errorf("%s: got the error %v", c.name, err)
		}
	}
}

// endless is a log that does not end: the same member again and again.
type endless struct {
	member []byte
	rest   []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = e.member
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestProcessIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	out := writerFunc(func(p []byte) (int, error) {
		cancel(stop)
		return len(p), nil
	})
	err := process(ctx, &endless{member: generated(t, 5000)}, out, options{level: "info", batch: 100}, new(counts))
	if !errors.Is(err, stop) {
		t.Errorf("got the error %v, want the cause of the context", err)
	}
}

// The memory does not grow with the file: what is alive while one is read that is 12 times as large is about the same.
func TestMemoryDoesNotGrow(t *testing.T) {
	const small, large = 5_000, 60_000
	little, much := peakHeap(t, small), peakHeap(t, large)
	t.Logf("%d entries: %d KB, %d entries: %d KB", small, little>>10, large, much>>10)
	if much > little+1<<20 {
		t.Errorf("the live heap has %d KB with %d entries, and %d KB with %d", much>>10, large, little>>10, small)
	}
}

// peakHeap returns the most that was alive while a file of so many entries was read.
func peakHeap(t *testing.T, entries int) (peak uint64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.gz")
	err := writeFile(path, func(out io.Writer) error { return generate(t.Context(), out, entries) })
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	looks := 0
	watched := &watchedReader{in: in, look: func() {
		looks++
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		peak = max(peak, stats.HeapAlloc)
	}}
	if err := process(t.Context(), watched, io.Discard, options{level: "info", batch: 100}, new(counts)); err != nil {
		t.Fatal(err)
	}
	if looks < 10 {
		t.Fatalf("looked only %d times", looks)
	}
	return peak
}

// watchedReader gives a little at a time, and has look called each time.
type watchedReader struct {
	in   io.Reader
	look func()
}

func (r *watchedReader) Read(p []byte) (int, error) {
	r.look()
	return r.in.Read(p[:min(len(p), 4<<10)])
}

func TestProgressBar(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		full        int
		text        string
	}{
		{0, 100, 0, "]   0 %"},
		{50, 100, 20, "]  50 %"},
		{100, 100, 40, "] 100 %"},
		{0, 0, 40, "] 100 %"},
		{7, 5, 40, "] 100 %"}, // the file has grown meanwhile
	} {
		got := progressBar(c.done, c.total)
		if strings.Count(got, "#") != c.full || strings.Count(got, "#-") > 1 || !strings.HasSuffix(got, c.text) {
			t.Errorf("%d of %d: %s", c.done, c.total, got)
		}
	}
}

// BenchmarkProcess has the rate in MB of plain text.
func BenchmarkProcess(b *testing.B) {
	log := generated(b, 100_000)
	var n counts
	b.ReportAllocs()
	for b.Loop() {
		n = counts{}
		if err := process(b.Context(), bytes.NewReader(log), io.Discard, options{level: "error", batch: 100}, &n); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(n.plainIn.Load())
}
