package virtual

import "duet/engine"

// resource is a resource of the lane: so many slots, and a line of those that
// stand for one.
type resource struct {
	slots  int64
	inUse  level
	queued level
	line   ring[who]
	wait   histogram
}

// slot is what a handling has of the resource that its handler needs.
type slot struct {
	state slotState
	of    int32 // which resource
	since int64 // when it came for it, or got it
}

type slotState uint8

const (
	unneeded slotState = iota
	inLine
	held
)

// furnish gives the lane its resources, as many slots of each as the settings say.
// Whoever stands in line for one that there is now gets it.
func (l *lane) furnish(s *engine.Scenario) {
	for i := range s.Resources {
		if i == len(l.resources) {
			l.resources = append(l.resources, resource{})
		}
		l.resources[i].slots = int64(s.Resources[i].Slots)
		l.serveLine(int32(i))
	}
}

// acquire has a handling come for a slot, and tells whether it has one at once.
// Else it stands in line, and who is meant begins to work when its turn has come.
func (l *lane) acquire(x *slot, of int32, by who) bool {
	r := &l.resources[of]
	*x = slot{state: held, of: of, since: l.now}
	if r.inUse.n < r.slots {
		r.inUse.add(1, l.now)
		l.waitedFor(r, 0)
		return true
	}
	x.state = inLine
	r.queued.add(1, l.now)
	r.line.push(by)
	return false
}

// full tells whether no slot is free of what a handler needs.
func (l *lane) full(h *handler) bool {
	return h.resource != none && l.resources[h.resource].inUse.n >= l.resources[h.resource].slots
}

func (l *lane) waitedFor(r *resource, ns int64) {
	if !l.rough {
		r.wait.record(ns)
	}
}

// yield has a handling that is over give its slot back, or leave the line.
func (l *lane) yield(x *slot, by who) {
	if x.state != unneeded {
		l.yieldSlot(x, by)
	}
}

func (l *lane) yieldSlot(x *slot, by who) {
	state := x.state
	x.state = unneeded
	r := &l.resources[x.of]
	if state == inLine {
		drop(&r.line, by)
		r.queued.add(-1, l.now)
		return
	}
	r.inUse.add(-1, l.now)
	l.serveLine(x.of)
}

// serveLine gives slots that are free to who stands for them, the first first.
func (l *lane) serveLine(of int32) {
	r := &l.resources[of]
	for r.line.len() > 0 && r.inUse.n < r.slots {
		by := r.line.pop()
		r.queued.add(-1, l.now)
		r.inUse.add(1, l.now)
		x := l.slotOf(by)
		x.state = held
		l.waitedFor(r, l.now-x.since)
		x.since = l.now
		if i := int32(by & indexMask); by&kindMask == publisherDone {
			l.workAtCall(i)
		} else {
			x := &l.servers[i]
			x.since = l.now
			l.workOn(i, x, &l.handlers[x.handler], &l.items[x.hand.slot])
		}
	}
}

// slotOf is what a server, or a publisher, has of what its handler needs.
func (l *lane) slotOf(by who) *slot {
	i := by & indexMask
	if by&kindMask == publisherDone {
		return &l.producers[i].needs
	}
	return &l.servers[i].needs
}
