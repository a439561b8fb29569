package size

import (
	"fmt"
	"math"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/theory"
)

// rarely is the part of the arrivals that may find full what should not be: the
// queue that blocks, or the limit of the goroutines.
const rarely = 0.001

// fullTarget stands in for one for the loss where a queue blocks: as much as a
// queue that drops would lose.
var fullTarget = Target{Text: "full<0.1%", Metric: replicate.LossName, Kind: engine.KindShare, Limit: rarely}

// dropping reports whether the queue of the design drops what is too much.
func (s *search) dropping() bool { return s.design.queued() && s.lossLimit() > 0 }

// fewest is the least number of servers that can keep up, or can lose little
// enough.
func (s *search) fewest() int {
	need := s.erlangs()
	if s.dropping() {
		need *= 1 - s.lossLimit()
	}
	return int(math.Floor(need)) + 1
}

// propose asks theory for the least plan.
func (s *search) propose() (Plan, bool) {
	if s.design == Goroutine {
		n, ok, _ := least(1, s.design.most(), int(s.erlangs())+1, func(n int) (bool, error) {
			return theory.ErlangB(n, s.erlangs()) < rarely, nil
		})
		return Plan{Servers: n}, ok
	}
	targets := s.concerns(s.design)
	n, ok, _ := least(s.fewest(), s.design.most(), s.fewest(), func(n int) (bool, error) {
		p := Plan{Servers: n}
		p.Capacity = s.proposeRoom(n)
		ahead := s.expect(s.sized(s.design, p, s.dropping()))
		return ahead.holds(targets), nil
	})
	if !ok {
		n = s.design.most() // perhaps theory is too careful
	}
	return Plan{Servers: n, Capacity: s.proposeRoom(n)}, s.fewest() <= n
}

// proposeRoom asks theory for the least room with so many servers; all there may
// be if it knows of none.
func (s *search) proposeRoom(servers int) int {
	if !s.design.queued() {
		return 0
	}
	limit := s.fullLimit().Limit
	n, _, _ := least(0, mostRoom, servers, func(room int) (bool, error) { return s.lossOf(servers, room) < limit, nil })
	return min(n, mostRoom)
}

// worthRoom is the largest room that is worth trying: with which a twentieth of what
// may be lost is expected to be, or as good as nothing less than with any room.
func (s *search) worthRoom(servers int) int {
	enough := max(s.fullLimit().Limit/20, 1.01*s.lossOf(servers, mostRoom))
	n, _, _ := least(0, mostRoom, s.proposeRoom(servers), func(room int) (bool, error) { return s.lossOf(servers, room) <= enough, nil })
	return min(n, mostRoom)
}

// lossOf is what is expected to be lost with so many servers and so much room.
func (s *search) lossOf(servers, room int) float64 {
	ahead := s.expect(s.sized(s.design, Plan{servers, room}, true))
	return ahead.guess[replicate.LossName]
}

// fullLimit is the target for the loss, or what stands in for it.
func (s *search) fullLimit() Target {
	for _, t := range s.Targets {
		if t.Metric == replicate.LossName {
			return t
		}
	}
	return fullTarget
}

// hopeless says why not even theory has a plan.
func (s *search) hopeless() string {
	most := s.design.most()
	finish := engine.Rate(float64(most) / s.mean())
	switch s.design {
	case Buffered:
		return fmt.Sprintf("an observer has one goroutine, which finishes at most %.4g/s, and %s arrive", float64(finish), s.Rate)
	default:
		return fmt.Sprintf("a lane has at most %d of them, and %d are needed just to keep up", most, s.fewest())
	}
}
