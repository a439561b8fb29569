package grid

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// Color is the terminal's own colour, one of its 256 by number, or 24 bits of
// red, green and blue. It is comparable and small enough for every cell.
type Color uint32

// Default is the terminal's own foreground or background.
const Default Color = 0

// The kind of a colour is kept above its 24 bits.
const (
	kindRGB   Color = 1 << 24
	kindIndex Color = 2 << 24
	kindMask  Color = 0xff << 24
)

// RGB is a colour of red, green and blue.
func RGB(r, g, b uint8) Color {
	return kindRGB | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// Index is colour n of the terminal's palette: 0 to 15 are the person's own,
// and the only ones on a terminal of 16 colours.
func Index(n uint8) Color { return kindIndex | Color(n) }

// rgb gives the parts of a colour made by [RGB].
func (c Color) rgb() color.RGBA {
	return color.RGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 0xff}
}

// Color is c for libraries that make strings, such as lipgloss; nil is the
// terminal's own.
func (c Color) Color() color.Color {
	switch c & kindMask {
	case kindRGB:
		return c.rgb()
	case kindIndex:
		return ansi.IndexedColor(uint8(c))
	default:
		return nil
	}
}

// Attr is a set of attributes.
type Attr uint8

// The attributes.
const (
	Bold Attr = 1 << iota
	Dim
	Italic
	Underline
	Reverse
)

// Style is how a cell looks. The zero Style is the terminal's own.
type Style struct {
	Fg, Bg Color
	Attr   Attr
}

// Foreground is the style of colour c on the terminal's own background.
func Foreground(c Color) Style { return Style{Fg: c} }

// With is s with the attributes added.
func (s Style) With(a Attr) Style {
	s.Attr |= a

	return s
}

// On is s on the background c.
func (s Style) On(c Color) Style {
	s.Bg = c

	return s
}
