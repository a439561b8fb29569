package tui

import (
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
	if m.piece.scenario.Fixed(path) {
		return m.piece.scenario.Get(path)
	}
	return m.settings().Get(path)
}

// put asks for a setting of all lanes, or for the rate of one. What is fixed
// while a run goes on waits for the next start.
func (m *model) put(path, value, lane, by string) error {
	if m.piece.scenario.Fixed(path) {
		s, err := m.piece.scenario.With(path, value)
		if err == nil {
			m.piece.scenario = s
			m.say(path + " is " + value + " from the next start on: r starts again")
		}
		return err
	}
	next, err := m.settings().With(path, value)
	if err != nil {
		return err
	}
	if lane != "" && m.rates != nil {
		m.rates[lane] = float64(next.Load.Rate)
	} else {
		m.wanted, lane = next, ""
	}
	if s, err := m.piece.scenario.With(path, value); err == nil {
		m.piece.scenario = s
	}
	m.ask(engine.Change{Path: path, Value: value, Lane: lane, By: by})
	m.refresh()
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
	run engine.Run
	err error
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
			if err := run.Apply(c); err != nil && applied.err == nil {
				applied.err = err
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
	}
	if len(m.pending) > 0 {
		return nil // handed over with the next frame
	}
	m.wanted = nil
	m.run.Snapshot(m.now())
	m.refresh()
	return m.pace.soon(m.pace.last, lively)
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

// toggleLink lets the lanes have rates of their own, or gives all of them that
// of the lane looked at.
func (m *model) toggleLink() {
	m.scene.unlinked = !m.scene.unlinked
	if m.scene.unlinked {
		m.rates = map[string]float64{}
		m.say("the lanes' rates are unlinked: rate keys change " + m.focused() + " only; u links them again")
		return
	}
	rate := m.rate().String()
	m.rates = nil
	if err := m.set(rateKnob, rate); err != nil {
		m.say(err.Error())
		return
	}
	m.say("the lanes' rates are linked: all have " + rate)
}
