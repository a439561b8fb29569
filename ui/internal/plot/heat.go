package plot

import (
	"math"

	"duet/ui/internal/grid"
)

// Palette is the colours from the value 0 to the value 1. The nil palette has
// none: a heat map then shows shades only.
type Palette []grid.Color

// Steps is the number of colours of a [Gradient]: few enough for neighbouring
// cells to share one, and so one sequence.
const Steps = 16

// Gradient makes a palette of [Steps] colours that runs through the given ones,
// made by [grid.RGB]. Without a stop it is nil.
func Gradient(stops ...grid.Color) Palette {
	if len(stops) == 0 {
		return nil
	}
	p := make(Palette, Steps)
	for i := range p {
		at := float64(i) / float64(Steps-1) * float64(len(stops)-1)
		from := int(at)
		p[i] = mix(stops[from], stops[min(from+1, len(stops)-1)], at-float64(from))
	}

	return p
}

// At is the colour of a value; below 0 and NaN the first, above 1 the last.
func (p Palette) At(v float32) grid.Color {
	if len(p) == 0 {
		return grid.Default
	}

	return p[step(v, len(p))]
}

// step is the part of 0 to 1 that v falls into, of n.
func step(v float32, n int) int {
	if !(v > 0) {
		return 0
	}

	return min(int(min(v, 1)*float32(n)), n-1)
}

func mix(a, b grid.Color, t float64) grid.Color {
	part := func(shift int) uint8 {
		x, y := float64(uint8(a>>shift)), float64(uint8(b>>shift))

		return uint8(math.Round(x + (y-x)*t))
	}

	return grid.RGB(part(16), part(8), part(0))
}

// Heat draws each value, from 0 to 1, as a cell of r, row after row from the
// top left. More values than cells are drawn as half cells; more than these
// are drawn as the mean of neighbours. Without a palette, or in ASCII, there
// are no half cells. NaN is someone who is not there.
func Heat(g *grid.Grid, r grid.Rect, values []float32, p Palette) {
	sub := g.Sub(r)
	cells := sub.W * sub.H
	if cells == 0 {
		return
	}
	if len(values) > cells && len(p) > 0 && g.Glyphs.Upper != 0 {
		halves(sub, values, p)

		return
	}
	n := min(len(values), cells)
	for i := range n {
		v := mean(values, i, n)
		sign, st := g.Glyphs.Shade[step(v, len(g.Glyphs.Shade))], grid.Foreground(p.At(v))
		if v != v {
			sign, st = g.Glyphs.Cross, grid.Style{Attr: grid.Dim}
		}
		sub.Set(i%sub.W, i/sub.W, sign, st)
	}
}

// halves draws two values to a cell, one above the other: the rows of the map
// are half as high as those of the grid.
func halves(g *grid.Grid, values []float32, p Palette) {
	n := min(len(values), 2*g.W*g.H)
	for y := range g.H {
		for x := range g.W {
			upper, lower := nan, nan
			if i := 2*y*g.W + x; i < n {
				upper = mean(values, i, n)
			}
			if i := (2*y+1)*g.W + x; i < n {
				lower = mean(values, i, n)
			}
			half(g, x, y, upper, lower, p)
		}
	}
}

// half draws the cell of two values.
func half(g *grid.Grid, x, y int, upper, lower float32, p Palette) {
	switch hasUpper, hasLower := upper == upper, lower == lower; {
	case hasUpper && hasLower:
		g.Set(x, y, g.Glyphs.Upper, grid.Style{Fg: p.At(upper), Bg: p.At(lower)})
	case hasUpper:
		g.Set(x, y, g.Glyphs.Upper, grid.Foreground(p.At(upper)))
	case hasLower:
		g.Set(x, y, g.Glyphs.Lower, grid.Foreground(p.At(lower)))
	}
}

// mean is that of part i of the values cut into n; NaN when all of them are.
func mean(values []float32, i, n int) float32 {
	from, to := i*len(values)/n, (i+1)*len(values)/n
	if to-from == 1 {
		return values[from]
	}
	var sum float32
	count := 0
	for _, v := range values[from:to] {
		if v == v {
			sum += v
			count++
		}
	}

	return sum / float32(count)
}
