package virtual

import "duet/engine/account"

// phase is what a server is at.
type phase uint8

// The phases of a server.
const (
	absent  phase = iota // it has no goroutine
	resting              // it waits for a delivery
	busy
	down // crashed
)

// server is whoever handles deliveries but a publisher: a worker, the goroutine
// of a buffered observer, that of one call.
type server struct {
	state      phase
	alert      bool  // partitions: it has to look which of them are its own before it takes the next delivery
	id         int32 // from 1
	generation int32
	sub        int32   // none: it runs for one call only
	share      []int32 // partitions: the queues that it serves now
	turn       int32   // which of them is next

	event   uint32 // that it waits for
	visible uint32 // that hands what it has in hand out again; 0: none
	handler int32  // it is at, or was at last
	queue   int32  // of the delivery in hand
	hand    delivery
	seq     int64 // of the item in hand, or the last one
	key     int32
	step    int32  // together: which handler's turn it is
	failed  []bool // together: which handlers have failed
	since   int64  // when the phase began, or this delivery was taken
	start   int64  // when the present handler began
	needs   slot   // of what that needs
	onward  int32  // with what that publishes it stands at a queue: the place of it, and one; 0: it does not
	work    work
	crash   crash
	done    int64
}

// seat makes room for a server.
func (l *lane) seat(x server) int32 {
	var w int32
	if n := len(l.unused); n > 0 {
		w = l.unused[n-1]
		l.unused = l.unused[:n-1]
	} else {
		l.servers = append(l.servers, server{})
		w = int32(len(l.servers) - 1)
	}
	x.since = l.now
	l.servers[w] = x
	return w
}

// hire sets the number of a subscription's workers. Those with the highest
// numbers go first; each finishes what it has in hand.
func (l *lane) hire(i int32, n int) {
	for s := &l.subs[i]; len(s.workers) < n; {
		w := l.seat(server{sub: i, generation: s.generation, id: int32(len(s.workers) + 1), handler: l.firstHandler(s)})
		s.workers = append(s.workers, w)
	}
	s := &l.subs[i]
	s.wanted = n
	for q := range s.queues {
		s.queues[q].owner = none
		if n > 0 {
			s.queues[q].owner = s.workers[q%n]
		}
	}
	for k, w := range s.workers {
		switch x := &l.servers[w]; {
		case k >= n && x.state != busy:
			l.leave(w)
		case k < n && x.state == absent:
			x.state = resting
		case k < n && x.state == resting && s.partitions == 0:
			drop(&s.idle, w)
		}
	}
	for _, w := range s.workers {
		l.servers[w].alert = true
	}
	for k := range n {
		if w := l.subs[i].workers[k]; l.servers[w].state == resting {
			l.look(w)
		}
	}
}

// firstHandler is whom a subscription's servers run first.
func (l *lane) firstHandler(s *subscription) int32 {
	if s.handler == none {
		return l.generations[s.generation].handlers[0]
	}
	return s.handler
}

// look has a server take the next delivery, or wait for one. What it throws away on
// the way may let a producer go on, who then sends something to a queue that it has
// looked into already: it looks into all of them again.
func (l *lane) look(w int32) {
	how := thrown
	for how == thrown {
		if i := l.servers[w].sub; l.subs[i].only {
			how = l.takeFrom(w, i, 0)
		} else {
			how = l.takeOne(w)
		}
	}
	if how == taken {
		return
	}
	x := &l.servers[w]
	if s := &l.subs[x.sub]; s.partitions == 0 {
		s.idle.push(w)
	}
	if x.state != resting {
		x.state, x.since = resting, l.now
	}
}

// takeOne has a server take the next delivery of those in several queues, if there is
// one.
func (l *lane) takeOne(w int32) taking {
	x := &l.servers[w]
	if l.subs[x.sub].partitions == 0 {
		return l.takeNext(w)
	}
	if x.alert {
		l.attend(w)
		x = &l.servers[w]
	}
	for range x.share {
		q := x.share[x.turn]
		if x.turn++; int(x.turn) == len(x.share) {
			x.turn = 0
		}
		if how := l.takeFrom(w, x.sub, q); how != nothing {
			return how
		}
	}
	return nothing
}

// attend makes the partitions that a server owns those that it serves, but for
// those that their last owner still has a delivery of in hand. Those that it
// serves no more it leaves to their owners.
func (l *lane) attend(w int32) {
	x := &l.servers[w]
	x.alert = false
	lost := l.handOver(w)
	queues := l.subs[x.sub].queues
	for q := range queues {
		if queues[q].owner == w && queues[q].holder == none {
			queues[q].holder = w
			x.share = append(x.share, int32(q))
		}
	}
	if lost {
		l.inform(x.sub)
	}
}

// handOver has a server serve no partition any more. Owners of those that are
// somebody else's are to look; it tells whether there are any.
func (l *lane) handOver(w int32) (lost bool) {
	x := &l.servers[w]
	queues := l.subs[x.sub].queues
	for _, q := range x.share {
		queues[q].holder = none
		if owner := queues[q].owner; owner != w && owner != none {
			l.servers[owner].alert, lost = true, true
		}
	}
	x.share, x.turn = x.share[:0], 0
	return lost
}

// inform has servers that are to look, and wait, see which partitions are theirs
// now.
func (l *lane) inform(i int32) {
	for k := range l.subs[i].workers {
		if w := l.subs[i].workers[k]; l.servers[w].alert && l.servers[w].state == resting {
			l.look(w)
		}
	}
}

