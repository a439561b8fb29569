package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// drawMarks draws when something was changed or broken, and when the timeline is
// going to.
func (s *scene) drawMarks(g *grid.Grid, c *chart) {
	for i := len(s.marks) - 1; i >= 0; i-- {
		m := &s.marks[i]
		if m.At < c.past.from {
			break
		}
		x := c.past.column(m.At)
		if x < 0 || m.Control != "" || m.Speed != 0 && s.snap.Mode == engine.Virtual {
			continue // nothing is other than without it
		}
		plot.Mark(g, c.past.area, x, s.markStyle(m.Fault != nil))
	}
	if c.future.area.W == 0 {
		return
	}
	for i := range s.snap.Scenario.Timeline {
		m := &s.snap.Scenario.Timeline[i]
		if x := c.future.column(m.At); x > 0 && m.On == "" {
			plot.Mark(g, c.future.area, x, s.markStyle(m.Fault != nil))
		}
	}
}

func (s *scene) markStyle(fault bool) grid.Style {
	if fault {
		return s.theme.bad
	}
	return s.theme.dim
}

// markAt is the change nearest to a moment, at most a second from it; nil when
// there is none.
func (s *scene) markAt(at time.Duration) *engine.Change {
	var found *engine.Change
	nearest := cursorStep
	for i := range s.marks {
		c := &s.marks[i]
		if away := (c.At - at).Abs(); away <= nearest && c.Control == "" {
			found, nearest = c, away
		}
	}
	return found
}
