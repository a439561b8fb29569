package grid

import (
	"strconv"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Encoder turns grids into strings for a terminal. It keeps its buffer and the
// colours it converted; keep one for all frames. Not safe for concurrent use.
type Encoder struct {
	// Profile says what the terminal can show. ASCII (which NO_COLOR chooses)
	// leaves the attributes and no colour, NoTTY neither; Unknown, the zero
	// value, counts as TrueColor. It may change from frame to frame.
	Profile colorprofile.Profile

	buf  []byte
	seen [256]conversion
	is   colorprofile.Profile // of what is in seen

	colors Color // masks of what the profile shows at all
	attrs  Attr
}

// conversion remembers what a colour is on this profile.
type conversion struct {
	from Color
	to   Color
}

// Encode returns the rows of g, joined by newlines. SGR sequences stand only
// where the look changes, each row ends in the terminal's own style, and the
// blanks of that style at the end of a row are left out. It allocates the
// string and nothing else.
func (e *Encoder) Encode(g *Grid) string {
	if e.is != e.Profile {
		e.seen, e.is = [256]conversion{}, e.Profile
	}
	e.colors, e.attrs = ^Color(0), ^Attr(0)
	switch e.Profile {
	case colorprofile.NoTTY:
		e.colors, e.attrs = 0, 0
	case colorprofile.ASCII:
		e.colors = 0
	}
	e.buf = e.buf[:0]
	for y := range g.H {
		if y > 0 {
			e.buf = append(e.buf, '\n')
		}
		at := g.index(0, y)
		e.row(g.cells[at : at+g.W])
	}

	return string(e.buf)
}

func (e *Encoder) row(cells []Cell) {
	for len(cells) > 0 && cells[len(cells)-1] == (Cell{Rune: ' '}) {
		cells = cells[:len(cells)-1]
	}
	var pen Style
	for i := range cells {
		c := &cells[i]
		s := Style{Fg: c.Style.Fg & e.colors, Bg: c.Style.Bg & e.colors, Attr: c.Style.Attr & e.attrs}
		if s != pen && !(c.Rune == ' ' && sameBlank(s, pen)) {
			e.change(pen, s)
			pen = s
		}
		switch {
		case c.Rune == tail:
		case c.Rune < utf8.RuneSelf:
			e.buf = append(e.buf, byte(c.Rune))
		default:
			e.buf = utf8.AppendRune(e.buf, c.Rune)
		}
	}
	if pen != (Style{}) {
		e.change(pen, Style{})
	}
}

// sameBlank reports whether a blank looks the same in both styles.
func sameBlank(a, b Style) bool {
	return a.Bg == b.Bg && (a.Attr|b.Attr)&(Underline|Reverse) == 0
}

// change appends the shortest sequence from one style to another.
func (e *Encoder) change(from, to Style) {
	if to == (Style{}) {
		e.buf = append(e.buf, "\x1b[m"...)

		return
	}
	e.buf = append(e.buf, "\x1b["...)
	if from.Attr&^to.Attr != 0 {
		e.buf = append(e.buf, "0;"...)
		from = Style{}
	}
	if added := to.Attr &^ from.Attr; added != 0 {
		for bit := Bold; bit <= Reverse; bit <<= 1 {
			if added&bit != 0 {
				e.buf = append(e.buf, attrCode[bit], ';')
			}
		}
	}
	if to.Fg != from.Fg {
		e.color(to.Fg, 30)
	}
	if to.Bg != from.Bg {
		e.color(to.Bg, 40)
	}
	e.buf[len(e.buf)-1] = 'm'
}

var attrCode = [Reverse + 1]byte{Bold: '1', Dim: '2', Italic: '3', Underline: '4', Reverse: '7'}

// color appends the parameters of a colour, base being 30 or 40, each with its
// semicolon.
func (e *Encoder) color(c Color, base byte) {
	c = e.convert(c)
	n := byte(c)
	switch {
	case c == Default:
		e.number(base + 9)
	case c&kindMask == kindRGB:
		e.number(base + 8)
		e.buf = append(e.buf, "2;"...)
		e.number(byte(c >> 16))
		e.number(byte(c >> 8))
		e.number(n)
	case n < 8:
		e.number(base + n)
	case n < 16:
		e.number(base + 60 + n - 8)
	default:
		e.number(base + 8)
		e.buf = append(e.buf, "5;"...)
		e.number(n)
	}
}

// number appends n and a semicolon.
func (e *Encoder) number(n byte) { e.buf = append(e.buf, numbers[n]...) }

var numbers = func() (all [256]string) {
	for i := range all {
		all[i] = strconv.Itoa(i) + ";"
	}

	return all
}()

// convert finds the nearest colour that the profile has.
func (e *Encoder) convert(c Color) Color {
	if c == Default || e.Profile == colorprofile.TrueColor || e.Profile == colorprofile.Unknown {
		return c
	}
	known := &e.seen[(c*0x9e3779b1)>>24]
	if known.from != c {
		*known = conversion{from: c, to: nearest(c, e.Profile)}
	}

	return known.to
}

func nearest(c Color, p colorprofile.Profile) Color {
	switch {
	case c&kindMask == kindRGB && p == colorprofile.ANSI256:
		return Index(uint8(ansi.Convert256(c.rgb())))
	case c&kindMask == kindRGB:
		return Index(uint8(ansi.Convert16(c.rgb())))
	case p == colorprofile.ANSI:
		return Index(uint8(ansi.Convert16(ansi.IndexedColor(uint8(c)))))
	}

	return c
}
