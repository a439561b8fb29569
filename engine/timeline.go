package engine

import (
	"cmp"
	"slices"
	"strconv"
)

// compare orders moments by time; those on events come last.
func (m *Moment) compare(other *Moment) int {
	rank := func(m *Moment) int {
		if m.On != "" {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(m), rank(other)), cmp.Compare(m.At, other.At))
}

// checkTimeline goes through the settings as a run will: in the order of time,
// and at one time in the order of their paths. What comes with an event is held
// against the settings at the beginning.
func (s *Scenario) checkTimeline() *problem {
	if p := bounded("timeline", len(s.Timeline)); p != nil {
		return p
	}
	order := make([]int, len(s.Timeline))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.Timeline[a].compare(&s.Timeline[b]) })
	now := s
	for _, i := range order {
		m, at := &s.Timeline[i], "timeline."+strconv.Itoa(i)
		if p := s.checkMoment(m, at); p != nil {
			return p
		}
		before := now
		if m.On != "" {
			before = s // it may come at any time
		}
		after, err := before.apply(m)
		if err != nil {
			return settingProblem(at+".set", err)
		}
		if m.Fault != nil {
			if p := after.checkFault(m.Fault, at+".fault"); p != nil {
				return p
			}
		}
		if m.On == "" {
			now = after
		}
	}
	return nil
}

// checkMoment holds that something happens, and that there is such a time or
// event.
func (s *Scenario) checkMoment(m *Moment, at string) *problem {
	switch {
	case m.At > s.Duration && s.Duration > 0:
		return &problem{path: at + ".at", found: FormatDuration(m.At), need: "the run ends at " + FormatDuration(s.Duration)}
	case len(m.Set) == 0 && m.Fault == nil:
		return &problem{path: at, need: "a moment needs set or fault"}
	case m.On == "":
		return nil
	}
	names := make([]string, len(s.Events))
	for i, e := range s.Events {
		names[i] = e.Name
	}
	switch {
	case len(names) == 0:
		return &problem{path: at + ".on", found: shown(m.On), need: "the scenario has no events; list it under events, such as {name: queue.high, when: message.depth > 50}"}
	case !slices.Contains(names, m.On):
		return &problem{path: at + ".on", found: shown(m.On), need: "there is no event of this name; " + suggest(m.On, names)}
	}
	return nil
}

// apply makes the settings of a moment, one after another.
func (s *Scenario) apply(m *Moment) (*Scenario, error) {
	for _, path := range sortedKeys(m.Set) {
		if s.Fixed(path) {
			return nil, &InputError{Path: path, Msg: path + ": this cannot change while the run goes on"}
		}
		next, err := s.change(map[string]string{path: m.Set[path]})
		if err != nil {
			return nil, err
		}
		s = next
	}
	return s, nil
}
