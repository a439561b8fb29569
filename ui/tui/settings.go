package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/grid"
)

// settings is the list of everything that can be set, in groups, narrowed by
// what is typed.
type settings struct {
	field    textinput.Model
	began    *engine.Scenario // as it was opened
	live     *engine.Scenario // what the list was read from
	next     *engine.Scenario // and what is fixed while a run goes on
	rate     string           // and the rate, where the lane looked at has its own
	list     []knob
	found    []int // numbers of those shown
	selected int   // of found

	rows   grid.Rect
	shown  []int     // of each row on the screen, the number in found; -1: a heading
	values grid.Rect // where the values are
}

func newSettings(m *model) *settings {
	s := &settings{field: newField(), began: m.piece.opened.Variants()[m.piece.variant]}
	s.read(m)
	if knobs := &m.scene.knobs; len(knobs.list) > 0 {
		s.selectPath(knobs.current().param.Path)
	}
	return s
}

// read takes all settings, in groups, when they have changed. What is selected
// stays selected.
func (s *settings) read(m *model) {
	live, next, rate := m.settings(), m.piece.scenario, ""
	if own, ok := m.rates[m.focused()]; ok {
		rate = own.String()
	}
	if s.live == live && s.next == next && s.rate == rate {
		return
	}
	path := s.path()
	s.live, s.next, s.rate, s.list = live, next, rate, s.list[:0]
	for _, p := range live.Params() {
		from := live
		if p.Fixed {
			from = next
		}
		value, err := from.Get(p.Path)
		if err != nil {
			continue // a path of Params can be read
		}
		if p.Path == rateKnob && rate != "" {
			value = rate
		}
		s.list = append(s.list, newKnob(live, p, value))
	}
	s.filter()
	s.selectPath(path)
}

// path is that of the selected setting; empty: there is none.
func (s *settings) path() string {
	if k := s.current(); k != nil {
		return k.param.Path
	}
	return ""
}

// current is the selected setting; nil when none is shown.
func (s *settings) current() *knob {
	if s.selected >= len(s.found) {
		return nil
	}
	return &s.list[s.found[s.selected]]
}

func (s *settings) selectPath(path string) {
	i := slices.IndexFunc(s.found, func(n int) bool { return s.list[n].param.Path == path })
	s.selected = max(i, 0)
}

// filter finds the settings in which all words typed occur.
func (s *settings) filter() {
	words := strings.Fields(strings.ToLower(s.field.Value()))
	s.found, s.selected = s.found[:0], 0
next:
	for i := range s.list {
		k := &s.list[i]
		text := strings.ToLower(k.param.Path + " " + k.label() + " " + k.value + " " + k.param.Help)
		for _, word := range words {
			if !strings.Contains(text, word) {
				continue next
			}
		}
		s.found = append(s.found, i)
	}
}

// group is the heading that a setting stands under.
func (k *knob) group() string {
	switch kind, _, _ := strings.Cut(k.param.Path, "."); kind {
	case "load":
		return "load"
	case "handlers":
		return "handler " + k.owner
	case "lanes":
		return "lane " + k.owner
	default:
		return "the run, from the next start on"
	}
}

func (s *settings) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if s.press(m, msg) {
			return nil
		}
	case tea.MouseClickMsg:
		s.click(m, msg)
		return nil
	case tea.MouseWheelMsg:
		s.wheel(m, msg)
		return nil
	}
	field, cmd := s.field.Update(msg)
	changed := field.Value() != s.field.Value()
	s.field = field
	if changed {
		s.filter()
	}
	return cmd
}

// press obeys the keys that are not for the field; letters are.
func (s *settings) press(m *model, k tea.KeyPressMsg) (done bool) {
	switch k.String() {
	case "down":
		s.move(1)
	case "up":
		s.move(-1)
	case "pgdown":
		s.move(max(s.rows.H-2, 1))
	case "pgup":
		s.move(-max(s.rows.H-2, 1))
	case "tab":
		s.leap(1)
	case "shift+tab":
		s.leap(-1)
	case "right":
		s.turn(m, 1, false)
	case "left":
		s.turn(m, -1, false)
	case "shift+right":
		s.turn(m, 1, true)
	case "shift+left":
		s.turn(m, -1, true)
	case "delete":
		s.reset(m)
	default:
		switch keys := m.keys; {
		case key.Matches(k, keys.Enter):
			s.enter(m)
		case key.Matches(k, keys.Save):
			m.overlay = newSaving(m, s)
		case k.Text == "" && key.Matches(k, keys.Undo):
			m.undo()
		case key.Matches(k, keys.Redo):
			m.redo()
		default:
			return false
		}
	}
	s.read(m)
	return true
}

func (s *settings) move(by int) { s.selected = min(max(s.selected+by, 0), max(len(s.found)-1, 0)) }

// leap goes to the first setting of the next group, or of the one before.
func (s *settings) leap(by int) {
	if len(s.found) == 0 {
		return
	}
	here := s.current().group()
	for s.current().group() == here {
		before := s.selected
		if s.move(by); s.selected == before {
			return
		}
	}
	here = s.current().group()
	for s.selected > 0 && s.list[s.found[s.selected-1]].group() == here {
		s.selected--
	}
}

// turn changes the selected setting by a step.
func (s *settings) turn(m *model, direction int, fine bool) {
	if k := s.current(); k != nil {
		m.turnKnob(k, direction, fine)
	}
}

// reset gives the selected setting the value that the scenario began with.
func (s *settings) reset(m *model) {
	k := s.current()
	if k == nil {
		return
	}
	began, err := s.began.Get(k.param.Path)
	if err != nil {
		began = k.param.Default // the scenario began with other arrivals, or another distribution
	}
	if err := m.set(k.param.Path, began); err != nil {
		m.say(err.Error())
	}
}

// enter opens the field for an exact value.
func (s *settings) enter(m *model) {
	if k := s.current(); k != nil {
		e := newEntry(k)
		e.under = s
		m.overlay = e
	}
}

// at is the number in found of the setting drawn at a place of the screen. Since that
// picture was made fewer may have been found.
func (s *settings) at(x, y int) (n int, ok bool) {
	row := y - s.rows.Y
	if !s.rows.Contains(x, y) || row >= len(s.shown) {
		return 0, false
	}
	n = s.shown[row]
	return n, n >= 0 && n < len(s.found)
}

// click selects a setting; on the value of the selected one it opens the field.
func (s *settings) click(m *model, c tea.MouseClickMsg) {
	n, ok := s.at(c.X, c.Y)
	if !ok {
		return
	}
	before := s.selected
	s.selected = n
	if before != s.selected || !s.values.Contains(c.X, c.Y) {
		return
	}
	switch k := s.current(); {
	case k == nil: // fewer are found by now than were drawn
	case c.X == s.values.X:
		s.turn(m, -1, false)
	case c.X == s.values.X+1+m.grid.Width(orNone(k.value)):
		s.turn(m, 1, false)
	default:
		s.enter(m)
	}
	s.read(m)
}

// wheel turns the setting whose value is under the mouse, and else goes through
// the list.
func (s *settings) wheel(m *model, w tea.MouseWheelMsg) {
	by := 1
	if w.Button == tea.MouseWheelUp {
		by = -1
	}
	if n, ok := s.at(w.X, w.Y); ok && s.values.Contains(w.X, w.Y) {
		s.selected = n
		s.turn(m, -by, false)
		s.read(m)
		return
	}
	s.move(by)
}
