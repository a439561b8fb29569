package workload

import (
	"slices"
	"sync"
	"time"

	"duet/engine"
)

// Cursor reads a stream from its first item on. A lane pulls its items through
// one cursor; a sampler that counts what should have arrived by now has another.
//
// A cursor is used by one goroutine at a time. Its lock is its own: Next and
// Peek wait for nobody but a [Stream.Change], which waits for other cursors to
// finish what they are handing out, and, for a moment, a Count.
type Cursor struct {
	stream *Stream

	mu      sync.Mutex    // held while items are handed out; after the stream's
	log     *log          // as far as known
	current *epoch        // of the next item
	until   time.Duration // end of that epoch, inclusive
	position

	gaps gapsAhead
}

// position is where a cursor is. It means the same to all cursors of a stream.
type position struct {
	epoch  int           // of the next item
	due    units         // of the next item, since the beginning of that epoch
	at     time.Duration // the same as a time; never: there is no next item
	handed time.Duration // intended time of the last item handed out
	seq    int64         // its number
}

// batch is how many items Count passes before it lets a Change in.
const batch = 1024

// Next fills dst with the items that follow, as far as their intended time is
// at or before now, and returns how many these are. It does not block and does
// not allocate. Now may be any time, also one before that of an earlier call;
// items once handed out do not come again.
func (c *Cursor) Next(now time.Duration, dst []engine.Item) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	n := 0
	for n < len(dst) && c.at <= now && c.at != never {
		n += c.some(now, dst[n:])
	}
	return n
}

// Peek returns the intended time of the next item, if nothing changes until
// then; whoever sleeps until that time also waits for [Stream.Changed], taken
// before the call of Peek. It returns false if there is no next item: the rate
// is 0, the pattern stays at 0, or the trace is over.
func (c *Cursor) Peek() (at time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	return c.at, c.at != never
}

// Count passes all items whose intended time is at or before now, without
// making them, and returns how many items there were since the beginning. What
// was passed counts as handed out: no change affects it any more. Where
// another cursor has been already, Count goes on from there, so that it costs
// next to nothing while the lanes keep up.
func (c *Cursor) Count(now time.Duration) int64 {
	c.catchUp(now)
	for {
		n, seq := c.pass(now)
		if n < batch {
			return seq
		}
	}
}

// pass passes at most a batch of items; it returns how many, and the number of
// the last.
func (c *Cursor) pass(now time.Duration) (n int, seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	for n < batch && c.at <= now && c.at != never {
		c.advance()
		n++
	}
	return n, c.seq
}

// catchUp moves to the position of the cursor that has passed the most items
// of those until now.
func (c *Cursor) catchUp(now time.Duration) {
	st := c.stream
	st.mu.Lock()
	defer st.mu.Unlock()
	best := c.where()
	for _, other := range st.cursors {
		if p := other.where(); p.seq > best.seq && p.handed <= now {
			best = p
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.position = best
	c.log = nil // look at the epochs anew
}

// where returns the position.
func (c *Cursor) where() position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.position
}

// Rebind lets the cursor go on, from where it is, on a fork of its stream. It
// comes after [Stream.Fork] and before the next Change of either stream: from
// then on the two may differ.
func (c *Cursor) Rebind(st *Stream) {
	old := c.stream
	old.mu.Lock()
	old.cursors = slices.DeleteFunc(old.cursors, func(other *Cursor) bool { return other == c })
	old.mu.Unlock()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.cursors = append(st.cursors, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stream = st
}

// some hands out items of the present epoch that are due: at least the next one. It
// returns how many.
func (c *Cursor) some(now time.Duration, dst []engine.Item) int {
	l, epoch, until, n := c.current.load, c.epoch, min(now, c.until), 0
	if gaps, steady := c.current.steady(); steady {
		n = c.flow(until, dst, gaps)
	} else {
		for n < len(dst) && c.at <= until && c.at != never && c.epoch == epoch {
			dst[n].Seq, dst[n].At = c.seq+1, c.at
			n++
			c.advance()
		}
	}
	dst = dst[:n]
	c.stream.label(dst, l)
	for i := range dst {
		dst[i].Epoch, dst[i].Payload = int32(epoch), l.payload
	}
	return n
}

// flow hands out, of items that come at random and at a rate that stays, as nearly all
// do, what is due until a time that the present epoch reaches to: many at once take
// a third of what they take one by one.
func (c *Cursor) flow(until time.Duration, dst []engine.Item, gaps poisson) int {
	e, due, at, seq := c.current, c.due, c.at, c.seq
	n := 0
	for n < len(dst) && at <= until {
		for _, gap := range c.gaps.from(seq+2, gaps) {
			seq++
			dst[n].Seq, dst[n].At = seq, at
			due = due.later(gap)
			at = max(after(e.from, due.float()/e.rate), e.from+1, at)
			if n++; n == len(dst) || at > until {
				break
			}
		}
	}
	c.due, c.seq, c.handed = due, seq, dst[n-1].At
	if c.at = at; at > c.until {
		c.place()
	}
	return n
}

// advance passes one item.
func (c *Cursor) advance() {
	c.seq++
	c.handed = c.at
	c.due = c.due.plus(c.gap(c.seq + 1))
	c.place()
}

// gap returns the gap before item n.
func (c *Cursor) gap(n int64) float64 {
	if p, ok := c.current.load.arrivals.(poisson); ok {
		return c.gaps.from(n, p)[0]
	}
	return c.current.load.arrivals.gap(n)
}

// follow takes notice of what changed since the last call. The next item may
// have been placed in an epoch that another has replaced since: it is placed
// again, which gives the same if nothing changed before it.
func (c *Cursor) follow() {
	if l := c.stream.log.Load(); l != c.log {
		c.log = l
		c.enter(c.epoch)
		c.place()
	}
}

// enter makes an epoch the current one.
func (c *Cursor) enter(k int) {
	c.epoch, c.current, c.until = k, c.log.epochs[k], never
	if k+1 < len(c.log.epochs) {
		c.until = c.log.epochs[k+1].from
	}
}

// place finds the time of the next item. As long as that is after the end of
// the epoch, the item is carried over into the next with the operational time
// that is left.
func (c *Cursor) place() {
	for {
		c.at = never
		if c.seq < c.current.load.last {
			// An epoch owns the times after its beginning; and what rounding
			// does must not turn back time.
			c.at = max(c.current.reach(c.due), c.current.from+1, c.handed)
		}
		if c.at <= c.until {
			return
		}
		c.due = c.due.plus(-c.current.units(c.until))
		c.enter(c.epoch + 1)
	}
}
