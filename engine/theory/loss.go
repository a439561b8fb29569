package theory

import (
	"fmt"
	"math"

	"duet/engine"
)

// MMcK is Poisson arrivals, exponential service, so many servers and room for
// so many more to wait; who finds that full is turned away: Gross section 2.5.
// Kendall's K is servers plus room. It has a steady state at any load.
func MMcK(rate, mean float64, servers, room int) Result {
	s := station{fmt.Sprintf("M/M/%d/%d", servers, servers+max(0, room)), rate, mean, servers}
	if no := s.check(float64(room)); no != nil {
		return *no
	}
	return s.bounded(room)
}

// MGcc is Poisson arrivals, any service and no room to wait: who finds all
// servers busy is turned away. Erlang's loss formula, Gross section 2.6; that
// it holds for any distribution of service times is due to Sevastyanov (Theory
// of Probability and its Applications 2, 1957).
func MGcc(rate, mean float64, servers int) Result {
	s := station{fmt.Sprintf("M/G/%d/%d", servers, servers), rate, mean, servers}
	if no := s.check(); no != nil {
		return *no
	}
	r := s.bounded(0)
	r.Wait = new(Quantiles)
	return r
}

// bounded is the steady state of M/M/c/K. The chances of c+j items, j = 0 to
// room, are as rho^j, and those of fewer than c together are as
// c / (a B(c-1)) with the load a and Erlang's B. Above rho 1 all are taken
// relative to the full system, so that no power overflows.
func (s station) bounded(room int) Result {
	rho := s.rho()
	fewer := float64(s.servers) / (s.erlangs() * ErlangB(s.servers-1, s.erlangs())) // may be infinite: then nobody ever waits
	var full, between, moment float64                                               // all places taken; all servers busy, and room; times how many wait
	if rho <= 1 {
		full = math.Pow(rho, float64(room))
		between, _ = geometric(rho, room-1)
		_, moment = geometric(rho, room)
	} else {
		full = 1
		fewer *= math.Pow(1/rho, float64(room))
		below, _ := geometric(1/rho, room-1)
		between = below / rho
		_, missing := geometric(1/rho, room)
		moment = float64(room)*(between+full) - missing
	}
	total := fewer + between + full
	served := 1.0
	if !math.IsInf(fewer, 1) {
		served = (fewer + between) / total
	}
	busy := min(1, rho*served)
	waiting := moment / total

	r := refused(s.model, "")
	r.Applies = true
	r.Rho = engine.Figure(rho)
	r.Utilisation = engine.Figure(busy)
	r.Throughput = engine.Figure(s.rate * served)
	r.Loss = engine.Figure(full / total)
	r.Depth = engine.Figure(waiting)
	r.InSystem = engine.Figure(waiting + float64(s.servers)*busy)
	r.WaitMean, r.PWait, r.Growth = 0, 0, 0
	if rho > 1 {
		r.Growth = engine.Figure(s.rate - float64(s.servers)/s.mean)
	}
	if s.rate*served > 0 {
		r.WaitMean = engine.Figure(waiting / (s.rate * served))
		r.PWait = engine.Figure(between / total / served)
	}
	r.LatencyMean = r.WaitMean + engine.Figure(s.mean)
	return r
}

// geometric sums r^j and j r^j for j from 0 to n, r from 0 to 1, in a time
// that does not depend on n and without losing digits near r = 1. Below n = 0
// there is nothing to sum.
func geometric(r float64, n int) (sum, moment float64) {
	if n < 0 {
		return 0, 0
	}
	m := float64(n)
	short := 1 - r
	if x := short * m; x < 1e-6 { // 1 - j*short, and so on
		return (m + 1) * (1 - x/2), m * (m + 1) / 2 * (1 - short*(2*m+1)/3)
	}
	log := math.Log1p(-short)
	sum = -math.Expm1((m+1)*log) / short
	moment = (-r*math.Expm1(m*log)/short - m*math.Exp((m+1)*log)) / short
	return sum, moment
}
