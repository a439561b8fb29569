package live

import (
	"time"

	"duet/engine"
)

// carryOut makes changes of the timeline. It was checked when its scenario was
// decoded; what a change by hand has made impossible since is left out.
func (r *Run) carryOut(changes []engine.Change) {
	for _, c := range changes {
		_ = r.Apply(c)
	}
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
