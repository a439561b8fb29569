package live

import (
	"fmt"

	"duet/engine"
)

// ready tells what of a scenario real runs cannot do yet.
func ready(s *engine.Scenario) error {
	cannot := func(what string) error {
		return fmt.Errorf("%s: real runs cannot do that yet: run it with --virtual", what)
	}
	for i := range s.Lanes {
		switch l := &s.Lanes[i]; {
		case l.Queue.Visibility > 0:
			return cannot("lanes." + l.Name + ".queue.visibility")
		}
	}
	return nil
}
