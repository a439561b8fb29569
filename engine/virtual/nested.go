package virtual

import (
	"duet/engine"
	"duet/engine/account"
)

// relate tells the lane's handlers which of them publishes while it handles an
// item, and which gets that.
func (l *lane) relate(s *engine.Scenario) {
	for i := range l.handlers {
		l.handlers[i].publishes, l.handlers[i].nested = none, false
	}
	if from, to, ok := s.Nested(); ok {
		l.handlers[from].publishes, l.handlers[to].nested = int32(to), true
	}
}

// recipient is where among the handlers of a hand-over stands the one to which
// another publishes; none if that publishes nothing, or the hand-over does not run
// it.
func (l *lane) recipient(g *generation, h *handler) int32 {
	if h.publishes != none {
		for i, to := range g.handlers {
			if to == h.publishes {
				return int32(i)
			}
		}
	}
	return none
}

// nest makes what a handler publishes while it handles an item. It is a delivery of
// that item, with a place of its own.
func (l *lane) nest(slot, to int32) int32 {
	n := l.alloc(&l.items[slot].Item)
	it, parent := &l.items[n], &l.items[slot]
	parent.pending++
	it.parent, it.pending, it.tracked, it.way, it.began, it.arrived = slot+1, 1, true, parent.way, l.now, l.now
	l.handlers[to].spared--
	return n
}

// seen finds items that a handler begins with after what another one published while
// handling them.
func (l *lane) seen(it *item) {
	if it.parent != 0 {
		parent := &l.items[it.parent-1]
		parent.ahead = !parent.seen
		return
	}
	it.seen = true
	if it.ahead {
		l.order.totals.NestedLate++
	}
}

// publishOn has a worker send on what its handler publishes, now that it has done
// the item.
func (l *lane) publishOn(w int32) {
	x := &l.servers[w]
	g := &l.generations[x.generation]
	at := l.recipient(g, &l.handlers[x.handler])
	if at == none {
		l.decide(w, true)
		return
	}
	l.yield(&x.needs, serverDone|who(w))
	slot := l.nest(x.hand.slot, g.handlers[at])
	if l.send(g.subs[at], slot) == full {
		x.onward = slot + 1
		l.standing(g.subs[at], slot).push(^w)
		return
	}
	l.decide(w, true)
}

// standing is who stands at the queue for an item.
func (l *lane) standing(sub, slot int32) *ring[int32] {
	return &l.subs[sub].queueFor(&l.items[slot].Item).senders
}

// handed is what somebody who stands at a queue has for it: a producer, or the
// complement of a server.
func (l *lane) handed(p int32) int32 {
	if p < 0 {
		return l.servers[^p].onward - 1
	}
	return l.producers[p].slot
}

// unsend has a server that stands at a queue with what its handler publishes give
// that up: it was never sent.
func (l *lane) unsend(w int32) {
	x := &l.servers[w]
	if x.onward == 0 {
		return
	}
	slot := x.onward - 1
	g := &l.generations[x.generation]
	at := l.recipient(g, &l.handlers[x.handler])
	drop(l.standing(g.subs[at], slot), ^w)
	l.handlers[g.handlers[at]].spared++
	l.items[x.hand.slot].pending--
	l.free(slot)
	x.onward = 0
}

// publishIn has a publisher call the observer of what the one publishes whose call
// is under way and has done the item. It tells whether there is one in its hand-over.
func (l *lane) publishIn(p int32) bool {
	x := &l.producers[p]
	g := &l.generations[x.way]
	at := l.recipient(g, &l.handlers[g.handlers[x.step]])
	if at == none {
		return false
	}
	l.yield(&x.needs, publisherDone|who(p))
	x.onward, x.nestedAt = l.nest(x.slot, g.handlers[at])+1, l.now
	l.nesting.add(1, l.now)
	h, it := l.atCall(x)
	l.began(h, it, p+1, 1)
	if h.resource == none || l.acquire(&x.needs, h.resource, publisherDone|who(p)) {
		l.workAtCall(p)
	}
	return true
}

// atCall is the observer that a publisher calls, and what with: that of the item, or
// within its call that of what it publishes.
func (l *lane) atCall(x *producer) (*handler, *item) {
	h := &l.handlers[l.generations[x.way].handlers[x.step]]
	if x.onward != 0 {
		return &l.handlers[h.publishes], &l.items[x.onward-1]
	}
	return h, &l.items[x.slot]
}

// endNested books the end of the call of the observer of what another one published.
func (l *lane) endNested(p int32, out account.Outcome) {
	x := &l.producers[p]
	l.yield(&x.needs, publisherDone|who(p))
	h, it := l.atCall(x)
	l.nesting.add(-1, l.now)
	l.returned(h, it, x.nestedAt, 1, false)
	l.outcome(h, it, out, true)
	if it.told {
		l.note(out.Happening(), it, int32(h.index), p+1, 1)
	}
	slot := x.onward - 1
	x.onward = 0
	l.settle(slot, out, p+1, 1)
}
