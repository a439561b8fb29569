package grid

import (
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

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
		if next == utf8.RuneError || runeWidth(next) > 0 {
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

// printable returns the rune that may be drawn for r, and its width of 0, 1 or 2.
func (g *Grid) printable(r rune) (rune, int) {
	if r >= ' ' && r < 0x7f {
		return r, 1
	}
	if r < 0xa0 || r == utf8.RuneError || !utf8.ValidRune(r) {
		return '?', 1
	}
	w := runeWidth(r)
	if w > 0 && g.Glyphs == &ASCII {
		return fold(r), 1
	}

	return r, w
}

// widths are those that Bubble Tea's renderer counts with.
var widths = &runewidth.Condition{StrictEmojiNeutral: true}

// runeWidth is the width of a rune beyond ASCII. The signs that panels are made
// of need no search: arrows, boxes, blocks, shapes and braille.
func runeWidth(r rune) int {
	if r >= 0x2500 && r < 0x25fd || r >= 0x2800 && r < 0x2900 || r >= 0x2190 && r < 0x2200 {
		return 1
	}
	if r < 0xa0 {
		return 1 // C1 controls are drawn as question marks
	}

	if unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
		return 0 // directions, joiners and breaks, which act on the rest of the row
	}

	return widths.RuneWidth(r)
}