// begin has a server take a delivery in hand.
func (l *lane) begin(w int32, d delivery) {
	x := &l.servers[w]
	it := &l.items[d.slot]
	if d.twin == 0 || !l.takeTwin(w, d, it) {
		l.take(it, x.state == resting || x.sub == none)
	}
	x.state, x.hand, x.since, x.seq, x.key, x.step = busy, d, l.now, it.Seq, it.Key, 0
	if x.sub != none {
		s := &l.subs[x.sub]
		if s.handler == none {
			x.handler = l.generations[x.generation].handlers[0]
			x.failed = x.failed[:0]
		}
		if s.visibility > 0 {
			x.visible = l.events.add(add(l.now, s.visibility), visibilityOver|who(w))
		}
	}
	l.run(w, x, it)
}

// run has a server begin with its handler's work.
func (l *lane) run(w int32, x *server, it *item) {
	h := &l.handlers[x.handler]
	l.began(h, it, x.id, x.hand.attempt)
	x.start = l.now
	if x.hand.attempt > 1 && h.Idempotent && h.recalls(it.Seq) {
		x.work = work{}
		x.event = l.events.add(l.now, serverDone|who(w))
		return
	}
	if h.resource == none || l.acquire(&x.needs, h.resource, serverDone|who(w)) {
		l.workOn(w, x, h, it)
	}
}

// workOn has a server that has what its handler needs do the work.
func (l *lane) workOn(w int32, x *server, h *handler, it *item) {
	x.work = l.work(h, it, x.hand.attempt)
	x.event = l.events.add(l.now+x.work.takes, serverDone|who(w))
}

// served ends a handler's work for the delivery in hand.
func (l *lane) served(w int32) {
	x := &l.servers[w]
	x.event = 0
	switch {
	case x.sub == none:
		l.observed(w)
	case l.subs[x.sub].observed:
		l.observed(w)
	case l.subs[x.sub].handler == none:
		l.servedInTurn(w)
	case x.work.result == panicked && !l.generations[x.generation].recovers:
		l.cut(w)
		l.dieOf(w)
	case x.work.result == succeeded && l.handlers[x.handler].publishes != none:
		l.publishOn(w)
	case x.work.result == succeeded && x.crash.when == "" && x.hand.twin == 0: // as nearly always
		l.end(w, account.Done)
		l.goOn(w)
	default:
		l.decide(w, x.work.result == succeeded)
	}
}

// cut ends the handling of what a server has in hand, which is lost by that unless
// it has ended.
func (l *lane) cut(w int32) {
	if l.inVain(&l.servers[w], verdict{out: account.Lost}) {
		l.leaveTwin(w, false)
		return
	}
	l.end(w, account.Lost)
}

// observed ends a call of a buffered observer, or of one with a goroutine of its
// own.
func (l *lane) observed(w int32) {
	x := &l.servers[w]
	out := account.Done
	switch x.work.result {
	case succeeded: // as it is
	case erred:
		out = account.Failed
	case panicked:
		out = l.generations[x.generation].panicked()
	}
	l.end(w, out)
	if out == account.Lost {
		l.dieOf(w)
		return
	}
	if x.sub != none {
		l.look(w)
		return
	}
	l.dismiss(w)
	l.relieve()
}

// end books that the delivery in hand ended for good.
func (l *lane) end(w int32, out account.Outcome) {
	x := &l.servers[w]
	h, it := &l.handlers[x.handler], &l.items[x.hand.slot]
	x.event, x.visible = 0, 0
	if x.hand.twin != 0 {
		l.endTwin(w, l.twinOf(x))
	}
	if len(h.done) > 0 {
		h.unlearn(it.Seq)
	}
	l.yield(&x.needs, serverDone|who(w))
	l.returned(h, it, x.start, x.hand.attempt, it.whole && (out == account.Done || out == account.Failed || out == account.Dead))
	l.outcome(h, it, out, true)
	if out == account.Done && !it.forsaken {
		x.done++
	}
	if it.told {
		l.note(out.Happening(), it, x.handler, x.id, x.hand.attempt)
	}
	l.settle(x.hand.slot, out, x.id, x.hand.attempt)
}

// goOn has a worker that is through with a delivery take the next one, unless it
// has to end.
func (l *lane) goOn(w int32) {
	x := &l.servers[w]
	i, q := x.sub, x.queue
	switch {
	case int(x.id) > l.subs[i].wanted:
		l.leave(w)
	case x.crash.down:
		l.goDown(w)
	default:
		l.look(w)
	}
	if l.subs[i].queues[q].side.len() > 0 {
		l.rouse(i, q) // for what it put back itself, and did not take again
	}
}

// leave ends a server that is not wanted any more.
func (l *lane) leave(w int32) {
	x := &l.servers[w]
	s := &l.subs[x.sub]
	if x.state == resting && s.partitions == 0 {
		drop(&s.idle, w)
	}
	x.state, x.event, x.crash, x.since = absent, 0, crash{}, l.now
	if l.handOver(w) {
		l.inform(x.sub)
	}
}

// launch starts a goroutine that calls an observer.
func (l *lane) launch(generation, handler, slot int32) {
	g := &l.generations[generation]
	g.running++
	l.running.add(1, l.now)
	w := l.seat(server{sub: none, generation: generation, handler: handler})
	l.servers[w].id = w + 1
	l.begin(w, delivery{slot: slot, attempt: 1})
}

// dismiss ends the goroutine of a call.
func (l *lane) dismiss(w int32) {
	x := &l.servers[w]
	l.generations[x.generation].running--
	l.running.add(-1, l.now)
	x.state = absent
	l.unused = append(l.unused, w)
}

// withdraw gives the places of a subscription that has ended back.
func (l *lane) withdraw(i int32) {
	for _, w := range l.subs[i].workers {
		l.servers[w] = server{}
		l.unused = append(l.unused, w)
	}
	l.subs[i] = subscription{over: true}
}
