package virtual

import (
	"duet/engine"
	"duet/engine/account"
)

// twin is a delivery that was handed out again while somebody still had it in
// hand, for its visibility had passed. The first who has it done ends it; whoever
// else has it in hand then works for nobody.
type twin struct {
	slot   int32 // of its item; none: its place is free
	hands  int32 // how many have it in hand
	keeper int32 // of these, the server for which it counts as in flight
	latest int32 // the attempt that was begun last
	queued bool  // it waits in a queue, or for its next try
	ended  bool
}

// twinOf is the twin that a server has in hand; nil if that was handed out once.
func (l *lane) twinOf(x *server) *twin {
	if x.hand.twin == 0 {
		return nil
	}
	return &l.twins[x.hand.twin-1]
}

// reappear puts what a server has had in hand for too long back into its queue, for
// another one.
func (l *lane) reappear(w int32) {
	x := &l.servers[w]
	s, it := &l.subs[x.sub], &l.items[x.hand.slot]
	x.visible = 0
	if x.hand.twin == 0 {
		i := place(&l.twins, func(t *twin) bool { return t.slot == none })
		l.twins[i] = twin{slot: x.hand.slot, hands: 1, keeper: w}
		x.hand.twin = i + 1
		it.twins++
	}
	t := l.twinOf(x)
	if t.ended {
		return
	}
	t.queued, t.latest = true, x.hand.attempt
	d := x.hand
	d.attempt++
	l.counts.Redelivered++
	l.deepen(s, 1)
	q := &s.queues[x.queue]
	q.side.push(d)
	if q.holder != none {
		l.servers[q.holder].alert = true
	}
	if it.told {
		l.note(engine.Retried, it, x.handler, x.id, x.hand.attempt)
	}
	l.rouse(x.sub, x.queue)
}

// takeTwin books that a twin is in hand once more. It tells whether that changes
// nothing for its item, which somebody had in hand.
func (l *lane) takeTwin(w int32, d delivery, it *item) bool {
	t := &l.twins[d.twin-1]
	t.queued, t.latest = false, d.attempt
	if t.hands++; t.hands == 1 {
		t.keeper = w
		return false
	}
	if it.client != none || it.tracked {
		return false
	}
	l.counts.Attempts++
	l.counts.Repeated++
	l.counts.Returned++
	return true
}

// inVain tells whether what becomes of the delivery in a server's hand makes no
// difference: it has ended, or was handed out again since and was not done.
func (l *lane) inVain(x *server, v verdict) bool {
	t := l.twinOf(x)
	return t != nil && (t.ended || (t.queued || t.latest != x.hand.attempt) && (v.back != nowhere || v.out != account.Done))
}

// leaveTwin has a server be through with a delivery for which that makes no
// difference.
func (l *lane) leaveTwin(w int32, well bool) {
	x := &l.servers[w]
	it, over := &l.items[x.hand.slot], l.twinOf(x).ended
	x.event, x.visible = 0, 0
	handlers := l.generations[x.generation].handlers
	if l.subs[x.sub].handler != none {
		handlers = handlers[:0:0]
		h := &l.handlers[x.handler]
		l.yield(&x.needs, serverDone|who(w))
		l.returned(h, it, x.start, x.hand.attempt, false)
		l.again(h, it.Seq, well, over)
		l.againAll(w, well)
	}
	for i, h := range handlers {
		l.again(&l.handlers[h], it.Seq, i < len(x.failed) && !x.failed[i], over)
	}
	if len(handlers) > 0 {
		l.againAll(w, well)
	}
	if l.letGo(w, l.twinOf(x)) && !over {
		l.put(it)
	}
}

// letGo has a server have a twin in hand no more, and tells whether nobody has.
// One that has ended is forgotten then.
func (l *lane) letGo(w int32, t *twin) (last bool) {
	if t.hands--; t.hands > 0 {
		if t.keeper == w {
			t.keeper = l.otherHand(w)
		}
		return false
	}
	if t.ended {
		l.forget(t)
	}
	return true
}

// otherHand is another server that has in hand what one has.
func (l *lane) otherHand(w int32) int32 {
	for i := range l.servers {
		if x := &l.servers[i]; int32(i) != w && x.state == busy && x.hand.twin == l.servers[w].hand.twin {
			return int32(i)
		}
	}
	return none
}

// endTwin has a twin end with what the server w has made of it. What still waits
// of it is taken out of the queue.
func (l *lane) endTwin(w int32, t *twin) {
	t.ended = true
	if t.queued {
		l.unqueue(w)
	}
	if it := &l.items[t.slot]; !it.tracked { // its times are those of whoever has done it
		it.began = l.servers[w].since
	}
	l.letGo(w, t)
}

// unqueue takes a twin of which a server has one out of its queue.
func (l *lane) unqueue(w int32) {
	x := &l.servers[w]
	s := &l.subs[x.sub]
	t := l.twinOf(x)
	t.queued = false
	l.deepen(s, -1)
	for k := range s.queues {
		q := &s.queues[k]
		for i := range q.side.len() {
			if q.side.at(i).twin == x.hand.twin {
				q.side.remove(i)
				return
			}
		}
	}
	for i := range l.retries {
		if r := &l.retries[i]; r.event != 0 && r.hand.twin == x.hand.twin {
			r.event = 0
			l.blank = append(l.blank, int32(i))
			s.queues[r.queue].delayed--
			return
		}
	}
}

// forget gives the place of a twin back, and that of its item if that has waited
// for it.
func (l *lane) forget(t *twin) {
	it := &l.items[t.slot]
	if it.twins--; it.twins == 0 && it.over {
		l.free(t.slot)
	}
	t.slot = none
}

// missBack books a delivery that was to be tried again and will not be.
func (l *lane) missBack(s *subscription, d delivery, out account.Outcome) {
	if d.twin != 0 {
		t := &l.twins[d.twin-1]
		t.queued, t.ended = false, true
		if t.hands == 0 {
			l.forget(t)
		}
	}
	l.miss(s, d.slot, out)
}

// readTwins takes what is counted more than once out of a reading.
func (l *lane) readTwins(r *account.Reading) {
	for i := range l.servers {
		x := &l.servers[i]
		t := l.twinOf(x)
		if x.state != busy || x.sub == none || t == nil || !t.ended && t.keeper == int32(i) {
			continue
		}
		if l.subs[x.sub].handler != none {
			r.Doubled[x.handler]++
			continue
		}
		for k, h := range l.generations[x.generation].handlers {
			switch {
			case k < int(x.step):
				r.Unsettled[h]--
			case k > int(x.step):
				r.Await[h]--
			default:
				r.Doubled[h]++
			}
		}
	}
	for i := range l.twins {
		t := &l.twins[i]
		if t.slot == none || !t.queued || t.hands == 0 {
			continue
		}
		x := &l.servers[t.keeper]
		if h := l.subs[x.sub].handler; h != none {
			r.Await[h]--
			continue
		}
		for _, h := range l.generations[x.generation].handlers {
			r.Await[h]--
		}
	}
}
