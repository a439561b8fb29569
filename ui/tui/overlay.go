package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"

	"duet/ui/internal/grid"
)

// window clears room for an overlay of w by h in the middle of the screen, as
// far as that is so large, draws its border, and returns what is within it.
func (m *model) window(g *grid.Grid, w, h int, title string) (inner *grid.Grid, at grid.Rect) {
	w, h = min(w, g.W-2), min(h, g.H-2)
	r := grid.Rect{X: (g.W - w) / 2, Y: (g.H - h) / 2, W: w, H: h}
	g.Fill(r, ' ', grid.Style{})
	g.Box(r, m.scene.theme.strong, title, m.scene.theme.strong)
	at = r.Inset(1)
	at.X, at.W = at.X+1, at.W-2
	return g.Sub(at), at
}

// shade makes everything drawn so far recede behind what comes next, but one
// part of the screen.
func shade(g *grid.Grid, but grid.Rect, t *theme) {
	for y := range g.H {
		for x := range g.W {
			if c := g.At(x, y); c.Rune > ' ' && !but.Contains(x, y) {
				g.Set(x, y, c.Rune, t.dim)
			}
		}
	}
}

// newField is an empty field to type into. Its cursor is drawn by drawField.
func newField() textinput.Model {
	f := textinput.New()
	f.SetVirtualCursor(false)
	f.Focus()
	return f
}

// drawField draws a field and its cursor, the part around the cursor when it
// is too long.
func drawField(p *pen, f *textinput.Model, t *theme) {
	value := []rune(f.Value())
	cursor := min(f.Position(), len(value))
	from := max(cursor-p.room()+1, 0)
	p.text(string(value[from:cursor]), t.strong)
	under, after := " ", ""
	if cursor < len(value) {
		under, after = string(value[cursor]), string(value[cursor+1:])
	}
	p.text(under, t.selected)
	p.text(after, t.strong)
}

// wrap breaks a text into lines of at most w cells.
func wrap(g *grid.Grid, text string, w int) []string {
	var lines []string
	var line string
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case g.Width(line)+1+g.Width(word) <= w:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// scrolled is the first of n rows to show in a window of h, so that the
// selected one is in it.
func scrolled(selected, n, h int) int { return max(min(selected-h/2, n-h), 0) }
