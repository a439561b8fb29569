package workload

import (
	"slices"
	"time"

	"duet/engine"
)

// Past is what is known of the items that a stream begins with, where it begins in
// the middle of a run.
type Past struct {
	At      time.Duration   // now
	Arrived int64           // items so far: the number of the latest
	Times   []time.Duration // when the latest of these arrived, which the stream has
}

// Anew returns a stream with the settings that are in force last, whose items are
// others: drawn from a seed of its own. Those that have arrived came when they did,
// and it goes on as the settings say, from anywhere between two arrivals. A trace
// that loops goes on from anywhere in it. It keeps the times of the past, which
// must not change.
//
// It shares what never changes with st, and so is made in some microseconds.
func (st *Stream) Anew(seed uint64, p Past) *Stream {
	draws := newSubstream(seed, beginning, 0, 0)
	s := &Stream{seed: seed, recording: st.recording, draws: newSubstream(seed, keying, 0, 0), sorts: newSubstream(seed, classing, 0, 0)}
	now := *st.log.Load().latest()
	if r := st.recording; r != nil && now.load.last == endless {
		moved := *r
		moved.shift += int64(draws.uniform(2) * float64(len(r.offsets)))
		s.recording = &moved
	}
	now.from = p.At
	now.load = now.load.anew(seed, s.recording)
	now.services = now.services.anew(seed, s.recording)
	b := bridge{past: p, rest: 1, then: now.load.arrivals}
	if _, forgetful := b.then.(poisson); !forgetful {
		b.rest = draws.uniform(1)
	}
	s.before = p.Arrived - int64(len(p.Times))
	s.first = b.gap(s.before + 1)
	epochs := []*epoch{&now}
	if len(p.Times) > 0 {
		before := now
		before.from, before.rate = p.Times[0]-time.Second, 1
		load := *now.load
		load.arrivals, load.pattern, load.last = b, flat{}, endless
		before.load = &load
		epochs = []*epoch{&before, &now}
	}
	s.log.Store(&log{epochs: epochs, changed: make(chan struct{})})
	return s
}

// bridge has items come when they came, and then goes on as another process does.
// Until now a unit of operational time is a second.
type bridge struct {
	past Past
	rest float64 // of the first gap of the other process
	then arrivals
}

func (b bridge) gap(n int64) float64 {
	times := b.past.Times
	switch i := n - 1 - b.past.Arrived + int64(len(times)); {
	case n > b.past.Arrived+1:
		return b.then.gap(n)
	case i < int64(len(times)) && i > 0:
		return (times[i] - times[i-1]).Seconds()
	case i < int64(len(times)):
		return 1
	case n > b.then.last():
		return 1 // of what does not come
	case i == 0:
		return b.rest * b.then.gap(n)
	default:
		return (b.past.At - times[i-1]).Seconds() + b.rest*b.then.gap(n)
	}
}

func (b bridge) last() int64 { return b.then.last() }

// anew returns the load with other gaps.
func (l *load) anew(seed uint64, r *recording) *load {
	c := *l
	c.arrivals = newArrivals(l.settings, seed, r)
	return &c
}

// anew returns the services with other demands, drawn roughly.
func (all *services) anew(seed uint64, r *recording) *services {
	c := *all
	c.laws, c.recording = slices.Clone(all.laws), r
	for i, table := range all.tables() {
		c.laws[i].draws = newSubstream(seed, serving, i, 0)
		if table != nil {
			c.laws[i].of.Quantile = table
		}
	}
	return &c
}

// Key returns the key that the item with a number has with the settings that
// are in force last.
func (st *Stream) Key(n int64) int32 { return st.key(n, st.log.Load().latest().load) }

// Class returns the class that the item with a number has with the settings that
// are in force last.
func (st *Stream) Class(n int64) int32 { return st.class(n, st.log.Load().latest().load) }

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
	var one [1]engine.Item
	c.some(c.at, one[:])
	return one[0], true
}
