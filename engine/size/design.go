package size

import (
	"fmt"
	"slices"

	"duet/engine"
	"duet/engine/replicate"
)

// Design is a way to do the work.
type Design string

// The designs.
const (
	Message   Design = "message"   // a queue and workers
	Inline    Design = "inline"    // publishers that call the observer themselves
	Buffered  Design = "buffered"  // a buffer before the observer, which has one goroutine
	Goroutine Design = "goroutine" // a goroutine for each event
)

// Designs are all of them, in the order in which they are answered.
var Designs = []Design{Message, Inline, Buffered, Goroutine}

// Plan is how large a design is.
type Plan struct {
	Servers  int // workers, publishers, or the limit of goroutines; 1 of a buffered bus
	Capacity int // room in the queue or buffer, where there is one
}

// Words writes the plan of a design in a few words.
func (p Plan) Words(d Design) string {
	switch d {
	case Message:
		return fmt.Sprintf("%s with room for %d", several(p.Servers, "worker"), p.Capacity)
	case Inline:
		return several(p.Servers, "publisher")
	case Buffered:
		return fmt.Sprintf("room for %d", p.Capacity)
	default:
		return several(p.Servers, "goroutine")
	}
}

func several(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}

// queued reports whether a design has a queue of its own, which may be full.
func (d Design) queued() bool { return d == Message || d == Buffered }

// most is how many servers a design may have: as many as a lane.
func (d Design) most() int {
	switch d {
	case Message:
		return 100_000
	case Inline:
		return 1000
	case Buffered:
		return 1
	default:
		return 1_000_000
	}
}

// mostRoom is the largest capacity of a queue.
const mostRoom = 1_000_000

// pick makes a scenario of the one lane of a design.
func pick(s *engine.Scenario, d Design) *engine.Scenario {
	s = s.Clone()
	s.Lanes = slices.DeleteFunc(s.Lanes, func(l engine.Lane) bool { return l.Name != string(d) })
	return s
}

// sized makes the scenario of a plan.
func (q *Question) sized(d Design, p Plan, dropping bool) *engine.Scenario {
	s := pick(q.scenario, d)
	l := &s.Lanes[0]
	if d.queued() {
		l.Queue.Capacity = p.Capacity
		if dropping {
			l.Queue.WhenFull = engine.DropNewest
		}
	}
	switch d {
	case Message:
		l.Workers = p.Servers
	case Inline:
		l.Publishers = p.Servers
	case Goroutine:
		l.Limit = p.Servers
	case Buffered:
	}
	return s
}

// busy stands in for targets where none means anything to a design that has to
// keep up all the same.
var busy = Target{Text: "keeps up", Metric: "utilisation", Kind: engine.KindShare, Limit: 1}

// concerns lists the targets that mean something to a design: without a queue
// that drops nothing is lost, and goroutines that come and go are not busy.
func (q *Question) concerns(d Design) []Target {
	var all []Target
	for _, t := range q.Targets {
		if t.Metric == replicate.LossName && !d.queued() || t.Metric == "utilisation" && d == Goroutine {
			continue
		}
		all = append(all, t)
	}
	if len(all) == 0 && d != Goroutine {
		return []Target{busy}
	}
	return all
}
