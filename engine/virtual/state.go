package virtual

import (
	"cmp"
	"slices"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
	"duet/engine/workload"
)

// entry puts a lane that is empty into the state that a snapshot tells of. What is
// assumed of the rest is in the package's doc.
type entry struct {
	*lane
	from *engine.LaneSnapshot
	past
	spots    []spot
	latest   int64          // the number of the latest item that is not in the backlog
	forsaken int64          // tries for items up to this number are for nobody
	opened   workload.Place // where the stream begins
	inLine   []lined        // for resources
}

// past is what else is known of what was before.
type past struct {
	faults  []engine.Change  // of the run, so far
	arrived int64            // items, by schedule
	unknown int64            // the items up to this number are not in the lane's stream
	demands *workload.Stream // knows the demands of what is in hand; nil: the lane's stream does
}

// spot is where an item is, or a delivery of it.
type spot struct {
	seq   int64
	of    spotKind
	at    int32 // the place of the server, producer or subscription, or the handler of a call
	queue int32
	slot  int32
	index int // in the snapshot's list
}

type spotKind uint8

const (
	inQueue spotKind = iota
	atServer
	atProducer
	inCall
)

// enter puts the lane into the state of a snapshot.
func (l *lane) enter(from *engine.LaneSnapshot, p past) {
	e := entry{lane: l, from: from, past: p, opened: l.cursor.Place()}
	l.stopped = true // until all is in its place
	for l.perItem && len(l.producers) < len(from.Publishers) {
		l.producers = append(l.producers, producer{state: idle})
		l.resting.push(int32(len(l.producers) - 1))
	}
	for i := range l.handlers {
		l.handlers[i].faults = e.faultsUntil(i, l.now)
		l.handlers[i].review()
	}
	e.count()
	if from.Dead == "" {
		e.findHands()
		e.findQueued()
		e.findCalls()
	} else {
		e.bury()
	}
	e.putAll()
	e.balance()
	l.stopped = false
	if from.Stopped {
		l.stop(true, e.stoppedFor())
	}
	l.supply()
}

// count takes over the ledgers.
func (e *entry) count() {
	e.counts = sums(&e.from.Ledger)
	e.clients.wasted, e.comebacks, e.decided = e.from.Wasted, e.from.Retries, e.from.Retries
	for i := range e.from.Handlers {
		if h := e.handlerAt(i); h != none {
			e.handlers[h].counts = sums(&e.from.Handlers[i].Ledger)
		}
	}
}

// sums are the counts of a ledger.
func sums(l *engine.Ledger) account.Sums {
	s := account.Sums{
		Attempts: l.Attempts, Returned: l.Attempts, Redelivered: l.Redelivered, Duplicates: l.Duplicates, Skipped: l.Skipped,
	}
	for o, n := range map[account.Outcome]int64{
		account.Done: l.Done, account.Failed: l.Failed, account.Expired: l.Expired, account.Dropped: l.Dropped,
		account.Dead: l.DeadLettered, account.Lost: l.Lost,
	} {
		s.Ended[o] = n
	}
	return s
}

// handlerAt is the i-th handler of the snapshot; none if the lane does not run so
// many.
func (e *entry) handlerAt(i int) int32 {
	if g := &e.generations[e.current]; i >= 0 && i < len(g.handlers) {
		return g.handlers[i]
	}
	return none
}

// bury takes over that the lane is dead.
func (e *entry) bury() {
	e.dead = e.from.Dead
	e.staff()
	for w := range e.servers {
		e.servers[w].state = absent
	}
}

// findHands finds what servers and producers have in hand.
func (e *entry) findHands() {
	g := &e.generations[e.current]
	for i := range e.from.Workers {
		x := &e.from.Workers[i]
		k := x.Handler
		if g.together {
			k = 0
		}
		if k < 0 || k >= len(g.subs) || x.ID < 1 || x.ID > len(e.subs[g.subs[k]].workers) {
			continue
		}
		w := e.subs[g.subs[k]].workers[x.ID-1]
		e.place(w, x)
		if x.State.AtWork() && e.came(x.Seq) && !e.inOtherHands(x.Seq, e.servers[w].sub) {
			e.spots = append(e.spots, spot{seq: x.Seq, of: atServer, at: w, index: i})
		}
	}
	for i := range min(len(e.from.Publishers), len(e.producers)) {
		x := &e.from.Publishers[i]
		p := &e.producers[i]
		p.seq, p.key, p.since = x.Seq, x.Key, int64(x.Since)
		inHand := x.Blocked && !g.inline() || x.Busy && g.inline()
		if p.state == idle && inHand && e.came(x.Seq) {
			e.spots = append(e.spots, spot{seq: x.Seq, of: atProducer, at: int32(i), index: i})
		}
	}
	for _, i := range g.subs {
		e.line(&e.subs[i])
	}
	e.lineUp()
}

