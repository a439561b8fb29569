package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"duet/engine"
	"duet/ui/internal/grid"
)

// The widths of the columns of the list of settings.
const (
	nameColumn    = 24
	valueColumn   = 18
	allowedColumn = 28
	defaultColumn = 16
	widestList    = 150
)

func (s *settings) draw(m *model, g *grid.Grid) {
	s.read(m)
	t := m.scene.theme
	in, at := m.window(g, widestList, g.H-2, "settings")
	s.drawHead(m, in)
	h := max(in.H-6, 1)
	s.rows = grid.Rect{X: at.X, Y: at.Y + 2, W: at.W, H: h}
	s.values = grid.Rect{X: at.X + 3 + nameColumn, Y: s.rows.Y, W: valueColumn, H: h}
	rows := s.grouped()
	first := 0
	for i, n := range rows {
		if n == s.selected {
			first = scrolled(i, len(rows), h)
		}
	}
	s.shown = rows[first:min(first+h, len(rows))]
	for y, n := range s.shown {
		p := row(in, 2+y)
		if n < 0 {
			p.text(s.list[s.found[rows[first+y+1]]].group(), t.strong)
			continue
		}
		s.drawRow(m, &p, n)
	}
	if len(s.found) == 0 {
		p := row(in, 2)
		p.text("no setting has these words", t.dim)
	}
	s.drawFoot(m, in)
}

// grouped is the rows of the list: numbers in found, and -1 for each heading.
func (s *settings) grouped() []int {
	rows, group := make([]int, 0, len(s.found)+8), ""
	for i, n := range s.found {
		if g := s.list[n].group(); g != group {
			rows, group = append(rows, -1), g
		}
		rows = append(rows, i)
	}
	return rows
}

// drawHead draws the field, and how much there is and was changed.
func (s *settings) drawHead(m *model, in *grid.Grid) {
	t := m.scene.theme
	changed := 0
	for i := range s.list {
		if s.changed(&s.list[i]) {
			changed++
		}
	}
	text := decimal(int64(len(s.found))) + " of " + decimal(int64(len(s.list))) + ", " + decimal(int64(changed)) + " changed"
	in.TextRight(in.W, 0, text, t.dim)
	p := row(in, 0)
	p.end = in.W - len(text) - 2
	p.text("find ", t.dim)
	drawField(&p, &s.field, t)
}

// changed says whether a setting is not what the scenario began with.
func (s *settings) changed(k *knob) bool {
	began, err := s.began.Get(k.param.Path)
	return err != nil || began != k.value
}

// drawRow draws a setting: a bullet where it was changed, its name, its value
// (fainter where that is the default), what is allowed, the default and, where
// there is room, what it is.
func (s *settings) drawRow(m *model, p *pen, n int) {
	t, k, g := m.scene.theme, &s.list[s.found[n]], p.g
	name := t.text
	if n == s.selected {
		name = t.selected
	}
	if s.changed(k) {
		g.Set(p.x, p.y, g.Glyphs.Bullet, t.warning)
	}
	p.skip(2)
	p.left(nameColumn, k.name, name)
	p.skip(1)
	at := p.x
	value := t.text
	if k.value == k.param.Default {
		value = t.dim
	}
	if n == s.selected {
		g.Set(p.x, p.y, g.Glyphs.Left, t.strong)
		value = t.selected
	}
	p.skip(1)
	p.fit(valueColumn-3, orNone(k.value), value)
	if n == s.selected {
		g.Set(p.x, p.y, g.Glyphs.Right, t.strong)
	}
	p.x = at + valueColumn
	p.left(min(allowedColumn, p.room()), allowed(&k.param), t.dim)
	if p.room() < defaultColumn {
		return
	}
	p.skip(1)
	if k.param.Default != "" {
		p.left(defaultColumn, "default "+k.param.Default, t.dim)
	} else {
		p.skip(defaultColumn)
	}
	if p.room() > 20 {
		p.skip(1)
		p.text(k.param.Help, t.dim)
	}
}

// drawFoot explains the selected setting, and the keys.
func (s *settings) drawFoot(m *model, in *grid.Grid) {
	t := m.scene.theme
	if k := s.current(); k != nil {
		p := row(in, in.H-3)
		p.text(k.param.Path, t.strong)
		p.text("  "+k.param.Help, t.text)
		p = row(in, in.H-2)
		p.text(allowed(&k.param), t.dim)
		if k.param.Default != "" {
			p.text("; default "+k.param.Default, t.dim)
		}
		if began, err := s.began.Get(k.param.Path); err == nil && began != k.value {
			p.text("; the scenario began with "+orNone(began), t.warning)
		}
	}
	p := row(in, in.H-1)
	drawKeys(&p, t, []key.Help{
		{Key: named(in, "← →"), Desc: "change"},
		{Key: "enter", Desc: "type a value"},
		{Key: "esc", Desc: "close"},
		{Key: "delete", Desc: "as it began"},
		{Key: "tab", Desc: "next group"},
		{Key: "ctrl+u", Desc: "undo"},
		{Key: "ctrl+r", Desc: "redo"},
		{Key: "ctrl+s", Desc: "save"},
	})
}

// allowed is what a setting may be, in a few words with units.
func allowed(p *engine.Param) string {
	switch p.Kind {
	case engine.KindBool:
		return "true, false"
	case engine.KindChoice:
		return strings.TrimPrefix(strings.Join(p.Choices, ", "), ", ")
	default:
		u := units[p.Kind]
		return u.format(p.Min*u.scale) + " to " + u.format(p.Max*u.scale)
	}
}
