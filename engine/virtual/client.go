package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
	"duet/engine/workload"
)

// client is who wants an item done and does not wait for it for ever. Servers know
// nothing of it: they handle tries, also those that it has given up.
type client struct {
	item    engine.Item
	active  bool
	begun   bool              // some try was begun while it was waited for
	try     int32             // the number of the one it waits for, or is about to make
	slot    int32             // of that try, once a producer has taken it; none
	at      int64             // when that try arrived
	event   uint32            // that ends its patience
	back    uint32            // with which its next try arrives
	terms   *terms            // for that try
	results []account.Outcome // of its deliveries, by handler; open where there is none
}

// open is the result of a delivery that has not ended.
const open = account.Outcomes

// terms are what holds for the tries that arrive after a time.
type terms struct {
	from    int64
	timeout int64
	retry   engine.Retry
	before  *terms // what held until then
}

// clients are those of a lane.
type clients struct {
	terms     *terms // nil: all wait for ever, and always did
	table     []client
	vacancies []int32
	patience  heap // when they give a try up
	returns   heap // when their next tries arrive

	waiting   int64 // those whose items no try has begun
	active    int64
	tries     int64 // of theirs, in the backlog
	decided   int64 // retries
	comebacks int64 // those that arrived
	wasted    int64
}

// The events of clients.
const (
	patienceOver who = iota << kindShift
	tryArrives
)

// engage has other terms hold for what arrives after now.
func (l *lane) engage(load *engine.Load) {
	next := terms{from: l.now, timeout: int64(load.Timeout), retry: load.Retry, before: l.terms}
	switch {
	case l.terms == nil && next.timeout == 0:
		return
	case l.terms != nil && l.terms.timeout == next.timeout && l.terms.retry == next.retry:
		return
	case l.terms != nil && l.terms.from == l.now:
		next.before = l.terms.before
	}
	if next.before != nil {
		last := *next.before
		last.before = nil // nothing arrives any more to which that applies
		next.before = &last
	}
	l.terms = &next
}

// termsAt are those for a try that arrives at a time.
func (c *clients) termsAt(at int64) *terms {
	if t := c.terms; t == nil || at > t.from {
		return t
	}
	return c.terms.before
}

// welcome makes the client of an item that arrives now; none if that waits for
// ever.
func (l *lane) welcome(it *engine.Item) int32 {
	t := l.termsAt(l.now)
	if t == nil || t.timeout == 0 {
		return none
	}
	var i int32
	if n := len(l.vacancies); n > 0 {
		i = l.vacancies[n-1]
		l.vacancies = l.vacancies[:n-1]
	} else {
		l.table = append(l.table, client{})
		i = int32(len(l.table) - 1)
	}
	c := &l.table[i]
	*c = client{item: *it, active: true, try: 1, slot: none, at: l.now, terms: t, results: c.results[:0]}
	for range l.handlers {
		c.results = append(c.results, open)
	}
	c.event = l.patience.add(add(l.now, t.timeout), patienceOver|who(i))
	l.waiting++
	l.active++
	return i
}

// isOver lets a client lose patience with a try.
func (l *lane) isOver(e event) {
	i := int32(e.who() & indexMask)
	c := &l.table[i]
	if c.event != e.n() {
		return
	}
	c.event = 0
	if c.slot != none {
		l.items[c.slot].forsaken = true
	}
	if c.try >= int32(c.terms.retry.Attempts) || !script.Allows(c.terms.retry, l.offered, l.decided) {
		l.expire(i)
		return
	}
	l.decided++
	u := l.stream.Draw(c.item, workload.Returning, 0, int(c.try))
	pause := script.Pause(c.terms.retry.Backoff, int(c.try), u)
	c.try, c.slot = c.try+1, none
	for h := range c.results {
		c.results[h] = open
	}
	c.back = l.returns.add(add(l.now, int64(pause)), tryArrives|who(i))
}

// comeBack lets a client's next try arrive.
func (l *lane) comeBack(e event) {
	i := int32(e.who() & indexMask)
	c := &l.table[i]
	if c.back != e.n() {
		return
	}
	c.back, c.at, c.terms = 0, l.now, l.termsAt(l.now)
	if c.terms.timeout > 0 {
		c.event = l.patience.add(add(l.now, c.terms.timeout), patienceOver|who(i))
	}
	l.comebacks++
	if l.machine.told(c.item.Seq) {
		l.note(engine.Retried, &item{Item: c.item}, none, 0, c.try)
	}
	l.admitArrival(&arrival{Item: c.item, at: l.now, client: i, try: c.try})
}

// claim gives a try its place, once a producer has taken it: unless it was given
// up before.
func (l *lane) claim(slot int32, a *arrival) {
	if a.client == none {
		return
	}
	it := &l.items[slot]
	it.tracked, it.client = true, a.client
	c := &l.table[a.client]
	if it.forsaken = !c.active || c.item.Seq != a.Seq || c.try != a.try; !it.forsaken {
		c.slot = slot
	}
}

// takeTry is take for a client's try.
func (l *lane) takeTry(it *item, ready bool) {
	fresh := it.began == none
	if fresh {
		it.began = l.now
	}
	if it.held {
		it.held = false
		l.leaveBacklog(1, true)
	}
	c := &l.table[it.client]
	switch {
	case !it.forsaken && !c.begun:
		c.begun = true
		l.waiting--
		l.counts.Attempts++
		l.handle(&it.Item, 1)
		if !ready {
			l.counts.Waited++
		}
	case fresh || it.alone:
		l.counts.Attempts++
		l.counts.Repeated++
		l.counts.Returned++
	}
}

// close ends a client's item: each of its deliveries, in the hand-over that its
// last try took, as far as they have not ended as expired ones.
func (l *lane) close(i int32, out account.Outcome, g *generation) {
	c := &l.table[i]
	for _, h := range g.handlers {
		result := c.results[h]
		if result == open {
			result = account.Expired
		}
		l.handlers[h].counts.Ended[result]++
	}
	l.spareAbsent(g)
	l.ended(&c.item, out)
	if c.begun {
		l.counts.Returned++
		l.handle(&c.item, -1)
	} else {
		l.counts.Unbegun++
		l.waiting--
	}
	l.active--
	c.active, c.event, c.back, c.slot = false, 0, 0, none
	l.vacancies = append(l.vacancies, i)
}

// expire ends an item whose client does not want it any more.
func (l *lane) expire(i int32) {
	c := &l.table[i]
	l.close(i, account.Expired, &l.generations[l.current])
	if l.machine.told(c.item.Seq) {
		l.note(engine.Expired, &item{Item: c.item}, none, 0, c.try)
	}
}

// oldestUnbegun is when the oldest item arrived that no try has begun; never if
// there is none.
func (c *clients) oldestUnbegun() int64 {
	at := never
	if c.waiting == 0 {
		return at
	}
	for i := range c.table {
		if x := &c.table[i]; x.active && !x.begun {
			at = min(at, int64(x.item.At))
		}
	}
	return at
}

// outcome books how a delivery ended. That of a client's try counts with the end
// of its item, if it is still wanted; else it was handled for nobody.
func (l *lane) outcome(h *handler, it *item, out account.Outcome, handled bool) {
	switch {
	case it.client == none:
		h.counts.Ended[out]++
	case !it.forsaken:
		l.table[it.client].results[h.index] = out
	case handled:
		l.wasted++
	}
}
