package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Difference is the first step of a program that did not show what was recorded.
type Difference struct {
	Program  string
	Form     Form
	Step     int // counted from 1
	Steps    int // how many the program has
	Action   string
	Problems []string // one a line: what was expected, what was seen
	Hung     bool     // the program never came to rest, and its goroutines may still be running
}

func newDifference(program *Program, form Form, step int, problems ...string) *Difference {
	d := &Difference{Program: program.ID, Form: form, Step: step + 1, Steps: len(program.Steps), Problems: problems}
	if step < len(program.Steps) {
		d.Action = program.Steps[step].Do.String()
	}
	return d
}

// String returns a report of a few lines.
func (d *Difference) String() string {
	return fmt.Sprintf("%s (%s): step %d of %d: %s\n\t%s", d.Program, d.Form, d.Step, d.Steps, d.Action, strings.Join(d.Problems, "\n\t"))
}

// compareEvents returns a line for every entity whose events are not those expected.
func compareEvents(expected, actual Events) []string {
	var problems []string
	for _, entity := range names(expected, actual) {
		if !slices.Equal(expected[entity], actual[entity]) {
			problems = append(problems, fmt.Sprintf("%s: expected %v, got %v", entity, expected[entity], actual[entity]))
		}
	}
	return problems
}

// compareState returns a line for every property that did not change as expected.
func compareState(expected, actual State) []string {
	var problems []string
	for _, entity := range names(expected, actual) {
		for _, property := range names(expected[entity], actual[entity]) {
			e, a := expected[entity][property], actual[entity][property]
			if e != a {
				problems = append(problems, fmt.Sprintf("%s.%s: expected %s, got %s", entity, property, change(e), change(a)))
			}
		}
	}
	return problems
}

// change shows what a property has changed to.
func change(v Value) string {
	if v == "" {
		return "no change"
	}
	return string(v)
}

// names returns the keys of two maps, sorted.
func names[V any, M ~map[string]V](a, b M) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}
