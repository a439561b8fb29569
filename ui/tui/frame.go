package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/engine/diagnose"
)

// How long a picture lasts.
const (
	lively = time.Second / 60 // while single items travel
	dense  = time.Second / 30 // while too much moves for an eye to follow
	calm   = time.Second / 8  // with reduced motion
	still  = time.Second / 4  // when nothing moves
)

// frameMsg asks for the next picture. Those of an older chain are dropped, so
// that two chains never run side by side.
type frameMsg struct{ chain int }

// pace schedules pictures by absolute deadlines.
type pace struct {
	chain int
	due   time.Time // when the next frame comes
	last  time.Time // when the last picture was made
	stale bool      // something has changed since

	tick func(time.Duration, func(time.Time) tea.Msg) tea.Cmd // [tea.Tick]; tests make frames themselves
}

// next schedules a frame an interval after the one that was due.
func (p *pace) next(now time.Time, interval time.Duration) tea.Cmd {
	p.due = p.due.Add(interval)
	if wait := p.due.Sub(now); wait <= 0 || wait > interval {
		p.due = now.Add(interval)
	}
	chain := p.chain
	return p.tick(p.due.Sub(now), func(time.Time) tea.Msg { return frameMsg{chain} })
}

// soon begins a new chain when the frame that is due is further off than within.
func (p *pace) soon(now time.Time, within time.Duration) tea.Cmd {
	if p.due.Sub(now) <= within {
		return nil
	}
	p.chain++
	p.due = now
	return p.next(now, within)
}

func (p *pace) built(now time.Time) { p.last, p.stale = now, false }

// interval is how long the next picture lasts.
func (m *model) interval() time.Duration {
	switch snap := m.now(); {
	case m.blurred || snap.Paused || snap.Finished || m.run == nil:
		return still
	case m.options.ReducedMotion:
		return calm
	case m.scene.single():
		return lively
	default:
		return dense
	}
}

// frame looks at the run and makes the next picture.
func (m *model) frame(now time.Time) tea.Cmd {
	m.sample(now)
	m.answerInTime()
	m.tourInTime()
	m.build(now)
	return tea.Batch(m.flush(), m.foretell(now), m.pace.next(now, m.interval()))
}

// atOnce is how soon a key is seen: pictures of keys come as often as the terminal
// is written to, and no more often, as while a key is held.
const atOnce = time.Second / maxFlush

// settle makes a picture of what a key or a change has done: at once, unless
// there was one a moment ago.
func (m *model) settle(now time.Time) tea.Cmd {
	if !m.pace.stale {
		return nil
	}
	if wait := m.pace.last.Add(atOnce).Sub(now); wait > 0 {
		return m.pace.soon(now, wait)
	}
	m.build(now)
	return nil
}

// watch is when what was last looked at, and what it looked like a while ago.
type watch struct {
	recorded  time.Duration // lane time
	followed  time.Duration // up to when the journal was taken, lane time
	each      bool          // and each item followed
	rezoomed  bool          // what was recorded is of another window
	spreading bool          // how latencies are spread was asked for as well
	read      uint64        // number of the last entry of the journal
	entries   []engine.Entry
	diagnosed time.Time
	noted     time.Time // when the note was written
	kept      kept
}

// How often a sentence is said anew, and how long a note can be read.
const (
	diagnoseEvery = 250 * time.Millisecond
	noteFor       = 6 * time.Second
	trend         = 3 * time.Second // how far a sentence looks back
)

// sample takes what the run shows now.
func (m *model) sample(now time.Time) {
	s, w := &m.scene, &m.watch
	if s.note != "" && now.Sub(w.noted) > noteFor {
		s.note = ""
	}
	if m.run == nil {
		return
	}
	m.observe()
	s.theorise()
	if m.wanted == nil && s.knobs.of != m.now().Scenario {
		m.refresh()
	}
	m.follow()
	if now.Sub(w.diagnosed) >= diagnoseEvery {
		m.diagnose(now)
	}
}

// diagnose finds the sentences that say what is happening, by how it was a few
// seconds before.
func (m *model) diagnose(now time.Time) {
	s := &m.scene
	s.findings = diagnose.Of(&s.snap, m.watch.kept.at(s.snap.At-trend))
	if held := m.forecasts.held; held != nil && !s.cursor.on {
		if f := diagnose.OutOfBand(&s.snap, &held.forecast); f != nil {
			s.findings = append(s.findings, *f)
			slices.SortStableFunc(s.findings, func(a, b diagnose.Finding) int { return int(b.Severity - a.Severity) })
		}
	}
	m.watch.diagnosed = now
}

// say shows one line for a while.
func (m *model) say(text string) {
	m.scene.note = text
	m.watch.noted = time.Now()
	m.pace.stale = true
}
