package theory

import (
	"fmt"

	"duet/engine"
)

// shortOf says that handlers may have to wait for a resource; empty when each of
// their servers has a slot. Publishers and goroutines of calls are as many as may
// be.
func shortOf(s *engine.Scenario, spec *engine.Lane, work []task) string {
	for i := range s.Resources {
		r := &s.Resources[i]
		servers := 0
		for _, t := range work {
			if t.handler.Needs == r.Name {
				servers += serversOf(spec, t.handler.Name)
			}
			if servers > 0 && (spec.Handlers.Together || spec.Model == engine.EventModel && spec.Dispatch == engine.Inline) {
				break // they share the servers
			}
		}
		if servers > r.Slots {
			return fmt.Sprintf("no closed form: handlers may wait for %s, which has %d slots", r.Name, r.Slots)
		}
	}
	return ""
}

// serversOf is how many may handle deliveries of a handler at once.
func serversOf(spec *engine.Lane, handler string) int {
	switch own := spec.Subscriptions[handler]; {
	case spec.Model == engine.Message && own.Workers != nil:
		return *own.Workers
	case spec.Model == engine.Message:
		return spec.Workers
	case spec.Dispatch == engine.Buffered:
		return 1
	case spec.Dispatch == engine.Goroutine || spec.PerItem():
		return spec.Limit
	default:
		return spec.Publishers
	}
}
