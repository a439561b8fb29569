package plot

import "duet/ui/internal/grid"

// Band draws what lies between two series of the same length as a sparse area
// with edges, so that it is not taken for one that was measured. Where either
// has a gap there is none.
func Band(g *grid.Grid, r grid.Rect, low, high Series, a Axis, st grid.Style) {
	c := canvas{g: g.Sub(r), style: st, braille: g.Glyphs.Braille}
	columns, rows := c.size()
	if rows == 0 {
		return
	}
	lower, upper := read(low, columns), read(high, columns)
	for {
		x, from, ok := lower.next()
		above, to, more := upper.next()
		if !ok || !more || x != above {
			return
		}
		if from.isGap() || to.isGap() {
			continue
		}
		bottom, top := a.dot(from.Min, rows), a.dot(to.Max, rows)
		bottom, top = min(bottom, top), max(bottom, top)
		c.run(x, bottom, bottom)
		c.run(x, top, top)
		for y := bottom + 1; y < top; y++ {
			if (x+y)%2 == 0 {
				c.run(x, y, y)
			}
		}
	}
}
