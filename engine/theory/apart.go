package theory

import (
	"fmt"
	"math"

	"duet/engine"
)

// near is how far apart the bounds of a latency may be, as a ratio, for their
// middle to be told.
const near = 1.05

func slowestOf(n int) string { return fmt.Sprintf(", slowest of %d", n) }

// apart is several queues that each get every item: it is done when the
// slowest is. See [ForLane] for the bounds.
func apart(stages []stage) Result {
	results := make([]Result, len(stages))
	laws := make([]law, len(stages))
	busiest := 0
	for i, st := range stages {
		results[i], laws[i] = st.result(), st.law
		if compare(results[i].Rho, results[busiest].Rho) > 0 {
			busiest = i
		}
	}
	r := results[busiest]
	r.Model += slowestOf(len(stages))
	r.Wait, r.Latency = nil, nil
	r.WaitMean, r.PWait, r.Depth = unknown, unknown, unknown
	longest := engine.Figure(maxMean(laws))
	r.AtLeast, r.AtMost = longest, longest
	if !(r.Rho < 1) && !r.Applies { // the worst that can be said
		return r.Refuse("%s: %s", stages[busiest].name, r.Why)
	}
	for i := range results {
		one := &results[i]
		switch {
		case !one.Applies:
			return r.Refuse("%s: %s", stages[i].name, one.Why)
		case one.Loss > rarely:
			return r.Refuse("no closed form: an item that %s drops is not done, and may still be handled by others", stages[i].name)
		case stages[i].whenFull == engine.Block && !stages[i].rarelyFull(one):
			return r.Refuse("no closed form: the queue of %s, with room for %d, is full too often and then holds up the others", stages[i].name, stages[i].room)
		case math.IsNaN(float64(one.LatencyMean)):
			return r.Refuse("%s: what the others wait when the oldest is dropped has no closed form", stages[i].name)
		}
		r.AtLeast = max(r.AtLeast, one.LatencyMean)
		r.AtMost += one.WaitMean
	}
	if r.AtMost > near*r.AtLeast {
		least, most := r.AtLeast, r.AtMost
		r = r.Refuse("no closed form: queues with the same arrivals are not independent; the mean latency is %.4g to %.4g s", float64(least), float64(most))
		r.AtLeast, r.AtMost = least, most
		return r
	}
	r.Method = Bounded
	if r.AtLeast == r.AtMost {
		r.Method = Exact
	}
	r.LatencyMean = (r.AtLeast + r.AtMost) / 2
	r.InSystem = r.Throughput * r.LatencyMean
	return r
}
