package tui

import (
	"slices"
	"time"

	"duet/engine"
)

// Who changes are made by.
const (
	byKey  = "key"
	byUndo = "undo"
	byRedo = "redo"
)

// edit is a change of a setting that can be taken back.
type edit struct {
	path, lane string // of a rate that is not for all lanes, the lane
	from, to   string
	at         time.Duration // lane time
	made       time.Time
}

// history is what a person has changed, and how much of it is in force: the
// rest was taken back, and can be done again.
type history struct {
	list []edit
	done int
}

// together is how soon a setting has to be changed again to count as the same
// change: a key that is held is taken back at once.
const together = time.Second

// add remembers a change. What was taken back before is forgotten.
func (h *history) add(e edit) {
	h.list = h.list[:h.done]
	if h.done > 0 {
		last := &h.list[h.done-1]
		if last.path == e.path && last.lane == e.lane && e.made.Sub(last.made) < together {
			last.to, last.made = e.to, e.made
			return
		}
	}
	h.list = append(h.list, e)
	h.done++
}

// forget drops the changes that were made after a lane time, as the run has
// gone back to before them, and returns those of them that were in force.
func (h *history) forget(after time.Duration) (undone []edit) {
	n := 0
	for n < len(h.list) && h.list[n].at <= after {
		n++
	}
	undone = h.list[min(n, h.done):h.done]
	h.list, h.done = h.list[:n:n], min(h.done, n)
	return undone
}

func (h *history) clone() history { return history{slices.Clone(h.list), h.done} }

// restart makes all changes older than anything in a run that begins with them.
func (h *history) restart() {
	for i := range h.list {
		h.list[i].at = 0
	}
}

// rewind forgets the changes that were made after a lane time, and returns a
// scenario to start with as it was before them.
func (h *history) rewind(s *engine.Scenario, after time.Duration) *engine.Scenario {
	for _, e := range slices.Backward(h.forget(after)) {
		if before, err := s.With(e.path, e.from); err == nil {
			s = before
		}
	}
	return s
}

// retract forgets a change that a run has refused, which has the setting as value
// says. One that was to be taken back is in force again.
func (h *history) retract(c *engine.Change, value string) {
	same := func(e edit) bool { return e.path == c.Path && e.lane == c.Lane }
	if i := slices.IndexFunc(h.list[h.done:], same); i >= 0 && c.By == byUndo {
		e := h.list[h.done+i]
		h.list = slices.Insert(slices.Delete(h.list, h.done+i, h.done+i+1), h.done, e)
		h.done++
	}
	for i := h.done - 1; i >= 0; i-- {
		if e := &h.list[i]; same(*e) {
			if e.to = value; e.to == e.from {
				h.list = slices.Delete(h.list, i, i+1)
				h.done--
			}
			return
		}
	}
}

// undo takes the latest change back.
func (m *model) undo() {
	h := &m.history
	if h.done == 0 {
		m.say("there is nothing to take back")
		return
	}
	e := &h.list[h.done-1]
	if err := m.put(e.path, e.from, e.lane, byUndo); err != nil {
		m.say(err.Error())
		return
	}
	h.done--
	m.say("taken back: " + e.path + " is " + orNone(e.from) + " again; ctrl+r does it again")
}

// redo makes the latest change again that was taken back.
func (m *model) redo() {
	h := &m.history
	if h.done == len(h.list) {
		m.say("there is nothing to do again")
		return
	}
	e := &h.list[h.done]
	if err := m.put(e.path, e.to, e.lane, byRedo); err != nil {
		m.say(err.Error())
		return
	}
	h.done++
	m.say("done again: " + e.path + " is " + orNone(e.to))
}

// goTo takes back or does again until so many changes are in force.
func (m *model) goTo(done int) {
	for before := -1; m.history.done != done && m.history.done != before; {
		before = m.history.done
		if done < before {
			m.undo()
		} else {
			m.redo()
		}
	}
}

// orNone is a value to be read; one that is empty has a sign as well.
func orNone(value string) string {
	if value == "" {
		return "-"
	}
	return value
}
