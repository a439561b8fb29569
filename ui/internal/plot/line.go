package plot

import "duet/ui/internal/grid"

// Line draws s as a line across r. Where it meets what another call has drawn
// it replaces the whole cell: dots of two series in one cell would have to
// share one colour, and it would be wrong for one of them. So draw last what
// matters most.
func Line(g *grid.Grid, r grid.Rect, s Series, a Axis, st grid.Style) {
	trace(g, r, s, a, st, false)
}

// Area draws s like [Line], filled down to the lower edge.
func Area(g *grid.Grid, r grid.Rect, s Series, a Axis, st grid.Style) {
	trace(g, r, s, a, st, true)
}

func trace(g *grid.Grid, r grid.Rect, s Series, a Axis, st grid.Style, fill bool) {
	c := canvas{g: g.Sub(r), style: st, braille: g.Glyphs.Braille}
	columns, rows := c.size()
	if rows == 0 {
		return
	}
	in := read(s, columns)
	lastX, last := 0, gap
	for x, now, ok := in.next(); ok; x, now, ok = in.next() {
		if now.isGap() {
			last = gap

			continue
		}
		low, high := a.dot(now.Min, rows), a.dot(now.Max, rows)
		if !last.isGap() {
			from := a.dot(last.Last, rows)
			from = c.join(lastX, from, x, a.dot(now.First, rows), fill)
			low, high = reach(low, high, from)
		}
		if fill {
			low = 0
		}
		c.run(x, low, high)
		lastX, last = x, now
	}
}

// canvas draws dots into the cells of a grid.
type canvas struct {
	g       *grid.Grid
	style   grid.Style
	braille bool
}

// size is the number of columns and rows of dots.
func (c *canvas) size() (columns, rows int) {
	if c.braille {
		return c.g.W * 2, c.g.H * 4
	}

	return c.g.W, c.g.H * 2
}

// join draws the straight line between two dots, without the two, and returns
// the row in which it arrives at the second.
func (c *canvas) join(x0, y0, x1, y1 int, fill bool) int {
	width, before := x1-x0, y0
	for x := x0 + 1; x < x1; x++ {
		y := y0 + (y1-y0)*(x-x0)/width
		low, high := reach(y, y, before)
		if fill {
			low = 0
		}
		c.run(x, low, high)
		before = y
	}

	return before
}

// reach lengthens the run from low to high so that it touches the row before,
// which is that of the column on its left.
func reach(low, high, before int) (int, int) {
	switch {
	case before < low:
		return before + 1, high
	case before > high:
		return low, before - 1
	}

	return low, high
}

// The bits of a braille cell's dots, from the lowest up, left and right.
var brailleDots = [2][4]rune{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}

const brailleBlank = 0x2800

// asciiDots are the signs for none, the lower dot, the upper, and both.
var asciiDots = [4]rune{' ', '.', '\'', '|'}

// run draws the dots of column x from row low to row high; row 0 is the lowest.
func (c *canvas) run(x, low, high int) {
	if !c.braille {
		for row := low / 2; row <= high/2; row++ {
			var dots rune
			for y := max(low, row*2); y <= min(high, row*2+1); y++ {
				dots |= 1 << (y % 2)
			}
			c.add(x, row, dots)
		}

		return
	}
	bits := &brailleDots[x%2]
	for row := low / 4; row <= high/4; row++ {
		var dots rune
		for y := max(low, row*4); y <= min(high, row*4+3); y++ {
			dots |= bits[y%4]
		}
		c.add(x/2, row, dots)
	}
}

// add puts dots into a cell: to those there are when they are of the same
// style, else in place of what there was. Rows count from below.
func (c *canvas) add(x, row int, dots rune) {
	y := c.g.H - 1 - row
	old := c.g.At(x, y)
	if old.Style == c.style {
		dots |= c.dots(old.Rune)
	}
	if c.braille {
		c.g.Set(x, y, brailleBlank|dots, c.style)
	} else {
		c.g.Set(x, y, asciiDots[dots], c.style)
	}
}

// dots reads back what add has drawn.
func (c *canvas) dots(r rune) rune {
	if c.braille {
		if r > brailleBlank && r <= brailleBlank|0xff {
			return r &^ brailleBlank
		}

		return 0
	}
	for dots, sign := range asciiDots {
		if sign == r {
			return rune(dots)
		}
	}

	return 0
}
