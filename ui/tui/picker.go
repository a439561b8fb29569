package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// picker is the list of presets, narrowed by what is typed.
type picker struct {
	field    textinput.Model
	found    []int // numbers of the presets shown
	selected int   // of found
	rows     grid.Rect
	shown    []int // of each row on the screen, the number in found; -1: a heading
}

func newPicker(m *model) *picker {
	p := &picker{field: newField()}
	p.filter(m.options.Presets)
	for i, n := range p.found {
		if m.options.Presets[n].Name == m.piece.opened.Name {
			p.selected = i
		}
	}
	return p
}

// filter finds the presets in which all words typed occur.
func (p *picker) filter(presets []Preset) {
	words := strings.Fields(strings.ToLower(p.field.Value()))
	p.found, p.selected = p.found[:0], 0
next:
	for i := range presets {
		text := strings.ToLower(presets[i].Name + " " + presets[i].Title + " " + presets[i].Group + " " + presets[i].Story)
		for _, word := range words {
			if !strings.Contains(text, word) {
				continue next
			}
		}
		p.found = append(p.found, i)
	}
}

func (p *picker) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch msg.String() { // letters are for the field
		case "down", "tab":
			p.move(1)
			return nil
		case "up", "shift+tab":
			p.move(-1)
			return nil
		}
		if key.Matches(msg, m.keys.Enter) {
			return p.pick(m)
		}
	case tea.MouseClickMsg:
		if y := msg.Y - p.rows.Y; p.rows.Contains(msg.X, msg.Y) && y < len(p.shown) && p.shown[y] >= 0 {
			p.selected = p.shown[y]
			return p.pick(m)
		}
		return nil
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			p.move(-1)
		} else {
			p.move(1)
		}
		return nil
	}
	field, cmd := p.field.Update(msg)
	changed := field.Value() != p.field.Value()
	p.field = field
	if changed {
		p.filter(m.options.Presets)
	}
	return cmd
}

func (p *picker) move(by int) { p.selected = min(max(p.selected+by, 0), max(len(p.found)-1, 0)) }

// pick opens the selected preset, in a command: it may read a file.
func (p *picker) pick(m *model) tea.Cmd {
	if len(p.found) == 0 {
		return nil
	}
	m.overlay = nil
	open := m.options.Presets[p.found[p.selected]].Open
	return func() tea.Msg {
		s, err := open()
		return openedMsg{scenario: s, err: err}
	}
}

func (p *picker) draw(m *model, g *grid.Grid) {
	t, presets := m.scene.theme, m.options.Presets
	headings := 0
	for i := range presets {
		if i == 0 || presets[i].Group != presets[i-1].Group {
			headings++
		}
	}
	in, at := m.window(g, 110, max(len(presets)+headings, 10)+6, "presets")
	q := row(in, 0)
	q.text("type to filter ", t.dim)
	q.sign(g.Glyphs.Right, t.good)
	drawField(&q, &p.field, t)

	list := grid.Rect{Y: 2, W: in.W, H: in.H - 4}
	story := grid.Rect{}
	if in.W >= 80 {
		list, story = list.SplitLeft(in.W * 2 / 5)
		story.X, story.W = story.X+2, story.W-2
	}
	p.drawList(m, in.Sub(list))
	p.rows = grid.Rect{X: at.X + list.X, Y: at.Y + list.Y, W: list.W, H: list.H}
	q = row(in, in.H-1)
	if len(p.found) == 0 {
		q.text("no preset has these words", t.warning)
		return
	}
	q.text("enter plays it, esc leaves it", t.dim)
	if !story.Empty() {
		p.drawStory(m, in.Sub(story), &presets[p.found[p.selected]])
	}
}

// drawList draws the presets under the headings of their groups.
func (p *picker) drawList(m *model, g *grid.Grid) {
	t, presets := m.scene.theme, m.options.Presets
	p.shown = p.shown[:0]
	group, at := "", 0
	for i, n := range p.found {
		if presets[n].Group != group {
			group = presets[n].Group
			p.shown = append(p.shown, -1)
		}
		if i == p.selected {
			at = len(p.shown)
		}
		p.shown = append(p.shown, i)
	}
	top := scrolled(at, len(p.shown), g.H)
	p.shown = p.shown[top:min(top+g.H, len(p.shown))]
	for y, i := range p.shown {
		q := row(g, y)
		if i < 0 {
			next := 0 // the heading is that of the preset below it
			if y+1 < len(p.shown) {
				next = p.shown[y+1]
			} else {
				continue
			}
			q.text(presets[p.found[next]].Group, t.dim)
			continue
		}
		st := t.text
		if i == p.selected {
			st = t.selected
			q.sign(g.Glyphs.Right, t.strong)
		} else {
			q.skip(2)
		}
		q.text(presets[p.found[i]].Title, st)
	}
}

func (p *picker) drawStory(m *model, g *grid.Grid, preset *Preset) {
	q := row(g, 0)
	q.text(preset.Title, m.scene.theme.strong)
	for y, line := range wrap(g, preset.Story, g.W) {
		q = row(g, y+2)
		q.text(line, m.scene.theme.text)
	}
}
