package grid

import (
	"image/color"
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
	last string
	seen [1024]conversion
	is   colorprofile.Profile // of what is in seen

	rgba   color.RGBA // handed to conversions by its address, which costs no memory
	colors Color      // masks of what the profile shows at all
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
// string and nothing else, and where that is the same as the last one, nothing.
func (e *Encoder) Encode(g *Grid) string {
	if e.is != e.Profile {
		e.seen, e.is = [1024]conversion{}, e.Profile
	}
	e.colors, e.attrs = ^Color(0), ^Attr(0)
	switch e.Profile {
	case colorprofile.NoTTY:
		e.colors, e.attrs = 0, 0
	case colorprofile.ASCII:
		e.colors = 0
	default:
	}
	b := e.buf[:0]
	for y := range g.H {
		if y > 0 {
			b = append(b, '\n')
		}
		at := g.index(0, y)
		b = e.row(b, g.cells[at:at+g.W])
	}
	e.buf = b
	if string(b) != e.last {
		e.last = string(b)
	}

	return e.last
}

func (e *Encoder) row(b []byte, cells []Cell) []byte {
	for len(cells) > 0 && cells[len(cells)-1] == (Cell{Rune: ' '}) {
		cells = cells[:len(cells)-1]
	}
	var pen Style
	for i := range cells {
		c := &cells[i]
		s := Style{Fg: c.Style.Fg & e.colors, Bg: c.Style.Bg & e.colors, Attr: c.Style.Attr & e.attrs}
		if s != pen && !(c.Rune == ' ' && sameBlank(s, pen)) {
			b = e.change(b, pen, s)
			pen = s
		}
		switch {
		case c.Rune == tail:
		case c.Rune < utf8.RuneSelf:
			b = append(b, byte(c.Rune))
		default:
			b = utf8.AppendRune(b, c.Rune)
		}
	}
	if pen != (Style{}) {
		b = e.change(b, pen, Style{})
	}

	return b
}

// sameBlank reports whether a blank looks the same in both styles.
func sameBlank(a, b Style) bool {
	return a.Bg == b.Bg && (a.Attr|b.Attr)&(Underline|Reverse) == 0
}

// change appends the shortest sequence from one style to another.
func (e *Encoder) change(b []byte, from, to Style) []byte {
	b = append(b, "\x1b["...)
	if to == (Style{}) {
		return append(b, 'm')
	}
	if from.Attr&^to.Attr != 0 {
		b = append(b, "0;"...)
		from = Style{}
	}
	if added := to.Attr &^ from.Attr; added != 0 {
		for bit := Bold; bit <= Reverse; bit <<= 1 {
			if added&bit != 0 {
				b = append(b, attrCode[bit], ';')
			}
		}
	}
	if to.Fg != from.Fg {
		b = appendColor(b, e.convert(to.Fg), 30)
	}
	if to.Bg != from.Bg {
		b = appendColor(b, e.convert(to.Bg), 40)
	}
	b[len(b)-1] = 'm'

	return b
}

var attrCode = [Reverse + 1]byte{Bold: '1', Dim: '2', Italic: '3', Underline: '4', Reverse: '7'}

// appendColor appends the parameters of a colour, base being 30 or 40, each
// with its semicolon.
func appendColor(b []byte, c Color, base uint8) []byte {
	n := uint8(c)
	switch {
	case c == Default:
		return appendNumber(b, base+9)
	case c&kindMask == kindRGB:
		b = appendNumber(b, base+8)
		b = append(b, "2;"...)
		b = appendNumber(b, uint8(c>>16))
		b = appendNumber(b, uint8(c>>8))
	case n < 8:
		n += base
	case n < 16:
		n += base + 60 - 8
	default:
		b = appendNumber(b, base+8)
		b = append(b, "5;"...)
	}

	return appendNumber(b, n)
}

// appendNumber appends n and a semicolon.
func appendNumber(b []byte, n uint8) []byte {
	if n >= 100 {
		b = append(b, '0'+n/100)
	}
	if n >= 10 {
		b = append(b, '0'+n/10%10)
	}

	return append(b, '0'+n%10, ';')
}

// convert finds the nearest colour that the profile has.
func (e *Encoder) convert(c Color) Color {
	if c == Default || e.Profile == colorprofile.TrueColor || e.Profile == colorprofile.Unknown {
		return c
	}
	known := &e.seen[(c*0x9e3779b1)>>22]
	if known.from != c {
		*known = conversion{from: c, to: e.nearest(c)}
	}

	return known.to
}

func (e *Encoder) nearest(c Color) Color {
	if c&kindMask == kindRGB {
		e.rgba = c.rgb()
		if e.Profile == colorprofile.ANSI256 {
			return Index(uint8(ansi.Convert256(&e.rgba)))
		}

		return Index(uint8(ansi.Convert16(&e.rgba)))
	}
	if e.Profile == colorprofile.ANSI {
		return Index(uint8(ansi.Convert16(ansi.IndexedColor(uint8(c)))))
	}

	return c
}
