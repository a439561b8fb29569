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
type Agenda struct{ moments []engine.Moment }

// NewAgenda returns the whole timeline of a scenario.
func NewAgenda(s *engine.Scenario) *Agenda {
	a := &Agenda{moments: slices.Clone(s.Timeline)}
	slices.SortStableFunc(a.moments, func(x, y engine.Moment) int { return cmp.Compare(x.At, y.At) })
	return a
}

// Until takes out the changes that are due, in order.
func (a *Agenda) Until(now time.Duration) []engine.Change {
	var due []engine.Change
	for len(a.moments) > 0 && a.moments[0].At <= now {
		m := a.moments[0]
		a.moments = a.moments[1:]
		for _, path := range slices.Sorted(maps.Keys(m.Set)) {
			due = append(due, engine.Change{By: "timeline", Path: path, Value: m.Set[path]})
		}
		if m.Fault != nil {
			due = append(due, engine.Change{By: "timeline", Fault: m.Fault})
		}
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
