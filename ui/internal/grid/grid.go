// Package grid is a rectangle of terminal cells that panels draw into, and an
// encoder that turns it into the one string Bubble Tea wants from View.
//
// Nothing drawn can leave its rectangle, and no control character or escape
// sequence that stands in a text reaches the terminal. A [Grid] is not safe
// for concurrent use. Drawing allocates nothing.
package grid

import "strings"

// tail stands in the second cell of a wide rune. It is never encoded: the
// terminal fills that cell itself.
const tail rune = 0

// Cell is one place of the terminal.
type Cell struct {
	Rune  rune
	Style Style
}

// Grid is H rows of W cells. A grid made by [Grid.Sub] shares the cells of the
// one it was cut from; the point (0, 0) is always its own top left.
type Grid struct {
	W, H int
	// Glyphs are the signs that boxes and plots are drawn with. When they are
	// [ASCII], every other rune that is drawn is folded to ASCII as well.
	Glyphs *Glyphs

	cells  []Cell // of the root
	origin int    // index of (0, 0)
	stride int    // cells from one row to the next
}

// New returns a blank grid with [Unicode] glyphs. A negative size counts as 0.
func New(w, h int) *Grid {
	g := &Grid{Glyphs: &Unicode}
	g.Resize(w, h)

	return g
}

// Resize makes g w by h blank cells and reuses its memory. It is for grids made
// by [New]; those cut from it before keep the old cells.
func (g *Grid) Resize(w, h int) {
	w, h = max(w, 0), max(h, 0)
	n := w * h
	if n > cap(g.cells) {
		g.cells = make([]Cell, n)
	}
	g.cells = g.cells[:n]
	for i := range g.cells {
		g.cells[i] = Cell{Rune: ' '}
	}
	g.W, g.H, g.origin, g.stride = w, h, 0, w
}

// Bounds is the whole of g.
func (g *Grid) Bounds() Rect { return Rect{W: g.W, H: g.H} }

// Clear makes every cell a blank of style s.
func (g *Grid) Clear(s Style) { g.Fill(g.Bounds(), ' ', s) }

// Sub returns the part of g inside r, as a grid of its own: drawing in it
// cannot reach outside. What of r lies outside g is cut off.
//
// The body is in sub so that Sub is inlined and its grid stays on the stack.
func (g *Grid) Sub(r Rect) *Grid {
	s := g.sub(r)

	return &s
}

func (g *Grid) sub(r Rect) Grid {
	r = r.Intersect(g.Bounds())
	s := *g
	s.W, s.H = r.W, r.H
	s.origin += r.Y*g.stride + r.X

	return s
}

// index is the place of a cell that is inside g.
func (g *Grid) index(x, y int) int { return g.origin + y*g.stride + x }

func (g *Grid) inside(x, y int) bool { return uint(x) < uint(g.W) && uint(y) < uint(g.H) }

// At returns the cell at column x, row y; outside of g a blank. The second cell
// of a wide rune has the rune 0.
func (g *Grid) At(x, y int) Cell {
	if !g.inside(x, y) {
		return Cell{Rune: ' '}
	}

	return g.cells[g.index(x, y)]
}

// Set draws one rune; outside of g it does nothing. A control character becomes
// a question mark, a rune without width a blank. A wide rune takes two cells,
// and is a blank where the second would be outside.
func (g *Grid) Set(x, y int, r rune, s Style) {
	if !g.inside(x, y) {
		return
	}
	r, w := g.printable(r)
	if w == 0 || x+w > g.W {
		r, w = ' ', 1
	}
	at := g.index(x, y)
	g.put(at, r, s)
	if w == 2 {
		g.put(at+1, tail, s)
	}
}

// put stores a rune, and blanks the other half of a wide rune that it cuts in
// two, be it outside of a Sub: half a rune would shift the row on the terminal.
// A tail always has its head on its left, so neither neighbour is another row's.
func (g *Grid) put(at int, r rune, s Style) {
	if r != tail && g.cells[at].Rune == tail {
		g.cells[at-1].Rune = ' '
	}
	g.cells[at] = Cell{Rune: r, Style: s}
	if next := at + 1; next < len(g.cells) && g.cells[next].Rune == tail {
		g.cells[next].Rune = ' '
	}
}

// Fill makes every cell of r the rune, with style s. A wide rune is not for
// filling; it becomes a blank.
func (g *Grid) Fill(r Rect, fill rune, s Style) {
	r = r.Intersect(g.Bounds())
	if r.Empty() {
		return
	}
	fill, w := g.printable(fill)
	if w != 1 {
		fill = ' '
	}
	for y := r.Y; y < r.Y+r.H; y++ {
		at := g.index(r.X, y)
		g.put(at, fill, s)
		g.put(at+r.W-1, fill, s)
		row := g.cells[at : at+r.W]
		for x := range row {
			row[x] = Cell{Rune: fill, Style: s}
		}
	}
}

// String is the text of g without styles: exactly H lines, each W cells wide.
func (g *Grid) String() string {
	var b strings.Builder
	for y := range g.H {
		if y > 0 {
			b.WriteByte('\n')
		}
		for x := range g.W {
			if r := g.At(x, y).Rune; r != tail {
				b.WriteRune(r)
			}
		}
	}

	return b.String()
}
