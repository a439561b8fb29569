package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
)

// rarely is how far apart, in lane time, those inline publishes are at least that
// are timed observer by observer, while observers are so quick that timing them
// costs more than they do.
const rarely = 5 * time.Millisecond

// again is how many brief publishes in a row are enough after a group that was not:
// mostly its publisher was kept from its processor meanwhile.
const again = 8

// group is inline publishes so quick that they are stamped together. They are
// booked when the group is full, when its publisher is about to wait, and
// before a publish that is not of their kind.
type group struct {
	briefs int           // how many quick publishes in a row
	due    time.Duration // when one is to be timed again
	all    settled
	shown  []int // observers, by position, at which the publish in hand turned out to take its time
}

// grouping tells whether a publish joins the group.
func (w *publication) grouping(d *delivery) bool {
	g := &w.group
	now := w.producer.now
	if g.briefs < steady || now >= g.due || d.rec != nil || w.nested != nil || w.producer.told {
		g.due = now + rarely
		return false
	}
	return true
}

// endBrief ends a publish of the group. One that did not go well ends the group,
// and is booked by itself.
func (w *publication) endBrief() {
	g := &w.group
	w.producer.onTime, w.producer.alone = false, true
	if w.worst != account.Done {
		w.flush()
		w.last = w.producer.now
		w.smooth.Add(1)
		w.bus.gen.lane.began(w.server, w.d, w.last)
		w.bus.gen.lane.settle(w.server, w.d, w.last, w.last, w.worst)
		return
	}
	g.all.add(w.d)
	if g.all.n == groupMost {
		w.flush()
	}
}

// flush books the group as begun at the publisher's stamp and ended now. Each
// publish took the mean of the group.
func (w *publication) flush() {
	g := &w.group.all
	if g.n == 0 {
		return
	}
	p, l := w.producer, w.bus.gen.lane
	start := p.now
	p.now = l.run.clock.Now()
	per := (p.now - start) / time.Duration(g.n)
	waited := int64(0)
	for i, at := range g.ats[:g.n] {
		if time.Duration(at) < p.free {
			waited++
		}
		p.free = start + time.Duration(i+1)*per
		g.sents[i] = int64(p.now - per)
	}
	p.waited.Add(waited)
	w.smooth.Add(int64(g.n))
	l.finishedAll(w.server, g, per, p.now, &l.measured[w.bank].wait)
	p.publish.RecordN(p.wall(per), int64(g.n))
	p.free, w.last = p.now, p.now
	if g.n = 0; per >= brief {
		w.group.briefs = steady - again
	}
	p.flush()
}

// expose ends the group for a publish of it that turns out to take its time at an
// observer: it is to be seen while it does.
func (w *publication) expose(h *handler, _ delivery) {
	if w.timed {
		return
	}
	g := &w.group
	if len(g.shown) == 0 {
		w.flush()
		w.hold(w.d)
	} else {
		w.unshow()
	}
	i := w.bus.gen.position(h)
	for k := range w.calls[:i] {
		w.calls[k].state.Store(uint32(engine.CallOK))
	}
	g.shown = append(g.shown, i)
	w.Call(i)
}

// unshow books that the observer that was seen last has returned.
func (w *publication) unshow() {
	i := w.group.shown[len(w.group.shown)-1]
	start := w.last
	w.last = w.bus.gen.lane.run.clock.Now()
	w.calls[i].took.Store(int64(w.last - start))
	w.calls[i].state.Store(uint32(engine.CallOK))
	w.handlers[i].put(w.server, &w.each[i], start, w.last)
}

// endShown ends a publish that was exposed. Its observers are counted like those
// of any that was not timed, but for what was counted already.
func (w *publication) endShown() {
	w.unshow()
	w.smooth.Add(1)
	for _, i := range w.group.shown {
		w.each[i].attempts.Add(-1)
		w.each[i].returned.Add(-1)
	}
	w.group.shown = w.group.shown[:0]
	w.bus.gen.lane.settle(w.server, w.d, w.producer.now, w.last, w.worst)
}
