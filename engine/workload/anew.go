package workload

import (
	"slices"
	"time"

	"duet/engine"
)

// Past is what is assumed of the items that a stream begins with, where it begins
// in the middle of a run.
type Past struct {
	At      time.Duration // now
	Arrived int64         // items so far: the number of the latest
	Known   int64         // how many of these the stream has
	Rate    float64       // a second, at which those came; above 0
}

// Anew returns a stream with the settings that are in force last, whose items are
// others: drawn from a seed of its own. It begins with the last items that came
// until now, evenly spaced, for nothing more is known of them; and goes on as the
// settings say, from anywhere between two arrivals. A trace that loops goes on
// from anywhere in it.
//
// It shares what never changes with st, and so is made in some microseconds.
func (st *Stream) Anew(seed uint64, p Past) *Stream {
	draws := newSubstream(seed, beginning, 0, 0)
	s := &Stream{seed: seed, recording: st.recording, draws: newSubstream(seed, keying, 0, 0)}
	now := *st.log.Load().latest()
	if r := st.recording; r != nil && now.load.last == endless {
		moved := *r
		moved.shift += int64(draws.uniform(2) * float64(len(r.offsets)))
		s.recording = &moved
	}
	now.from = p.At
	now.load = now.load.anew(seed, s.recording)
	now.services = now.services.anew(seed, s.recording)
	rest := 1.0 // of the gap that now is in
	if _, forgetful := now.load.arrivals.(poisson); !forgetful {
		rest = draws.uniform(1)
	}
	bridge := bridge{upTo: p.Arrived, rest: rest, then: now.load.arrivals}
	s.before, s.first = p.Arrived-p.Known, 0.5
	epochs := []*epoch{&now}
	if p.Known == 0 {
		s.first = bridge.gap(p.Arrived+1) - 0.5
	} else {
		past := now
		past.from, past.rate = p.At-time.Duration(float64(p.Known)/p.Rate*1e9), p.Rate
		load := *now.load
		load.arrivals, load.pattern, load.last = bridge, flat{}, endless
		past.load = &load
		epochs = []*epoch{&past, &now}
	}
	s.log.Store(&log{epochs: epochs, changed: make(chan struct{})})
	return s
}

// bridge spaces items evenly up to one, and from there on as another process
// does.
type bridge struct {
	upTo int64
	rest float64 // of the first gap of the other process
	then arrivals
}

func (b bridge) gap(n int64) float64 {
	switch {
	case n <= b.upTo:
		return 1
	case n == b.upTo+1 && n > b.then.last():
		return 1 // of what does not come
	case n == b.upTo+1:
		return 0.5 + b.rest*b.then.gap(n)
	}
	return b.then.gap(n)
}

func (b bridge) last() int64 { return b.then.last() }

// anew returns the load with other gaps.
func (l *load) anew(seed uint64, r *recording) *load {
	c := *l
	c.arrivals = newArrivals(l.settings, seed, r)
	return &c
}

// anew returns the services with other demands.
func (all *services) anew(seed uint64, r *recording) *services {
	c := *all
	c.laws, c.recording = slices.Clone(all.laws), r
	for i := range c.laws {
		c.laws[i].draws = newSubstream(seed, serving, i, 0)
	}
	return &c
}

// Key returns the key that the item with a number has with the settings that
// are in force last.
func (st *Stream) Key(n int64) int32 { return st.key(n, st.log.Load().latest().load) }

// Arrived is how many items there are whose intended time is at or before at: all
// are gone through.
func (st *Stream) Arrived(at time.Duration) int64 {
	c := st.cursor()
	for {
		if n, seq := c.pass(at); n < batch {
			return seq
		}
	}
}

// Epoch is that of the settings that are in force last, in the words of an item.
func (st *Stream) Epoch() int32 { return int32(len(st.log.Load().epochs) - 1) }

// Pass passes the items up to the one with a number, whenever they are due.
func (c *Cursor) Pass(n int64) {
	for more := true; more; {
		c.mu.Lock()
		c.follow()
		for i := 0; i < batch && c.seq < n && c.at != never; i++ {
			c.advance()
		}
		more = c.seq < n && c.at != never
		c.mu.Unlock()
	}
}

// Item passes the items up to the one with a number, which has not been passed,
// and returns that; false if there is none.
func (c *Cursor) Item(n int64) (it engine.Item, ok bool) {
	c.Pass(n - 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	if c.at == never || c.seq != n-1 {
		return it, false
	}
	it = c.item()
	c.advance()
	return it, true
}
