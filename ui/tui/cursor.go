package tui

import (
	"time"

	"duet/engine"
)

// cursor is a moment of the past that is looked at while the run is paused.
type cursor struct {
	on bool
	at time.Duration // lane time
}

// How far the cursor goes with a key.
const (
	cursorStep = time.Second
	cursorLeap = 10 * time.Second
	cursorFar  = time.Minute
)

// now is the present state of the run, also while the past is looked at.
func (m *model) now() *engine.Snapshot {
	if m.scene.cursor.on {
		return &m.present
	}
	return &m.scene.snap
}

// lookBack moves the pin, where there is one, and else the cursor; first of all it
// pauses the run then and turns the cursor on.
func (m *model) lookBack(by time.Duration) {
	s := &m.scene
	if m.run == nil {
		return
	}
	if s.pin.on && !s.cursor.on && !s.snap.Paused && !s.snap.Finished {
		m.movePin(by)
		return
	}
	if !s.cursor.on {
		if !s.snap.Paused && !s.snap.Finished {
			m.ask(engine.Change{Control: engine.Pause})
			s.snap.Paused = true
		}
		m.present.CopyFrom(&s.snap)
		s.cursor = cursor{on: true, at: s.snap.At}
	}
	s.cursor.at += min(max(by, -s.cursor.at), s.latest()-s.cursor.at)
	m.observe()
}

// latest is the latest moment that can be looked at: now, or where the run was
// before somebody went back, as far as the charts show it.
func (s *scene) latest() time.Duration {
	return max(s.at, min(s.ghost.until, s.at+s.foresight(false)))
}

// lookAhead leaves the past for the present.
func (m *model) lookAhead() {
	if m.scene.cursor.on {
		m.scene.cursor.on = false
		m.observe()
	}
}

// observe takes what is to be shown: the present state or what is kept of the
// past, and what was recorded of the time before.
func (m *model) observe() {
	s, w := &m.scene, &m.watch
	now := m.now()
	m.run.Snapshot(now)
	w.kept.add(now)
	s.at, s.to = now.At, now.At
	if s.ghost.until+s.window() < s.at {
		s.ghost = ghost{}
	}
	if s.cursor.on {
		s.cursor.at = min(s.cursor.at, s.latest())
		s.to = min(max(w.recorded, s.cursor.at), s.cursor.at+s.window(), now.At)
		shown := now
		if past := w.kept.at(s.cursor.at); past != nil && s.cursor.at < now.At {
			shown = past
		}
		s.snap.CopyFrom(shown)
	}
	if s.pin.on && s.pin.at < s.to-s.window() {
		s.pin.on = false
	}
	if ahead := s.to - w.recorded; ahead >= s.series.Step || ahead < 0 || s.series.Step == 0 || w.rezoomed {
		m.run.Series(&s.series, max(s.to-s.window(), 0), s.to)
		m.spread()
		w.recorded, w.rezoomed = s.to, false
	}
	if now.Changes < len(s.marks) { // of a future that was gone back from
		s.marks, m.rated = s.marks[:now.Changes], -1
	} else if seen := len(s.marks); seen < now.Changes {
		s.marks = m.run.Marks(s.marks, seen)
	}
	m.readRates()
}
