package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// changes is the list of what a person has changed: the latest first, and above
// it what was taken back. Enter takes back, or does again, up to there.
type changes struct {
	selected int // how many changes are in force when it is chosen; 0: none
	rows     grid.Rect
	top      int // the first row shown
}

func newChanges(m *model) *changes { return &changes{selected: m.history.done} }

func (c *changes) update(m *model, msg tea.Msg) tea.Cmd {
	n := len(m.history.list)
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch keys := m.keys; {
		case key.Matches(msg, keys.Next):
			c.selected--
		case key.Matches(msg, keys.Previous):
			c.selected++
		case key.Matches(msg, keys.Enter):
			m.goTo(c.selected)
		case key.Matches(msg, keys.Undo):
			m.undo()
			c.selected = m.history.done
		case key.Matches(msg, keys.Redo):
			m.redo()
			c.selected = m.history.done
		case key.Matches(msg, keys.Save):
			m.overlay = newSaving(m, c)
		case key.Matches(msg, keys.Changes, keys.Quit):
			m.overlay = nil
		}
	case tea.MouseClickMsg:
		if i := c.top + msg.Y - c.rows.Y; c.rows.Contains(msg.X, msg.Y) && i <= n {
			c.selected = n - i
			m.goTo(c.selected)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			c.selected++
		} else {
			c.selected--
		}
	}
	c.selected = min(max(c.selected, 0), n)
	return nil
}

func (c *changes) draw(m *model, g *grid.Grid) {
	t, h := m.scene.theme, &m.history
	n := len(h.list)
	c.selected = min(c.selected, n)
	in, at := m.window(g, 78, n+6, "what you changed")
	height := max(in.H-3, 1)
	c.top = scrolled(n-c.selected, n+1, height)
	c.rows = grid.Rect{X: at.X, Y: at.Y, W: at.W, H: height}
	for y := range min(height, n+1-c.top) {
		number := n - c.top - y
		p := row(in, y)
		switch {
		case number == h.done:
			p.sign(g.Glyphs.Bullet, t.good)
		default:
			p.skip(2)
		}
		st := t.text
		if number > h.done {
			st = t.dim
		}
		if number == c.selected {
			st = t.selected
		}
		if number == 0 {
			p.text("as it began", st)
			continue
		}
		e := &h.list[number-1]
		p.left(9, clockTime(e.at), t.dim)
		text := e.path
		if e.lane != "" {
			text += " of " + e.lane
		}
		p.text(text+"  "+orNone(e.from)+" ", st)
		p.text("→ "+orNone(e.to), st)
		if number > h.done {
			p.text("  taken back", t.dim)
		}
	}
	p := row(in, in.H-2)
	if n == 0 {
		p.text("nothing yet", t.dim)
	}
	p = row(in, in.H-1)
	p.text("enter goes to where the settings were like that, esc leaves it", t.dim)
}
