package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// runIn runs the command with dir as the temporary directory.
func runIn(t *testing.T, dir string, terminal bool, args ...string) (output, messages string, err error) {
	t.Helper()
	t.Setenv("TMPDIR", dir)
	var o, m bytes.Buffer
	err = run(t.Context(), args, &o, &m, terminal)
	return o.String(), m.String(), err
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	first, messages, err := runIn(t, dir, false, "-size", "1")
	if err != nil {
		t.Fatal(err)
	}
	if messages != "" {
		t.Errorf("without a terminal, %q was written to it", messages)
	}
	for _, want := range []string{"making a log of about 1 MB", "6578 entries, 1.0 MB", "entries of level error", " MB/s", "memory "} {
		if !strings.Contains(first, want) {
			t.Errorf("the output lacks %q:\n%s", want, first)
		}
	}
	second, messages, err := runIn(t, dir, true, "-size", "1", "-level", "warn")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(second, "making") || !strings.Contains(second, "level warn") {
		t.Errorf("the output of the second run is wrong:\n%s", second)
	}
	if !strings.Contains(messages, "##] 100 %") || !strings.HasSuffix(messages, eraseLine) {
		t.Errorf("the progress bar is %q", messages)
	}
	if got := filesIn(t, dir); got != "weir-logs-1MB.jsonl.gz weir-logs-error.jsonl.gz weir-logs-warn.jsonl.gz" {
		t.Errorf("the files are %s", got)
	}
}

func TestRunWithFiles(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	in, out := filepath.Join(dir, "in.gz"), filepath.Join(dir, "out.gz")
	writeTestFile(t, in, generated(t, 1000))
	output, _, err := runIn(t, temporary, false, "-in", in, "-out", out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(output, in+": 1000 entries") || !strings.Contains(output, out) {
		t.Errorf("the output is wrong:\n%s", output)
	}
	if got := filesIn(t, temporary); got != "" {
		t.Errorf("in the temporary directory are %s", got)
	}
}

// A run that fails says why, and leaves no file.
func TestRunErrors(t *testing.T) {
	dir := t.TempDir()
	cut := filepath.Join(dir, "cut.gz")
	writeTestFile(t, cut, generated(t, 1000)[:5000])
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-in", filepath.Join(dir, "missing.gz")}, "no such file"},
		{[]string{"-in", cut}, "cut.gz: transforms: gzip data ends too early"},
		{[]string{"-in", cut, "-batch", "0"}, "Batch(0)"},
		{[]string{"-size", "0"}, "-size is 0 MB"},
		{[]string{"-size", "many"}, "invalid value"},
		{[]string{"file.gz"}, "unexpected argument"},
		{[]string{"-in", cut, "-out", filepath.Join(dir, "missing", "out.gz")}, "no such file"},
	} {
		_, _, err := runIn(t, dir, false, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got the error %v, want one with %q", c.args, err, c.want)
		}
	}
	if got := filesIn(t, dir); got != "cut.gz" {
		t.Errorf("the files are %s", got)
	}
}

func TestRunIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var output bytes.Buffer
	if err := run(ctx, nil, &output, &output, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want context.Canceled", err)
	}
	if got := filesIn(t, dir); got != "" {
		t.Errorf("left behind are %s", got)
	}
}

func writeTestFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func filesIn(t *testing.T, dir string) string {
	t.Helper()
	names, err := fs.Glob(os.DirFS(dir), "*")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}
