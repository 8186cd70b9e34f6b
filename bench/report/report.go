package main

import (
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// A report is what all of it came to.
type report struct {
	machine  machine
	opts     options
	outcomes []outcome
	targets  []judgement
	date     time.Time
	took     time.Duration
}

// A section is a part of the report: workloads whose costs are of one kind.
type section struct {
	title    string
	about    string
	families []string
	compare  string // the figure that ratios are of
	columns  []column
	groups   []group // columns of the overview; none where there is nothing to compare with
}

// A column shows one figure.
type column struct {
	title  string
	metric string
}

// What is timed, and what is held, have the same columns wherever they are.
var (
	timed = []column{
		{"CPU ns", workload.CPU}, {"wall ns", workload.Wall}, {"bytes", workload.Bytes}, {"allocations", workload.Allocs},
	}
	held = []column{
		{"heap + stack bytes", workload.Space},
		{"heap bytes", workload.Heap},
		{"stack bytes", workload.Stack},
		{"goroutines", workload.Goroutines},
	}
)

var sections = []section{
	{
		title:    "Streams",
		about:    "CPU time as a multiple of the reference's: less is better.",
		families: []string{"W1", "W1-sink", "W1-ctx", "W1-func", "Read", "Push", "W2", "W3", "W3-batch", "W4", "W5", "W7"},
		compare:  workload.CPU,
		columns:  timed,
		groups:   streamGroups,
	},
	{
		title:    "At rest",
		about:    "Space on the heap and on stacks as a multiple of the reference's: less is better.",
		families: []string{"Rest"},
		compare:  workload.Space,
		columns:  held,
		groups:   streamGroups,
	},
	{
		title:    "Operators",
		about:    "What each operator of package transforms costs, with a source and a sink.",
		families: []string{"Operators"},
		compare:  workload.CPU,
		columns:  timed,
	},
	{
		title:    "WebSocket",
		about:    "CPU time of client and server together as a multiple of the reference's: less is better.",
		families: []string{"WS-echo", "WS-up"},
		compare:  workload.CPU,
		columns:  timed,
		groups:   socketGroups,
	},
	{
		title:    "Idle WebSockets",
		about:    "Space in the server as a multiple of the reference's: less is better.",
		families: []string{"WS-idle"},
		compare:  workload.Space,
		columns:  held,
		groups:   socketGroups,
	},
}

// of returns the outcomes that belong to the section.
func (s section) of(outcomes []outcome) []outcome {
	var list []outcome
	for _, o := range outcomes {
		if slices.Contains(s.families, o.workload.Family()) {
			list = append(list, o)
		}
	}
	return list
}

// ratio is what an engine costs, as a multiple of what the workload's reference costs.
func (s section) ratio(o outcome, engine string) float64 {
	return o.figure(engine, s.compare) / o.figure(o.workload.Reference, s.compare)
}

// head returns the titles of the columns behind the names.
func (s section) head() []string {
	titles := []string{"× reference"}
	for _, c := range s.columns {
		titles = append(titles, c.title)
	}
	return titles
}

// cells returns what is behind the names of a row.
func (s section) cells(o outcome, r row) []string {
	if r.figures == nil {
		return append([]string{"failed: " + r.failed.Error()}, make([]string, len(s.columns))...)
	}
	list := []string{times(s.ratio(o, r.engine.Name))}
	if r.failed != nil {
		list[0] += " (then failed: " + r.failed.Error() + ")"
	}
	for _, c := range s.columns {
		list = append(list, number(r.figures.get(c.metric)))
	}
	return list
}

// streamGroups and socketGroups are the columns of the overviews: every engine belongs to the first one that takes it.
var (
	streamGroups = []group{
		{"Weir", workload.Engine.IsWeir},
		{"plain Go", func(e workload.Engine) bool {
			return e.Library == "" && e.Node == "" && !strings.Contains(e.Name, "chan")
		}},
		{"channels", func(e workload.Engine) bool {
			return strings.Contains(e.Name, "chan") && !strings.Contains(e.Name, "batch")
		}},
		{"slices over channels", func(e workload.Engine) bool { return strings.Contains(e.Name, "chan-batch") }},
		{"ro", from("github.com/samber/ro")},
		{"rill", from("github.com/destel/rill")},
		{"RxGo", from("github.com/reactivex/rxgo/v2")},
		{"go-streams", from("github.com/reugn/go-streams")},
		{"Node", func(e workload.Engine) bool { return e.Node != "" }},
	}
	socketGroups = []group{
		{"Weir", workload.Engine.IsWeir},
		{"TCP alone", from("")},
		{"gobwas", from("github.com/gobwas/ws")},
		{"gorilla", from("github.com/gorilla/websocket")},
		{"coder", from("github.com/coder/websocket")},
		{"gws", from("github.com/lxzan/gws")},
	}
)

// A group is what one column of an overview is about.
type group struct {
	title string
	takes func(workload.Engine) bool
}

// from takes the engines of a library.
func from(module string) func(workload.Engine) bool {
	return func(e workload.Engine) bool { return e.Library == module }
}

// groupOf returns the group that the engine belongs to, and false if there is none.
func (s section) groupOf(e workload.Engine) (string, bool) {
	for _, g := range s.groups {
		if g.takes(e) {
			return g.title, true
		}
	}
	return "", false
}

// overview has a row for each workload, and in it what each library costs as a multiple of the reference: weir in its
// usual form, the others in their best.
func (s section) overview(outcomes []outcome) grid {
	g := grid{words: 2, head: []string{s.title, "reference"}}
	for _, column := range s.groups {
		g.head = append(g.head, column.title)
	}
	for _, o := range s.of(outcomes) {
		cells := []string{o.workload.Name, o.workload.Reference}
		for _, column := range s.groups {
			cells = append(cells, times(s.best(o, column.title)))
		}
		g.add(cells...)
	}
	return g
}

// best returns the least ratio of the engines in a group; of weir's, that of the first.
func (s section) best(o outcome, name string) float64 {
	best := math.NaN()
	for _, r := range o.rows {
		if title, _ := s.groupOf(r.engine); title != name {
			continue
		}
		ratio := s.ratio(o, r.engine.Name)
		if math.IsNaN(best) || ratio < best {
			best = ratio
		}
		if name == "Weir" {
			break
		}
	}
	return best
}

// print writes the table, the overview of the ratios and the targets for a terminal.
func (r report) print(w io.Writer) error {
	for _, s := range sections {
		outcomes := s.of(r.outcomes)
		if len(outcomes) == 0 {
			continue
		}
		all := grid{words: 2, head: append([]string{s.title, "engine"}, s.head()...)}
		for _, o := range outcomes {
			for _, row := range o.rows {
				all.add(append([]string{o.workload.Name, row.engine.Name}, s.cells(o, row)...)...)
			}
		}
		if err := all.text(w); err != nil {
			return err
		}
		if len(s.groups) == 0 {
			continue
		}
		overview := s.overview(r.outcomes)
		if err := overview.text(w); err != nil {
			return err
		}
	}
	goals := targetGrid(r.targets)
	return goals.text(w)
}

func targetGrid(list []judgement) grid {
	g := grid{words: 3, head: []string{"target", "", "measured"}}
	for _, j := range list {
		met := "missed"
		if j.met {
			met = "met"
		}
		g.add(j.String(), met, number(j.got))
	}
	return g
}
