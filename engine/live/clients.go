package live

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/script"
	"duet/engine/workload"
)

// clients are who waits for the items of a lane, and for how long. A lane gets
// them when its load first has a timeout; what arrived before waits for ever.
//
// They read the schedule with a cursor of their own, for a client waits from the
// intended time on, whether or not a producer has come for its item. Its goroutine
// sleeps until the next of them gives up or tries again.
type clients struct {
	lane    *lane
	wake    chan struct{}
	retries atomic.Int64 // tries that arrived after the first
	open    atomic.Int64 // clients whose items have not ended

	mu      sync.Mutex // of what follows; taken before any source's
	cursor  *workload.Cursor
	arrived int64         // items
	seen    time.Duration // when the last of them arrived
	decided int64         // retries
	terms   []terms
	fresh   map[int64]*client // whose first try no producer has taken yet, by sequence number
	agenda  appointments
	n       int64 // appointments so far
	due     [batch]engine.Item
}

// terms are what holds for tries that arrive after a time.
type terms struct {
	from    time.Duration
	timeout time.Duration
	retry   engine.Retry
}

// appointment is when a client gives a try up, or when a try arrives.
type appointment struct {
	at    time.Duration
	n     int64 // equal times keep their order
	try   *try
	again bool // the try arrives
}

// engage gives the lane clients, or tells those it has that other terms hold for
// what arrives after a time. The caller holds the run's mu, or starts it.
func (l *lane) engage(from time.Duration, load *engine.Load) {
	c := l.clients.Load()
	switch {
	case c != nil:
		c.change(terms{from, load.Timeout, load.Retry})
	case load.Timeout > 0:
		c = &clients{lane: l, wake: make(chan struct{}, 1), fresh: make(map[int64]*client)}
		ahead := l.sources[0]
		for _, s := range l.sources { // what they have already is as it was
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.filled > ahead.filled {
				ahead = s
			}
		}
		from = max(from, ahead.filled)
		c.cursor = l.stream().CursorAt(ahead.cursor.Place())
		c.arrived = c.cursor.Count(from)
		c.terms = []terms{{from, load.Timeout, load.Retry}}
		l.clients.Store(c)
		l.run.background.Go(func() { c.loop(labelled(l.run.ctx, l.labels(roleClients, ""))) })
	}
}

// change has other terms hold.
func (c *clients) change(next terms) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.terms[len(c.terms)-1]; now.timeout == next.timeout && now.retry == next.retry {
		return
	}
	c.register(next.from)
	next.from = max(next.from, c.seen)
	c.terms = append(c.terms, next)
	c.poke()
}

// at is the terms for a try that arrives at a time.
func (c *clients) at(t time.Duration) *terms {
	for i := len(c.terms) - 1; i >= 0; i-- {
		if c.terms[i].from < t {
			return &c.terms[i]
		}
	}
	return &terms{}
}

// patience is until when a client waits for a try that arrives at a time.
func (c *clients) patience(at time.Duration) time.Duration {
	if timeout := c.at(at).timeout; timeout > 0 {
		return at + timeout
	}
	return never
}

// poke makes the clients' goroutine look again.
func (c *clients) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// take is the first try for an item that a producer has come for; nil: its client
// waits for ever.
func (c *clients) take(it *engine.Item) *try {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.register(it.At)
	if c.at(it.At).timeout == 0 {
		return nil
	}
	if x := c.fresh[it.Seq]; x != nil {
		delete(c.fresh, it.Seq)
		return &x.first
	}
	return forsaken
}

// register lets the clients of all items in that arrive until a time. The caller
// holds mu.
func (c *clients) register(until time.Duration) {
	for {
		n := c.cursor.Next(min(until, c.lane.run.end-1), c.due[:])
		for _, it := range c.due[:n] {
			c.arrived, c.seen = it.Seq, it.At
			if until := c.patience(it.At); until != never {
				x := newClient(it, len(c.lane.handlers), until)
				c.fresh[it.Seq] = x
				c.open.Add(1)
				c.appoint(until, &x.first, false)
			}
		}
		if n < len(c.due) {
			return
		}
	}
}

func (c *clients) appoint(at time.Duration, t *try, again bool) {
	c.n++
	heap.Push(&c.agenda, appointment{at, c.n, t, again})
	if c.agenda[0].n == c.n {
		c.poke()
	}
}

// loop is the clients' goroutine.
func (c *clients) loop(ctx context.Context) {
	clk := c.lane.run.clock
	sleeper := clk.NewSleeper(clock.Coarse)
	for {
		next := c.act(clk.Now())
		if _, err := sleeper.UntilOr(ctx, next, c.wake); err != nil {
			return
		}
	}
}

// act does what is due, and returns when the next is.
func (c *clients) act(now time.Duration) (next time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.register(now)
	for len(c.agenda) > 0 && c.agenda[0].at <= now {
		a := heap.Pop(&c.agenda).(appointment)
		switch {
		case a.again:
			c.arrive(a.try, now)
		default:
			c.giveUp(a.try, now)
		}
	}
	next = never
	if at, ok := c.cursor.Peek(); ok && at < c.lane.run.end {
		next = c.patience(at)
	}
	if len(c.agenda) > 0 {
		next = min(next, c.agenda[0].at)
	}
	return next
}

// giveUp ends a client's patience with a try, unless the item has ended: it tries
// again, or its item is expired.
func (c *clients) giveUp(t *try, now time.Duration) {
	l, x := c.lane, t.client
	retry := &c.at(t.at).retry
	again := t.n < int64(retry.Attempts) && script.Allows(*retry, c.arrived, c.decided)
	begun, given := t.giveUp(again)
	if !given {
		return
	}
	delete(c.fresh, x.item.Seq) // whoever finds it there no more knows that it was given up
	if !again {
		l.expire(t, begun, now)
		return
	}
	c.decided++
	at := t.until + script.Pause(retry.Backoff, int(t.n), l.stream().Draw(x.item, workload.Returning, 0, int(t.n)))
	c.appoint(at, &try{client: x, n: t.n + 1, at: at}, true)
}

// arrive puts a client's further try among what is due.
func (c *clients) arrive(t *try, now time.Duration) {
	if t.until = c.patience(t.at); t.until != never {
		c.appoint(t.until, t, false)
	}
	c.retries.Add(1)
	c.lane.note(engine.Retried, &delivery{item: t.client.item}, -1, 0, int(t.n), now)
	c.lane.sourceOf(t.client.item).again(t)
}

// appointments has the one due first on top.
type appointments []appointment

func (h appointments) Len() int { return len(h) }
func (h appointments) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].n < h[j].n
}
func (h appointments) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *appointments) Push(x any)   { *h = append(*h, x.(appointment)) }
func (h *appointments) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = appointment{} // leave nothing to be kept alive
	*h = (*h)[:last]
	return x
}
