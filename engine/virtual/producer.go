package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// The states of a producer.
const (
	idle       = iota // waits for an item
	blocked           // stands at a full queue, or at the limit of goroutines
	publishing        // inline: runs an observer
	gone
)

// producer takes due items and hands them over: a sender to a topic, or a
// publisher to a bus (which with inline dispatch is also who handles them).
type producer struct {
	state   uint8
	leaving bool // goes when it is through with what it has in hand
	refused bool // the item in hand was dropped at every queue so far
	slot    int32
	step    int32 // the subscription or observer whose turn it is
	way     int32 // the generation
	try     int32 // of a client
	event   uint32
	since   int64 // when it took the item in hand
	stoodAt int64 // blocked: since when
	stood   int64 // how long in all, for the item in hand
	free    int64 // inline: when its last publish was over
	seq     int64 // the item in hand, or the last one
	key     int32

	calls []call // inline: of the publish in hand, or the last one
	work  work   // of the call under way
	start int64
	needs slot // of what the observer under way needs

	onward   int32 // within the call: the place of what its observer publishes, and one, while another is called with that; 0: none is
	nestedAt int64 // since when
	worst    account.Outcome
}

// call is how far the call of an observer is.
type call struct {
	state engine.CallState
	took  int64
}

// staff brings the number of producers in line with the settings. Those that
// go finish what they have in hand first.
func (l *lane) staff() {
	want := script.Producers(&l.spec)
	if l.perItem = l.spec.PerItem(); l.perItem {
		want = len(l.producers) // as many as there ever were at once
	}
	if l.dead != "" {
		want = 0
	}
	for len(l.producers) < want {
		l.producers = append(l.producers, producer{state: gone})
	}
	for i := range l.producers {
		switch p := &l.producers[i]; {
		case i >= want && p.state == idle:
			drop(&l.resting, int32(i))
			p.state = gone
		case i >= want:
			p.leaving = true
		case p.state == gone:
			p.state = idle
			l.resting.push(int32(i))
			fallthrough
		default:
			p.leaving = false
		}
	}
	l.supply()
}

// produce has a producer that is free take due items, until there are none or
// one keeps it.
func (l *lane) produce(p int32) {
	var a arrival
	for !l.producers[p].leaving {
		i := l.lineOf(p)
		if l.shut() || l.lines[i].len() == 0 {
			l.producers[p].state = idle
			l.resting.push(p)
			return
		}
		if l.next(i, &a); !l.hand(p, &a) {
			return
		}
	}
	l.producers[p].state, l.producers[p].leaving = gone, false
}

// hand begins to hand an item over, and tells whether the producer is free
// again.
func (l *lane) hand(p int32, a *arrival) bool {
	slot, g := l.alloc(&a.Item), &l.generations[l.current]
	x := &l.producers[p]
	x.slot, x.step, x.since, x.stood, x.way, x.seq, x.key, x.refused = slot, 0, l.now, 0, l.current, a.Seq, a.Key, true
	i := &l.items[slot]
	i.ask, i.asked, i.arrived = a.ask, a.asked, a.at
	i.handing, i.pending, i.way = true, g.deliveries+1, l.current
	i.tracked, i.alone = g.deliveries > 1 || a.Payload > 0, g.deliveries == 1
	x.try = a.try
	l.claim(slot, a)
	if i.forsaken && l.spec.Queue.DropExpired && g.model == engine.EventModel {
		l.free(slot)
		return true
	}
	if i.told {
		l.note(engine.Arrived, i, none, 0, 0)
	}
	g.inside++
	if g.inline() {
		l.publishItem(p)
		return false
	}
	i.whole = !i.tracked && !g.together
	x.calls = x.calls[:0]
	return l.handOn(p)
}

// handOn goes on handing over what a producer has in hand, and tells whether it
// is through with that.
func (l *lane) handOn(p int32) bool {
	x := &l.producers[p]
	g := &l.generations[x.way]
	if g.goroutines() {
		if g.running+len(g.handlers) > l.spec.Limit {
			l.atLimit.push(p)
			l.block(x)
			return false
		}
		x.refused = false
		for _, h := range g.handlers {
			l.launch(x.way, h, x.slot)
		}
	}
	for ; int(x.step) < len(g.subs); x.step++ {
		i := g.subs[x.step]
		switch l.send(i, x.slot) {
		case full:
			l.subs[i].queueFor(&l.items[x.slot].Item).senders.push(p)
			l.block(x)
			return false
		case sent:
			x.refused = false
		case refused: // that is all there is to it
		}
	}
	l.accepted(p)
	return true
}

// block has a producer stand where it is. Meanwhile what it has in hand belongs
// to the backlog, unless somebody has begun it.
func (l *lane) block(x *producer) {
	x.state, x.stoodAt = blocked, l.now
	if it := &l.items[x.slot]; it.began == none {
		it.held = true
		l.leaveBacklog(-1, it.client != none)
	}
}

func (l *lane) unblock(x *producer) {
	x.state = idle
	x.stood += l.now - x.stoodAt
	l.stalled += l.now - x.stoodAt
	if it := &l.items[x.slot]; it.held {
		it.held = false
		l.leaveBacklog(1, it.client != none)
	}
}

// accepted books that an item is handed over.
func (l *lane) accepted(p int32) {
	x := &l.producers[p]
	it, g := &l.items[x.slot], &l.generations[x.way]
	if it.handing = false; it.began == none && it.client == none {
		l.queueing++
	}
	if !l.rough {
		l.publish.record(x.stood)
	}
	if it.client == none {
		l.spareAbsent(g)
	}
	g.inside--
	if it.told && !x.refused {
		l.note(engine.Accepted, it, none, 0, 0)
	}
	if it.pending > 1 { // as nearly always
		it.pending--
	} else {
		l.settle(x.slot, account.Done, 0, 0)
	}
}

// spareAbsent counts an item that was handed over for the handlers that do not
// get it.
func (l *lane) spareAbsent(g *generation) {
	for _, h := range g.absent {
		l.handlers[h].spared++
	}
}

// resume lets a producer, or a server, go on that stood at a queue, where what it
// has for it was taken or refused by now.
func (l *lane) resume(p int32, how sending) {
	if p < 0 {
		l.servers[^p].onward = 0
		l.decide(^p, true)
		return
	}
	x := &l.producers[p]
	l.unblock(x)
	x.refused = x.refused && how == refused
	x.step++
	if l.handOn(p) {
		l.produce(p)
	}
}

// relieve lets producers go on that stand at the limit of goroutines, as far as
// there is room.
func (l *lane) relieve() {
	for l.atLimit.len() > 0 {
		p := *l.atLimit.at(0)
		g := &l.generations[l.producers[p].way]
		if g.running+len(g.handlers) > l.spec.Limit {
			return
		}
		l.atLimit.pop()
		l.unblock(&l.producers[p])
		if l.handOn(p) {
			l.produce(p)
		}
	}
}

// release ends a hand-over that a producer stands at: what nobody has got is
// given back, else those who have not got it will not get it.
func (l *lane) release(p int32) {
	x := &l.producers[p]
	g := &l.generations[x.way]
	l.unblock(x)
	if g.goroutines() {
		drop(&l.atLimit, p)
		l.giveBack(p)
		return
	}
	drop(&l.subs[g.subs[x.step]].queueFor(&l.items[x.slot].Item).senders, p)
	if x.step == 0 {
		l.giveBack(p)
		return
	}
	for ; int(x.step) < len(g.subs); x.step++ {
		l.miss(&l.subs[g.subs[x.step]], x.slot, account.Lost)
	}
	l.accepted(p)
}
