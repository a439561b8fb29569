package tui

import (
	"time"

	"duet/engine"
)

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
