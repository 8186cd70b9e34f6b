package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A chart is drawn twice, for light and for dark pages: the SVG file of an image cannot ask the page it is on.
type chart struct {
	name  string // of the files, without -light.svg
	title string
	plot  func(theme) (*plot.Plot, error)
	width vg.Length
	high  vg.Length
}

// A theme is the colours of a chart. The background is left to the page.
type theme struct {
	name  string
	text  color.Color
	faint color.Color   // grid lines
	ours  color.Color   // what is weir's
	other color.Color   // bars of the others
	lines []color.Color // lines of the others, in turn
}

var themes = []theme{
	{
		name: "light", text: gray(0x1f), faint: gray(0xd8), ours: color.RGBA{0x09, 0x69, 0xda, 0xff}, other: gray(0xaf),
		lines: []color.Color{
			gray(0x6e),
			color.RGBA{0xbc, 0x4c, 0x00, 0xff},
			color.RGBA{0x1a, 0x7f, 0x37, 0xff},
			color.RGBA{0x82, 0x50, 0xdf, 0xff},
			color.RGBA{0xbf, 0x39, 0x89, 0xff},
			color.RGBA{0x9a, 0x67, 0x00, 0xff},
			color.RGBA{0x1b, 0x7c, 0x83, 0xff},
		},
	},
	{
		name: "dark", text: gray(0xe6), faint: gray(0x3d), ours: color.RGBA{0x58, 0xa6, 0xff, 0xff}, other: gray(0x6e),
		lines: []color.Color{
			gray(0xa0),
			color.RGBA{0xff, 0xa6, 0x57, 0xff},
			color.RGBA{0x56, 0xd3, 0x64, 0xff},
			color.RGBA{0xbc, 0x8c, 0xff, 0xff},
			color.RGBA{0xff, 0x7b, 0xc0, 0xff},
			color.RGBA{0xe3, 0xb3, 0x41, 0xff},
			color.RGBA{0x39, 0xc5, 0xcf, 0xff},
		},
	},
}

func gray(level uint8) color.Color { return color.RGBA{level, level, level, 0xff} }

// margin is around everything.
const margin = 8

// fontFamily is what gonum measures texts with. Arial has the same widths, and browsers have one of the three.
const fontFamily, fontFamilies = "font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,sans-serif;"

// newPlot returns an empty plot in the colours of the theme.
func newPlot(t theme, title string) *plot.Plot {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.Title.Text = title
	p.Title.TextStyle.Font.Size = 13
	p.Title.Padding = 8
	p.Title.TextStyle.Color = t.text
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color = t.text
		axis.Label.TextStyle.Color = t.text
		axis.Tick.Color = t.text
		axis.Tick.Label.Color = t.text
	}
	return p
}

// newLabels returns texts right of points, in a colour each.
func newLabels(texts []string, at plotter.XYs, colors []color.Color) (*plotter.Labels, error) {
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: at, Labels: texts})
	if err != nil {
		return nil, err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Color = colors[i]
		labels.TextStyle[i].Font = font.From(plot.DefaultFont, 10)
		labels.TextStyle[i].YAlign = draw.YCenter
	}
	labels.Offset = vg.Point{X: 5}
	return labels, nil
}

// svg draws the chart.
func (c chart) svg(t theme) ([]byte, error) {
	p, err := c.plot(t)
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.name, err)
	}
	canvas := vgsvg.New(c.width, c.high)
	p.Draw(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.name, err)
	}
	return bytes.ReplaceAll(out.Bytes(), []byte(fontFamily), []byte(fontFamilies)), nil
}

// writeCharts writes two files for each chart.
func writeCharts(folder string, charts []chart) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, c := range charts {
		for _, t := range themes {
			image, err := c.svg(t)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, c.file(t.name)), image, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c chart) file(theme string) string { return c.name + "-" + theme + ".svg" }

// markdown writes what shows the one that suits the reader's page.
func (c chart) markdown(page *bytes.Buffer) {
	fmt.Fprintf(page, `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="charts/%s">
  <img alt="%s" src="charts/%s">
</picture>

`, c.file("dark"), strings.ReplaceAll(c.title, `"`, ""), c.file("light"))
}

// logTicks marks the powers of ten, the values on the axis being their logarithms, and writes them with a unit.
type logTicks struct {
	unit string
}

// Ticks returns the ticks between two logarithms.
func (t logTicks) Ticks(least, most float64) []plot.Tick {
	var ticks []plot.Tick
	for exponent := math.Floor(least); exponent <= math.Ceil(most); exponent++ {
		ticks = append(ticks, plot.Tick{Value: exponent, Label: short(math.Pow(10, exponent)) + t.unit})
		for digit := 2.; digit < 10; digit++ {
			ticks = append(ticks, plot.Tick{Value: exponent + math.Log10(digit)})
		}
	}
	return ticks
}

// short writes a power of ten.
func short(x float64) string {
	if x < 1 {
		return fmt.Sprintf("%g", x)
	}
	return grouped(int64(math.Round(x)))
}
