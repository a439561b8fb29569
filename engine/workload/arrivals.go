package workload

import (
	"math"

	"duet/engine"
	"duet/engine/service"
)

// An arrivals process spaces the items in operational time: the time in which
// the rate is always 1. Intended times follow from it by the integral of the
// rate (see [Stream]).
type arrivals interface {
	// gap returns the operational time between item n-1 and item n, on average
	// 1; for item 1, that since the beginning. It is a pure function of n.
	gap(n int64) float64
	// last is the number of the last item, endless if there is none.
	last() int64
}

// endless is the number of the last item of what does not end.
const endless = math.MaxInt64

// newArrivals returns the process of a load. Ramp, sine and steps are Poisson
// processes in operational time.
func newArrivals(l engine.Load, seed uint64, r *recording) arrivals {
	switch l.Arrivals {
	case engine.Constant:
		return constant{}
	case engine.Bursts:
		return newBursts(*l.Bursts)
	case engine.Trace:
		return replay{recording: r, stops: l.Trace.AtEnd == engine.Stop}
	case engine.Poisson, engine.Ramp, engine.Sine, engine.Steps: // below
	}
	return poisson(newSubstream(seed, gapping, 0, 0))
}

// constant is evenly spaced. Summed gaps of 1 are exact, however many.
type constant struct{}

func (constant) gap(int64) float64 { return 1 }
func (constant) last() int64       { return endless }

// poisson has independent exponential gaps.
type poisson substream

func (p poisson) gap(n int64) float64 {
	return service.Exponential(substream(p).uniform(n))
}

func (poisson) last() int64 { return endless }

// gapsAhead are those before some items that follow each other: to find several at
// once takes less time than one after another.
type gapsAhead struct {
	of    poisson
	first int64
	list  [32]float64 // none yet while first is 0, for there is no item 0
}

// from returns the gap before item n, and those before some that follow it.
func (g *gapsAhead) from(n int64, of poisson) []float64 {
	if g.of != of || g.first == 0 || uint64(n-g.first) >= uint64(len(g.list)) {
		g.of, g.first = of, n
		substream(of).uniforms(n, g.list[:])
		service.Exponentials(g.list[:])
	}
	return g.list[n-g.first:]
}

// bursts come in groups. The first group is there at the beginning; the next
// comes when as much operational time has passed as the group has items.
type bursts struct {
	size         int64
	inner, outer float64 // gap within a group, and before the next
}

func newBursts(s engine.BurstShape) bursts {
	size, duty := float64(s.Size), float64(s.Duty)
	return bursts{size: int64(s.Size), inner: duty, outer: size - (size-1)*duty}
}

func (b bursts) gap(n int64) float64 {
	switch {
	case n == 1:
		return 0
	case (n-1)%b.size == 0:
		return b.outer
	}
	return b.inner
}

func (bursts) last() int64 { return endless }

// replay has the gaps of a recording. Item n is record (n-1) modulo their
// number; the loop is closed by one mean gap, so that a round takes as many
// mean gaps as it has items.
type replay struct {
	recording *recording
	stops     bool
}

func (r replay) gap(n int64) float64 {
	i := r.recording.index(n)
	switch {
	case n == 1:
		return 0
	case i == 0:
		return 1
	}
	return float64(r.recording.offsets[i]-r.recording.offsets[i-1]) / r.recording.meanGap
}

func (r replay) last() int64 {
	if r.stops {
		return int64(len(r.recording.offsets))
	}
	return endless
}
