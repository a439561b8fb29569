package virtual

import (
	"fmt"

	"duet/engine"
)

// here says what of a scenario cannot be simulated: what is not in this process, or
// is somebody's own function.
func here(s *engine.Scenario) error {
	for i := range s.Lanes {
		if q := &s.Lanes[i].Queue; q.Remote() {
			return fmt.Errorf("lane %s: its queue is in %s, which is not simulated: run it in real time, or with broker: channel",
				s.Lanes[i].Name, q.Broker)
		}
	}
	for i := range s.Handlers {
		if h := &s.Handlers[i]; h.Own {
			return fmt.Errorf("%s is a function of yours, and what it does and how long it takes cannot be simulated: run it in real time", h.Name)
		}
	}
	return nil
}
