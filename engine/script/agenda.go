package script

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"duet/engine"
)

// Agenda is what a scenario's timeline still has in store.
type Agenda struct {
	moments []engine.Moment // by time; those to come
	on      []engine.Moment // those that come with an event
}

// NewAgenda returns the whole timeline of a scenario.
func NewAgenda(s *engine.Scenario) *Agenda {
	a := &Agenda{}
	for _, m := range s.Timeline {
		if m.On != "" {
			a.on = append(a.on, m)
		} else {
			a.moments = append(a.moments, m)
		}
	}
	slices.SortStableFunc(a.moments, func(x, y engine.Moment) int { return cmp.Compare(x.At, y.At) })
	return a
}

// Until takes out the changes that are due, in order.
func (a *Agenda) Until(now time.Duration) []engine.Change {
	var due []engine.Change
	for len(a.moments) > 0 && a.moments[0].At <= now {
		due = appendMoment(due, &a.moments[0], "timeline")
		a.moments = a.moments[1:]
	}
	return due
}

// On are the changes that come each time an event is raised, in the order of the
// timeline. They are by the event.
func (a *Agenda) On(event string) []engine.Change {
	var due []engine.Change
	for i := range a.on {
		if a.on[i].On == event {
			due = appendMoment(due, &a.on[i], event)
		}
	}
	return due
}

// appendMoment appends what a moment changes.
func appendMoment(due []engine.Change, m *engine.Moment, by string) []engine.Change {
	for _, path := range slices.Sorted(maps.Keys(m.Set)) {
		due = append(due, engine.Change{By: by, Path: path, Value: m.Set[path]})
	}
	if m.Fault != nil {
		due = append(due, engine.Change{By: by, Fault: m.Fault})
	}
	return due
}

// Next is when the next change is due; the end of time if there is none.
func (a *Agenda) Next() time.Duration {
	if len(a.moments) == 0 {
		return math.MaxInt64
	}
	return a.moments[0].At
}
