package measure

import "sync/atomic"

// Counter counts for one writer and any readers. Counters that lie side by side
// do not share a cache line. The zero value is ready; it must not be copied.
type Counter struct {
	n atomic.Int64
	_ [cacheLine - 8]byte
}

// Add adds n. Only one goroutine may add at a time.
func (c *Counter) Add(n int64) { c.n.Store(c.n.Load() + n) }

// Load is the count so far.
func (c *Counter) Load() int64 { return c.n.Load() }

// SharedCounter is a [Counter] for any number of writers at once.
type SharedCounter struct {
	n atomic.Int64
	_ [cacheLine - 8]byte
}

// Add adds n.
func (c *SharedCounter) Add(n int64) { c.n.Add(n) }

// Load is the count so far.
func (c *SharedCounter) Load() int64 { return c.n.Load() }
