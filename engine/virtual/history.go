package virtual

import (
	"slices"

	"duet/engine"
	"duet/engine/script"
)

// history is the changes of a run in their order: those made so far, and after
// going back those that are to be made again.
type history struct {
	all  []logged
	made int
}

// logged is a change, and whether the scenario made it itself.
type logged struct {
	change engine.Change
	at     int64
	own    bool
}

// next is when the next change is to be made again; never if there is none.
func (h *history) next() int64 {
	if h.made == len(h.all) {
		return never
	}
	return h.all[h.made].at
}

// add logs a change that was made now. One that the scenario makes again is there
// already.
func (h *history) add(c logged) {
	if !c.own || h.next() != c.at {
		h.all = slices.Insert(h.all, h.made, c)
	}
	h.made++
}

// marks appends to dst the changes made so far, from a number on.
func (h *history) marks(dst []engine.Change, after int) []engine.Change {
	for i := max(0, after, h.made-script.MarksKept); i < h.made; i++ {
		dst = append(dst, h.all[i].change)
	}
	return dst
}

// apply makes a change now that somebody asks for. If it makes a difference, what
// was to come is forgotten.
func (m *machine) apply(c engine.Change) error {
	differs := c.Path != "" || c.Fault != nil || c.Control == engine.Step || c.Control == engine.Resume && m.lanes[0].stepping
	if err := m.make(&c); err != nil {
		return err
	}
	if differs {
		m.forget()
	}
	m.log.add(logged{c, m.now, false})
	return nil
}

// forget forgets what was to come.
func (m *machine) forget() {
	m.log.all = m.log.all[:m.log.made]
	m.furthest = m.now
	if m.kept != nil {
		m.kept.cut(m.now)
	}
}

// replay makes changes again that are due.
func (m *machine) replay() {
	for m.log.next() <= m.now {
		c := m.log.all[m.log.made]
		if !c.own {
			_ = m.make(&c.change) // it was possible, and is again
		}
		m.log.made++
	}
}

// goTo takes the simulation to a time, as it was then or will be.
func (m *machine) goTo(at int64) {
	if at < m.now {
		m.restore(m.kept.before(at))
		m.replay()
	}
	for m.now < at {
		m.halted = false
		m.advance(at)
	}
}
