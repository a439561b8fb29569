package journal

import "sync/atomic"

// fullRate is up to how many items a second all are written.
const fullRate = 1000

// maxStride bounds how rare a written item can get.
const maxStride = 1 << 30

// Sampler decides which items are written: all up to 1,000 a second, above that
// every second, fourth, eighth, ... so that at most 1,000 are. All entries of an
// item are written or none, except of items that are on their way when the rate
// changes: those may lose the end of their story, or lack its beginning.
//
// The zero value writes all. It may be used by any number of goroutines.
type Sampler struct {
	mask atomic.Int64 // stride - 1
}

// SetRate says how many items a second there are now.
func (s *Sampler) SetRate(perSecond float64) {
	stride := int64(1)
	for stride < maxStride && perSecond > fullRate*float64(stride) {
		stride *= 2
	}
	s.mask.Store(stride - 1)
}

// Wants says whether the item with this sequence number is written.
func (s *Sampler) Wants(seq int64) bool { return seq&s.mask.Load() == 0 }
