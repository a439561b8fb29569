package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/workload"
)

// chronicle knows when the items of a run arrived. It goes on from where it was,
// so that what has been gone through is not gone through again.
type chronicle struct {
	items   *workload.Stream // of the settings that the run began with
	sources *sources         // nil: it has to begin from the beginning
	last    engine.Change    // of those that were repeated
	readers []reader         // one for each lane
	times   [][]time.Duration
}

// reader goes through a stream.
type reader struct {
	cursor *workload.Cursor
	start  workload.Place
	place  workload.Place // after the item passed
	passed int64
}

// read tells when the latest items arrived in each lane: as many as like needs. It
// is false if that is not known.
func (c *chronicle) read(from *engine.Snapshot, changes []engine.Change, like *sources) ([][]time.Duration, bool) {
	if !complete(from, changes) || !c.follow(from, changes) {
		c.sources = nil
		return nil, false
	}
	for len(c.times) < len(from.Lanes) {
		c.times = append(c.times, nil)
	}
	for i := range from.Lanes {
		if like.like(i) != i || (c.sources.own[i] == nil) != (like.own[i] == nil) {
			continue
		}
		arrived := from.Lanes[i].Ledger.Offered
		times, ok := c.readers[i].read(c.times[i][:0], arrived-like.needed(from, i), arrived)
		c.times[i] = times
		if !ok || len(times) > 0 && times[len(times)-1] > from.At {
			return nil, false
		}
	}
	return c.times, true
}

// follow makes the changes to the streams that were not made yet.
func (c *chronicle) follow(from *engine.Snapshot, changes []engine.Change) bool {
	if s := c.sources; s != nil && (s.made > len(changes) || s.made > 0 && !alike(&changes[s.made-1], &c.last)) {
		c.sources = nil // it went back, and something else was done then
	}
	if c.sources == nil {
		c.sources = linkedLanes(c.items.Fork(), len(from.Lanes))
		c.sources.now = from.Began
		c.readers = nil
	}
	before := c.sources.unlinked()
	if !c.sources.repeat(from, changes) {
		return false
	}
	if n := len(changes); n > 0 {
		c.last = changes[n-1]
	}
	if c.readers == nil || c.sources.unlinked() != before {
		c.readers = nil
		for i := range from.Lanes {
			cursor := c.sources.of(i).Cursor()
			c.readers = append(c.readers, reader{cursor: cursor, start: cursor.Place(), place: cursor.Place()})
		}
	}
	return true
}

// alike tells whether two changes are the same as far as it matters here.
func alike(a, b *engine.Change) bool {
	return a.At == b.At && a.Path == b.Path && a.Value == b.Value && a.Lane == b.Lane
}

// read appends to dst when the items came after a number and up to another.
func (r *reader) read(dst []time.Duration, after, to int64) (_ []time.Duration, ok bool) {
	if after < r.passed {
		r.place = r.start
	}
	r.cursor.Seek(r.place)
	r.cursor.Pass(after)
	r.place, r.passed = r.cursor.Place(), after
	for seq := after + 1; seq <= to; seq++ {
		it, ok := r.cursor.Item(seq)
		if !ok {
			return dst, false
		}
		dst = append(dst, it.At)
	}
	return dst, true
}
