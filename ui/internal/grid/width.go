package grid

import (
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Terminals do not agree on how many cells a text takes: some add up its runes,
// others the characters that these join into (Unicode Standard Annex 29). A row
// would be broken in one of them. So what joins with its neighbours never gets
// into a cell, and both count the same: what follows another rune to change it
// is left out, and what waits for the next is a question mark.

// printable returns the rune that may be drawn for r, and its width of 0, 1 or 2.
func (g *Grid) printable(r rune) (rune, int) {
	if r >= ' ' && r < 0x7f {
		return r, 1
	}
	if r < 0xa0 || r == utf8.RuneError || !utf8.ValidRune(r) {
		return '?', 1
	}
	w := runeWidth(r)
	if w < 0 {
		return '?', 1
	}
	if w > 0 && g.Glyphs == &ASCII {
		return fold(r), 1
	}

	return r, w
}

// widths are those that Bubble Tea's renderer counts with.
var widths = &runewidth.Condition{StrictEmojiNeutral: true}

// runeWidth is the width of a rune beyond ASCII; -1 when it is not for drawing:
// it joins with the next one, or nobody knows (yet) what it is. The signs that panels are made
// of need no search: arrows, boxes, blocks, shapes and braille.
func runeWidth(r rune) int {
	if r >= 0x2500 && r < 0x25fd || r >= 0x2800 && r < 0x2900 || r >= 0x2190 && r < 0x2200 {
		return 1
	}
	switch {
	case r < 0xa0: // C1 controls
		return -1
	case unicode.In(r, following...):
		return 0
	case unicode.Is(leading, r) || !unicode.IsGraphic(r):
		return -1
	default:
		return widths.RuneWidth(r)
	}
}

// following are runes without a cell of their own: accents and other marks, what
// acts on the rest of a row (directions, joiners and breaks), and letters that
// join with the one before though they are no marks.
var following = []*unicode.RangeTable{unicode.M, unicode.Cf, unicode.Zl, unicode.Zp, {
	R16: []unicode.Range16{
		{Lo: 0x0e33, Hi: 0x0e33, Stride: 1}, {Lo: 0x0eb3, Hi: 0x0eb3, Stride: 1}, // Thai and Lao vowels
		{Lo: 0x1160, Hi: 0x11ff, Stride: 1}, {Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, // Hangul vowels and finals
		{Lo: 0xff9e, Hi: 0xff9f, Stride: 1}, // Katakana sound marks
	},
	R32: []unicode.Range32{
		{Lo: 0x16d63, Hi: 0x16d63, Stride: 1}, {Lo: 0x16d67, Hi: 0x16d6a, Stride: 1}, // Kirat Rai vowels
		{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}, // skin tones
	},
}}

// leading are runes that join with the next one.
var leading = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1},
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0xa960, Hi: 0xa97c, Stride: 1}, // Hangul initials
	},
	R32: []unicode.Range32{
		{Lo: 0x111c2, Hi: 0x111c3, Stride: 1},
		{Lo: 0x113d1, Hi: 0x113d1, Stride: 1},
		{Lo: 0x1193f, Hi: 0x11941, Stride: 2},
		{Lo: 0x11a84, Hi: 0x11a89, Stride: 1},
		{Lo: 0x11d46, Hi: 0x11d46, Stride: 1},
		{Lo: 0x11f02, Hi: 0x11f02, Stride: 1},
		{Lo: 0x1f1e6, Hi: 0x1f1ff, Stride: 1}, // two make a flag
	},
}
