package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// subscription is a handler's queues and the servers that handle what is in
// them: workers, or the goroutine of a buffered observer.
type subscription struct {
	generation int32
	handler    int32 // none: all of the generation's, together
	partitions int   // 0: one queue, for which the servers compete
	observed   bool  // by a buffered observer
	order      engine.Order
	rooms      script.Rooms // which queue is for which class, and for which workers
	capacity   int          // of each queue
	whenFull   engine.WhenFull
	ack        engine.Ack
	attempts   int
	backoff    engine.Backoff
	visibility int64 // after which what is in hand is delivered again; 0: never
	discards   bool  // what was given up, when its turn comes
	only       bool  // there is one queue, for all servers
	queues     []queue
	idle       ring[int32] // servers that wait for a delivery, the longest first; with partitions each queue has its own
	workers    []int32     // servers by their number, those that are gone included
	wanted     int         // how many there should be
	over       bool        // ended, and its place is free
}

// queue is a channel, with a list beside it of what is to be tried again.
type queue struct {
	index   int32          // in its subscription
	fresh   ring[int32]    // slots of what was never taken
	side    ring[delivery] // comes first
	senders ring[int32]    // producers that stand at it, in order, and servers: see handed
	delayed int            // deliveries that wait for their next try
	owner   int32          // partitions: the worker that is to serve it; none
	holder  int32          // partitions: the worker that does, until it is through with what it has in hand; none
}

// subscribe adds the subscription of a handler, or of all together. It has no
// workers and no room until it is adjusted.
func (l *lane) subscribe(g *generation, handler int32) int32 {
	i := place(&l.subs, func(old *subscription) bool { return old.over })
	s := subscription{generation: l.current, handler: handler, observed: g.model == engine.EventModel}
	if !s.observed {
		s.partitions, s.order, s.rooms = l.spec.Queue.Partitions, l.spec.Queue.Order, script.RoomsOf(&l.spec, l.classNames)
	}
	s.only = s.partitions == 0 && s.rooms.Of == nil
	s.queues = make([]queue, max(s.rooms.Queues(), s.partitions))
	for q := range s.queues {
		s.queues[q].index, s.queues[q].owner, s.queues[q].holder = int32(q), none, none
	}
	l.subs[i] = s
	return i
}

// queueFor is the queue for an item.
func (s *subscription) queueFor(it *engine.Item) *queue {
	if len(s.queues) == 1 {
		return &s.queues[0]
	}
	return &s.queues[s.place(it)]
}

// place is which queue is for an item.
func (s *subscription) place(it *engine.Item) int {
	if s.partitions > 0 {
		return int(it.Key) % len(s.queues)
	}
	return s.rooms.Queue(it.Class)
}

// name is what the settings of a subscription go by.
func (l *lane) name(s *subscription) string {
	if s.handler == none {
		return ""
	}
	return l.handlers[s.handler].Name
}

// adjust brings a subscription in line with the lane's settings.
func (l *lane) adjust(i int32) {
	s := &l.subs[i]
	workers, capacity := script.Sizes(&l.spec, l.name(s))
	if s.observed {
		workers, capacity = 1, l.spec.Queue.Capacity
	} else if s.partitions > 0 {
		workers = min(workers, s.partitions) // it drains, and the new hand-over has more
	} else {
		workers = max(workers, s.rooms.Least()) // likewise, and fewer
	}
	s.capacity, s.whenFull, s.discards = capacity, l.spec.Queue.WhenFull, l.spec.Queue.DropExpired
	s.ack, s.attempts, s.backoff = l.spec.Ack, l.spec.Attempts, l.spec.Backoff
	s.visibility = int64(l.spec.Queue.Visibility)
	l.hire(i, workers)
	for q := range l.subs[i].queues {
		l.admit(i, int32(q))
	}
}

// sending is how handing an item to a subscription goes.
type sending uint8

const (
	sent    sending = iota
	refused         // dropped at the full queue
	full            // the producer has to wait
)

// send hands an item to a subscription.
func (l *lane) send(i, slot int32) sending {
	s := &l.subs[i]
	q := s.queueFor(&l.items[slot].Item)
	if w := l.waitingFor(s, q); w != none {
		if s.discards && l.items[slot].forsaken {
			l.miss(s, slot, account.Expired)
			l.look(w)
			return sent
		}
		l.begin(w, delivery{slot: slot, attempt: 1})
		return sent
	}
	for q.fresh.len() >= s.capacity {
		switch {
		case s.whenFull == engine.Block:
			return full
		case s.whenFull == engine.DropOldest && q.fresh.len() > 0:
			l.deepen(s, -1)
			l.miss(s, q.fresh.pop(), account.Dropped)
		default:
			l.miss(s, slot, account.Dropped)
			return refused
		}
	}
	q.fresh.push(slot)
	l.deepen(s, 1)
	return sent
}

