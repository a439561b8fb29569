package measure

import (
	"math"
	"time"

	"duet/engine"
)

// SummarySince describes what was added to c since it was prev: it is what
// [Counts.Summary] tells after [Counts.Sub], and takes one pass. It may give prev
// more room, and changes nothing else.
func (c *Counts) SummarySince(prev *Counts) engine.Summary {
	d := Counts{count: c.count - prev.count, sum: c.sum - prev.sum, max: c.max}
	switch {
	case d.count == 0:
		return engine.Summary{}
	case prev.count == 0:
		return c.Summary()
	}
	if float64(d.count)*float64(d.max) >= math.MaxUint64 { // the sum may have wrapped around
		d = c.Clone()
		d.Sub(prev)
		return d.Summary()
	}
	used := c.used()
	prev.makeRoom(c.lo, c.hi)
	before := prev.n[c.lo-prev.first:][:len(used)]
	if c.max <= prev.max {
		last := len(used) - 1
		for used[last] == before[last] {
			last--
		}
		_, highest := bucketBounds(c.lo + last)
		d.max = min(d.max, highest)
	}
	var at [5]time.Duration
	seen, bucket := used[0]-before[0], 0
	for i, q := range [...]float64{0.5, 0.9, 0.95, 0.99, 0.999} {
		for rank := d.rank(q); seen < rank; {
			bucket++
			seen += used[bucket] - before[bucket]
		}
		at[i] = time.Duration(d.middle(c.lo + bucket))
	}
	return engine.Summary{
		Count: d.Count(), Mean: d.Mean(), Max: d.Max(),
		P50: at[0], P90: at[1], P95: at[2], P99: at[3], P999: at[4],
	}
}