// inOtherHands tells whether another server of a subscription has an item in hand.
// What was handed out again stays in the first of the hands that it is in.
func (e *entry) inOtherHands(seq int64, sub int32) bool {
	return e.subs[sub].visibility > 0 && slices.ContainsFunc(e.spots, func(s spot) bool {
		return s.of == atServer && s.seq == seq && e.servers[s.at].sub == sub
	})
}

// came tells whether an item with a number has come.
func (e *entry) came(seq int64) bool { return seq > 0 && seq <= e.arrived }

// place takes over what a server has done and whether it has crashed.
func (e *entry) place(w int32, from *engine.WorkerSnapshot) {
	x := &e.servers[w]
	x.done, x.since, x.seq, x.key = from.Done, min(int64(from.Since), e.now), from.Seq, from.Key
	if from.State != engine.Crashed {
		return
	}
	since := x.since
	x.crash = crash{when: engine.CrashDuring, down: true, at: since}
	back := int64(from.BackAt)
	if restart := e.restartAfter(since); back == 0 && restart > 0 {
		back = since + restart
	}
	if back > 0 {
		x.crash.restart = max(back, e.now) - since
	}
	e.goDown(w)
	x.since = since
}

// restartAfter is how long after a crash at a time a worker is to be back; 0: not by
// itself.
func (e *entry) restartAfter(crashed int64) int64 {
	for i := range slices.Backward(e.faults) {
		c := &e.faults[i]
		if f := c.Fault; f.Kind == engine.FaultCrash && e.meant(f) && int64(c.At) <= crashed {
			return int64(f.Restart)
		}
	}
	return 0
}

// line has the servers of a subscription that wait do so in the order in which
// they began to.
func (e *entry) line(s *subscription) {
	idle := make([]int32, 0, s.idle.len())
	for s.idle.len() > 0 {
		idle = append(idle, s.idle.pop())
	}
	slices.SortStableFunc(idle, func(a, b int32) int { return cmp.Compare(e.servers[a].since, e.servers[b].since) })
	for _, w := range idle {
		s.idle.push(w)
	}
}

// lineUp has the producers that wait do so in the order in which they began to.
func (e *entry) lineUp() {
	through := func(p int32) int64 {
		at := e.producers[p].since
		if int(p) < len(e.from.Publishers) {
			for _, c := range e.from.Publishers[p].Calls {
				at += int64(c.Took)
			}
		}
		return at
	}
	var idle []int32
	for e.resting.len() > 0 {
		idle = append(idle, e.resting.pop())
	}
	slices.SortStableFunc(idle, func(a, b int32) int { return cmp.Compare(through(a), through(b)) })
	for _, p := range idle {
		e.resting.push(p)
	}
}

// stoppedFor is for how long producers are still stopped, if only until their start that is
// due; 0: until told otherwise.
func (e *entry) stoppedFor() int64 {
	for i := range slices.Backward(e.faults) {
		c := &e.faults[i]
		switch f := c.Fault; {
		case f.Kind != engine.FaultStop || !e.meant(f):
		case f.For == 0:
			return 0
		default:
			return max(1, int64(c.At+f.For)-e.now)
		}
	}
	return 0
}

// meant tells whether a fault is one of this lane.
func (e *entry) meant(f *engine.Fault) bool { return f.Lane == "" || f.Lane == e.spec.Name }

// faultsUntil is what was broken in a handler at a time.
func (e *entry) faultsUntil(handler int, at int64) faults {
	var f faults
	for i := range e.faults {
		c := &e.faults[i]
		if c.Fault.Target == e.handlers[handler].Name && e.meant(c.Fault) && int64(c.At) <= at {
			f.add(c.Fault, int64(c.At))
		}
	}
	f.stalls = 0
	for i := range e.from.Handlers {
		if e.handlerAt(i) == int32(handler) && e.from.Handlers[i].Fault == script.AboutToStall {
			f.stalls = 1
		}
	}
	return f
}

// balance has the ledgers of the handlers balance: what is not accounted for was
// for others.
func (e *entry) balance() {
	r := account.NewReading(e.machine.scenario)
	e.read(&r, false)
	for i := range e.classes {
		if i < len(e.from.Classes) {
			ledger := &e.from.Classes[i].Ledger
			for o, n := range sums(ledger).Ended {
				e.classes[i].ended[o] += n
			}
			e.classes[i].offered += ledger.Ended() // and those that were found
		}
	}
	for i := range e.handlers {
		h := &e.handlers[i]
		h.spared = e.offered - h.counts.Total() - r.Busy[i].Now - r.Unsettled[i] - r.Await[i]
		if e.impatient() {
			h.spared = e.offered - h.counts.Total() - e.active // each of these ends in one way for each handler
		}
	}
}
