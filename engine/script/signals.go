package script

import (
	"slices"

	"duet/engine"
)

// Signals are the scenario's events: names that conditions on the figures of
// the moment raise and lower.
type Signals struct {
	events []signal
	fresh  []string // raised by the last feed
}

type signal struct {
	name        string
	when, clear *engine.Condition // clear nil: as soon as when does not hold
	raised      bool
}

// NewSignals returns the events of a scenario, none of them raised.
func NewSignals(s *engine.Scenario) *Signals {
	g := &Signals{}
	for _, e := range s.Events {
		when, err := engine.ParseCondition(e.When, s)
		if err != nil {
			continue // checked when the scenario was decoded
		}
		x := signal{name: e.Name, when: when}
		if e.Clear != "" {
			x.clear, _ = engine.ParseCondition(e.Clear, s) // checked, too
		}
		g.events = append(g.events, x)
	}
	return g
}

// None reports whether there is nothing to raise.
func (g *Signals) None() bool { return len(g.events) == 0 }

// Feed shows the conditions the figures of the moment. It returns the names of
// the events that this raises, in the scenario's order, until it is called again.
func (g *Signals) Feed(moment *engine.Snapshot) (raised []string) {
	g.fresh = g.fresh[:0]
	for i := range g.events {
		x := &g.events[i]
		switch {
		case !x.raised:
			if x.raised = x.when.Holds(moment); x.raised {
				g.fresh = append(g.fresh, x.name)
			}
		case x.clear != nil:
			x.raised = !x.clear.Holds(moment)
		default:
			x.raised = x.when.Holds(moment)
		}
	}
	return g.fresh
}

// Raised appends the names of the events raised now to dst, in the scenario's
// order.
func (g *Signals) Raised(dst []string) []string {
	for _, x := range g.events {
		if x.raised {
			dst = append(dst, x.name)
		}
	}
	return dst
}

// Raise has events be raised, without telling.
func (g *Signals) Raise(names []string) {
	for i := range g.events {
		g.events[i].raised = g.events[i].raised || slices.Contains(names, g.events[i].name)
	}
}
