package tui

import (
	"strconv"
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

// told is a change in a few words.
func told(c *engine.Change) string {
	text := ""
	switch f := c.Fault; {
	case f != nil:
		text = string(f.Kind) + " " + f.Target
		if f.Lane != "" {
			text += " in " + f.Lane
		}
		if f.For > 0 {
			text += " for " + engine.FormatDuration(f.For)
		}
	case c.Speed != 0:
		text = "speed x" + strconv.FormatFloat(c.Speed, 'g', -1, 64)
	case c.Control != "":
		text = string(c.Control)
	default:
		text = c.Path + " " + c.Value
		if c.Lane != "" {
			text += " in " + c.Lane
		}
	}
	return text
}
