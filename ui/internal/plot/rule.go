package plot

import "duet/ui/internal/grid"

// HLine draws a dashed level across r at the value v, when it is on the axis.
// Lines drawn after it replace it where they meet.
func HLine(g *grid.Grid, r grid.Rect, v float64, a Axis, st grid.Style) {
	sub := g.Sub(r)
	if y := a.Row(v, sub.H); y >= 0 {
		sub.Fill(grid.Rect{Y: y, W: sub.W, H: 1}, g.Glyphs.Rule, st)
	}
}

// Mark draws a dashed line down column x of r: a change, a fault, now.
// Lines drawn after it replace it where they meet.
func Mark(g *grid.Grid, r grid.Rect, x int, st grid.Style) {
	sub := g.Sub(r)
	sub.Fill(grid.Rect{X: x, W: 1, H: sub.H}, g.Glyphs.Mark, st)
}
