package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
)

// rarely is how many inline publishes go by for each that is timed observer by
// observer, while observers are so quick that timing them would cost more than
// they do.
const rarely = 256

// group is inline publishes so quick that they are stamped together. They are
// booked when the group is full, when its publisher is about to wait, and
// before a publish that is not of their kind.
type group struct {
	briefs int // how many quick publishes in a row
	since  int // how many since one was timed
	n      int // in the group
	items  [groupMost]delivery
	shown  []int // observers, by position, at which the publish in hand turned out to take its time
}

// grouping tells whether a publish joins the group.
func (w *publication) grouping(d *delivery) bool {
	g := &w.group
	if g.briefs < steady || g.since >= rarely || d.rec != nil || w.bus.gen.lane.run.sampling.Wants(d.item.Seq) {
		g.since = 0
		return false
	}
	g.since++
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
		w.book(1)
		w.bus.gen.lane.began(w.server, w.d, w.last)
		w.bus.gen.lane.settle(w.server, w.d, w.last, w.last, w.worst)
		return
	}
	g.items[g.n] = *w.d
	if g.n++; g.n == groupMost {
		w.flush()
	}
}

// flush books the group as begun at the publisher's stamp and ended now. Each
// publish took the mean of the group.
func (w *publication) flush() {
	g := &w.group
	if g.n == 0 {
		return
	}
	p, l := w.producer, w.bus.gen.lane
	start := p.now
	p.now = l.run.clock.Now()
	per := (p.now - start) / time.Duration(g.n)
	var all settled
	waited := int64(0)
	for i := range g.items[:g.n] {
		d := &g.items[i]
		if d.item.At < p.free {
			waited++
		}
		p.free = start + time.Duration(i+1)*per
		d.sent = p.now - per
		all.add(d, per, p.now)
	}
	p.waited.Add(waited)
	w.book(int64(g.n))
	l.finishedAll(w.server, &all, per)
	p.publish.RecordN(p.wall(per), int64(g.n))
	p.free, w.last = p.now, p.now
	if g.n = 0; per >= brief {
		g.briefs = 0
	}
	p.flush()
}

// book counts the calls of so many publishes in which all went well. What did
// not was counted against that already.
func (w *publication) book(n int64) {
	for i := range w.each {
		w.each[i].attempts.Add(n)
		w.each[i].returned.Add(n)
		w.each[i].ended[account.Done].Add(n)
	}
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
	w.book(1)
	for _, i := range w.group.shown {
		w.each[i].attempts.Add(-1)
		w.each[i].returned.Add(-1)
	}
	w.group.shown = w.group.shown[:0]
	w.bus.gen.lane.settle(w.server, w.d, w.producer.now, w.last, w.worst)
}
