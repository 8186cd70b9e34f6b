package streams_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams/internal/conformance"
)

// tracesVariable names folders with more programs, separated like the folders of PATH.
const tracesVariable = "STREAMS_TRACES"

// mostListed is how many programs that differ are reported.
const mostListed = 20

// exceptions are recorded programs from which package streams may differ, with the reason: the paragraph of the standard
// that decides otherwise, or the two schedules of which either is right.
var exceptions = map[string]string{
	// The recorded implementations call a transform on the stack of the enqueue that feeds it, so here a transform closes
	// its source between two enqueues of one pull. The Web Platform Tests forbid that (piping/general-addition.any.js,
	// "enqueue() must not synchronously call write algorithm"), and here it never happens: the pull enqueues both chunks,
	// then the transform closes the source, and the second chunk arrives too.
	"flow-1663": "a write on the stack of enqueue",
}

// TestConformance plays the recorded programs of testdata/conformance and of the folders in STREAMS_TRACES.
func TestConformance(t *testing.T) {
	programs := readPrograms(t)
	differ, unsteady := conformance.PlayAll(t, programs)
	for _, d := range unsteady {
		fmt.Printf("overtaken once, and not in further plays: %s\n", d)
	}
	differ = slices.DeleteFunc(differ, func(d *conformance.Difference) bool {
		reason, excepted := exceptions[d.Program]
		if excepted {
			fmt.Printf("%s may differ: %s\n", d.Program, reason)
		}
		return excepted
	})
	for i, d := range differ {
		if i == mostListed {
			fmt.Printf("and %d more\n", len(differ)-mostListed)
			break
		}
		fmt.Println(d)
	}
	if len(differ) > 0 {
		t.Fail()
	}
	fmt.Printf("conformance: %d programs, %d differ\n", len(programs), len(differ))
}

func readPrograms(t *testing.T) []*conformance.Program {
	t.Helper()
	folders := append([]string{filepath.Join("testdata", "conformance")}, filepath.SplitList(os.Getenv(tracesVariable))...)
	var programs []*conformance.Program
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !isTrace(entry.Name()) {
				continue
			}
			read, err := conformance.ReadFile(filepath.Join(folder, entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			programs = append(programs, read...)
		}
	}
	if len(programs) == 0 {
		t.Fatal("there are no programs to play")
	}
	return programs
}

func isTrace(name string) bool {
	for _, pattern := range []string{"*.jsonl", "*.jsonl.gz"} {
		if match, _ := filepath.Match(pattern, name); match { // the patterns are well formed
			return true
		}
	}
	return false
}
