package virtual

import (
	"cmp"
	"slices"

	"duet/engine"
	"duet/engine/account"
)

// putAll puts all that was found in its place, and the rest in the backlog.
func (e *entry) putAll() {
	e.trim()
	e.house()
	for i := range e.spots {
		s := &e.spots[i]
		if s.slot == none {
			continue
		}
		switch s.of {
		case inQueue:
			e.putInQueue(s)
		case atServer:
			e.putAtServer(s)
		case inCall:
			e.putInCall(s)
		case atProducer:
		}
	}
	e.putAtProducers()
	e.lineUpAtResources()
	e.enroll()
	e.arriveAll()
}

// trim leaves out the oldest of what was found, if it is more than there can be.
func (e *entry) trim() {
	if e.impatient() {
		e.forsake()
		return
	}
	numbers := e.numbers()
	if n := int64(len(numbers)) - e.unended(); n > 0 {
		first := int64(0)
		if int(n) < len(numbers) {
			first = numbers[n]
		}
		e.spots = slices.DeleteFunc(e.spots, func(s spot) bool { return first == 0 || s.seq < first })
	}
}

// house gives each item that is in a spot its place.
func (e *entry) house() {
	slots := map[int64]int32{}
	g := &e.generations[e.current]
	for _, seq := range e.numbers() {
		it, ok := e.itemOf(seq)
		if !ok {
			slots[seq] = none
			continue
		}
		slot := e.alloc(&it)
		slots[seq] = slot
		x := &e.items[slot]
		x.way, x.client, x.arrived, x.sent = e.current, none, int64(it.At), int64(it.At)
		x.alone = g.deliveries == 1
		x.tracked = g.inline() || g.deliveries > 1 || it.Payload > 0
		x.whole = !x.tracked && !g.together
		if seq <= e.forsaken {
			x.client, x.forsaken, x.tracked, x.whole = 0, true, true, false
		}
	}
	for i := range e.spots {
		e.spots[i].slot = slots[e.spots[i].seq]
	}
	if e.impatient() {
		e.tellApart()
	}
}

// itemOf is the item with a number; one that the stream does not have any more came
// when it was taken at the latest.
func (e *entry) itemOf(seq int64) (engine.Item, bool) {
	if seq > e.unknown {
		return e.cursor.Item(seq)
	}
	it := engine.Item{Seq: seq, At: duration(e.now)}
	for i := range e.spots {
		switch s := &e.spots[i]; {
		case s.seq != seq:
		case s.of == atServer:
			it.Key, it.At = e.from.Workers[s.index].Key, min(it.At, e.from.Workers[s.index].Since)
		case s.of == atProducer:
			it.Key, it.At = e.from.Publishers[s.index].Key, min(it.At, e.from.Publishers[s.index].Since)
		}
	}
	return it, true
}

// putInQueue puts a delivery into its queue.
func (e *entry) putInQueue(s *spot) {
	e.subs[s.at].queues[s.queue].fresh.push(s.slot)
	e.deepen(&e.subs[s.at], 1)
	e.items[s.slot].pending++
}

// putAtServer has a server go on with what it has in hand.
func (e *entry) putAtServer(s *spot) {
	x, from, it := &e.servers[s.at], &e.from.Workers[s.index], &e.items[s.slot]
	sub := &e.subs[x.sub]
	g := &e.generations[e.current]
	if sub.partitions == 0 {
		drop(&sub.idle, s.at)
		x.queue = int32(sub.rooms.Queue(it.Class))
	} else {
		x.queue = it.Key % int32(len(sub.queues))
		if i := slices.Index(x.share, x.queue); i >= 0 {
			x.turn = int32(i+1) % int32(len(x.share))
		}
	}
	x.state, x.hand = busy, delivery{slot: s.slot, attempt: int32(max(1, from.Attempt)), failed: int32(max(1, from.Attempt) - 1)}
	x.handler = e.firstHandler(sub)
	if g.together {
		x.step = int32(min(max(0, from.Handler), len(g.handlers)-1))
		x.handler = g.handlers[x.step]
		x.failed = append(x.failed[:0], make([]bool, x.step)...)
	}
	x.start = x.since
	if by := serverDone | who(s.at); !e.hold(by, x.handler, from.State == engine.Queuing, x.start) {
		x.work = e.workSince(x.handler, it, x.hand.attempt, x.start, int64(from.Demand), from.State == engine.Stalled)
		x.event = e.events.add(max(e.now, x.start+x.work.takes), by)
	}
	if v := sub.visibility; v > 0 && add(x.since, v) > e.now {
		x.visible = e.events.add(add(x.since, v), visibilityOver|who(s.at))
	}
	e.handlers[x.handler].busy.add(1, e.now)
	e.begun(it, x.since)
	it.pending++
}

