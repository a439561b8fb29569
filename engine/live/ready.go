package live

import (
	"fmt"

	"duet/engine"
)

// ready tells what of a scenario real runs cannot do: better not at all than
// something else.
func ready(s *engine.Scenario) error {
	for i := range s.Lanes {
		if l := &s.Lanes[i]; l.Queue.Visibility > 0 {
			return fmt.Errorf("lanes.%s.queue.visibility: real runs cannot do that yet: leave it out, or run it with --virtual", l.Name)
		}
	}
	return nil
}
