package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// piece is what is played: a case of a preset or file.
type piece struct {
	opened   *engine.Scenario // with all its cases
	variant  int              // number of the case
	scenario *engine.Scenario // the case, with the settings that a person made; a restart starts it
	mode     engine.Mode
}

// newPiece is the first case of a scenario.
func newPiece(s *engine.Scenario, mode engine.Mode) piece {
	return piece{opened: s, scenario: s.Variants()[0], mode: mode}
}

// startedMsg brings a run that was asked for.
type startedMsg struct {
	gen   int
	run   engine.Run
	piece piece
	err   error
	held  bool           // it stands at its beginning, while a question is asked
	left  *engine.Series // of a run that begins in the middle of the present one: what that recorded after
	made  history        // of such a run: what had been changed until then
}

// coming is what is being started, or else what is played: what keys that start
// something go on from.
func (m *model) coming() piece {
	if m.next != nil {
		return *m.next
	}
	return m.piece
}

// start asks for a run. The present one goes on until it is there.
func (m *model) start(p piece) tea.Cmd {
	m.gen++
	next := p
	m.next = &next
	gen, newRun, held := m.gen, m.constructor(p.mode), m.holding()
	return func() tea.Msg {
		run, err := m.runs.start(func() (engine.Run, error) { return newRun(p.scenario, held) })
		return startedMsg{gen: gen, run: run, piece: p, err: err, held: held}
	}
}

// started shows a run that has come, and closes the one before.
func (m *model) started(msg startedMsg) tea.Cmd {
	m.pace.stale = true
	switch {
	case msg.gen != m.gen: // another was asked for meanwhile
		if msg.run != nil {
			m.runs.close(msg.run)
		}
		return nil
	case msg.err != nil && m.run == nil:
		m.failed = msg.err
		return tea.Quit
	case msg.err != nil:
		m.stay()
		m.say(msg.err.Error())
		return nil
	}
	next := m.next
	m.next, m.played = nil, wager{}
	if msg.left != nil {
		m.parked = parked{run: m.run, piece: m.piece, unlinked: m.scene.unlinked, history: m.history.clone(), kept: m.watch.kept}
		m.history = msg.made
	} else {
		for _, run := range []engine.Run{m.run, m.parked.run} {
			if run != nil {
				m.runs.close(run)
			}
		}
		m.parked = parked{}
	}
	m.take(msg.run, msg.piece)
	if next != nil {
		m.catchUp(next.scenario)
	}
	if msg.held {
		m.hold(msg.run)
	}
	if msg.left != nil {
		m.scene.ghost.take(msg.left)
		m.say("virtual from " + clockTime(m.scene.at) + " on: change something, space goes on, v goes back to the real run")
	}
	return m.pace.soon(m.pace.last, lively)
}

// stay goes on with what is played: nothing else is being started any more, nor
// asked about.
func (m *model) stay() {
	m.next = nil
	if m.played.of == nil {
		return
	}
	if m.wager.asked {
		delete(m.asked, m.wager.of.Name)
	}
	if m.atQuestion() {
		m.overlay = nil
	}
	m.wager, m.played = m.played, wager{}
}

// catchUp makes the changes in a run that has come which were made since it was
// asked for.
func (m *model) catchUp(wanted *engine.Scenario) {
	if wanted == m.piece.scenario {
		return
	}
	for _, p := range wanted.Params() {
		value, err := wanted.Get(p.Path)
		if was, none := m.piece.scenario.Get(p.Path); err != nil || none == nil && was == value {
			continue
		}
		if err := m.put(p.Path, value, "", byKey); err != nil {
			m.say(err.Error())
		}
	}
}

// take shows a run from now on.
func (m *model) take(run engine.Run, p piece) {
	if p.opened != m.piece.opened || p.variant != m.piece.variant {
		m.history = history{}
	}
	m.history.restart()
	m.run, m.piece = run, p
	m.see(p.opened.Name)
	m.pending, m.wanted, m.applying = nil, nil, false
	m.rates, m.rated = ratesOf(nil), -1
	m.watch = watch{noted: m.watch.noted}
	m.forget()
	m.scene.starting = false
	m.scene.show(p.scenario, p.mode)
	m.sample(m.pace.last)
	m.refresh()
	m.pace.stale = true
}

// openedMsg brings a preset that was picked.
type openedMsg struct {
	by       *picker // where it was picked
	scenario *engine.Scenario
	err      error
}

// open starts a preset that was picked. Where the list was closed meanwhile, the
// person wants it no more.
func (m *model) open(msg openedMsg) tea.Cmd {
	m.pace.stale = true
	switch {
	case m.overlay != msg.by:
		return nil
	case msg.err != nil:
		msg.by.err = msg.err
		return nil
	}
	m.overlay = nil
	m.consider(msg.scenario)
	return m.start(newPiece(msg.scenario, m.coming().mode))
}

// nextCase starts the scenario's next case.
func (m *model) nextCase() tea.Cmd {
	p := m.coming()
	variants := p.opened.Variants()
	if len(variants) < 2 {
		m.say("this scenario has no cases")
		return nil
	}
	p.variant = (p.variant + 1) % len(variants)
	p.scenario = variants[p.variant]
	return m.start(p)
}

// newSeed starts the same again with the seed after this one.
func (m *model) newSeed() tea.Cmd {
	p := m.coming()
	s, err := p.scenario.With("seed", strconv.FormatUint(p.scenario.Seed+1, 10))
	if err != nil {
		m.say(err.Error())
		return nil
	}
	p.scenario = s
	return m.start(p)
}
