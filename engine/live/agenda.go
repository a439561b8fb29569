package live

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"duet/engine"
)

// agenda is what a scenario's timeline still has in store.
type agenda struct{ moments []engine.Moment }

func newAgenda(s *engine.Scenario) *agenda {
	a := &agenda{moments: slices.Clone(s.Timeline)}
	slices.SortStableFunc(a.moments, func(x, y engine.Moment) int { return cmp.Compare(x.At, y.At) })
	return a
}

// until takes out the changes that are due, in order.
func (a *agenda) until(now time.Duration) []engine.Change {
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

// restart starts producers again that were stopped for a time.
func (r *Run) restart(now time.Duration) {
	for _, l := range r.lanes {
		if at := time.Duration(l.restartAt.Load()); at != 0 && now >= at {
			l.restartAt.Store(0)
			l.valve.set(gateStopped, false)
			l.poke()
		}
	}
}
