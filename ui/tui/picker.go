package tui

import (
	"path/filepath"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/grid"
)

// picker is the list of presets, narrowed by what is typed. When that is the
// path of a file, the file is what will be played.
type picker struct {
	field    textinput.Model
	found    []int                       // numbers of the presets shown
	selected int                         // of found
	opened   map[string]*engine.Scenario // presets that were looked at, by name
	err      error                       // why what was picked cannot be played

	rows  grid.Rect
	shown []int // of each row on the screen, the number in found; -1: a heading
}

func newPicker(m *model) *picker {
	p := &picker{field: newField(), opened: map[string]*engine.Scenario{}}
	p.filter(m.presets)
	for i, n := range p.found {
		if m.presets[n].Name == m.piece.opened.Name {
			p.selected = i
		}
	}
	return p
}

// presetsMsg brings what can be picked.
type presetsMsg []Preset

// readPresets asks for what can be picked.
func (m *model) readPresets() tea.Cmd {
	read := m.options.Presets
	if read == nil {
		return nil
	}
	return func() tea.Msg { return presetsMsg(read()) }
}

// presetsRead takes what can be picked, for the list that may be open already
// and for what has been played since.
func (m *model) presetsRead(msg presetsMsg) {
	m.presets = msg
	m.see(m.piece.opened.Name)
	if p, ok := m.overlay.(*picker); ok {
		p.filter(m.presets)
	}
	m.pace.stale = true
}

