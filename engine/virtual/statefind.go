package virtual

import (
	"cmp"
	"slices"

	"duet/engine"
)

// mostLookedAt is how many items are looked at to find those of a queue.
const mostLookedAt = 1 << 20

// findQueued finds the latest item that is not in the backlog, and what the queues
// hold. Where that does not come to as many items as have not ended, the rest is
// in the backlog.
func (e *entry) findQueued() {
	backlog := e.from.Whole.Backlog.Now
	for _, s := range e.spots {
		if s.of == atProducer && !e.generations[e.current].inline() {
			backlog--
		}
	}
	if e.impatient() {
		backlog = min(backlog, e.unended()) // the others are tries for nobody
	}
	hands := len(e.spots)
	for range 2 {
		e.spots = e.spots[:hands]
		e.latest = e.arrived - max(0, backlog)
		if e.pinned {
			for i := range e.producers {
				e.latest = max(e.latest, min(e.arrived, e.producers[i].seq))
			}
		}
		for i := range e.generations[e.current].subs {
			e.findIn(i)
		}
		others := e.unended() - e.distinct()
		if others == backlog || e.impatient() {
			return
		}
		backlog = others
	}
}

// unended is how many items have not ended.
func (e *entry) unended() int64 { return max(0, e.arrived-e.counts.Total()) }

// distinct is of how many items the spots are.
func (e *entry) distinct() int64 { return int64(len(e.numbers())) }

// numbers are those of the items that are in a spot, in order.
func (e *entry) numbers() []int64 {
	all := make([]int64, 0, len(e.spots))
	for i := range e.spots {
		all = append(all, e.spots[i].seq)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// findIn finds what the queues of the i-th subscription hold: the latest items of
// those that came to it and are in nobody's hand.
func (e *entry) findIn(i int) {
	if i >= len(e.from.Handlers) {
		return
	}
	at := e.generations[e.current].subs[i]
	s := &e.subs[at]
	depths := []int{int(e.from.Handlers[i].Depth.Now)}
	if len(s.queues) > 1 {
		depths = append(slices.Clone(e.from.Handlers[i].Partitions), e.from.Handlers[i].Queues...)
	}
	if len(depths) != len(s.queues) {
		return
	}
	left := 0
	for _, n := range depths {
		left += n
	}
	elsewhere := e.elsewhere(at, i)
	begin, queue := len(e.spots), int32(0)
	for seq := e.latest; seq > e.unknown && left > 0 && e.latest-seq < mostLookedAt; seq-- {
		if len(depths) > 1 {
			queue = int32(s.place(&engine.Item{Key: e.stream.Key(seq), Class: e.stream.Class(seq)}))
		}
		if depths[queue] == 0 {
			continue
		}
		if _, found := slices.BinarySearch(elsewhere, seq); !found {
			e.spots = append(e.spots, spot{seq: seq, of: inQueue, at: at, queue: queue})
			depths[queue]--
			left--
		}
	}
	slices.Reverse(e.spots[begin:])
}

// elsewhere are the numbers of the items that are not in the queues of the i-th
// subscription for they are in hand there, or have not come to it yet.
func (e *entry) elsewhere(at int32, i int) []int64 {
	var all []int64
	for k := range e.spots {
		switch s := &e.spots[k]; {
		case s.of == atServer && e.servers[s.at].sub == at, s.of == atProducer && e.standsAt(s) <= i:
			all = append(all, s.seq)
		}
	}
	slices.Sort(all)
	return all
}

// standsAt is at which subscription a producer stands: the first whose queue is
// full.
func (e *entry) standsAt(s *spot) int {
	g := &e.generations[e.current]
	for i, at := range g.subs {
		if i < len(e.from.Handlers) && e.depthFor(i, at, &e.from.Publishers[s.index]) >= e.subs[at].capacity {
			return i
		}
	}
	return 0
}

// depthFor is the depth of the queue for what a producer has in hand, in the i-th
// subscription.
func (e *entry) depthFor(i int, at int32, p *engine.PublisherSnapshot) int {
	h, s := &e.from.Handlers[i], &e.subs[at]
	q := s.place(&engine.Item{Key: p.Key, Class: e.stream.Class(p.Seq)})
	switch {
	case q < len(h.Partitions):
		return h.Partitions[q]
	case q < len(h.Queues):
		return h.Queues[q]
	}
	return int(h.Depth.Now)
}

// findCalls finds the items whose observers run in goroutines of their own: of the
// latest ones those that would end last.
func (e *entry) findCalls() {
	if !e.generations[e.current].goroutines() {
		return
	}
	most := 0
	for i := range e.from.Handlers {
		most = max(most, e.from.Handlers[i].Busy)
	}
	first := max(e.unknown, e.latest-callsLookedAt*int64(most))
	start := e.cursor.Place()
	items := make([]engine.Item, 0, e.latest-first)
	held := e.elsewhere(none, 0)
	for seq := first + 1; seq <= e.latest; seq++ {
		_, found := slices.BinarySearch(held, seq)
		if it, ok := e.cursor.Item(seq); ok && !found {
			items = append(items, it)
		}
	}
	e.cursor.Seek(start)
	for i := range e.from.Handlers {
		if h := e.handlerAt(i); h != none {
			e.findCallsOf(h, e.from.Handlers[i].Busy, items)
		}
	}
}

// callsLookedAt is among how many times as many items those are looked for whose
// observers run.
const callsLookedAt = 16

// findCallsOf finds the calls of one handler.
func (e *entry) findCallsOf(h int32, busy int, items []engine.Item) {
	type ending struct{ seq, at int64 }
	all := make([]ending, 0, len(items))
	for _, it := range items {
		all = append(all, ending{it.Seq, int64(it.At) + e.known(h, it)})
	}
	slices.SortFunc(all, func(a, b ending) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.seq, a.seq)) })
	begin := len(e.spots)
	for _, x := range all[:min(busy, len(all))] {
		e.spots = append(e.spots, spot{seq: x.seq, of: inCall, at: h})
	}
	slices.SortFunc(e.spots[begin:], func(a, b spot) int { return cmp.Compare(a.seq, b.seq) })
}

// known is what an item in hand demands of a handler.
func (e *entry) known(h int32, it engine.Item) int64 {
	if e.demands == nil {
		return e.demand(&e.handlers[h], it)
	}
	it.Epoch = e.demands.Epoch()
	return e.handlers[h].scaled(e.demands.Demand(it, int(h)))
}
