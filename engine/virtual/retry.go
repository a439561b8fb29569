package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
	"duet/engine/workload"
)

// verdict is what becomes of a delivery that a worker has handled.
type verdict struct {
	out      account.Outcome // where it is final
	back     where
	handled  bool // it was done, and is going to be handled again
	tryAgain bool // an attempt failed
}

// where is where a delivery goes from a worker's hand.
type where uint8

const (
	nowhere where = iota // it has ended
	toFront              // of its queue
	toBack               // of those that are to be tried again, after a pause
)

// retry is a delivery that waits for its next try.
type retry struct {
	event uint32
	sub   int32
	queue int32
	hand  delivery
}

// judge says what becomes of the delivery in a worker's hand.
func (l *lane) judge(w int32, well bool) verdict {
	x := &l.servers[w]
	s := &l.subs[x.sub]
	if c := &x.crash; c.when != "" {
		c.down, c.at = true, l.now
		switch {
		case c.when == engine.CrashBeforeAck && s.ack == engine.AckAfter && well:
			return verdict{back: toFront, handled: true}
		case s.ack == engine.AckAfter:
			return verdict{back: toFront}
		case c.when == engine.CrashDuring:
			return verdict{out: account.Lost}
		}
	}
	switch {
	case well:
		return verdict{out: account.Done}
	case s.ack == engine.AckAfter && int(x.hand.failed)+1 < s.attempts:
		return verdict{back: toBack, tryAgain: true}
	case s.attempts > 1: // failing for good is dead-lettering where there were several
		return verdict{out: account.Dead}
	}
	return verdict{out: account.Failed}
}

// decide ends the handling of the delivery in a worker's hand, and has the worker
// go on.
func (l *lane) decide(w int32, well bool) {
	v := l.judge(w, well)
	if l.inVain(&l.servers[w], v) {
		l.leaveTwin(w, well)
		l.goOn(w)
		return
	}
	l.conclude(w, v)
}

// conclude does what was decided about the delivery in a worker's hand, and has
// the worker go on.
func (l *lane) conclude(w int32, v verdict) {
	x := &l.servers[w]
	if v.back == nowhere {
		l.end(w, v.out)
	} else {
		h, it := &l.handlers[x.handler], &l.items[x.hand.slot]
		l.yield(&x.needs, serverDone|who(w))
		l.returned(h, it, x.start, x.hand.attempt, false)
		l.again(h, it.Seq, v.handled, false)
		if it.told {
			l.note(engine.Retried, it, x.handler, x.id, x.hand.attempt)
		}
		l.giveUp(w, v)
	}
	l.goOn(w)
}

// again counts that what a handler has done will be handled again, or was: as a
// duplicate, unless it recognises that. What is over, for it has its end, does not
// come again.
func (l *lane) again(h *handler, seq int64, wasDone, over bool) {
	switch {
	case !wasDone:
	case h.Idempotent:
		h.counts.Deduplicated++
		if !over {
			h.learn(seq)
		}
	default:
		h.counts.Duplicates++
	}
}

// againAll counts the same of the item in a worker's hand: it is recognised if all
// of its handlers do so.
func (l *lane) againAll(w int32, wasDone bool) {
	if !wasDone {
		return
	}
	x := &l.servers[w]
	recognised := l.handlers[x.handler].Idempotent
	if l.subs[x.sub].handler == none {
		for _, h := range l.generations[x.generation].handlers {
			recognised = recognised && l.handlers[h].Idempotent
		}
	}
	if recognised {
		l.counts.Deduplicated++
	} else {
		l.counts.Duplicates++
	}
}

// giveUp puts the delivery in a worker's hand back into its queue.
func (l *lane) giveUp(w int32, v verdict) {
	x := &l.servers[w]
	s, it := &l.subs[x.sub], &l.items[x.hand.slot]
	l.counts.Redelivered++
	l.againAll(w, v.handled)
	if t := l.twinOf(x); t == nil || l.letGo(w, t) {
		l.put(it)
	}
	x.event, x.visible = 0, 0
	d := x.hand
	d.attempt++
	if d.twin != 0 {
		l.twinOf(x).queued = true
	}
	l.deepen(s, 1)
	q := &s.queues[x.queue]
	if v.back == toFront {
		q.side.pushFront(d)
		return
	}
	d.failed++
	if pause := l.pause(s, it, d.failed); pause > 0 {
		q.delayed++
		l.retryAt(l.now+pause, retry{sub: x.sub, queue: x.queue, hand: d})
		return
	}
	q.side.push(d)
	x.alert = true
}

// pause is how long a delivery waits for its next try, after so many that
// failed.
func (l *lane) pause(s *subscription, it *item, failed int32) int64 {
	u := 1.0
	if s.backoff.Jitter == engine.JitterFull {
		u = l.stream.Draw(it.Item, workload.Jitter, int(max(0, s.handler)), int(failed))
	}
	return int64(script.Pause(s.backoff, int(failed), u))
}

// retryAt has a delivery come back to its queue at a time.
func (l *lane) retryAt(at int64, r retry) {
	var i int32
	if n := len(l.blank); n > 0 {
		i = l.blank[n-1]
		l.blank = l.blank[:n-1]
	} else {
		l.retries = append(l.retries, retry{})
		i = int32(len(l.retries) - 1)
	}
	r.event = l.events.add(at, retryDue|who(i))
	l.retries[i] = r
}

// retryNow brings a delivery back to its queue.
func (l *lane) retryNow(i int32) {
	r := &l.retries[i]
	r.event = 0
	l.blank = append(l.blank, i)
	q := &l.subs[r.sub].queues[r.queue]
	q.delayed--
	q.side.push(r.hand)
	if q.holder != none {
		l.servers[q.holder].alert = true
	}
	l.rouse(r.sub, r.queue)
}

// rouse has a server that waits take what has come back to its queue.
func (l *lane) rouse(i, at int32) {
	s := &l.subs[i]
	q := &s.queues[at]
	if q.side.len() == 0 {
		return
	}
	if w := l.waitingFor(s, q); w != none {
		l.look(w)
	}
}
