package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// hintKeys are the keys that hints show by a sign or a word of their own.
var hintKeys = map[string]rune{
	"↑": tea.KeyUp, "↓": tea.KeyDown, "←": tea.KeyLeft, "→": tea.KeyRight, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, // in ASCII
}

// pressOf is the key that a hint shows; ok says whether it is one key.
func pressOf(shown string) (k tea.KeyPressMsg, ok bool) {
	if code, named := hintKeys[shown]; named {
		return tea.KeyPressMsg{Code: code}, true
	}
	if shown == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, true
	}
	runes := []rune(shown)
	if len(runes) != 1 {
		return tea.KeyPressMsg{}, false
	}
	return tea.KeyPressMsg{Code: runes[0], Text: shown}, true
}

// keyAt is the key that a click does the work of: one that the footer shows, or
// that of the voice or the pace in the header.
func (s *scene) keyAt(g *grid.Grid, x, y int) (k tea.KeyPressMsg, ok bool) {
	switch footer := s.layout.footer; {
	case s.voiceAt.Contains(x, y):
		return pressOf("v")
	case s.paceAt.Contains(x, y):
		return pressOf("space")
	case footer.Contains(x, y) && s.note == "":
		fitKeys(g, footer.X+1, footer.X+footer.W, s.footerHints(), func(i, at int) {
			h := s.footerHints()[i]
			fields := strings.Fields(h.Key)
			if len(fields) == 1 && x >= at && x < at+g.Width(h.Key)+1+g.Width(h.Desc) {
				k, ok = pressOf(fields[0])
			}
			for _, field := range fields { // of two keys, the one under the mouse
				if w := g.Width(field); x >= at && x < at+w {
					k, ok = pressOf(field)
				}
				at += g.Width(field) + 1
			}
		})
	}
	return k, ok
}

// clickKnob selects a knob. Of the one selected, its signs turn it, and its value
// opens the field.
func (m *model) clickKnob(i, x int) {
	knobs := &m.scene.knobs
	if knobs.selected != i {
		knobs.selected = i
		return
	}
	k, left := knobs.current(), 0
	for _, p := range knobs.places {
		if p.knob == i {
			left = p.rect.X + m.grid.Width(k.label()) + 1
		}
	}
	right := left + 1 + m.grid.Width(orNone(k.value))
	switch {
	case x == left:
		m.turn(-1, false)
	case x == right:
		m.turn(1, false)
	case x > left && x < right:
		m.overlay = newEntry(k)
	}
}
