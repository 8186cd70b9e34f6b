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

const (
	// The recorded implementations call a transform or a sink on the stack of the enqueue that feeds it, so there it can close
	// or error its source between two enqueues of one callback. The Web Platform Tests forbid that (piping/general-addition,
	// "enqueue() must not synchronously call write algorithm"), and here it never happens: the callback enqueues all its
	// chunks first.
	writeOnStack = "a write on the stack of enqueue"

	// The order of two callbacks of which the standard only says that both run, and which take no time in the recordings. Where
	// one of them is delayed, the recorded implementations do what is done here.
	noTime = "the order of callbacks that take no time"
)

// exceptions are programs from which package streams may differ, with the reason: what in the standard decides otherwise,
// or that there are two schedules of which either is right. Those with long numbers are from among 27,700 made with other
// seeds than the recorded ones, of which no other differs.
var exceptions = map[string]string{
	"flow-1663":    writeOnStack,
	"flow-7100093": writeOnStack,
	"flow-7400888": writeOnStack,
	"flow-7500311": writeOnStack,
	"flow-7500675": writeOnStack,
	"flow-7600486": writeOnStack,
	"flow-7700630": writeOnStack,
	"flow-7800660": writeOnStack,
	"flow-7900855": writeOnStack,

	"flow-7000781":  noTime,
	"flow-7200416":  noTime,
	"flow-7300199":  noTime,
	"flow-7700943":  noTime,
	"flow-7900079":  noTime,
	"flow-22000323": noTime,
	"flow-22000399": noTime,
	"flow-24200618": noTime,

	// The recordings close the stream between respond and close of one pull, before the reader that waits has been told.
	"bytes-9300051": "a microtask between respond and close",
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
