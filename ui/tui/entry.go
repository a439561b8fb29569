package tui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// entry is a field for the exact value of a knob.
type entry struct {
	knob  knob
	field textinput.Model
	under overlay // what it was opened from; nil: nothing
	err   error
}

func (e *entry) parent() overlay { return e.under }

func newEntry(k *knob) *entry {
	e := &entry{knob: *k, field: newField()}
	e.field.SetValue(k.value)
	return e
}

func (e *entry) update(m *model, msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && key.Matches(press, m.keys.Enter) {
		if e.err = m.set(e.knob.param.Path, e.field.Value()); e.err == nil {
			m.overlay = e.under
		}
		return nil
	}
	field, cmd := e.field.Update(msg)
	if field.Value() != e.field.Value() {
		e.err = nil
	}
	e.field = field
	return cmd
}

func (e *entry) draw(m *model, g *grid.Grid) {
	t := m.scene.theme
	in, _ := m.window(g, 76, 7, e.knob.param.Path)
	p := row(in, 0)
	p.text(e.knob.param.Help, t.dim)
	p = row(in, 2)
	p.sign(g.Glyphs.Right, t.good)
	drawField(&p, &e.field, t)
	p = row(in, 4)
	if e.err != nil {
		p.text(e.err.Error(), t.bad)
		return
	}
	p.text("enter sets it, esc leaves it", t.dim)
	if e.knob.param.Default != "" {
		p.text("; default "+e.knob.param.Default, t.dim)
	}
	for i, c := range e.knob.param.Choices {
		if i == 0 {
			p.text("; one of", t.dim)
		}
		p.text(" "+c, t.dim)
	}
}
