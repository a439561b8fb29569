package live

import (
	"context"
	"sync"

	"duet/engine"
	"duet/engine/event"
)

// signals raises the scenario's events: conditions on the figures of the
// moment, which publish their name on a bus when they become true.
type signals struct {
	run        *Run
	conditions []*event.Condition[*engine.Snapshot, string]
	names      []string
	moment     engine.Snapshot // scratch
	bus        *event.Bus[string]
	fresh      []string // raised by the last feed

	mu     sync.Mutex
	raised []string // events raised now, in the scenario's order
}

func newSignals(r *Run, s *engine.Scenario) *signals {
	g := &signals{run: r, bus: event.NewBus[string](event.Options{})}
	note := func(_ context.Context, name string) error {
		g.fresh = append(g.fresh, name)
		return nil
	}
	for _, e := range s.Events {
		when, err := engine.ParseCondition(e.When, s)
		if err != nil {
			continue // checked when the scenario was decoded
		}
		var clearing func(*engine.Snapshot) bool
		if c, err := engine.ParseCondition(e.Clear, s); e.Clear != "" && err == nil {
			clearing = c.Holds
		}
		if _, err := g.bus.Subscribe(e.Name, note); err != nil {
			continue // names are checked as well
		}
		g.names = append(g.names, e.Name)
		g.conditions = append(g.conditions, event.When(g.bus, e.Name, when.Holds, clearing,
			func(*engine.Snapshot) string { return e.Name }))
	}
	return g
}

// feed shows the conditions the figures of the moment. It returns the names of
// the events that this raises, in the scenario's order, until it is called again.
func (g *signals) feed() (raised []string) {
	g.fresh = g.fresh[:0]
	if len(g.conditions) == 0 {
		return nil
	}
	g.run.Snapshot(&g.moment)
	for _, c := range g.conditions {
		_ = c.Feed(context.Background(), &g.moment) // observers of ours do not fail
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.raised = g.raised[:0]
	for i, c := range g.conditions {
		if c.Raised() {
			g.raised = append(g.raised, g.names[i])
		}
	}
	return g.fresh
}

// now appends the events raised now to dst.
func (g *signals) now(dst []string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append(dst, g.raised...)
}
