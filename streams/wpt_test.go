package streams_test

// The tests in the files wpt_*_test.go are the Web Platform Tests of the Streams Standard, in Go: one file for one file
// there, subtests under the names there. testdata/wpt-streams.tsv is the list of those that apply, with what each one
// means here. A row is covered by the subtest of its name, or by a reference in wpt_references_test.go to another test.

import (
	_ "embed"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

//go:embed testdata/wpt-streams.tsv
var wptTable string

// A wptRow is a test of the Web Platform Tests: its file and its name there.
type wptRow struct{ file, name string }

// wptRows returns the list.
var wptRows = sync.OnceValue(func() []wptRow {
	var rows []wptRow
	for line := range strings.Lines(wptTable) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if fields[0] != "file" {
			rows = append(rows, wptRow{fields[0], fields[1]})
		}
	}
	return rows
})

// rowsRun are the rows whose subtests ran.
var rowsRun = struct {
	sync.Mutex
	rows map[wptRow]bool
}{rows: map[wptRow]bool{}}

// runWPT runs the tests of a file of the Web Platform Tests, given by its path below streams/ without ".any.js", each in a
// bubble of its own. At its end a test must have ended everything that it began.
func runWPT(t *testing.T, file string, tests map[string]func(t *testing.T)) {
	t.Helper()
	file = "streams/" + file + ".any.js"
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		row := wptRow{file, name}
		if !slices.Contains(wptRows(), row) {
			t.Errorf("%s has no row %q", file, name)
			continue
		}
		t.Run(name, func(t *testing.T) { synctest.Test(t, tests[name]) })
		rowsRun.Lock()
		rowsRun.rows[row] = true
		rowsRun.Unlock()
	}
}

// checkRows reports whether every row of the list is covered. It says so only of a run of the whole suite.
func checkRows() bool {
	if flag.Lookup("test.run").Value.String() != "" || flag.Lookup("test.skip").Value.String() != "" ||
		flag.Lookup("test.bench").Value.String() != "" || flag.Lookup("test.fuzz").Value.String() != "" ||
		flag.Lookup("test.list").Value.String() != "" {
		return true
	}
	referred, missing := 0, 0
	for _, row := range wptRows() {
		switch {
		case rowsRun.rows[row]:
		case wptReferences[row] != "":
			referred++
		default:
			missing++
			fmt.Printf("no test for %s: %s\n", row.file, row.name)
		}
	}
	fmt.Printf("wpt: %d rows, %d of them by reference, %d missing\n", len(wptRows()), referred, missing)
	return missing == 0
}

// TestWPTReferences checks that each reference is from a row of the list to a test of this package.
func TestWPTReferences(t *testing.T) {
	for row, test := range wptReferences {
		if !slices.Contains(wptRows(), row) {
			t.Errorf("%s has no row %q", row.file, row.name)
		}
		if !slices.Contains(testNames(t), test) {
			t.Errorf("the row %q refers to %s, which is not a test", row.name, test)
		}
	}
}
