package plot

import "duet/ui/internal/grid"

// Spark draws s as columns in eighths of a cell from the lower edge of r,
// highest being its full height; r is often one row. A column shows the highest
// of its values; what is more than nothing shows at least an eighth.
func Spark(g *grid.Grid, r grid.Rect, s Series, highest float64, st grid.Style) {
	sub := g.Sub(r)
	in := read(s, sub.W)
	axis := Axis{Max: highest}
	end := 0 // of what is drawn
	for x, now, ok := in.next(); ok; x, now, ok = in.next() {
		if now.isGap() {
			end = x + 1

			continue
		}
		level := axis.dot(now.Max, sub.H*8+1)
		if now.Max > 0 {
			level = max(level, 1)
		}
		for ; end <= x; end++ { // also the columns that no value falls into
			column(sub, end, level, st)
		}
	}
}

// column fills column x to a level in eighths of a cell.
func column(g *grid.Grid, x, level int, st grid.Style) {
	for y := g.H - 1; y >= 0; y-- {
		g.Set(x, y, g.Glyphs.Rise[min(max(level, 0), 8)], st)
		level -= 8
	}
}

// Bar draws a horizontal bar w cells long, full at fraction 1; what is left of
// it is drawn in style off. NaN is 0. A share above 0 shows at least its first
// step, and one below 1 never looks full.
func Bar(g *grid.Grid, x, y, w int, fraction float64, on, off grid.Style) {
	level := 0
	if fraction > 0 {
		level = min(max(int(min(fraction, 1)*float64(w)*8), 1), w*8)
	}
	for i := max(0, -x); i < min(w, g.W-x); i++ {
		if part := min(max(level-i*8, 0), 8); part > 0 {
			g.Set(x+i, y, g.Glyphs.Across[part], on)
		} else {
			g.Set(x+i, y, g.Glyphs.Track, off)
		}
	}
}
