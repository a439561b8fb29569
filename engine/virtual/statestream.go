package virtual

import (
	"slices"
	"strings"
	"time"

	"duet/engine"
	"duet/engine/workload"
)

// sources are where the items of a run come from that begins in the middle of
// another.
type sources struct {
	run     *workload.Stream
	own     []*workload.Stream // of lanes with a load of their own; nil: the run's
	rates   []engine.Rate      // theirs; linked: the run's
	arrived []int64            // in each lane
	unknown []int64            // the items up to this number are not in its stream
}

// of is the stream of a lane.
func (s *sources) of(lane int) *workload.Stream {
	if s.own[lane] != nil {
		return s.own[lane]
	}
	return s.run
}

// past is what is known of a lane besides what the snapshot tells.
func (s *sources) past(lane int, changes []engine.Change) past {
	return past{faults: faultsAmong(changes), arrived: s.arrived[lane], unknown: s.unknown[lane]}
}

// faultsAmong are the faults among changes.
func faultsAmong(changes []engine.Change) []engine.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c engine.Change) bool { return c.Fault == nil })
}

// sourcesOf makes the streams of a run again; or others like them, if it is not
// known how.
func sourcesOf(from *engine.Snapshot, changes []engine.Change) (*sources, error) {
	if from.Began != nil && len(changes) == from.Changes {
		s, err := repeated(from, changes)
		if err != nil || s.count(from) {
			return s, err
		}
	}
	b, err := workload.New(from.Scenario)
	if err != nil {
		return nil, err
	}
	return likeThose(b, from, changes).anew(from, from.Scenario.Seed), nil
}

// linkedLanes are the sources of lanes that all have the run's load.
func linkedLanes(run *workload.Stream, lanes int) *sources {
	s := &sources{
		run: run, own: make([]*workload.Stream, lanes), rates: make([]engine.Rate, lanes),
		arrived: make([]int64, lanes), unknown: make([]int64, lanes),
	}
	for i := range s.rates {
		s.rates[i] = linked
	}
	return s
}

// repeated makes the changes of a run to its streams again.
func repeated(from *engine.Snapshot, changes []engine.Change) (*sources, error) {
	run, err := workload.New(from.Began)
	if err != nil {
		return nil, err
	}
	s, now := linkedLanes(run, len(from.Lanes)), from.Began
	for i := range changes {
		c := &changes[i]
		if c.Path == "" {
			continue
		}
		next, err := now.With(c.Path, c.Value)
		if err != nil {
			return nil, err
		}
		if c.Lane != "" {
			s.unlink(c, from, next)
			continue
		}
		if now = next; strings.HasPrefix(c.Path, "load.") || strings.HasPrefix(c.Path, "handlers.") {
			s.reload(c.At, next, c.Path == "load.rate")
		}
	}
	return s, nil
}

// unlink changes the load of one lane.
func (s *sources) unlink(c *engine.Change, from *engine.Snapshot, next *engine.Scenario) {
	for i := range from.Lanes {
		if from.Lanes[i].Name != c.Lane {
			continue
		}
		if s.own[i] == nil {
			s.own[i] = s.run.Fork()
		}
		s.rates[i] = next.Load.Rate
		s.own[i].Change(c.At, next)
	}
}

// reload changes what arrives, and what that demands.
func (s *sources) reload(at time.Duration, next *engine.Scenario, rate bool) {
	s.run.Change(at, next)
	for i, x := range s.own {
		if x == nil {
			continue
		}
		if rate {
			s.rates[i] = next.Load.Rate
		}
		own := *next
		own.Load.Rate = s.rates[i]
		x.Change(at, &own)
	}
}

// count counts what has arrived, and tells whether that is what the run counted.
func (s *sources) count(from *engine.Snapshot) bool {
	for i := range from.Lanes {
		offered := from.Lanes[i].Ledger.Offered
		n := s.of(i).Arrived(from.At - 1)
		if offered > n {
			n = min(offered, s.of(i).Arrived(from.At)) // those that come at this very time may have come
		}
		if n != offered && from.Mode != engine.Real {
			return false
		}
		s.arrived[i] = n
	}
	return true
}

// likeThose are streams with the settings of a run, which may have other items.
// They are made of any stream with its trace.
func likeThose(run *workload.Stream, from *engine.Snapshot, changes []engine.Change) *sources {
	s := linkedLanes(run.Fork(), len(from.Lanes))
	for i := range changes {
		if c := &changes[i]; c.Path == "load.rate" {
			for k := range from.Lanes {
				if rate, err := engine.ParseRate(c.Value); err == nil && (c.Lane == from.Lanes[k].Name || c.Lane == "" && s.rates[k] != linked) {
					s.rates[k] = rate
				}
			}
		}
	}
	s.run.Change(from.At, from.Scenario)
	for i, rate := range s.rates {
		if rate != linked {
			own := *from.Scenario
			own.Load.Rate = rate
			s.own[i] = s.run.Fork()
			s.own[i].Change(from.At, &own)
		}
	}
	return s
}

// anew are streams with the same settings and other items. They have as many of
// the past as the state of the lanes is made of, spread over the age of the oldest
// that waits.
func (s *sources) anew(from *engine.Snapshot, seed uint64) *sources {
	a := linkedLanes(nil, len(from.Lanes))
	copy(a.rates, s.rates)
	p := workload.Past{At: from.At, Arrived: from.Offered, Rate: paceOf(from)}
	for i := range from.Lanes {
		p.Known = max(p.Known, min(needed(&from.Lanes[i]), p.Arrived))
	}
	a.run = s.run.Anew(seed, p)
	for i := range s.own {
		x := p
		if s.own[i] != nil {
			x.Arrived = from.Lanes[i].Ledger.Offered
			x.Known = min(p.Known, x.Arrived)
			a.own[i] = s.own[i].Anew(seed, x)
		}
		a.arrived[i], a.unknown[i] = x.Arrived, x.Arrived-x.Known
	}
	return a
}

// needed is how many of the items that have arrived must be in the stream of a
// lane.
func needed(l *engine.LaneSnapshot) int64 {
	n := l.Whole.Backlog.Now + int64(len(l.Publishers)+len(l.Workers)) + 1
	for k := range l.Handlers {
		h := &l.Handlers[k]
		n += h.Depth.Now * int64(1+len(h.Partitions))
		if len(l.Workers) == 0 {
			n += callsLookedAt * int64(h.Busy)
		}
	}
	return n
}

// paceOf is the rate at which the items came that wait, by the age of the oldest.
func paceOf(from *engine.Snapshot) float64 {
	most, age := int64(0), time.Duration(0)
	for i := range from.Lanes {
		l := &from.Lanes[i]
		deepest := int64(0)
		for k := range l.Handlers {
			deepest = max(deepest, l.Handlers[k].Depth.Now)
		}
		if n := deepest + l.Whole.Backlog.Now; n > most && l.OldestWaiting > 0 {
			most, age = n, l.OldestWaiting
		}
	}
	if most > 0 {
		return float64(most) / age.Seconds()
	}
	return max(1, from.Rate)
}
