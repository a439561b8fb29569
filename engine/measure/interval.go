package measure

import (
	"slices"
	"time"
)

// Interval is what was recorded since it was last asked, made from cumulative
// [Counts] in one pass. The zero value begins with nothing recorded. It is owned
// by one goroutine, and allocates only when values come to span more buckets.
type Interval struct {
	edge  Counts // cumulative, when it was last asked
	added added
}

// added is what an interval added, in compact form.
type added struct {
	buckets []uint16 // those that have more, ascending
	n       []uint32 // how many
	count   uint64
	sum     uint64
	max     int64 // as [Counts.Sub] knows it
}

// block is how many buckets are compared at once.
const block = 32

// Push tells what was recorded by now.
func (i *Interval) Push(cumulative *Counts) { i.push(cumulative, &i.added) }

// push fills a with what was added since the last push.
func (i *Interval) push(cumulative *Counts, a *added) {
	a.buckets, a.n = a.buckets[:0], a.n[:0]
	a.count, a.sum, a.max = cumulative.count-i.edge.count, cumulative.sum-i.edge.sum, 0
	if used := cumulative.used(); a.count > 0 && used != nil {
		i.edge.widen(cumulative.lo, cumulative.hi)
		edge := i.edge.n[cumulative.lo-i.edge.first:][:len(used)]
		for k := 0; k < len(used); {
			if k+block <= len(used) && *(*[block]uint64)(used[k:]) == *(*[block]uint64)(edge[k:]) {
				k += block // as nearly all: these are compared at once
				continue
			}
			for end := min(k+block, len(used)); k < end; k++ {
				if d := used[k] - edge[k]; d != 0 {
					a.buckets = append(a.buckets, uint16(cumulative.lo+k))
					a.n = append(a.n, uint32(d))
					edge[k] = used[k]
				}
			}
		}
		if a.max = cumulative.max; a.max <= i.edge.max {
			_, highest := bucketBounds(int(a.buckets[len(a.buckets)-1]))
			a.max = min(a.max, highest)
		}
	}
	i.edge.count, i.edge.sum, i.edge.max = cumulative.count, cumulative.sum, cumulative.max
}

// addTo adds what was added.
func (a *added) addTo(c *Counts) {
	if len(a.buckets) == 0 {
		return
	}
	c.widen(int(a.buckets[0]), int(a.buckets[len(a.buckets)-1])+1)
	for i, b := range a.buckets {
		c.n[int(b)-c.first] += uint64(a.n[i])
	}
	c.count += a.count
	c.sum += a.sum
}

// Count is how many values were added before the last Push.
func (i *Interval) Count() int64 { return int64(i.added.count) }

// Sum is their sum.
func (i *Interval) Sum() time.Duration { return time.Duration(i.added.sum) }

// Quantile is that of the values added before the last Push, as [Counts.Quantile]
// has it.
func (i *Interval) Quantile(q float64) time.Duration {
	if i.added.count == 0 {
		return 0
	}
	if q >= 1 {
		return time.Duration(i.added.max)
	}
	counts := Counts{count: i.added.count, max: i.added.max}
	rank, seen := counts.rank(q), uint64(0)
	for k, n := range i.added.n {
		if seen += uint64(n); seen >= rank {
			return time.Duration(counts.middle(int(i.added.buckets[k])))
		}
	}
	return time.Duration(i.added.max)
}

// Clone is an independent copy.
func (i *Interval) Clone() Interval {
	return Interval{edge: i.edge.Clone(), added: i.added.clone()}
}

func (a *added) clone() added {
	c := *a
	c.buckets, c.n = slices.Clone(a.buckets), slices.Clone(a.n)
	return c
}
