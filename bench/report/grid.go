package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// A grid is a table of text: in the first columns words, in the others numbers.
type grid struct {
	words int // how many of the columns are words
	head  []string
	rows  [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// text writes the grid for a terminal.
func (g *grid) text(w io.Writer) error {
	var lines bytes.Buffer
	for _, cells := range append([][]string{g.head}, g.rows...) {
		fmt.Fprintln(&lines, strings.Join(cells, "\t"))
	}
	lines.WriteByte('\n')
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := lines.WriteTo(t); err != nil {
		return err
	}
	return t.Flush()
}

// markdown writes the grid as a table of GitHub's Markdown.
func (g *grid) markdown(page *bytes.Buffer) {
	align := make([]string, len(g.head))
	for i := range align {
		align[i] = "---"
		if i >= g.words {
			align[i] = "--:"
		}
	}
	for _, cells := range append([][]string{g.head, align}, g.rows...) {
		fmt.Fprintf(page, "| %s |\n", strings.Join(cells, " | "))
	}
	page.WriteByte('\n')
}

// number writes a figure with as many digits as mean something; nothing for NaN.
func number(x float64) string {
	size := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return ""
	case size < 0.005:
		return "0"
	case size < 1:
		return fmt.Sprintf("%.2f", x)
	case size < 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return grouped(int64(math.Round(x)))
	}
}

// times writes a ratio.
func times(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x > 0 && x < 0.1:
		return fmt.Sprintf("%.2g×", x)
	case x < 10:
		return fmt.Sprintf("%.2f×", x)
	default:
		return number(x) + "×"
	}
}

// grouped writes a whole number with a comma between thousands.
func grouped(n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
