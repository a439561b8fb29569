package virtual

import "duet/engine"

// Of clients that do not wait for ever a snapshot tells how many items have not
// ended, and how many tries wait or are in hand. The oldest tries, as far as there
// are more of them than items, are taken for given up: nobody waits for them. Each
// item is at the try that its age comes to, if none is made before the last has
// been given up.

// impatient tells whether what arrives now has a client that gives up.
func (e *entry) impatient() bool { return e.terms != nil && e.terms.timeout > 0 }

// forsake finds how many of the oldest tries are for nobody.
func (e *entry) forsake() {
	e.table = append(e.table[:0], client{}) // of those
	numbers := e.numbers()
	if n := e.from.Whole.Backlog.Now + int64(len(numbers)) - e.unended(); n > 0 && len(numbers) > 0 {
		e.forsaken = numbers[min(n, int64(len(numbers)))-1]
	}
}

// tellApart finds tries for one item that are at the same handler: all but one are
// for nobody.
func (e *entry) tellApart() {
	type at struct {
		seq int64
		way int32 // the subscription, or the handler
	}
	seen := map[at]bool{}
	for i := range e.spots {
		s := &e.spots[i]
		another := false
		for _, way := range e.ways(s) {
			another = another || seen[at{s.seq, way}]
			seen[at{s.seq, way}] = true
		}
		if another && s.slot != none {
			x := e.items[s.slot]
			s.slot = e.alloc(&x.Item)
			x.client, x.forsaken, x.tracked, x.whole = 0, true, true, false
			e.items[s.slot] = x
		}
	}
}

// ways are to which subscriptions, or handlers, a spot belongs.
func (e *entry) ways(s *spot) []int32 {
	g := &e.generations[e.current]
	switch {
	case s.of == inCall:
		return []int32{s.at}
	case s.of == inQueue:
		return []int32{s.at}
	case s.of == atServer:
		return []int32{e.servers[s.at].sub}
	case g.inline() || g.goroutines():
		return g.handlers
	}
	return g.subs[e.standsAt(s):]
}

// adopt gives an item that is in a spot its client.
func (e *entry) adopt(slot int32) {
	it := &e.items[slot]
	i := e.welcome(&it.Item)
	c := &e.table[i]
	e.age(i)
	c.slot = slot
	it.client, it.tracked, it.whole, it.arrived = i, true, false, c.at
	if it.began == none {
		return
	}
	c.begun = true
	e.clients.waiting--
	e.handle(&it.Item, 1)
	e.counts.Returned--
	for h := range c.results {
		c.results[h] = 0 // of those that it is not in the way of any more, it has done
	}
	for k := range e.spots {
		if s := &e.spots[k]; s.slot == slot {
			e.open(c, s)
		}
	}
}

// open has the deliveries that are in a spot not have ended.
func (e *entry) open(c *client, s *spot) {
	g := &e.generations[e.current]
	switch s.of {
	case inCall:
		c.results[s.at] = open
		return
	case atServer, inQueue:
		sub := s.at
		if s.of == atServer {
			sub = e.servers[s.at].sub
		}
		if h := e.subs[sub].handler; h != none {
			c.results[h] = open
			return
		}
	case atProducer:
	}
	for k, h := range g.handlers {
		if s.of != atProducer || k >= int(e.producers[s.at].step) {
			c.results[h] = open
		}
	}
}

// age has a client be at the try that its age comes to.
func (e *entry) age(i int32) {
	c := &e.table[i]
	age := max(0, e.now-int64(c.item.At))
	c.try = int32(min(1+age/c.terms.timeout, int64(max(1, c.terms.retry.Attempts))))
	c.at = e.now - age%c.terms.timeout
	c.event = e.patience.add(c.at+c.terms.timeout, patienceOver|who(i))
}

// arriveImpatient has an item of the backlog arrive, with the client that it has by
// now.
func (e *entry) arriveImpatient() {
	x := &e.lines[0]
	if e.pinned {
		x = &e.lines[e.due[e.head].Key%int32(len(e.lines))]
	}
	e.arrive()
	a := x.waiting.at(x.waiting.len() - 1)
	e.age(a.client)
	a.try, a.at = e.table[a.client].try, e.table[a.client].at
}

// arriveForsaken has the tries be in the backlog that are for nobody, before all
// others.
func (e *entry) arriveForsaken(n int64) {
	for k := range n {
		it := engine.Item{Seq: 1 + k%e.arrived, At: duration(e.now), Epoch: e.stream.Epoch()}
		e.lines[n%int64(len(e.lines))].waiting.push(arrival{Item: it, at: e.now, client: 0, try: none})
		e.leaveBacklog(-1, true)
	}
}
