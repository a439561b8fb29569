package measure

import (
	"math"
	"time"

	"duet/engine"
)

// Counts is a reader's histogram: merged from several [Histogram]s, and what
// percentiles are read from. The zero value is empty and ready. It takes 21 KB,
// and is owned by one goroutine.
type Counts struct {
	n      [buckets]uint64
	lo, hi int // n is zero outside of [lo, hi)
	count  uint64
	sum    uint64 // nanoseconds, modulo 2^64
	max    int64
}

// Reset makes c empty.
func (c *Counts) Reset() {
	clear(c.n[c.lo:c.hi])
	c.lo, c.hi, c.count, c.sum, c.max = 0, 0, 0, 0, 0
}

// RecordAll counts values, as a [Histogram] does. It is for who measures and reads
// on one goroutine, as simulations do.
func (c *Counts) RecordAll(values []int64) {
	if len(values) == 0 {
		return
	}
	sum, highest, lo, hi := c.sum, c.max, buckets, 0
	for _, ns := range values {
		ns = clamp(ns)
		sum += uint64(ns)
		highest = max(highest, ns)
		b := bucketOf(ns)
		c.n[b]++
		lo, hi = min(lo, b), max(hi, b+1)
	}
	c.count += uint64(len(values))
	c.sum, c.max = sum, highest
	c.widen(lo, hi)
}

// RecordN counts a value n times, n >= 0.
func (c *Counts) RecordN(ns, n int64) {
	if n == 0 {
		return
	}
	ns = clamp(ns)
	b := bucketOf(ns)
	c.n[b] += uint64(n)
	c.count += uint64(n)
	c.sum += uint64(ns * n)
	c.max = max(c.max, ns)
	c.widen(b, b+1)
}

// Add adds o to c.
func (c *Counts) Add(o *Counts) {
	c.widen(o.lo, o.hi)
	for i, n := range o.n[o.lo:o.hi] {
		c.n[o.lo+i] += n
	}
	c.count += o.count
	c.sum += o.sum
	c.max = max(c.max, o.max)
}

// Sub takes prev out of c, where both are cumulative and prev is the earlier:
// what is left is the interval between them. Its maximum is exact when it is
// the highest of all so far, else the upper edge of the highest bucket in use,
// at most 1.6 % above it.
func (c *Counts) Sub(prev *Counts) {
	for i, n := range prev.n[prev.lo:prev.hi] {
		c.n[prev.lo+i] -= n
	}
	c.count -= prev.count
	c.sum -= prev.sum
	c.narrow()
	if c.count == 0 {
		c.max = 0
	} else if c.max <= prev.max {
		_, highest := bucketBounds(c.hi - 1)
		c.max = min(c.max, highest)
	}
}

// Count is how many values there are.
func (c *Counts) Count() int64 { return int64(c.count) }

// Sum is the sum of all values. It wraps around at 292 years; the difference of
// two cumulative sums is right all the same. [Counts.Mean] is not affected.
func (c *Counts) Sum() time.Duration { return time.Duration(c.sum) }

// Max is the highest value; 0 when there is none.
func (c *Counts) Max() time.Duration { return time.Duration(c.max) }

// Mean is the exact mean; 0 when there is no value.
func (c *Counts) Mean() time.Duration {
	if c.count == 0 {
		return 0
	}
	const wrap = 1 << 64
	sum := float64(c.sum)
	if float64(c.count)*float64(c.max) >= wrap {
		// The sum may have wrapped around: the buckets tell how often.
		sum += wrap * max(math.Round((c.roughSum()-sum)/wrap), 0)
	}
	return time.Duration(sum / float64(c.count))
}

// roughSum is the sum of all values as the buckets know it, within 0.8 %.
func (c *Counts) roughSum() float64 {
	sum := 0.0
	for i, n := range c.n[c.lo:c.hi] {
		sum += float64(n) * float64(c.middle(c.lo+i))
	}
	return sum
}

// Quantile is the value below or at which a part q of all values lies: the
// middle of the bucket that holds the value of rank ceil(q n), which is within
// 0.8 % of it. It is 0 when there is no value; q <= 0 means the lowest value,
// q >= 1 the maximum.
func (c *Counts) Quantile(q float64) time.Duration {
	var at [1]time.Duration
	c.quantiles([]float64{q}, at[:])
	return at[0]
}

// Summary describes the values. CI95 is nil: see [Batches].
func (c *Counts) Summary() engine.Summary {
	var at [5]time.Duration
	c.quantiles([]float64{0.5, 0.9, 0.95, 0.99, 0.999}, at[:])
	return engine.Summary{
		Count: c.Count(), Mean: c.Mean(), Max: c.Max(),
		P50: at[0], P90: at[1], P95: at[2], P99: at[3], P999: at[4],
	}
}

// quantiles fills at for ascending qs in one pass.
func (c *Counts) quantiles(qs []float64, at []time.Duration) {
	if c.count == 0 {
		return
	}
	seen, bucket := c.n[c.lo], c.lo
	for i, q := range qs {
		if q >= 1 {
			at[i] = c.Max()
			continue
		}
		rank := c.rank(q)
		for seen < rank {
			bucket++
			seen += c.n[bucket]
		}
		at[i] = time.Duration(c.middle(bucket))
	}
}

// rank is ceil(q n), at least 1, and not one more only because 0.07*100 is a
// little more than 7 in floating point.
func (c *Counts) rank(q float64) uint64 {
	const slack = 1 - 1e-12
	rank := math.Ceil(q * float64(c.count) * slack)
	return min(uint64(max(rank, 1)), c.count)
}

// middle is what a value in the bucket is taken for.
func (c *Counts) middle(bucket int) int64 {
	lowest, highest := bucketBounds(bucket)
	return min(lowest+(highest-lowest)/2, c.max)
}

// addOctave adds the counters of one octave of a histogram.
func (c *Counts) addOctave(i int, o *octave) {
	first := i * perOctave
	c.widen(first, first+perOctave)
	dst := c.n[first : first+perOctave]
	var count uint64
	for j := range o {
		n := o[j].Load()
		dst[j] += n
		count += n
	}
	c.count += count
}

// widen makes [lo, hi) part of the range in use.
func (c *Counts) widen(lo, hi int) {
	switch {
	case lo == hi:
	case c.lo == c.hi:
		c.lo, c.hi = lo, hi
	default:
		c.lo, c.hi = min(c.lo, lo), max(c.hi, hi)
	}
}

// narrow drops empty buckets from both ends of the range in use.
func (c *Counts) narrow() {
	for c.lo < c.hi && c.n[c.lo] == 0 {
		c.lo++
	}
	for c.hi > c.lo && c.n[c.hi-1] == 0 {
		c.hi--
	}
}
