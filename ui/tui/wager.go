package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// wager is the question of the scenario that is played, and what the person
// has made of it.
type wager struct {
	of       *engine.Scenario // with all its cases; nil: nothing is played
	choice   int              // number of the choice bet on; -1: none
	answered bool
	asked    bool       // by itself
	held     engine.Run // stands at its beginning until the question is out of the way
}

// ask is the question; nil when the scenario has none.
func (w *wager) ask() *engine.Ask {
	if w.of == nil {
		return nil
	}
	return w.of.Ask
}

// bet reports whether there is a bet, and whether it is right.
func (w *wager) bet() (placed, right bool) {
	a := w.ask()
	if a == nil || w.choice < 0 {
		return false, false
	}
	return true, a.Choices[w.choice] == a.Answer
}

// consider takes up the question of a scenario, and asks it, unless it was asked
// before or the person wants none.
func (m *model) consider(s *engine.Scenario) {
	if m.wager.of == s {
		return
	}
	if m.run != nil && m.played.of == nil {
		m.played = m.wager
	}
	m.wager = wager{of: s, choice: -1}
	if s.Ask == nil {
		return
	}
	if choice, ok := m.memory.Bets[s.Name]; ok {
		for i, c := range s.Ask.Choices {
			if c == choice {
				m.wager.choice, m.wager.answered = i, true
			}
		}
	}
	if m.options.Ask && !m.memory.NoAsk && !m.wager.answered && !m.asked[s.Name] {
		m.asked[s.Name], m.wager.asked = true, true
		m.overlay = &question{}
	}
}

// holding says whether a run that starts now waits for a bet.
func (m *model) holding() bool {
	return m.asking() && (m.run == nil || m.wager.of != m.piece.opened)
}

// asking says whether the question is open, be it below something else.
func (m *model) asking() bool {
	return m.covers(func(o overlay) bool { _, is := o.(*question); return is })
}

// atQuestion says whether the question or its answer is open, be it below something
// else.
func (m *model) atQuestion() bool {
	return m.asking() || m.covers(func(o overlay) bool { _, is := o.(*answer); return is })
}

// covers says whether something open is what is looked for, be it below something else.
func (m *model) covers(is func(overlay) bool) bool {
	for o := m.overlay; o != nil; {
		if is(o) {
			return true
		}
		n, ok := o.(nested)
		if !ok {
			return false
		}
		o = n.parent()
	}
	return false
}

// hold keeps a run that came paused until the question is out of the way, which
// it may already be.
func (m *model) hold(run engine.Run) {
	m.wager.held = run
	if !m.asking() {
		m.letGo()
	}
}

// letGo lets the run begin that waited for a bet.
func (m *model) letGo() {
	if held := m.wager.held; held != nil && held == m.run {
		m.ask(engine.Change{Control: engine.Resume})
		m.scene.snap.Paused = false
	}
	m.wager.held = nil
}

// place bets on a choice.
func (m *model) place(choice int) {
	m.wager.choice = choice
	m.overlay = nil
	m.letGo()
	m.say("you bet on " + m.wager.ask().Choices[choice] + "; the answer comes when the run has shown it, a: at once")
}

// reveal shows the answer.
func (m *model) reveal() {
	w := &m.wager
	if placed, _ := w.bet(); placed && !w.answered {
		m.memory.bet(w.of.Name, w.ask().Choices[w.choice])
	}
	w.answered = true
	m.overlay = &answer{}
	m.letGo()
}

// answerInTime shows the answer to a bet once the run has shown it, unless the
// person is at something else.
func (m *model) answerInTime() {
	w := &m.wager
	if w.choice < 0 || w.answered || m.overlay != nil || m.run == nil || m.scene.cursor.on {
		return
	}
	if w.of != m.piece.opened { // that is still being started
		return
	}
	if m.scene.snap.At >= decisive(m.piece.scenario) {
		m.reveal()
		m.pace.stale = true
	}
}

// askAgain shows the question of what is played, or what became of the bet.
func (m *model) askAgain() tea.Cmd {
	switch placed, _ := m.wager.bet(); {
	case m.wager.ask() == nil:
		m.say("this scenario asks no question")
	case placed || m.wager.answered:
		m.reveal()
	default:
		m.overlay = &question{}
	}
	return nil
}

// When a run has shown what it is about: so long after the last thing that its
// scenario does by itself, and not before a while has passed.
const (
	decisiveAfter = 4 * time.Second
	decisiveLeast = 10 * time.Second
)

// decisive is the lane time at which a scenario has shown what it is about.
func decisive(s *engine.Scenario) time.Duration {
	var last time.Duration
	for i := range s.Timeline {
		moment := &s.Timeline[i]
		end := moment.At
		if f := moment.Fault; f != nil {
			end += max(f.For, f.Restart)
		}
		last = max(last, end)
	}
	for _, step := range s.Load.Steps {
		last = max(last, step.At)
	}
	if s.Load.Ramp != nil {
		last = max(last, s.Load.Ramp.Over)
	}
	at := max(last+decisiveAfter, decisiveLeast)
	if s.Duration > 0 {
		at = min(at, s.Duration)
	}
	return at
}
