package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// letters is the font of everything written in a picture.
var letters = font.Font{Typeface: "Liberation", Variant: "Sans", Size: fontSize}

// dashes are the patterns of the colours; nil is a whole line.
var dashes = [colours][]vg.Length{nil, {6, 2.5}, {2, 2}, {8, 2, 2, 2}, {4, 2}, {1, 2.5}}

func stroke(paint int, width vg.Length, dashes []vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: stand(paint), Width: width, Dashes: dashes}
}

// stroke is how a line of this colour is drawn.
func (c Colour) stroke() draw.LineStyle {
	if c < 0 {
		return stroke(dim, 1, []vg.Length{3, 3})
	}
	return stroke(c.paint(), 1.6, dashes[c.index()])
}

// pieces are the points of a line that have a place, parted where one has none.
func (c *Chart) pieces(x, y []float64, to func(x, y float64) vg.Point) [][]vg.Point {
	var all [][]vg.Point
	whole := false
	for i := range min(len(x), len(y)) {
		if !c.X.holds(x[i]) || !c.Y.holds(y[i]) {
			whole = false
			continue
		}
		if !whole {
			all = append(all, nil)
		}
		whole = true
		all[len(all)-1] = append(all[len(all)-1], to(x[i], y[i]))
	}
	return all
}

// places is where values are on a canvas. What is far beyond it is less far, so
// that clipping does not overflow.
func places(c *draw.Canvas, p *plot.Plot) func(x, y float64) vg.Point {
	const far = 1e6
	toX, toY := p.Transforms(c)
	near := func(l vg.Length) vg.Length { return max(-far, min(l, far)) }
	return func(x, y float64) vg.Point { return vg.Point{X: near(toX(x)), Y: near(toY(y))} }
}

// curve draws a line.
type curve struct {
	*Line
	chart *Chart
}

// Plot draws it.
func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	style := l.Colour.stroke()
	pieces := l.chart.pieces(l.X, l.Y, places(&c, p))
	for _, piece := range pieces {
		if l.Fill && len(piece) > 1 {
			below := append([]vg.Point{{X: piece[0].X, Y: c.Min.Y}}, piece...)
			below = append(below, vg.Point{X: piece[len(piece)-1].X, Y: c.Min.Y})
			c.FillPolygon(stand(l.Colour.paint()+faint), c.ClipPolygonXY(below))
		}
		if len(piece) == 1 || l.Dots {
			for _, point := range piece {
				c.DrawGlyph(draw.GlyphStyle{Color: style.Color, Radius: 2.2, Shape: draw.CircleGlyph{}}, point)
			}
		}
	}
	c.StrokeLines(style, c.ClipLinesXY(pieces...)...)
}

// band draws what lies about a line.
type band struct {
	*Line
	chart *Chart
}

// Plot draws it, piece by piece where there are gaps.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	to := places(&c, p)
	var lower, upper []vg.Point
	fill := func() {
		for i := range lower {
			upper = append(upper, lower[len(lower)-1-i])
		}
		if len(lower) > 1 {
			c.FillPolygon(stand(b.Colour.paint()+pale), c.ClipPolygonXY(upper))
		}
		lower, upper = nil, nil
	}
	for i := range min(len(b.X), len(b.Low), len(b.High)) {
		if !b.chart.X.holds(b.X[i]) || !b.chart.Y.holds(b.Low[i]) || !b.chart.Y.holds(b.High[i]) {
			fill()
			continue
		}
		lower, upper = append(lower, to(b.X[i], b.Low[i])), append(upper, to(b.X[i], b.High[i]))
	}
	fill()
}

// level draws a level across the chart.
type level struct {
	*Level
	chart *Chart
}

// Plot draws it.
func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	if !l.chart.Y.within(l.Y, &p.Y) {
		return
	}
	y := places(&c, p)(p.X.Min, l.Y).Y
	c.StrokeLine2(stroke(dim, 1, []vg.Length{2, 3}), c.Min.X, y, c.Max.X, y)
	c.FillText(label(dim, draw.XRight, draw.YBottom), vg.Point{X: c.Max.X - 2, Y: y + 2}, l.Text)
}

// mark draws a mark from the bottom to the top.
type mark struct {
	*Mark
	chart *Chart
}

// Plot draws it.
func (m mark) Plot(c draw.Canvas, p *plot.Plot) {
	if !m.chart.X.within(m.X, &p.X) {
		return
	}
	x := places(&c, p)(m.X, p.Y.Min).X
	c.StrokeLine2(stroke(dim, 0.8, []vg.Length{1, 2}), x, c.Min.Y, x, c.Max.Y)
	c.FillText(label(dim, draw.XLeft, draw.YTop), vg.Point{X: x + 2, Y: c.Max.Y}, m.Text)
}

// spot draws a ring about a spot, and what it is beside it, on the side where
// there is room.
type spot struct {
	*Spot
	chart *Chart
}

// Plot draws it.
func (s spot) Plot(c draw.Canvas, p *plot.Plot) {
	if !s.chart.X.within(s.X, &p.X) || !s.chart.Y.within(s.Y, &p.Y) {
		return
	}
	const radius = 5
	at := places(&c, p)(s.X, s.Y)
	var ring vg.Path
	ring.Move(vg.Point{X: at.X + radius, Y: at.Y})
	ring.Arc(at, radius, 0, 2*math.Pi)
	c.SetLineStyle(stroke(s.Colour.paint(), 1.6, nil))
	c.Stroke(ring)
	side, shift := draw.XLeft, vg.Length(8)
	if at.X > c.Center().X {
		side, shift = draw.XRight, -8
	}
	c.FillText(label(ink, side, draw.YBottom), vg.Point{X: at.X + shift, Y: at.Y + 1}, s.Text)
}

// label is how something is written in the chart.
func label(paint int, x draw.XAlignment, y draw.YAlignment) text.Style {
	return text.Style{Color: stand(paint), Font: letters, XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler}
}
