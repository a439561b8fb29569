package virtual

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/script"
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

	now  *engine.Scenario // the settings after the changes that were repeated
	made int              // how many these are
}

// of is the stream of a lane.
func (s *sources) of(lane int) *workload.Stream {
	if s.own[lane] != nil {
		return s.own[lane]
	}
	return s.run
}

// unlinked is how many lanes have a load of their own.
func (s *sources) unlinked() (n int) {
	for _, x := range s.own {
		if x != nil {
			n++
		}
	}
	return n
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
	began := from.Began
	if began == nil {
		began = from.Scenario
	}
	run, err := workload.New(began)
	if err != nil {
		return nil, err
	}
	if complete(from, changes) {
		s := linkedLanes(run, len(from.Lanes))
		s.now = began
		if s.repeat(from, changes) && s.count(from) {
			return s, nil
		}
	}
	s := likeThose(run, from, changes)
	return s.anew(from, from.Scenario.Seed, s.evenly(from)), nil
}

// complete tells whether changes are all that a run has made.
func complete(from *engine.Snapshot, changes []engine.Change) bool {
	return from.Began != nil && len(changes) == from.Changes
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

// repeat makes changes of a run to its streams again, from the first one on that
// was not; it tells whether that goes.
func (s *sources) repeat(from *engine.Snapshot, changes []engine.Change) bool {
	for ; s.made < len(changes); s.made++ {
		c := &changes[s.made]
		if c.Path == "" {
			continue
		}
		next, err := s.now.With(c.Path, c.Value)
		if err != nil {
			return false
		}
		if c.Lane != "" {
			s.unlink(c, from, next)
			continue
		}
		if s.now = next; script.Reloads(c.Path) {
			s.reload(c.At, next, c.Path == "load.rate")
		}
	}
	return true
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
	s.run.Change(from.At, from.Scenario)
	if complete(from, changes) {
		s.followRates(from, changes)
	} else if from.Unlinked {
		s.guessRates(from)
	}
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

// followRates finds the loads that lanes have of their own in the changes.
func (s *sources) followRates(from *engine.Snapshot, changes []engine.Change) {
	for i := range changes {
		c := &changes[i]
		if c.Path != "load.rate" {
			continue
		}
		rate, err := engine.ParseRate(c.Value)
		for k := range from.Lanes {
			if err == nil && (c.Lane == from.Lanes[k].Name || c.Lane == "" && s.rates[k] != linked) {
				s.rates[k] = rate
			}
		}
	}
}

// guessRates takes lanes that got something else than the run for those that have
// a load of their own.
func (s *sources) guessRates(from *engine.Snapshot) {
	run := s.run.Rate(from.At)
	for i := range from.Lanes {
		switch l := &from.Lanes[i]; {
		case l.Rate == run && l.Ledger.Offered == from.Offered:
		case run > 0 && from.Scenario.Load.Rate > 0:
			s.rates[i] = from.Scenario.Load.Rate * engine.Rate(l.Rate/run)
		default:
			s.rates[i] = engine.Rate(l.Rate)
		}
	}
}

// anew are streams with the same settings and other items, of which those that
// have arrived in a lane came at the times given.
func (s *sources) anew(from *engine.Snapshot, seed uint64, times [][]time.Duration) *sources {
	a := linkedLanes(nil, len(from.Lanes))
	copy(a.rates, s.rates)
	for i := range s.own {
		k := s.like(i)
		p := workload.Past{At: from.At, Arrived: from.Lanes[k].Ledger.Offered, Times: times[k]}
		switch {
		case s.own[i] != nil:
			a.own[i] = s.own[i].Anew(seed, p)
		case k == i:
			a.run = s.run.Anew(seed, p)
		}
		a.arrived[i], a.unknown[i] = p.Arrived, p.Arrived-int64(len(p.Times))
	}
	if a.run == nil {
		a.run = s.run.Anew(seed, workload.Past{At: from.At})
	}
	return a
}

// like is the first lane that has the stream of a lane.
func (s *sources) like(lane int) int {
	if s.own[lane] != nil {
		return lane
	}
	return slices.Index(s.own, nil)
}

// evenly spreads the items that lanes must have over the age of the oldest that
// waits.
func (s *sources) evenly(from *engine.Snapshot) [][]time.Duration {
	gap := 1e9 / paceOf(from)
	times := make([][]time.Duration, len(from.Lanes))
	for i := range times {
		n := s.needed(from, i)
		for k := range n {
			times[i] = append(times[i], from.At-time.Duration((float64(n-k)-0.5)*gap))
		}
	}
	return times
}

// needed is how many of the items that have arrived must be in the stream of a
// lane: for its own sake, and for that of others with the same stream.
func (s *sources) needed(from *engine.Snapshot, lane int) int64 {
	most := int64(0)
	for i := range from.Lanes {
		if s.like(i) == s.like(lane) {
			most = max(most, neededFor(&from.Lanes[i]))
		}
	}
	return min(most, from.Lanes[s.like(lane)].Ledger.Offered)
}

// neededFor is how many of the items that have arrived the state of a lane is made
// of, at most.
func neededFor(l *engine.LaneSnapshot) int64 {
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
