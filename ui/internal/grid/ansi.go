package grid

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ANSI draws a string with styles, as lipgloss and bubbles make them, into the
// rectangle r: line by line, cut off at its edges. SGR sequences (colours and
// attributes) are obeyed; every other sequence and control is dropped. It is
// for overlays: it is slower than drawing cells, and it allocates.
func (g *Grid) ANSI(r Rect, s string) {
	g = g.Sub(r)
	p := ansi.GetParser()
	defer ansi.PutParser(p)
	var (
		state byte
		style Style
		x, y  int
	)
	for len(s) > 0 && y < g.H {
		seq, w, n, next := ansi.DecodeSequence(s, state, p)
		s, state = s[max(n, 1):], next
		switch {
		case w > 0:
			// Keep to the width the string was laid out with.
			g.Fill(Rect{X: x, Y: y, W: w, H: 1}, ' ', style)
			r, _ := utf8.DecodeRuneInString(seq)
			g.Set(x, y, r, style)
			x += w
		case seq == "\n":
			x, y = 0, y+1
		case seq == "\t":
			x += 8 - x%8
		case ansi.Cmd(p.Command()) == 'm' && ansi.HasCsiPrefix(seq):
			style = sgr(style, p.Params())
		}
	}
}

// sgr is s after one SGR sequence.
func sgr(s Style, params ansi.Params) Style {
	if len(params) == 0 {
		return Style{}
	}
	for i := 0; i < len(params); i++ {
		switch n := params[i].Param(0); {
		case n == 0:
			s = Style{}
		case n == 4 && params[i].HasMore() && i+1 < len(params) && params[i+1].Param(1) == 0:
			s.Attr &^= Underline // 4:0
		case n >= 1 && n <= 7:
			s.Attr |= attrOn[n]
		case n >= 22 && n <= 27:
			s.Attr &^= attrOff[n-22]
		case n >= 30 && n <= 37:
			s.Fg = Index(uint8(n - 30))
		case n >= 90 && n <= 97:
			s.Fg = Index(uint8(n - 90 + 8))
		case n >= 40 && n <= 47:
			s.Bg = Index(uint8(n - 40))
		case n >= 100 && n <= 107:
			s.Bg = Index(uint8(n - 100 + 8))
		case n == 39:
			s.Fg = Default
		case n == 49:
			s.Bg = Default
		case n == 38:
			i += extended(&s.Fg, params[i+1:], params[i].HasMore())
		case n == 48:
			i += extended(&s.Bg, params[i+1:], params[i].HasMore())
		case n == 58: // the colour of underlines
			var ignored Color
			i += extended(&ignored, params[i+1:], params[i].HasMore())
		}
		for i < len(params) && params[i].HasMore() { // what is left of 4:3 and the like
			i++
		}
	}

	return s
}

var (
	attrOn  = [8]Attr{1: Bold, 2: Dim, 3: Italic, 4: Underline, 7: Reverse}
	attrOff = [6]Attr{Bold | Dim, Italic, Underline, 0, 0, Reverse} // from 22
)

// extended reads what follows 38 or 48 (5;n or 2;r;g;b, with semicolons, or
// with colons and perhaps a colour space before the colour) and returns how
// many parameters that was.
func extended(c *Color, p ansi.Params, colons bool) int {
	n := len(p)
	if colons {
		n = 1
		for n < len(p) && p[n-1].HasMore() {
			n++
		}
		n = min(n, len(p))
	}
	if n < 2 {
		return n
	}
	switch p[0].Param(0) {
	case 5:
		*c = Index(uint8(p[1].Param(0)))

		return 2
	case 2:
		at := 1
		if colons && n >= 5 {
			at = 2
		}
		if n < at+3 {
			return n
		}
		*c = RGB(uint8(p[at].Param(0)), uint8(p[at+1].Param(0)), uint8(p[at+2].Param(0)))

		return at + 3
	}

	return 1
}
