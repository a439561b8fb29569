package grid

import "unicode/utf8"

// Text draws s from column x of row y and returns the column after it, also
// when part of it was cut off. What is no printable text cannot get out:
// control characters, escapes and wrong UTF-8 become question marks. A cell
// holds one rune: of several that stand for one character (an accent of its own,
// a joined emoji) the first is drawn.
func (g *Grid) Text(x, y int, s string, st Style) int {
	for len(s) > 0 {
		r, w, n := g.first(s)
		s = s[n:]
		if w == 0 {
			continue
		}
		if uint(y) < uint(g.H) {
			g.glyph(x, y, r, w, st)
		}
		x += w
	}

	return x
}

// TextRight draws s so that it ends before column end.
func (g *Grid) TextRight(end, y int, s string, st Style) {
	g.Text(end-g.Width(s), y, s, st)
}

// TextFit draws s in at most w cells and ends it with an ellipsis when it is
// longer; it returns the column after it.
func (g *Grid) TextFit(x, y, w int, s string, st Style) int {
	if w <= 0 {
		return x
	}
	if g.Width(s) <= w {
		return g.Text(x, y, s, st)
	}
	g.Sub(Rect{X: x, Y: y, W: w, H: 1}).Text(0, 0, s, st)
	g.Set(x+w-1, y, g.Glyphs.Ellipsis, st)

	return x + w
}

// Width is the number of cells that [Grid.Text] takes for s.
func (g *Grid) Width(s string) int {
	n := 0
	for len(s) > 0 {
		_, w, size := g.first(s)
		n += w
		s = s[size:]
	}

	return n
}

// glyph draws a rune that printable has passed, as far as it is inside.
func (g *Grid) glyph(x, y int, r rune, w int, s Style) {
	switch {
	case w == 1 && uint(x) < uint(g.W):
		g.put(g.index(x, y), r, s)
	case w == 2 && x >= 0 && x+1 < g.W:
		g.put(g.index(x, y), r, s)
		g.put(g.index(x+1, y), tail, s)
	case w == 2 && uint(x) < uint(g.W):
		g.put(g.index(x, y), ' ', s)
	case w == 2 && x == -1 && g.W > 0:
		g.put(g.index(0, y), ' ', s)
	}
}

const joiner = '\u200d'

// first returns what to draw of the first character of s, its width in cells,
// and the bytes it takes.
//
// A library for grapheme clusters would let s escape, and every figure on the
// screen would be allocated.
func (g *Grid) first(s string) (r rune, w, n int) {
	r, n = utf8.DecodeRuneInString(s)
	r, w = g.printable(r)
	for n < len(s) && s[n] >= utf8.RuneSelf {
		next, size := utf8.DecodeRuneInString(s[n:])
		if next == utf8.RuneError || runeWidth(next) != 0 {
			break
		}
		n += size
		if next == joiner {
			_, size = utf8.DecodeRuneInString(s[n:])
			n += size
		}
	}

	return r, w, n
}
