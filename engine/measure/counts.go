package measure

import (
	"math"
	"slices"
	"time"

	"duet/engine"
)

// Counts is a reader's histogram: merged from several [Histogram]s, and what
// percentiles are read from. The zero value is empty and ready. It takes 512 bytes
// for each power of two that its values span, and is owned by one goroutine. It
// must not be copied but by Clone.
type Counts struct {
	n      []uint64 // of the buckets from first on, whole octaves
	first  int
	lo, hi int // what is counted lies in the buckets [lo, hi), for which n has room
	count  uint64
	sum    uint64 // nanoseconds, modulo 2^64
	max    int64
}

// Clone is an independent copy.
func (c *Counts) Clone() Counts {
	d := *c
	d.n = slices.Clone(c.n)
	return d
}

// Reset makes c empty.
func (c *Counts) Reset() {
	clear(c.used())
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
		if uint(b-c.first) >= uint(len(c.n)) {
			c.makeRoom(b, b+1)
		}
		c.n[b-c.first]++
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
	c.widen(b, b+1)
	c.n[b-c.first] += uint64(n)
	c.count += uint64(n)
	c.sum += uint64(ns * n)
	c.max = max(c.max, ns)
}

// Add adds o to c.
func (c *Counts) Add(o *Counts) {
	c.widen(o.lo, o.hi)
	if used := o.used(); used != nil {
		c.addUsed(c.n[o.lo-c.first:], used)
	}
	c.count += o.count
	c.sum += o.sum
	c.max = max(c.max, o.max)
}

// addUsed adds the used part of other counts, which is to be copied only where
// there is nothing yet.
func (c *Counts) addUsed(dst, used []uint64) {
	if c.count == 0 {
		copy(dst, used)
		return
	}
	for i, n := range used {
		dst[i] += n
	}
}

// Sub takes prev out of c, where both are cumulative and prev is the earlier:
// what is left is the interval between them. Its maximum is exact when it is
// the highest of all so far, else the upper edge of the highest bucket in use,
// at most 1.6 % above it.
func (c *Counts) Sub(prev *Counts) {
	if used := prev.used(); used != nil {
		dst := c.n[prev.lo-c.first:]
		for i, n := range used {
			dst[i] -= n
		}
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
	for i, n := range c.used() {
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

// AppendBuckets appends to dst the buckets that hold something, ascending.
func (c *Counts) AppendBuckets(dst []engine.Bucket) []engine.Bucket {
	for i, n := range c.used() {
		if n > 0 {
			low, high := bucketBounds(c.lo + i)
			dst = append(dst, engine.Bucket{Low: time.Duration(low), High: time.Duration(high), Count: int64(n)})
		}
	}
	return dst
}

// quantiles fills at for ascending qs in one pass.
func (c *Counts) quantiles(qs []float64, at []time.Duration) {
	if c.count == 0 {
		return
	}
	used := c.used()
	seen, bucket := used[0], 0
	for i, q := range qs {
		if q >= 1 {
			at[i] = c.Max()
			continue
		}
		rank := c.rank(q)
		for seen < rank {
			bucket++
			seen += used[bucket]
		}
		at[i] = time.Duration(c.middle(c.lo + bucket))
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
	dst := c.n[first-c.first:][:perOctave]
	var count uint64
	for j := range o {
		n := o[j].Load()
		dst[j] += n
		count += n
	}
	c.count += count
}

// used is what is counted in the buckets [lo, hi).
func (c *Counts) used() []uint64 {
	if c.lo == c.hi {
		return nil
	}
	return c.n[c.lo-c.first : c.hi-c.first]
}

// widen makes [lo, hi) part of the range in use.
func (c *Counts) widen(lo, hi int) {
	switch {
	case lo == hi:
		return
	case c.lo == c.hi:
		c.lo, c.hi = lo, hi
	default:
		c.lo, c.hi = min(c.lo, lo), max(c.hi, hi)
	}
	c.makeRoom(c.lo, c.hi)
}

// makeRoom makes n cover [lo, hi), in whole octaves.
func (c *Counts) makeRoom(lo, hi int) {
	end := c.first + len(c.n)
	if len(c.n) == 0 {
		c.first, end = lo, hi
	} else if lo >= c.first && hi <= end {
		return
	}
	first := min(lo, c.first) / perOctave * perOctave
	end = (max(hi, end) + perOctave - 1) / perOctave * perOctave
	n := make([]uint64, end-first)
	copy(n[c.first-first:], c.n)
	c.n, c.first = n, first
}

// narrow drops empty buckets from both ends of the range in use.
func (c *Counts) narrow() {
	for c.lo < c.hi && c.n[c.lo-c.first] == 0 {
		c.lo++
	}
	for c.hi > c.lo && c.n[c.hi-1-c.first] == 0 {
		c.hi--
	}
}
