package live

import (
	"slices"

	"duet/engine"
	"duet/engine/message"
)

// stageMost is how many items are handed over at once at most.
const stageMost = 128

// stage holds items that a producer hands over at once: such as are due together, that
// nobody follows one by one, and that there is room for.
type stage struct {
	bursts  *message.Sender[delivery] // nil: the hand-over takes one item at a time
	waiting []delivery                // taken before what is in hand
	most    int                       // how many may wait
}

// stages tells whether an item may be handed over together with others, where the
// hand-over takes several.
func (p *producer) stages(a *arrival) bool {
	if a.again || a.permit || a.try != nil || a.item.Payload > 0 || p.lane.run.sampling.Wants(a.item.Seq) {
		return false
	}
	if len(p.waiting) == 0 {
		p.most = min(stageMost, p.bursts.Room())
	}
	return p.most > 1
}

// put adds an item.
func (p *producer) put(it *engine.Item) {
	if p.handed == 0 && len(p.waiting) == 0 {
		p.show(it)
	}
	n := len(p.waiting)
	p.waiting = slices.Grow(p.waiting, 1)[:n+1]
	d := &p.waiting[n] // written in its place: to write it elsewhere and copy it takes twice as long
	d.item, d.sent, d.rec = *it, p.now, nil
	if len(p.waiting) == p.most {
		p.launch()
		if p.grouped >= groupMost {
			p.book()
		}
	}
}

// launch hands over all that waits on the stage: at once as far as there is room by now.
// What finds none is the source's again, to be handed over one by one by whoever may
// pass. False: there was some.
func (p *producer) launch() bool {
	if len(p.waiting) == 0 {
		return true
	}
	all := p.waiting
	p.waiting = p.waiting[:0]
	n := p.bursts.Burst(all)
	p.handed, p.grouped = p.handed+int64(n), p.grouped+int64(n)
	if n < len(all) {
		p.source.giveBack(arrivals(all[n:])...)
	}
	return n == len(all)
}

// arrivals are the items of deliveries, each to be handed over by itself.
func arrivals(ds []delivery) []arrival {
	as := make([]arrival, len(ds))
	for i := range ds {
		as[i] = arrival{item: ds[i].item, again: true}
	}
	return as
}
