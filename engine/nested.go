package engine

import "fmt"

// Nested is who publishes while it handles an item, and who gets that besides the
// item itself, by their places in the scenario's list. A scenario has at most one
// such pair; ok tells whether it has.
func (s *Scenario) Nested() (from, to int, ok bool) {
	for i := range s.Handlers {
		for k := range s.Handlers {
			if s.Handlers[i].Publishes != "" && s.Handlers[k].Name == s.Handlers[i].Publishes {
				return i, k, true
			}
		}
	}
	return 0, 0, false
}

// checkNested holds what publishing while publishing can be combined with.
func (s *Scenario) checkNested() *problem {
	publishers := 0
	for i := range s.Handlers {
		h := &s.Handlers[i]
		at := fmt.Sprintf("handlers.%d.publishes", i)
		if h.Publishes == "" {
			continue
		}
		publishers++
		switch from, to, ok := s.Nested(); {
		case publishers > 1:
			return &problem{path: at, found: shown(h.Publishes), need: "one handler of a scenario may publish, and " + s.Handlers[from].Name + " does"}
		case !ok:
			return &problem{path: at, found: shown(h.Publishes), need: "there is no handler of that name; " + suggest(h.Publishes, s.handlerNames())}
		case from == to:
			return &problem{path: at, found: shown(h.Publishes), need: "another handler is needed, for this one would publish for ever"}
		case h.Idempotent || s.Handlers[to].Idempotent:
			return &problem{path: at, found: shown(h.Publishes), need: "idempotent has to be false for both: what is published has the number of its item, and would be taken for it"}
		case s.Load.Timeout > 0:
			return &problem{path: at, found: shown(h.Publishes), need: "clients would have to wait for what is published as well: load.timeout has to be 0s"}
		}
	}
	return nil
}

// checkNestedLane holds that a lane can have one of its handlers publish to another.
func (s *Scenario) checkNestedLane(i int) *problem {
	from, to, ok := s.Nested()
	l := &s.Lanes[i]
	if !ok || !l.Runs(s.Handlers[from].Name) || !l.Runs(s.Handlers[to].Name) {
		return nil
	}
	at := func(field string) string { return fmt.Sprintf("lanes.%d.%s", i, field) }
	switch who := s.Handlers[from].Name + " publishes to " + s.Handlers[to].Name + ": "; {
	case l.Model == EventModel && l.Dispatch != Inline:
		return &problem{path: at("dispatch"), found: string(l.Dispatch), need: who + "this has to be inline"}
	case l.Handlers.Together:
		return &problem{path: at("handlers"), found: together, need: who + "each needs a subscription of its own, so apart"}
	case l.Queue.Remote():
		return &problem{path: at("queue.broker"), found: string(l.Queue.Broker), need: who + "the queue has to be a channel"}
	case l.Queue.Visibility > 0:
		return &problem{path: at("queue.visibility"), found: FormatDuration(l.Queue.Visibility), need: who + "this has to be 0s, for it would be published twice"}
	}
	return nil
}
