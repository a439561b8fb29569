package tui

import (
	"math"
	"time"
)

// Up to so many arrivals a second each item is seen: as fast as they pass on
// the screen, and as many as the journal tells of each.
const (
	singleItems = 30
	journalled  = 1000
)

// single says whether items are seen one by one. In slow motion they are at any
// rate that the journal follows, and while lane time stands.
func (s *scene) single() bool {
	rate := 0.0
	for i := range s.snap.Lanes {
		rate = max(rate, s.snap.Lanes[i].Rate)
	}
	if rate == 0 { // by a pattern that rests, or of a run that says nothing of lanes
		rate = s.snap.Rate
	}
	return rate <= journalled && (s.still() || rate*s.snap.Speed <= singleItems)
}

// still says whether lane time stands: the run is paused, or a moment of the
// past is looked at.
func (s *scene) still() bool { return s.snap.Paused || s.cursor.on }

// follow takes what the journal tells up to the moment that is shown. To an
// earlier one it goes by telling all from the beginning, and so it does when
// items are to be seen one by one again. Nothing can be followed at the
// greatest speed of a simulation, where no item would be seen for a frame.
func (m *model) follow() {
	s, w := &m.scene, &m.watch
	each := s.single()
	if math.IsInf(s.snap.Speed, 0) && !each {
		w.followed = math.MaxInt64
		return
	}
	if s.snap.At < w.followed || each && !w.each {
		for _, t := range s.traffic {
			t.reset()
		}
		w.read = 0
	}
	w.followed, w.each = s.snap.At, each
	w.entries = m.run.Journal(w.entries[:0], w.read)
	for i := range w.entries {
		e := &w.entries[i]
		if e.At > s.snap.At {
			break
		}
		w.read = e.N
		if lane := int(e.Lane); lane >= 0 && lane < len(s.traffic) {
			s.traffic[lane].add(e, each)
		}
	}
}

// cellTime is for how long an item is in a cell of its way, in lane time: at any
// speed so long that it moves as fast to the eye.
func (s *scene) cellTime() time.Duration {
	speed := s.snap.Speed
	if !(speed > 0) || math.IsInf(speed, 0) {
		speed = 1
	}
	return max(time.Duration(float64(25*time.Millisecond)*speed), 1)
}

// moving says whether items are drawn on their way.
func (s *scene) moving() bool {
	return !s.motionless && (s.still() || !math.IsInf(s.snap.Speed, 0))
}
