package tui

import (
	"cmp"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// turn changes the selected knob by a step.
func (m *model) turn(direction int, fine bool) {
	if len(m.scene.knobs.list) > 0 {
		m.turnKnob(m.scene.knobs.current(), direction, fine)
	}
}

// turnRate changes the producers' rate by a step, whatever knob is selected.
func (m *model) turnRate(direction int) {
	if i := m.scene.knobs.index(rateKnob); i >= 0 {
		m.turnKnob(&m.scene.knobs.list[i], direction, false)
	}
}

func (m *model) turnKnob(k *knob, direction int, fine bool) {
	value := turned(&k.param, k.value, direction, fine)
	if value == k.value {
		m.say(k.label() + " stays at " + value + ": its range ends here")
		return
	}
	if err := m.set(k.param.Path, value); err != nil {
		m.say(err.Error())
	}
}

// set asks for a setting, and remembers how it was. The engine says at once
// whether it makes sense; the error is fit to be shown, and nothing has changed
// then.
func (m *model) set(path, value string) error {
	e := edit{path: path, at: m.now().At, made: time.Now()}
	var err error
	if e.from, err = m.value(path); err != nil {
		return err
	}
	if m.scene.unlinked && path == rateKnob {
		e.lane, e.from = m.focused(), m.rate().String()
	}
	if err := m.put(path, value, e.lane, byKey); err != nil {
		return err
	}
	if e.to, err = m.value(path); e.lane != "" || err != nil {
		e.to = value
	}
	if e.to != e.from {
		m.history.add(e)
	}
	return nil
}

// value is what a setting is, or will be with the next start.
func (m *model) value(path string) (string, error) {
	if m.settings().Fixed(path) {
		return m.piece.scenario.Get(path)
	}
	return m.settings().Get(path)
}

// put asks for a setting of all lanes, or for the rate of one. What is fixed
// while a run goes on waits for the next start.
func (m *model) put(path, value, lane, by string) error {
	if m.settings().Fixed(path) {
		err := m.prepare(path, value)
		if err == nil {
			m.say(path + " is " + value + " from the next start on: r starts again")
		}
		return err
	}
	next, err := m.settings().With(path, value)
	if err != nil {
		return err
	}
	if lane != "" && m.scene.unlinked {
		m.rates[lane] = next.Load.Rate
	} else {
		if path == rateKnob {
			clear(m.rates)
		}
		m.wanted, lane = next, ""
	}
	_ = m.prepare(path, value) // what makes sense now may make none at the beginning
	m.ask(engine.Change{Path: path, Value: value, Lane: lane, By: by})
	m.refresh()
	return nil
}

// prepare gives a setting to what the next start begins with, and to what is being
// started where that is the same scenario.
func (m *model) prepare(path, value string) error {
	s, err := m.piece.scenario.With(path, value)
	if err != nil {
		return err
	}
	m.piece.scenario = s
	if n := m.next; n != nil && n.opened == m.piece.opened && n.variant == m.piece.variant {
		if s, err := n.scenario.With(path, value); err == nil {
			n.scenario = s
		}
	}
	return nil
}

// ask puts a change in line. One setting changed again before the last one was
// handed over, as by a held key, is one change.
func (m *model) ask(c engine.Change) {
	if c.By == "" {
		c.By = byKey
	}
	if i := slices.IndexFunc(m.pending, func(p engine.Change) bool {
		return c.Path != "" && p.Path == c.Path && p.Lane == c.Lane || c.Speed != 0 && p.Speed != 0
	}); i >= 0 {
		m.pending = slices.Delete(m.pending, i, i+1)
	}
	m.pending = append(m.pending, c)
}

// appliedMsg says that a run was handed changes; err is of the first refused.
type appliedMsg struct {
	run     engine.Run
	refused []engine.Change
	err     error
}

// flush hands the changes in line to the run, in a command: some take time, as
// one that waits for a worker to end. While one is under way, all others wait.
func (m *model) flush() tea.Cmd {
	if m.applying || len(m.pending) == 0 || m.run == nil {
		return nil
	}
	run, changes := m.run, m.pending
	m.pending, m.applying = nil, true
	return func() tea.Msg {
		applied := appliedMsg{run: run}
		for _, c := range changes {
			if err := run.Apply(c); err != nil {
				applied.refused = append(applied.refused, c)
				applied.err = cmp.Or(applied.err, err)
			}
		}
		return applied
	}
}

// applied shows what has become of changes. Those of a run before the present
// one are of no interest any more.
func (m *model) applied(msg appliedMsg) tea.Cmd {
	if msg.run != m.run {
		return nil
	}
	m.applying, m.pace.stale = false, true
	if msg.err != nil {
		m.say(msg.err.Error())
		m.run.Snapshot(m.now())
		for i := range msg.refused {
			m.retract(&msg.refused[i])
		}
	}
	if len(m.pending) > 0 {
		return nil // handed over with the next frame
	}
	m.wanted = nil
	m.run.Snapshot(m.now())
	m.refresh()
	return m.pace.soon(m.pace.last, lively)
}

// retract forgets a change of a setting that the run has refused: what is saved or
// started next has it as the run has. Where it was changed again meanwhile, that
// decides.
func (m *model) retract(c *engine.Change) {
	again := func(p engine.Change) bool { return p.Path == c.Path && p.Lane == c.Lane }
	if c.Path == "" || slices.ContainsFunc(m.pending, again) {
		return
	}
	value, err := m.now().Scenario.Get(c.Path)
	if err != nil {
		return // a path that can be changed can be read
	}
	if c.Lane != "" {
		m.rates = ratesOf(m.scene.marks)
		if own, ok := m.rates[c.Lane]; ok {
			value = own.String()
		}
	}
	m.history.retract(c, value)
	_ = m.prepare(c.Path, value)
}

// togglePause stops or starts the run's clock.
func (m *model) togglePause() {
	m.lookAhead()
	c := engine.Pause
	if m.scene.snap.Paused {
		c = engine.Resume
	}
	m.ask(engine.Change{Control: c})
	m.scene.snap.Paused = c == engine.Pause
}
