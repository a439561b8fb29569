package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// scroll is which part of a list of rows its window shows.
type scroll struct{ top, rows, room int }

// fit takes how many rows there are, and how many of them the window has room
// for.
func (s *scroll) fit(rows, room int) {
	s.rows, s.room = rows, room
	s.by(0)
}

func (s *scroll) by(n int) { s.top = max(min(s.top+n, s.rows-s.room), 0) }

// obey takes the keys that move up and down, and the wheel, and says whether
// this was one.
func (s *scroll) obey(keys *keyMap, msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			s.by(-1)
		} else {
			s.by(1)
		}
		return true
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, keys.Next):
			s.by(1)
		case key.Matches(msg, keys.Previous):
			s.by(-1)
		case key.Matches(msg, keys.FarAhead):
			s.by(max(s.room-1, 1))
		case key.Matches(msg, keys.FarBack):
			s.by(-max(s.room-1, 1))
		case key.Matches(msg, keys.Begin):
			s.by(-s.rows)
		case key.Matches(msg, keys.Latest):
			s.by(s.rows)
		default:
			return false
		}
		return true
	}
	return false
}

// draw marks at the right edge of g that there are rows above or below.
func (s *scroll) draw(g *grid.Grid, st grid.Style) {
	if s.top > 0 {
		g.Set(g.W-1, 0, g.Glyphs.Up, st)
	}
	if s.top+s.room < s.rows {
		g.Set(g.W-1, g.H-1, g.Glyphs.Down, st)
	}
}
