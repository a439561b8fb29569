package virtual

import (
	"duet/engine/account"
	"duet/engine/measure"
)

// level follows how many there are of something, exactly: its integral over time
// is known at any time from how many came and went, and when.
type level struct {
	n      int64
	offset int64 // the times at which they came, less those at which they went
	read   int64 // the integral at the last reading
	max    int64 // since then
}

func (v *level) add(n, now int64) {
	v.n += n
	v.offset += n * now
	v.max = max(v.max, v.n)
}

// now is the level at the moment, for who does not follow it.
func (v *level) now() account.Level { return account.Level{Now: v.n} }

// since is the level, and what it was since this was last called. Integrals are
// kept modulo 2^64; between two readings they are far smaller.
func (v *level) since(now int64) account.Level {
	integral := v.integral(now)
	l := account.Level{Now: v.n, Area: float64(integral-v.read) / 1e9, Max: v.max}
	v.read, v.max = integral, v.n
	return l
}

// integral is that of the level over time, but for a constant and modulo 2^64.
func (v *level) integral(now int64) int64 { return v.n*now - v.offset }

// histogram is a distribution of durations.
type histogram struct {
	counts measure.Counts
	fresh  [32]int64 // not counted yet, for several at once are counted faster
	n      int
}

func (h *histogram) record(ns int64) {
	h.fresh[h.n] = ns
	if h.n++; h.n == len(h.fresh) {
		h.flush()
	}
}

//go:noinline // so that record is inlined
func (h *histogram) flush() {
	h.counts.RecordAll(h.fresh[:h.n])
	h.n = 0
}

func (h *histogram) addTo(c *measure.Counts) {
	h.flush()
	c.Add(&h.counts)
}

// durations is a distribution of which most values are 0: these are only
// counted.
type durations struct {
	histogram
	zeros int64
}

func (d *durations) record(ns int64) {
	if ns == 0 {
		d.zeros++
	} else {
		d.recordSome(ns)
	}
}

//go:noinline // so that record is inlined
func (d *durations) recordSome(ns int64) { d.histogram.record(ns) }

func (d *durations) addTo(c *measure.Counts) {
	d.histogram.addTo(c)
	c.RecordN(0, d.zeros)
}
