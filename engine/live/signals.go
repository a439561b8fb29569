package live

import (
	"sync"

	"duet/engine"
	"duet/engine/script"
)

// signals raises the scenario's events by the figures of the moment.
type signals struct {
	run    *Run
	events *script.Signals
	moment engine.Snapshot // scratch

	mu     sync.Mutex
	raised []string // events raised now, in the scenario's order
}

func newSignals(r *Run, s *engine.Scenario) *signals {
	return &signals{run: r, events: script.NewSignals(s)}
}

// feed shows the conditions the figures of the moment. It returns the names of
// the events that this raises, in the scenario's order, until it is called again.
func (g *signals) feed() (raised []string) {
	if g.events.None() {
		return nil
	}
	g.run.Snapshot(&g.moment)
	raised = g.events.Feed(&g.moment)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.raised = g.events.Raised(g.raised[:0])
	return raised
}

// now appends the events raised now to dst.
func (g *signals) now(dst []string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append(dst, g.raised...)
}