// begun takes over that an item was taken in hand.
func (e *entry) begun(it *item, at int64) {
	it.At = min(it.At, duration(at))
	it.arrived = int64(it.At)
	if it.began == none || at < it.began {
		it.began = at
	}
}

// workSince is work that began at a time with what was broken then.
func (e *entry) workSince(h int32, it *item, attempt int32, start, demand int64, stalled bool) work {
	broken := e.faultsUntil(int(h), start)
	w := work{result: e.result(&e.handlers[h], it, attempt, broken.at(start))}
	w.takes = int64(float64(demand) * broken.at(start).factor)
	if stalled || start+w.takes < e.now && broken.hold > 0 {
		w.stall = max(broken.hold, 0)
		w.takes += w.stall
	}
	if stalled {
		f := &e.handlers[h].faults
		f.heldUntil = max(f.heldUntil, start+w.stall)
	}
	return w
}

// putInCall has a goroutine go on with the call of an observer.
func (e *entry) putInCall(s *spot) {
	it := &e.items[s.slot]
	h := &e.handlers[s.at]
	w := e.seat(server{sub: none, generation: e.current, handler: s.at, state: busy, hand: delivery{slot: s.slot, attempt: 1}})
	x := &e.servers[w]
	x.id, x.seq, x.key = w+1, it.Seq, it.Key
	x.since, x.start = int64(it.At), int64(it.At)
	if by := serverDone | who(w); !e.hold(by, s.at, e.full(&e.handlers[s.at]), x.start) {
		x.work = e.workSince(s.at, it, 1, x.start, e.known(s.at, it.Item), false)
		x.event = e.events.add(max(e.now, x.start+x.work.takes), by)
	}
	h.busy.add(1, e.now)
	e.generations[e.current].running++
	e.lane.running.add(1, e.now)
	e.begun(it, x.since)
	it.pending++
}

