package tui

import (
	"errors"
	"io/fs"
	"path/filepath"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/grid"
)

// saving asks for the name of the file that the present settings go to.
type saving struct {
	field textinput.Model
	under overlay // what it was opened from; nil: nothing
	asked string  // the file that is there already, and that enter now writes over
	err   error
	busy  bool
}

func newSaving(m *model, under overlay) *saving {
	s := &saving{field: newField(), under: under}
	name := m.piece.scenario.Name
	if name == "" {
		name = "scenario"
	}
	if c := m.piece.scenario.Case; c != "" {
		name += "-" + c
	}
	s.field.SetValue(name + ".yaml")
	return s
}

func (s *saving) parent() overlay { return s.under }

func (s *saving) update(m *model, msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && key.Matches(press, m.keys.Enter) {
		return s.save(m)
	}
	field, cmd := s.field.Update(msg)
	if field.Value() != s.field.Value() {
		s.asked, s.err = "", nil
	}
	s.field = field
	return cmd
}

// savedMsg says what has become of a file.
type savedMsg struct {
	by   *saving
	name string
	err  error
}

// save writes the file, in a command. A name without an extension gets one, so
// that duet takes it for a file.
func (s *saving) save(m *model) tea.Cmd {
	name := s.field.Value()
	if name == "" || s.busy {
		return nil
	}
	if filepath.Ext(name) == "" {
		name += ".yaml"
	}
	if m.options.Save == nil {
		s.err = errors.New("nothing can be saved here")
		return nil
	}
	s.busy = true
	scenario, over, save := m.toSave(), s.asked == name, m.options.Save
	return func() tea.Msg { return savedMsg{s, name, save(name, scenario, over)} }
}

// toSave is the scenario with the settings that the person made. A case is a
// scenario of its own.
func (m *model) toSave() *engine.Scenario {
	s := m.piece.scenario
	if s.Case == "" {
		return s
	}
	own := s.Clone()
	if own.Title == "" {
		own.Title = own.Name
	}
	own.Title += ": " + own.Case
	return own
}

// saved says where the file is, or why there is none.
func (m *model) saved(msg savedMsg) {
	s := msg.by
	s.busy, m.pace.stale = false, true
	open := m.covers(func(o overlay) bool { return o == overlay(s) })
	switch {
	case msg.err != nil && !open: // left meanwhile
		m.say("not saved: " + msg.err.Error())
		return
	case errors.Is(msg.err, fs.ErrExist):
		s.asked = msg.name
		return
	case msg.err != nil:
		s.err = msg.err
		return
	}
	if m.overlay == overlay(s) {
		m.overlay = s.under
	}
	text := "saved as " + msg.name
	if m.scene.unlinked {
		text += ", with one rate for all lanes"
	}
	m.say(text + ": duet " + callable(msg.name) + " plays it")
}

// callable is a file's name as duet takes it on the command line.
func callable(name string) string {
	if filepath.Base(name) == name {
		return "." + string(filepath.Separator) + name
	}
	return name
}

func (s *saving) draw(m *model, g *grid.Grid) {
	t := m.scene.theme
	in, _ := m.window(g, 76, 7, "save the settings as a scenario")
	p := row(in, 0)
	p.text("a file that duet plays: name it, with a path if you like", t.dim)
	p = row(in, 2)
	p.sign(g.Glyphs.Right, t.good)
	drawField(&p, &s.field, t)
	p = row(in, 4)
	switch {
	case s.err != nil:
		p.text(s.err.Error(), t.bad)
	case s.asked != "":
		p.text(s.asked+" is there already: enter writes over it, esc leaves it", t.warning)
	default:
		p.text("enter saves it, esc leaves it", t.dim)
	}
}
