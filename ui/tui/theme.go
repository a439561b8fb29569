package tui

import (
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// theme is what colours mean. Each has one meaning, and none is the only sign
// of it. They are told apart by eyes that confuse red and green: blue, purple,
// green with blue in it, yellow, and a red that is nearly orange (after Okabe
// and Ito, "Color universal design", 2008).
type theme struct {
	text, strong, dim  grid.Style
	good, warning, bad grid.Style
	message, event     grid.Style
	selected           grid.Style
	heat               [2]plot.Palette // message, event
	keys               [6]grid.Style   // of items, in turn; a letter says which key it is
}

// newTheme chooses the colours for a terminal. On one of 16 colours they are
// the person's own; without colours attributes do. What fills the screen has a number
// of the terminal's palette, from its part that looks the same everywhere: on its way
// that is half as long as red, green and blue.
func newTheme(profile colorprofile.Profile, dark bool) *theme {
	t := &theme{
		strong:   grid.Style{Attr: grid.Bold},
		selected: grid.Style{Attr: grid.Reverse},
	}
	switch {
	case profile == colorprofile.NoTTY || profile == colorprofile.ASCII:
		t.dim, t.bad = grid.Style{Attr: grid.Dim}, grid.Style{Attr: grid.Bold}
	case profile == colorprofile.ANSI && dark:
		t.color(grid.Index(14), grid.Index(13), grid.Index(10), grid.Index(11), grid.Index(9), grid.Index(8))
		t.byKey(grid.Index(12), grid.Index(6), grid.Index(5))
	case profile == colorprofile.ANSI:
		t.color(grid.Index(4), grid.Index(5), grid.Index(2), grid.Index(3), grid.Index(1), grid.Index(8))
		t.byKey(grid.Index(6), grid.Index(12), grid.Index(13))
	case dark:
		t.color(grid.Index(74), grid.Index(175), grid.RGB(60, 190, 140), grid.RGB(240, 200, 70), grid.RGB(240, 110, 60), grid.Index(245))
		t.byKey(grid.RGB(165, 155, 255), grid.RGB(175, 200, 95), grid.RGB(0, 175, 185))
		base := grid.RGB(74, 82, 98)
		t.heat = [2]plot.Palette{plot.Gradient(base, grid.RGB(86, 180, 233)), plot.Gradient(base, grid.RGB(214, 140, 190))}
	default:
		t.color(grid.Index(25), grid.Index(89), grid.RGB(0, 115, 80), grid.RGB(145, 90, 0), grid.RGB(190, 55, 0), grid.Index(242))
		t.byKey(grid.RGB(90, 70, 190), grid.RGB(95, 110, 0), grid.RGB(0, 110, 120))
		base := grid.RGB(190, 196, 206)
		t.heat = [2]plot.Palette{plot.Gradient(base, grid.RGB(0, 105, 170)), plot.Gradient(base, grid.RGB(150, 50, 115))}
	}
	return t
}

func (t *theme) color(message, event, good, warning, bad, dim grid.Color) {
	t.message, t.event = grid.Foreground(message), grid.Foreground(event)
	t.good, t.warning, t.bad = grid.Foreground(good), grid.Foreground(warning), grid.Foreground(bad)
	t.dim = grid.Foreground(dim)
}

// byKey sets the colours of items by key: none that says that something is good
// or bad.
func (t *theme) byKey(a, b, c grid.Color) {
	t.keys = [...]grid.Style{t.message, t.event, t.text, grid.Foreground(a), grid.Foreground(b), grid.Foreground(c)}
}

// lane is the colour of a model.
func (t *theme) lane(m engine.Model) grid.Style {
	if m == engine.EventModel {
		return t.event
	}
	return t.message
}

// band is what is expected of a model: its colour, fainter.
func (t *theme) band(m engine.Model) grid.Style { return t.lane(m).With(grid.Dim) }

// palette is the colours of a model from idle to busy.
func (t *theme) palette(m engine.Model) plot.Palette {
	if m == engine.EventModel {
		return t.heat[1]
	}
	return t.heat[0]
}