// filter finds the presets in which all words typed occur.
func (p *picker) filter(presets []Preset) {
	words := strings.Fields(strings.ToLower(p.field.Value()))
	p.found, p.selected, p.err = p.found[:0], 0, nil
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

// path is the path of a file that was typed: something with a separator or the
// extension of scenarios. Empty: what was typed are words.
func (p *picker) path() string {
	text := strings.TrimSpace(p.field.Value())
	ext := strings.ToLower(filepath.Ext(text))
	if strings.ContainsAny(text, `/\`) || ext == ".yaml" || ext == ".yml" {
		return text
	}
	return ""
}

func (p *picker) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch msg.String() { // letters are for the field
		case "down", "tab":
			return p.move(m, 1)
		case "up", "shift+tab":
			return p.move(m, -1)
		case "pgdown":
			return p.move(m, max(p.rows.H-2, 1))
		case "pgup":
			return p.move(m, -max(p.rows.H-2, 1))
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
			return p.move(m, -1)
		}
		return p.move(m, 1)
	}
	field, cmd := p.field.Update(msg)
	changed := field.Value() != p.field.Value()
	p.field = field
	if changed {
		p.filter(m.presets)
		cmd = tea.Batch(cmd, p.look(m))
	}
	return cmd
}

func (p *picker) move(m *model, by int) tea.Cmd {
	p.selected, p.err = min(max(p.selected+by, 0), max(len(p.found)-1, 0)), nil
	return p.look(m)
}

// preset is the selected preset; nil when there is none.
func (p *picker) preset(m *model) *Preset {
	if p.selected >= len(p.found) {
		return nil
	}
	return &m.presets[p.found[p.selected]]
}

// lookedMsg brings a preset that was opened for its settings to be shown.
type lookedMsg struct {
	by       *picker
	name     string
	scenario *engine.Scenario // nil: it cannot be opened, which whoever picks it is told
}

// look opens the selected preset for its settings, in a command: it may read a
// file.
func (p *picker) look(m *model) tea.Cmd {
	preset := p.preset(m)
	if preset == nil || p.path() != "" {
		return nil
	}
	name, open := preset.Name, preset.Open
	if _, known := p.opened[name]; known {
		return nil
	}
	p.opened[name] = nil // on its way
	return func() tea.Msg {
		s, err := open()
		if err != nil {
			s = nil
		}
		return lookedMsg{by: p, name: name, scenario: s}
	}
}

// looked takes a preset that was opened for its settings.
func (m *model) looked(msg lookedMsg) {
	msg.by.opened[msg.name] = msg.scenario
	m.pace.stale = true
}

// pick opens the file that was typed, or the selected preset, in a command: it
// reads. The list stays until that has gone well.
func (p *picker) pick(m *model) tea.Cmd {
	var open func() (*engine.Scenario, error)
	path, preset := p.path(), p.preset(m)
	switch {
	case path != "" && m.options.OpenFile != nil:
		file := m.options.OpenFile
		open = func() (*engine.Scenario, error) { return file(path) }
	case preset != nil:
		open = preset.Open
	default:
		return nil
	}
	p.err = nil
	return func() tea.Msg {
		s, err := open()
		return openedMsg{by: p, scenario: s, err: err}
	}
}

func (p *picker) draw(m *model, g *grid.Grid) {
	t, presets := m.scene.theme, m.presets
	headings := 0
	for i := range presets {
		if i == 0 || presets[i].Group != presets[i-1].Group {
			headings++
		}
	}
	in, at := m.window(g, 124, max(len(presets)+headings+6, 24), "presets")
	m.drawScore(g, at)
	q := row(in, 0)
	q.text("words, or a file ", t.dim)
	q.sign(g.Glyphs.Right, t.good)
	drawField(&q, &p.field, t)

	list := grid.Rect{Y: 2, W: in.W, H: in.H - 4}
	story := grid.Rect{}
	if in.W >= 68 {
		list, story = list.SplitLeft(in.W * 2 / 5)
		story.X, story.W = story.X+2, story.W-2
	} else {
		list, story = list.SplitTop(list.H / 2)
		_, story = story.SplitTop(1)
	}
	p.rows = grid.Rect{X: at.X + list.X, Y: at.Y + list.Y, W: list.W, H: list.H}
	p.drawList(m, in.Sub(list))
	q = row(in, in.H-1)
	switch path := p.path(); {
	case p.err != nil:
		p.drawError(m, in.Sub(grid.Rect{Y: 2, W: in.W, H: in.H - 4}))
		q.text("another one, or mend it and press enter again", t.dim)
	case path != "":
		q.text("enter plays this file, esc leaves it", t.dim)
	case len(p.found) == 0:
		q.text("no preset has these words; a path with / or .yaml is that of a file", t.warning)
	default:
		q.text("enter plays, esc leaves; the path of a file plays it", t.dim)
		p.drawStory(m, in.Sub(story), p.preset(m))
	}
}

// drawError says in full what is wrong, over the list.
func (p *picker) drawError(m *model, g *grid.Grid) {
	g.Clear(grid.Style{})
	p.rows, p.shown = grid.Rect{}, p.shown[:0]
	y := 0
	for line := range strings.SplitSeq(p.err.Error(), "\n") {
		y = prose(g, y, wrap(g, line, g.W), m.scene.theme.bad)
	}
}

// drawList draws the presets under the headings of their groups.
func (p *picker) drawList(m *model, g *grid.Grid) {
	p.shown = p.shown[:0]
	if p.path() != "" {
		return
	}
	t, presets := m.scene.theme, m.presets
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
	rows := scroll{top: scrolled(at, len(p.shown), g.H)}
	rows.fit(len(p.shown), g.H)
	p.shown = slices.Delete(p.shown, 0, rows.top)
	p.shown = p.shown[:min(g.H, len(p.shown))]
	for y, i := range p.shown {
		q := row(g, y)
		if i < 0 {
			if y+1 < len(p.shown) { // the heading is that of the preset below it
				q.text(presets[p.found[p.shown[y+1]]].Group, t.dim)
			}
			continue
		}
		q.end -= 2
		p.drawPreset(m, &q, &presets[p.found[i]], i == p.selected)
	}
	rows.draw(g, t.dim)
}

// drawPreset draws one preset of the list, and at its end what the person has
// made of it.
func (p *picker) drawPreset(m *model, q *pen, preset *Preset, selected bool) {
	t, glyphs := m.scene.theme, q.g.Glyphs
	const made = 6 // × bet
	known := pen{g: q.g, x: q.end - made, y: q.y, end: q.end}
	choice, bet := m.memory.Bets[preset.Name]
	switch {
	case bet && preset.Ask != nil && choice == preset.Ask.Answer:
		known.sign(glyphs.Tick, t.good)
		known.text("bet", t.good)
	case bet:
		known.sign(glyphs.Cross, t.bad)
		known.text("bet", t.bad)
	case m.memory.hasSeen(preset.Name):
		known.text("seen", t.dim)
	}
	st := t.text
	if selected {
		st = t.selected
		q.sign(glyphs.Right, t.strong)
	} else {
		q.skip(2)
	}
	q.fit(q.room()-made-1, preset.Title, st)
}

// drawStory draws the story of a preset, its question, and its settings.
func (p *picker) drawStory(m *model, g *grid.Grid, preset *Preset) {
	t := m.scene.theme
	q := row(g, 0)
	q.text(preset.Title, t.strong)
	q.text("  "+preset.Name, t.dim)
	y := prose(g, 2, wrap(g, preset.Story, g.W), t.text)
	if preset.Ask != nil {
		y = prose(g, y+1, wrap(g, preset.Ask.Question, g.W), t.warning)
	}
	s := p.opened[preset.Name]
	if s == nil {
		return
	}
	const label = 11
	y++
	for _, l := range inWords(s) {
		q = row(g, y)
		q.fit(label-1, l.label, t.dim)
		for _, line := range wrap(g, l.text, g.W-label) {
			q = pen{g: g, x: label, y: y, end: g.W}
			q.text(line, t.text)
			y++
		}
	}
}
