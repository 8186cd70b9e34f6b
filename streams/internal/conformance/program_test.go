package conformance

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const small = `{"id":"small","steps":[
	{"do":{"op":"readable","id":"r0","hwm":2,"size":"mod3","source":{"start":{"mode":"none"},
		"pull":{"mode":"ok","enqueue":1,"limit":4,"failAt":2,"err":"e3","at":{"call":1,"do":{"op":"ctlError","on":"r0","err":"e1","p":"p9"}}},
		"cancel":{"mode":"hold"}}},
	 "events":{"r0":["pull"]},"state":{"r0":{"locked":false,"desired":null}}},
	{"do":{"op":"read","on":"rd1","p":"p0"},"events":{"p0":["skipped"]},"state":{}}]}
`

func TestReadPrograms(t *testing.T) {
	programs, err := ReadPrograms(strings.NewReader(small + strings.ReplaceAll(small, "small", "next")))
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) != 2 || programs[0].ID != "small" || programs[1].ID != "next" {
		t.Fatalf("got programs %v", programs)
	}
	first := programs[0].Steps[0]
	a, pull := first.Do, first.Do.Source.Pull
	if a.Op != "readable" || a.HWM != 2 || a.Size != Mod3 || a.Source.Cancel.Mode != Hold {
		t.Errorf("got the action %+v", a)
	}
	if pull.Mode != OK || pull.FailAt != 2 || pull.Err != Reason("e3") || pull.At.Call != 1 || pull.At.Do.Op != "ctlError" {
		t.Errorf("got the pull %+v", pull)
	}
	if got := first.Events["r0"]; len(got) != 1 || got[0] != "pull" {
		t.Errorf("got the events %v", got)
	}
	if got := first.State["r0"]; got["locked"] != "false" || got["desired"] != "null" {
		t.Errorf("got the state %v", got)
	}
	if got, want := programs[0].Steps[1].Do.String(), `{"op":"read","on":"rd1","p":"p0"}`; got != want {
		t.Errorf("the action reads %s, want %s", got, want)
	}
}

func TestReadProgramsRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"a mode":               {`{"id":"a","steps":[{"do":{"op":"writable","sink":{"start":{"mode":"wait"}}}}]}`, `no such mode: "wait"`},
		"a reason":             {`{"id":"a","steps":[{"do":{"op":"abort","err":"e5"}}]}`, `no such reason: "e5"`},
		"a size function":      {`{"id":"a","steps":[{"do":{"op":"readable","size":"mod4"}}]}`, `no such size function: "mod4"`},
		"a field of an action": {`{"id":"a","steps":[{"do":{"op":"read","after":"p1"}}]}`, `unknown field "after"`},
		"a field of a step":    {`{"id":"a","steps":[{"when":1}]}`, `unknown field "when"`},
		"a program cut off":    {`{"id":"a","steps":[`, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadPrograms(strings.NewReader(small + test.text))
			if err == nil || !strings.Contains(err.Error(), test.problem) || !strings.Contains(err.Error(), "program 2") {
				t.Errorf("got the error %v, want one of program 2 with %q", err, test.problem)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	if _, err := w.Write([]byte(small)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string][]byte{
		"plain.jsonl":      []byte(small),
		"packed.jsonl.gz":  compressed.Bytes(),
		"cut.jsonl.gz":     compressed.Bytes()[:compressed.Len()-20],
		"notgzip.jsonl.gz": []byte(small),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"plain.jsonl", "packed.jsonl.gz"} {
		if programs, err := ReadFile(filepath.Join(folder, name)); err != nil || len(programs) != 1 {
			t.Errorf("%s: got %d programs, error %v", name, len(programs), err)
		}
	}
	for _, name := range []string{"cut.jsonl.gz", "notgzip.jsonl.gz", "missing.jsonl"} {
		if _, err := ReadFile(filepath.Join(folder, name)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got the error %v, want one that names the file", name, err)
		}
	}
}
