package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed method.md
var method string

//go:embed peers.md
var peers string

// write writes RESULTS.md and the charts into a folder.
func (r report) write(folder string) error {
	charts := r.charts()
	if err := writeCharts(filepath.Join(folder, "charts"), charts); err != nil {
		return err
	}
	var page bytes.Buffer
	r.markdown(&page, charts)
	return os.WriteFile(filepath.Join(folder, "RESULTS.md"), page.Bytes(), 0o644)
}

func (r report) markdown(page *bytes.Buffer, charts []chart) {
	fmt.Fprint(page, "# Benchmarks\n\n")
	fmt.Fprintf(page, "Written by `%s` on %s; it took %s.\n\n", r.opts.command(),
		r.date.UTC().Format("2 January 2006"), r.took.Round(time.Minute))
	r.describe(page)
	for _, s := range sections {
		r.summary(page, s)
	}
	for _, c := range charts {
		c.markdown(page)
	}
	fmt.Fprint(page, "## Method\n\n", strings.TrimSpace(method), "\n\n")
	fmt.Fprint(page, "## What the others are better at\n\n", strings.TrimSpace(peers), "\n\n")
	r.faster(page)
	fmt.Fprint(page, "## Targets\n\nWhat Weir set out to reach, measured.\n\n")
	goals := targetGrid(r.targets)
	goals.markdown(page)
	for _, s := range sections {
		r.details(page, s)
	}
}

// describe says what everything ran on.
func (r report) describe(page *bytes.Buffer) {
	m := r.machine
	g := grid{words: 2, head: []string{"", ""}}
	add := func(name, value string) {
		if value != "" {
			g.add(name, value)
		}
	}
	add("processor", fmt.Sprintf("%s, %d cores used", m.processor, m.cores))
	add("memory", m.memory)
	add("system", m.system)
	add("load average at the start", m.load)
	add("Go", m.goVersion)
	for _, path := range r.compared() {
		add(path, m.libraries[path])
	}
	add("Node", m.node)
	g.markdown(page)
}

// compared returns the module paths of the peers that were measured.
func (r report) compared() []string {
	var paths []string
	for _, o := range r.outcomes {
		for _, row := range o.rows {
			if path := row.engine.Library; path != "" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// summary writes the overview of a section.
func (r report) summary(page *bytes.Buffer, s section) {
	if len(s.groups) == 0 || len(s.of(r.outcomes)) == 0 {
		return
	}
	g := s.overview(r.outcomes)
	fmt.Fprintf(page, "## %s\n\n%s\n\n", s.title, s.about)
	g.markdown(page)
}

// details writes a table for each workload of a section.
func (r report) details(page *bytes.Buffer, s section) {
	outcomes := s.of(r.outcomes)
	if len(outcomes) == 0 {
		return
	}
	fmt.Fprintf(page, "## %s: all figures\n\n%s\n\n", s.title, s.about)
	for _, o := range outcomes {
		fmt.Fprintf(page, "### %s: %s\n\n", o.workload.Name, o.workload.Title)
		g := grid{words: 1, head: append([]string{"for one " + o.workload.Unit}, s.head()...)}
		for _, row := range o.rows {
			g.add(append([]string{"`" + row.engine.Name + "`"}, s.cells(o, row)...)...)
		}
		g.markdown(page)
	}
}

// faster writes what costs less than weir in its usual form.
func (r report) faster(page *bytes.Buffer) {
	var lines []string
	for _, s := range sections {
		for _, o := range s.of(r.outcomes) {
			ours := s.best(o, "Weir")
			var better []string
			for _, row := range o.rows {
				if ratio := s.ratio(o, row.engine.Name); !row.engine.IsWeir() && ratio < ours {
					better = append(better, fmt.Sprintf("`%s` (%s of Weir)", row.engine.Name, times(ratio/ours)))
				}
			}
			if len(better) > 0 {
				lines = append(lines, fmt.Sprintf("- %s: %s", o.workload.Name, strings.Join(better, ", ")))
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(page, "In these workloads something else costs less than Weir:\n\n%s\n\n", strings.Join(lines, "\n"))
}