// putAtProducers has producers go on with what they have in hand, those that have
// stood at queues the longest first.
func (e *entry) putAtProducers() {
	var all []*spot
	for i := range e.spots {
		if e.spots[i].of == atProducer && e.spots[i].slot != none {
			all = append(all, &e.spots[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *spot) int {
		return cmp.Compare(e.from.Publishers[a.index].Since, e.from.Publishers[b.index].Since)
	})
	g := &e.generations[e.current]
	for _, s := range all {
		p, it := &e.producers[s.at], &e.items[s.slot]
		drop(&e.resting, s.at)
		g.inside++
		p.slot, p.way, p.since = s.slot, e.current, min(p.since, e.now)
		p.try = 1
		it.At = min(it.At, duration(p.since))
		it.arrived, it.sent, it.handing = int64(it.At), p.since, true
		it.pending++
		if g.inline() {
			e.publishing(s)
		} else {
			e.standing(s)
		}
	}
}

// publishing has a publisher go on with its observers.
func (e *entry) publishing(s *spot) {
	p, it := &e.producers[s.at], &e.items[s.slot]
	from, g := &e.from.Publishers[s.index], &e.generations[e.current]
	p.state, p.worst, p.calls = publishing, account.Done, p.calls[:0]
	p.start = p.since
	p.step = none
	queuing := false
	for i := range g.handlers {
		c := call{}
		if i < len(from.Calls) {
			c = call{from.Calls[i].State, int64(from.Calls[i].Took)}
		}
		switch {
		case c.state == engine.CallFailed:
			p.worst = account.Failed
		case p.step == none && (c.state == engine.CallRunning || c.state == engine.CallQueuing || c.state == engine.CallPending):
			p.step = int32(i)
			p.start = e.now
			if c.state != engine.CallPending {
				p.start -= c.took
			}
			queuing = c.state == engine.CallQueuing
			c = call{state: engine.CallRunning}
		}
		p.calls = append(p.calls, c)
	}
	if p.step == none { // through with all but the last moment
		p.step = int32(len(g.handlers) - 1)
	}
	h := g.handlers[p.step]
	if by := publisherDone | who(s.at); !e.hold(by, h, queuing, p.start) {
		p.work = e.workSince(h, it, 1, p.start, e.known(h, it.Item), false)
		p.event = e.events.add(max(e.now, p.start+p.work.takes), by)
	}
	e.handlers[h].busy.add(1, e.now)
	e.begun(it, p.since)
}

// standing has a producer stand where there is no room.
func (e *entry) standing(s *spot) {
	p, it := &e.producers[s.at], &e.items[s.slot]
	g := &e.generations[e.current]
	p.state, p.stoodAt = blocked, p.since
	if g.goroutines() {
		e.atLimit.push(s.at)
		it.pending += g.deliveries
	} else {
		p.step = int32(e.standsAt(s))
		it.pending += int32(len(g.subs)) - p.step
		at := g.subs[p.step]
		e.subs[at].queueFor(&it.Item).senders.push(s.at)
	}
	if it.began == none && p.step > 0 && it.pending == int32(len(g.subs))-p.step+1 {
		it.began = e.now // whoever had it before is through with it
	}
	it.held = it.began == none
}

// enroll counts the items that are not in the backlog.
func (e *entry) enroll() {
	g := &e.generations[e.current]
	for _, s := range e.bySlot() {
		it := &e.items[s]
		if it.began == none && !it.handing && g.deliveries > 1 && it.pending < g.deliveries {
			it.began = int64(it.At) // for some handlers it is over
		}
		if it.held {
			e.leaveBacklog(-1, e.impatient())
		}
		if it.forsaken {
			continue
		}
		e.lane.inSystem.add(1, e.now)
		if e.classes != nil {
			e.classes[it.Class].offered++
		}
		switch {
		case e.impatient():
			e.adopt(s)
		case it.began != none:
			it.handled = true
			e.handle(&it.Item, 1)
			e.counts.Returned--
		case !it.held:
			e.queueing++
		}
	}
	e.offered = e.arrived
}

// bySlot are the places of the items that are not in the backlog.
func (e *entry) bySlot() []int32 {
	var all []int32
	for i := range e.spots {
		if e.spots[i].slot != none {
			all = append(all, e.spots[i].slot)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// arriveAll has the items arrive that are in the backlog: the latest.
func (e *entry) arriveAll() {
	want := e.arrived - e.counts.Total() - e.lane.inSystem.n
	first, taken := e.untaken(want)
	if e.impatient() {
		e.arriveForsaken(e.from.Whole.Backlog.Now - e.backlog.n - want)
	}
	e.cursor.Seek(e.opened)
	e.cursor.Pass(first - 1)
	e.offered, e.limit, e.dry, e.head, e.tail = first-1, e.now, false, 0, 0
	for it := e.peek(); it != nil && it.Seq <= e.arrived; it = e.peek() {
		switch {
		case taken(it.Seq, it.Key):
			e.head++
			e.offered++
		case e.impatient():
			e.arriveImpatient()
		default:
			e.arrive()
		}
	}
	if e.head < e.tail { // what comes next comes once more
		e.cursor.Seek(e.lane.before)
		e.cursor.Pass(e.arrived)
		e.head, e.tail = 0, 0
	}
}

// untaken finds from which one on so many items have not been taken by anybody,
// and which of those after that were. With keys pinned to publishers, each has
// taken its own in their order.
func (e *entry) untaken(want int64) (first int64, taken func(seq int64, key int32) bool) {
	if e.pinned && e.dead == "" {
		taken = func(seq int64, key int32) bool { return seq <= e.producers[key%int32(len(e.lines))].seq }
		first = e.arrived
		for i := range e.producers {
			first = min(first, e.producers[i].seq)
		}
		first = max(first, e.unknown) + 1
		n := int64(0)
		e.cursor.Seek(e.opened)
		for seq := first; seq <= e.arrived; seq++ {
			if it, ok := e.cursor.Item(seq); ok && !taken(seq, it.Key) {
				n++
			}
		}
		if n == want {
			return first, taken
		}
	}
	return e.arrived - want + 1, func(int64, int32) bool { return false }
}
