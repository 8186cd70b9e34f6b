//go:build !race

package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// The guard that needs no clock. The race detector allocates by itself, so this file is not for it.

var update = flag.Bool("update", false, "write what is measured to "+allocsFile)

const allocsFile = "testdata/allocs.txt"

const allocsComment = `# How many objects weir allocates for each workload: for a whole pipeline of as many elements as its Size.Test says, and
# in its best run. "go test ./bench -run Allocations -update" writes this file; a test fails when there are more. Where the
# runs differ, as goroutines take turns in different ways, ~ says so, and the test allows for it.
`

// An allowance is a line of the file.
type allowance struct {
	objects int
	differs bool // from run to run
}

// most is how many objects the best of some runs may allocate.
func (a allowance) most() int {
	if a.differs {
		return a.objects + a.objects/4 + 10 // much less than one an element
	}
	return a.objects + 2 // the runtime makes an object now and then, such as a goroutine where it has no old one
}

// attempts is how many runs there are to find the best: also those that do not differ may meet a collection, which
// empties the pools.
const attempts = 100

// Nothing may cost an allocation an element, or more to set up than it did: the objects that every workload of weir
// allocates are counted against committed numbers.
func TestAllocations(t *testing.T) {
	if *update {
		writeAllowances(t)
		return
	}
	allowances := readAllowances(t)
	jobs := jobsOfWeir(t)
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		job := jobs[name]
		allowed, ok := allowances[name]
		if !ok {
			t.Errorf("%s is not in %s", name, allocsFile)
			continue
		}
		delete(allowances, name)
		least := allocs(t, job)
		for range attempts {
			if least <= allowed.most() {
				break
			}
			least = min(least, allocs(t, job))
		}
		if least > allowed.most() {
			t.Errorf("%s allocates %d objects, and may allocate %d", name, least, allowed.most())
		}
	}
	for name := range allowances {
		t.Errorf("%s names %s, which is no workload of weir", allocsFile, name)
	}
}

// jobsOfWeir returns the workloads of weir by their names.
func jobsOfWeir(t *testing.T) map[string]workload.Job {
	t.Helper()
	jobs := map[string]workload.Job{}
	for _, w := range workload.Streams() {
		for _, e := range w.Engines {
			if !e.IsWeir() || e.Prepare == nil {
				continue
			}
			job, err := e.Prepare(w.Size.Test)
			if err != nil {
				t.Fatal(err)
			}
			jobs[w.Name+"/"+e.Name] = job
		}
	}
	return jobs
}

// allocs returns how many objects a run allocates, after another one to warm up.
func allocs(t *testing.T, job workload.Job) int {
	t.Helper()
	ctx := context.Background()
	return int(testing.AllocsPerRun(1, func() {
		if err := job.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}))
}

func readAllowances(t *testing.T) map[string]allowance {
	t.Helper()
	data, err := os.ReadFile(allocsFile)
	if err != nil {
		t.Fatal(err)
	}
	allowances := map[string]allowance{}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		number, differs := strings.CutPrefix(strings.TrimSpace(number), "~")
		objects, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s: %v", allocsFile, err)
		}
		allowances[name] = allowance{objects: objects, differs: differs}
	}
	return allowances
}

func writeAllowances(t *testing.T) {
	t.Helper()
	var out bytes.Buffer
	out.WriteString(allocsComment)
	jobs := jobsOfWeir(t)
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		var runs []int
		for range attempts {
			runs = append(runs, allocs(t, jobs[name]))
		}
		slices.Sort(runs)
		differs := ""
		if runs[0] != runs[len(runs)/2] {
			differs = "~"
		}
		fmt.Fprintf(&out, "%-32s %s%d\n", name, differs, runs[0])
	}
	if err := os.WriteFile(allocsFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
