package virtual

import (
	"slices"

	"duet/engine"
	"duet/engine/account"
)

// servedInTurn ends the work of one of several handlers that share a worker, and
// has the next one begin. How the deliveries end is known when the last of them
// has run. Where panics are recovered, the others run all the same, as they do
// on an inline bus.
func (l *lane) servedInTurn(w int32) {
	x := &l.servers[w]
	x.event = 0
	switch stopped := l.stepOn(w, x.work.result != succeeded); {
	case stopped:
		l.cutAll(w)
		l.dieOf(w)
	case int(x.step) < len(l.generations[x.generation].handlers):
		l.run(w, x, &l.items[x.hand.slot])
	default:
		l.decideAll(w, !slices.Contains(x.failed, true))
	}
}

// decideAll is decide for handlers that share a worker.
func (l *lane) decideAll(w int32, well bool) {
	v := l.judge(w, well)
	if l.inVain(&l.servers[w], v) {
		l.leaveTwin(w, well)
	} else {
		l.concludeAll(w, v)
	}
	l.goOn(w)
}

// cutAll is cut for handlers that share a worker.
func (l *lane) cutAll(w int32) {
	if v := (verdict{out: account.Lost}); l.inVain(&l.servers[w], v) {
		l.leaveTwin(w, false)
	} else {
		l.concludeAll(w, v)
	}
}

// hurry has all handlers that share a worker end at once, for it has crashed.
func (l *lane) hurry(w int32) {
	l.rush(w)
	l.decideAll(w, false)
}

// rush goes through the handlers that share a worker, from the one under way on.
// Only who needs no time gets anything done.
func (l *lane) rush(w int32) {
	x := &l.servers[w]
	l.stepOn(w, true)
	for handlers := l.generations[x.generation].handlers; int(x.step) < len(handlers); {
		h, it := &l.handlers[x.handler], &l.items[x.hand.slot]
		l.began(h, it, x.id, x.hand.attempt)
		x.start = l.now
		if x.hand.attempt > 1 && h.Idempotent && h.recalls(it.Seq) {
			x.work = work{}
			l.stepOn(w, false)
			continue
		}
		x.work = l.work(h, it, x.hand.attempt)
		l.stepOn(w, x.work.takes > 0 || x.work.result != succeeded || l.full(h))
	}
}

// stepOn books the handler under way, and goes on to the next. It tells whether
// a panic keeps that from running.
func (l *lane) stepOn(w int32, failed bool) (stopped bool) {
	x := &l.servers[w]
	g := &l.generations[x.generation]
	l.yield(&x.needs, serverDone|who(w))
	l.returned(&l.handlers[x.handler], &l.items[x.hand.slot], x.start, x.hand.attempt, false)
	x.failed = append(x.failed, failed)
	if x.step++; int(x.step) < len(g.handlers) {
		x.handler = g.handlers[x.step]
	}
	return x.work.result == panicked && !g.recovers
}

// concludeAll does what was decided about an item whose handlers share the
// worker. Those that a panic kept from running share its end.
func (l *lane) concludeAll(w int32, v verdict) {
	x := &l.servers[w]
	it := &l.items[x.hand.slot]
	for i, h := range l.generations[x.generation].handlers {
		failed := i >= len(x.failed) || x.failed[i]
		switch out := v.out; {
		case v.back != nowhere:
			l.again(&l.handlers[h], it.Seq, !failed, false)
			if it.told {
				l.note(engine.Retried, it, h, x.id, x.hand.attempt)
			}
		default:
			if out != account.Lost && !failed {
				out = account.Done
			}
			l.outcome(&l.handlers[h], it, out, true)
			if len(l.handlers[h].done) > 0 {
				l.handlers[h].unlearn(it.Seq)
			}
		}
	}
	if v.back != nowhere {
		l.giveUp(w, v)
		return
	}
	if v.out == account.Done && !it.forsaken {
		x.done++
	}
	x.event, x.visible = 0, 0
	if x.hand.twin != 0 {
		l.endTwin(w, l.twinOf(x))
	}
	l.settle(x.hand.slot, v.out, x.id, x.hand.attempt)
}
