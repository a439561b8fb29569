package plot

import "duet/ui/internal/grid"

// HLine draws a dashed level across r at the value v, when it is on the axis.
func HLine(g *grid.Grid, r grid.Rect, v float64, a Axis, st grid.Style) {
	sub := g.Sub(r)
	if y := a.Row(v, r.H); y >= 0 {
		for x := range sub.W {
			sub.Set(x, y, g.Glyphs.Rule, st)
		}
	}
}

// Mark draws a dashed line down column x of r: a change, a fault, now.
func Mark(g *grid.Grid, r grid.Rect, x int, st grid.Style) {
	sub := g.Sub(r)
	for y := range sub.H {
		sub.Set(x, y, g.Glyphs.Mark, st)
	}
}
