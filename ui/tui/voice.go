package tui

import (
	"math"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/figure"
)

// parked is a REAL run that stands paused while a simulation goes on from one of
// its moments.
type parked struct {
	run      engine.Run
	piece    piece
	unlinked bool
	history  history
	kept     kept
}

// switchVoice plays the present settings in the other voice, from the
// beginning; from a simulation that began in a REAL run it goes back to that.
func (m *model) switchVoice() tea.Cmd {
	if m.parked.run != nil {
		m.unpark()
		return nil
	}
	p := m.coming()
	if p.mode == engine.Virtual {
		p.mode = engine.Real
	} else {
		p.mode = engine.Virtual
	}
	if m.constructor(p.mode) == nil {
		m.say("there is no simulation to switch to")
		return nil
	}
	return m.start(p)
}

// constructor starts the runs of a voice; nil when there is none.
func (m *model) constructor(mode engine.Mode) func(*engine.Scenario, bool) (engine.Run, error) {
	if mode == engine.Virtual {
		return m.options.NewVirtual
	}
	return m.options.NewRun
}

// unpark goes back to the REAL run, as it was left.
func (m *model) unpark() {
	back := m.parked
	m.parked = parked{}
	m.runs.close(m.run)
	m.take(back.run, back.piece)
	m.scene.unlinked, m.history, m.watch.kept = back.unlinked, back.history, back.kept
	m.refresh()
	m.say("back in the real run, at " + clockTime(m.scene.snap.At) + "; space goes on")
}

// goFrom makes the moment under the cursor the present: a simulation goes back
// to it, from a REAL run a new simulation begins there.
func (m *model) goFrom() tea.Cmd {
	at := m.scene.cursor.at
	if r, ok := m.run.(engine.Rewinder); ok {
		return m.rewind(r, at)
	}
	if m.options.Fork == nil {
		m.say("a real run cannot go back, and there is no simulation that could go on from there")
		return nil
	}
	if m.parked.run != nil { // of a simulation that cannot go back itself
		m.say("this simulation cannot go back")
		return nil
	}
	from := m.scene.snap.Clone()
	changes := slices.Clone(m.scene.marks[:min(from.Changes, len(m.scene.marks))])
	left := &engine.Series{}
	m.run.Series(left, max(from.At-m.scene.window(), 0), m.present.At) // with what was before, of which the fork knows nothing
	p, made := m.piece, m.history.clone()
	p.mode, p.scenario = engine.Virtual, made.rewind(p.scenario, from.At)
	m.stay()
	m.gen++
	gen, fork := m.gen, m.options.Fork
	return func() tea.Msg {
		run, err := m.runs.start(func() (engine.Run, error) { return fork(from, changes) })
		return startedMsg{gen: gen, run: run, piece: p, err: err, left: left, made: made}
	}
}

// rewoundMsg says that a run has gone back.
type rewoundMsg struct {
	run  engine.Run
	left *engine.Series // what it had recorded of the time after
	err  error
}

func (m *model) rewind(r engine.Rewinder, at time.Duration) tea.Cmd {
	left := &engine.Series{}
	m.run.Series(left, at, m.present.At)
	return func() tea.Msg { return rewoundMsg{run: r, left: left, err: r.Rewind(at)} }
}

// rewound shows a run that has gone back.
func (m *model) rewound(msg rewoundMsg) tea.Cmd {
	s := &m.scene
	switch {
	case msg.run != m.run:
		return nil
	case msg.err != nil:
		m.say(msg.err.Error())
		return nil
	}
	s.ghost.take(msg.left)
	s.cursor.on = false
	m.watch.recorded, m.watch.diagnosed = -1, time.Time{}
	m.observe()
	m.piece.scenario = m.history.rewind(m.piece.scenario, s.snap.At)
	m.refresh()
	m.forecasts.stale = true
	m.say("at " + clockTime(s.snap.At) + " again: change something, and space goes on from here")
	return m.pace.soon(m.pace.last, lively)
}

// speed is a step of how fast time passes, and what it is called.
type speed struct {
	x    float64
	text string
}

// realSpeeds are from slow motion to as fast as the machine may bear, and
// virtualSpeeds to as fast as a simulation goes.
var (
	realSpeeds = []speed{
		{0.01, "x0.01"},
		{0.02, "x0.02"},
		{0.05, "x0.05"},
		{0.1, "x0.1"},
		{0.2, "x0.2"},
		{0.5, "x0.5"},
		{1, "x1"},
		{2, "x2"},
		{5, "x5"},
		{10, "x10"},
	}
	virtualSpeeds = append(realSpeeds[:len(realSpeeds):len(realSpeeds)],
		speed{20, "x20"}, speed{50, "x50"}, speed{100, "x100"}, speed{200, "x200"}, speed{500, "x500"}, speed{1000, "x1000"},
		speed{math.Inf(1), "max"})
)

func speedsOf(mode engine.Mode) []speed {
	if mode == engine.Virtual {
		return virtualSpeeds
	}
	return realSpeeds
}

func speedText(mode engine.Mode, x float64) string {
	for _, s := range speedsOf(mode) {
		if s.x == x {
			return s.text
		}
	}
	return "x" + figure.Rate(x)
}

// changeSpeed goes a step slower (-1) or faster (1).
func (m *model) changeSpeed(by int) {
	now := m.now()
	steps := speedsOf(now.Mode)
	at := 0
	for i := range steps {
		if steps[i].x <= now.Speed {
			at = i
		}
	}
	now.Speed = steps[min(max(at+by, 0), len(steps)-1)].x
	m.ask(engine.Change{Speed: now.Speed})
}
