package chart

import (
	"bytes"
	"fmt"
	"html"
	"html/template"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The size of a picture, in units of its own: it grows and shrinks to the width
// that it is given. The letters are readable at 85 % of it, on a phone, and
// modest at 130 %.
const (
	width    = 400
	height   = 180
	fontSize = 11
)

// SVG draws the chart, as an element for a page.
func (c *Chart) SVG() template.HTML {
	p := c.plot()
	canvas := vgsvg.New(width, height)
	p.Draw(draw.Crop(draw.New(canvas), 2, -6, 2, -4))
	var drawn bytes.Buffer
	_, _ = canvas.WriteTo(&drawn) // a buffer takes everything
	_, body, _ := bytes.Cut(drawn.Bytes(), []byte("<g "))
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		width, height, html.EscapeString(c.Title))
	return template.HTML(head + "\n<g " + painted.Replace(string(body))) //nolint:gosec // escaped where it is written
}

// plot is the chart in the library's terms.
func (c *Chart) plot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	x, y := c.horizontal(), c.vertical()
	c.X.apply(&p.X, 7)
	c.Y.apply(&p.Y, 5)
	p.Add(&plotter.Grid{Horizontal: stroke(grid, 0.8, nil)})
	for i := range c.Lines {
		p.Add(band{&c.Lines[i], c})
	}
	for i := range c.Marks {
		p.Add(mark{&c.Marks[i], c})
	}
	for i := range c.Levels {
		p.Add(level{&c.Levels[i], c})
	}
	for i := range c.Lines {
		p.Add(curve{&c.Lines[i], c})
	}
	for i := range c.Spots {
		p.Add(spot{&c.Spots[i], c})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.low, x.high, y.low, y.high
	return p
}

// apply makes the library's axis of ours.
func (a *Axis) apply(to *plot.Axis, most int) {
	format := a.Format
	if format == nil {
		format = short
	}
	step := a.Step
	if step == nil {
		step = roundStep
	}
	to.Tick.Marker = ticks{format: format, step: step, log: a.Log, most: most}
	to.Tick.Label.Font, to.Tick.Label.Color = letters, stand(dim)
	to.Label.TextStyle.Font, to.Label.TextStyle.Color = letters, stand(dim)
	to.Label.Text = a.Label
	to.LineStyle, to.Tick.LineStyle = stroke(grid, 0.8, nil), stroke(grid, 0.8, nil)
	to.Tick.Length = 3
	to.Padding = 0
	if a.Log {
		to.Scale = plot.LogScale{}
	}
}
