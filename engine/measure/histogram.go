package measure

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// cacheLine is how far apart the data of two writers must lie.
const cacheLine = unsafe.Sizeof(cpu.CacheLinePad{})

// octave holds the counts of one power of two: 512 bytes.
type octave [perOctave]atomic.Uint64

// table is the part that [Histogram] and [Shared] have in common. Octaves are
// allocated when the first value falls into them: an idle table is a few
// hundred bytes, one in use grows by 512 bytes for each power of two that its
// values span, and nothing is allocated after that.
type table struct {
	octaves [octaves]atomic.Pointer[octave]
	sum     atomic.Uint64 // nanoseconds, modulo 2^64
	max     atomic.Int64
	_       [cacheLine]byte
}

// bucket is the counter of a clamped value.
func (t *table) bucket(ns int64) *atomic.Uint64 {
	b := bucketOf(ns)
	o := t.octaves[b>>octaveBits].Load()
	if o == nil {
		o = t.allocate(b >> octaveBits)
	}
	return &o[b%perOctave]
}

// allocate adds an octave, or finds the one that another writer just added.
func (t *table) allocate(i int) *octave {
	t.octaves[i].CompareAndSwap(nil, new(octave))
	return t.octaves[i].Load()
}

// addTo reads sum and max last, and writers write them first, so that they cover
// at least what was counted.
func (t *table) addTo(c *Counts) {
	for i := range t.octaves {
		if o := t.octaves[i].Load(); o != nil {
			c.addOctave(i, o)
		}
	}
	c.sum += t.sum.Load()
	c.max = max(c.max, t.max.Load())
}

// Histogram counts durations of one writer, in nanoseconds: negative ones as 0,
// those above 19.5 hours as 19.5 hours. Values read back are within 0.8 %; count
// and sum are exact. The zero value is ready and takes less than 1 KB; see
// [Shared] for several writers. It must not be copied.
type Histogram struct{ table }

// Record counts one value. Only one goroutine may record at a time.
func (h *Histogram) Record(ns int64) { h.RecordN(ns, 1) }

// RecordN counts a value n times, n >= 0. Only one goroutine may record at a
// time.
func (h *Histogram) RecordN(ns, n int64) {
	// With a single writer, a load and a store count as well as an atomic add.
	ns = clamp(ns)
	if ns > h.max.Load() {
		h.max.Store(ns)
	}
	h.sum.Store(h.sum.Load() + uint64(ns*n))
	b := h.bucket(ns)
	b.Store(b.Load() + uint64(n))
}

// AddTo adds everything recorded so far to c. It may be called at any time; a
// value recorded meanwhile is in the sum before it is in the count.
func (h *Histogram) AddTo(c *Counts) { h.addTo(c) }

// Shared is a [Histogram] for any number of writers at once, at the price of
// contention: one for each few dozen goroutines is meant, not one for all.
type Shared struct{ table }

// Record counts one value.
func (s *Shared) Record(ns int64) { s.RecordN(ns, 1) }

// RecordN counts a value n times, n >= 0.
func (s *Shared) RecordN(ns, n int64) {
	ns = clamp(ns)
	raise(&s.max, ns)
	s.sum.Add(uint64(ns * n))
	s.bucket(ns).Add(uint64(n))
}

// Alone is the same histogram for a writer that knows that nobody else records
// at the time.
func (s *Shared) Alone() *Histogram { return (*Histogram)(s) }

// AddTo adds everything recorded so far to c, like [Histogram.AddTo].
func (s *Shared) AddTo(c *Counts) { s.addTo(c) }

// raise makes mark at least v, and returns what it was before.
func raise(mark *atomic.Int64, v int64) int64 {
	for {
		old := mark.Load()
		if v <= old || mark.CompareAndSwap(old, v) {
			return old
		}
	}
}
