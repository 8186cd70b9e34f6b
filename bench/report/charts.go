package main

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// charts returns the charts whose workloads were measured.
func (r report) charts() []chart {
	var list []chart
	add := func(c chart, ok bool) {
		if ok {
			list = append(list, c)
		}
	}
	add(r.bars("pipeline", "W1", "CPU time of ints → map → filter → sum, as a multiple of a loop over function values"))
	add(r.lines("depth", "W2", "CPU time of an int through so many map stages", "ns"))
	add(r.lines("hand-over", "W3", "CPU time of an int from one goroutine to another, so many queued between them", "ns"))
	add(r.bars("bytes", "W4", "CPU time of 1 GiB from a reader to a writer, as a multiple of io.CopyBuffer"))
	add(r.bars("short", "W7", "CPU time of a pipeline for 10 ints, made, run and torn down, as a multiple of channels"))
	add(r.bars("websocket-echo", "WS-echo/size=128",
		"CPU time of a WebSocket echo of 128 bytes, both sides, as a multiple of hand-written gobwas/ws"))
	add(r.bars("websocket-idle", "WS-idle", "Space that an idle WebSocket takes in a server, as a multiple of a bare gobwas/ws"))
	return list
}

// A bar is one engine in a chart.
type bar struct {
	name  string
	value float64
	ours  bool
}

// bars returns a chart of how the engines of a workload compare with its reference.
func (r report) bars(name, of, title string) (chart, bool) {
	var bars []bar
	for _, s := range sections {
		for _, o := range s.of(r.outcomes) {
			if o.workload.Name != of {
				continue
			}
			for _, row := range o.rows {
				if ratio := s.ratio(o, row.engine.Name); !math.IsNaN(ratio) {
					bars = append(bars, bar{row.engine.Name, ratio, row.engine.IsWeir()})
				}
			}
		}
	}
	slices.SortFunc(bars, func(a, b bar) int { return compareFloats(b.value, a.value) }) // the least is on top
	return chart{
		name: name, title: title, width: 8.6 * vg.Inch, high: vg.Length(len(bars)*19+75) * vg.Inch / 72,
		plot: func(t theme) (*plot.Plot, error) { return drawBars(t, title, bars) },
	}, len(bars) > 0
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// drawBars draws horizontal bars on a logarithmic scale, from 1 on: what is less goes to the left.
func drawBars(t theme, title string, bars []bar) (*plot.Plot, error) {
	p := newPlot(t, title)
	names := make([]string, len(bars))
	labels, colors := make([]string, len(bars)), make([]color.Color, len(bars))
	ends := make(plotter.XYs, len(bars))
	most := 0.
	for i, b := range bars {
		length := math.Log10(b.value)
		most = max(most, length)
		one, err := plotter.NewBarChart(plotter.Values{length}, 12)
		if err != nil {
			return nil, err
		}
		one.Horizontal, one.XMin, one.LineStyle.Width, one.Color = true, float64(i), 0, t.other
		if b.ours {
			one.Color = t.ours
		}
		p.Add(one)
		names[i] = b.name
		ends[i] = plotter.XY{X: max(length, 0), Y: float64(i)}
		labels[i], colors[i] = times(b.value), t.text
	}
	values, err := newLabels(labels, ends, colors)
	if err != nil {
		return nil, err
	}
	p.Add(values)
	p.NominalY(names...)
	p.Y.Width, p.Y.Tick.Width = 0, 0
	p.X.Tick.Marker = logTicks{unit: "×"}
	p.X.Max = most * 1.08
	return p, nil
}

// A line is one group of engines over the variants of a workload.
type line struct {
	name   string
	points plotter.XYs
	ours   bool
}

// lines returns a chart of how a figure changes over the variants of a workload, such as W3/mark=128.
func (r report) lines(name, family, title, unit string) (chart, bool) {
	var lines []line
	var variants []float64
	for _, o := range r.outcomes {
		if o.workload.Family() != family {
			continue
		}
		_, variant, _ := strings.Cut(o.workload.Name, "=")
		x, err := strconv.ParseFloat(variant, 64)
		if err != nil {
			continue // it has no number
		}
		at := float64(len(variants))
		variants = append(variants, x)
		for _, row := range o.rows {
			y := row.figures.get(workload.CPU)
			if math.IsNaN(y) {
				continue
			}
			i := slices.IndexFunc(lines, func(l line) bool { return l.name == row.engine.Name })
			if i < 0 {
				i = len(lines)
				lines = append(lines, line{name: row.engine.Name, ours: row.engine.IsWeir()})
			}
			lines[i].points = append(lines[i].points, plotter.XY{X: at, Y: math.Log10(y)})
		}
	}
	return chart{
		name: name, title: title, width: 8.6 * vg.Inch, high: 4.6 * vg.Inch,
		plot: func(t theme) (*plot.Plot, error) { return drawLines(t, title, unit, variants, lines) },
	}, len(variants) > 1
}

// drawLines draws the figures on a logarithmic scale, over the variants at equal distances, with the names of the lines at
// their right ends.
func drawLines(t theme, title, unit string, variants []float64, lines []line) (*plot.Plot, error) {
	p := newPlot(t, title)
	grid := plotter.NewGrid()
	grid.Vertical.Width, grid.Horizontal.Color = 0, t.faint
	p.Add(grid)
	slices.SortStableFunc(lines, func(a, b line) int { return compareFloats(b.end().Y, a.end().Y) })
	names, colors, ends := make([]string, len(lines)), make([]color.Color, len(lines)), make(plotter.XYs, len(lines))
	others := 0
	for i, l := range lines {
		curve, points, err := plotter.NewLinePoints(l.points)
		if err != nil {
			return nil, err
		}
		curve.Color, curve.Width = t.ours, 3
		if !l.ours {
			curve.Color, curve.Width = t.lines[others%len(t.lines)], 1.2
			if others >= len(t.lines) {
				curve.Dashes = []vg.Length{4, 2}
			}
			others++
		}
		points.Shape, points.Color, points.Radius = draw.CircleGlyph{}, curve.Color, 2.5
		p.Add(curve, points)
		names[i], colors[i], ends[i] = l.name, curve.Color, l.end()
	}
	p.Y.Min, p.Y.Max = math.Floor(p.Y.Min*2)/2, math.Ceil(p.Y.Max*2)/2
	spread(ends, (p.Y.Max-p.Y.Min)/22)
	labels, err := newLabels(names, ends, colors)
	if err != nil {
		return nil, err
	}
	p.Add(labels)
	p.Y.Min = min(p.Y.Min, ends[len(ends)-1].Y)
	ticks := make(plot.ConstantTicks, len(variants))
	for i, x := range variants {
		ticks[i] = plot.Tick{Value: float64(i), Label: strconv.FormatFloat(x, 'f', -1, 64)}
	}
	p.X.Tick.Marker = ticks
	p.X.Max = float64(len(variants)-1) * 1.2 // room for the names
	p.Y.Tick.Marker = logTicks{unit: " " + unit}
	return p, nil
}

// end is the point at the right.
func (l line) end() plotter.XY { return l.points[len(l.points)-1] }

// spread moves points that follow one another downwards so far down that they are not closer than distance.
func spread(points plotter.XYs, distance float64) {
	for i := 1; i < len(points); i++ {
		points[i].Y = min(points[i].Y, points[i-1].Y-distance)
	}
}
