package transforms_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

// tool runs a program of others with input, and returns its output. Where it is not installed the test is skipped, unless
// WEIR_REQUIRE_TOOLS is 1.
func tool(t *testing.T, input []byte, name string, arguments ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("WEIR_REQUIRE_TOOLS") == "1" {
			t.Fatalf("%v, and WEIR_REQUIRE_TOOLS is 1", err)
		}
		t.Skipf("%v: install the Debian packages gzip, pigz, zstd, brotli, jq and coreutils for this test", err)
	}
	command := exec.CommandContext(t.Context(), path, arguments...)
	command.Stdin = bytes.NewReader(input)
	var faults strings.Builder
	command.Stderr = &faults
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, arguments, err, faults.String())
	}
	return output
}

func TestCompressionTools(t *testing.T) {
	for _, c := range []struct {
		program string
		options []string // for both ways
		format  format
		levels  []string
	}{
		{"gzip", nil, formats[0], []string{"-1", "-6", "-9"}},
		{"pigz", nil, formats[0], []string{"-1", "-9"}},
		{"pigz", []string{"-z"}, formats[1], []string{"-1", "-9"}},
		{"zstd", nil, formats[3], []string{"-1", "-3", "-19", "--no-check", "--format=zstd"}},
		{"brotli", nil, formats[4], []string{"--quality=0", "--quality=5", "--quality=11", "--lgwin=24"}},
	} {
		t.Run(strings.Join(append([]string{c.program}, c.options...), " "), func(t *testing.T) {
			for name, data := range map[string][]byte{
				"nothing": nil, "text": numberText(), "random": incompressible(1), "zeros": make([]byte, 1<<20),
			} {
				for _, flush := range []bool{false, true} {
					ours := bytes.Join(mustRun(t, c.format.compress(transforms.CompressOptions{Flush: flush}), cutEvery(data, 250)...), nil)
					if got := tool(t, ours, c.program, append(c.options, "-dc")...); !bytes.Equal(got, data) {
						t.Errorf("%s: it reads %d bytes of what we write, want %d", name, len(got), len(data))
					}
				}
				for _, level := range c.levels {
					theirs := tool(t, data, c.program, append(c.options, level, "-c")...)
					got, err := c.format.unpack(transforms.DecompressOptions{}, cutEvery(theirs, 250)...)
					if err != nil || got != string(data) {
						t.Errorf("%s: we read %d bytes of what it writes at %s, %v, want %d", name, len(got), level, err, len(data))
					}
				}
			}
		})
	}
}

// What the zstd program writes for a large window is for those who ask for it.
func TestZstdToolLong(t *testing.T) {
	random := incompressible(1)
	data := bytes.Join([][]byte{random, make([]byte, 10<<20), random}, nil)
	theirs := tool(t, data, "zstd", "--long=24", "-c")
	_, err := formats[3].unpack(transforms.DecompressOptions{}, theirs)
	wantError(t, err, transforms.ErrTooLarge)
	got, err := formats[3].unpack(transforms.DecompressOptions{MaxWindow: 1 << 24}, theirs)
	if err != nil || got != string(data) {
		t.Errorf("we read %d bytes, %v, want %d", len(got), err, len(data))
	}
}

func TestJQ(t *testing.T) {
	records := make([]record, 100)
	for i := range records {
		records[i] = record{Name: fmt.Sprintf("\"<%d>\"\n", i), Count: int64(i + 1), Tags: map[string]string{"ä": "\t"}}
	}
	array := bytes.Join(mustRun(t, transforms.EncodeJSONArray[record](), records...), nil)
	lines := bytes.Join(mustRun(t, transforms.EncodeJSONLines[record](), records...), nil)

	toLines := tool(t, array, "jq", "-c", ".[]")
	if got := mustRun(t, transforms.DecodeJSONLines[record](), cutEvery(toLines, 250)...); !reflect.DeepEqual(got, records) {
		t.Error("the array came back as other lines")
	}
	toArray := tool(t, lines, "jq", "-s", ".") // indented
	if got := mustRun(t, transforms.DecodeJSONArray[record](), cutEvery(toArray, 250)...); !reflect.DeepEqual(got, records) {
		t.Error("the lines came back as another array")
	}
	raw := tool(t, array, "jq", "-r", `.[] | [.name, (.count | tostring)] | @csv`)
	for i, row := range mustRun(t, transforms.DecodeCSV(), cutEvery(raw, 250)...) {
		if want := []string{records[i].Name, fmt.Sprint(i + 1)}; !reflect.DeepEqual(row, want) {
			t.Errorf("row %d is %q, want %q", i, row, want)
		}
	}
	if got := tool(t, []byte("[]"), "jq", "-c", "."); string(got) != "[]\n" {
		t.Errorf("got %q", got)
	}
}

func TestCoreutils(t *testing.T) {
	data := incompressible(1)
	theirs := tool(t, data, "base64") // in lines
	if got := mustRun(t, transforms.DecodeBase64(base64.StdEncoding), cutEvery(theirs, 250)...); !bytes.Equal(bytes.Join(got, nil), data) {
		t.Error("we read something else in what base64 writes")
	}
	ours := bytes.Join(mustRun(t, transforms.EncodeBase64(base64.StdEncoding), cutEvery(data, 250)...), nil)
	if !bytes.Equal(tool(t, ours, "base64", "-d"), data) {
		t.Error("base64 reads something else in what we write")
	}
	var sum string
	hash := transforms.Hash(sha256.New(), func(s []byte) error { sum = hex.EncodeToString(s); return nil })
	mustRun(t, hash, cutEvery(data, 250)...)
	if got, _, _ := strings.Cut(string(tool(t, data, "sha256sum")), " "); got != sum {
		t.Errorf("the sum is %s, sha256sum says %s", sum, got)
	}
}