// waitingFor takes the server that has waited longest for something in a queue;
// none if there is none. One that throws away what was given up, before it has found
// what to do, does not wait as long as there is more in its queue.
func (l *lane) waitingFor(s *subscription, q *queue) int32 {
	switch {
	case s.only && s.idle.len() > 0:
		return s.idle.pop()
	case s.partitions == 0 && s.idle.len() > 0:
		return l.whoServes(s, q)
	case s.partitions > 0 && q.holder != none && l.servers[q.holder].state == resting && q.fresh.len() == 0:
		l.servers[q.holder].queue = q.index
		return q.holder
	}
	return none
}

// whoServes takes the server that has waited longest of those that take from a
// queue; none if there is none.
func (l *lane) whoServes(s *subscription, q *queue) int32 {
	for k := range s.idle.len() {
		if w := *s.idle.at(k); s.rooms.Serves(int(l.servers[w].id), int(q.index)) {
			s.idle.remove(k)
			l.servers[w].queue = q.index
			return w
		}
	}
	return none
}

// taking is how taking from queues went.
type taking uint8

const (
	nothing taking = iota // there is none
	taken
	thrown // what was next is thrown away: the server has to look again
)

// takeFrom has a server take the next delivery of a queue, if there is one.
func (l *lane) takeFrom(w, i, at int32) taking {
	s := &l.subs[i]
	if s.discards {
		waits := l.servers[w].state == resting
		gone := l.discard(i, at)
		switch {
		case waits && l.servers[w].state == busy:
			return taken // a producer that could go on has given it something
		case gone:
			return thrown
		}
	}
	q := &s.queues[at]
	l.servers[w].queue = at
	switch {
	case q.side.len() > 0:
		l.deepen(s, -1)
		d := q.side.pop()
		l.begin(w, d)
	case q.fresh.len() > 0:
		l.deepen(s, -1)
		l.begin(w, delivery{slot: q.takeFresh(s), attempt: 1})
		if l.subs[i].queues[at].senders.len() > 0 {
			l.admit(i, at)
		}
	case q.senders.len() > 0: // from hand to hand
		p := q.senders.pop()
		l.begin(w, delivery{slot: l.handed(p), attempt: 1})
		l.resume(p, sent)
	default:
		return nothing
	}
	return taken
}

// next is what is next of what was never taken, and of which there must be some.
func (q *queue) next(s *subscription) *int32 {
	if s.order == engine.LIFO {
		return q.fresh.at(q.fresh.len() - 1)
	}
	return q.fresh.at(0)
}

// takeFresh takes that out.
func (q *queue) takeFresh(s *subscription) int32 {
	if s.order == engine.LIFO {
		return q.fresh.popBack()
	}
	return q.fresh.pop()
}

// discard throws away what is next in a queue, if that was given up. A producer that
// stands there goes on, as when it is taken.
func (l *lane) discard(i, at int32) bool {
	s := &l.subs[i]
	q := &s.queues[at]
	switch {
	case q.side.len() > 0:
		if !l.items[q.side.at(0).slot].forsaken {
			return false
		}
		l.deepen(s, -1)
		l.missBack(s, q.side.pop(), account.Expired)
	case q.fresh.len() > 0:
		if !l.items[*q.next(s)].forsaken {
			return false
		}
		l.deepen(s, -1)
		l.miss(s, q.takeFresh(s), account.Expired)
		l.admit(i, at)
	case q.senders.len() > 0:
		p := *q.senders.at(0)
		if !l.items[l.handed(p)].forsaken {
			return false
		}
		q.senders.pop()
		l.miss(s, l.handed(p), account.Expired)
		l.resume(p, sent)
	default:
		return false
	}
	return true
}

// admit lets producers that stand at a queue hand on what they have, as far as
// there is room, or the policy now says what else is to happen. Publishers to a
// buffered observer stand there until there is room.
func (l *lane) admit(i, at int32) {
	for {
		s := &l.subs[i]
		q := &s.queues[at]
		if q.senders.len() == 0 || s.observed && q.fresh.len() >= s.capacity {
			return
		}
		p := q.senders.pop() // before a server looks that throws away what it has
		how := l.send(i, l.handed(p))
		if how == full {
			l.subs[i].queues[at].senders.pushFront(p)
			return
		}
		l.resume(p, how)
	}
}

// deepen counts deliveries that come to wait, or no longer do.
func (l *lane) deepen(s *subscription, n int64) {
	l.queued.add(n, l.now)
	switch {
	case l.rough:
		return
	case s.handler != none:
		l.handlers[s.handler].depth.add(n, l.now)
		return
	}
	for _, h := range l.generations[s.generation].handlers {
		l.handlers[h].depth.add(n, l.now)
	}
}

// miss books a delivery that a subscription will not handle any more.
func (l *lane) miss(s *subscription, slot int32, out account.Outcome) {
	it := &l.items[slot]
	if s.handler != none {
		l.missed(&l.handlers[s.handler], it, out)
	} else {
		for _, h := range l.generations[s.generation].handlers {
			l.missed(&l.handlers[h], it, out)
		}
	}
	l.settle(slot, out, 0, 0)
}

// capacity is that of a handler's queues.
func (l *lane) capacity(handler string) int {
	_, n := script.Sizes(&l.spec, handler)
	return n
}
