package virtual

import (
	"duet/engine"
	"duet/engine/account"
)

// publishItem has a publisher call the observers of the item in hand, one after
// another.
func (l *lane) publishItem(p int32) {
	x := &l.producers[p]
	it, g := &l.items[x.slot], &l.generations[x.way]
	it.tracked, it.pending, it.alone = true, 1, true
	x.state, x.worst = publishing, account.Done
	x.calls = x.calls[:0]
	for range g.handlers {
		x.calls = append(x.calls, call{})
	}
	if it.told {
		l.note(engine.Accepted, it, none, 0, 0)
	}
	l.take(it, int64(it.At) >= x.free)
	l.call(p)
}

// call has a publisher call the observer whose turn it is.
func (l *lane) call(p int32) {
	x := &l.producers[p]
	h, it := &l.handlers[l.generations[x.way].handlers[x.step]], &l.items[x.slot]
	x.calls[x.step].state = engine.CallRunning
	l.began(h, it, p+1, 1)
	x.start = l.now
	if h.resource == none || l.acquire(&x.needs, h.resource, publisherDone|who(p)) {
		l.workAtCall(p)
	}
}

// workAtCall has the observer that a publisher calls, and which has what it needs,
// do its work.
func (l *lane) workAtCall(p int32) {
	x := &l.producers[p]
	h, it := l.atCall(x)
	x.work = l.work(h, it, 1)
	x.event = l.events.add(l.now+x.work.takes, publisherDone|who(p))
}

// called ends the call of an observer.
func (l *lane) called(p int32) {
	x := &l.producers[p]
	g := &l.generations[x.way]
	out := account.Done
	switch x.work.result {
	case succeeded: // as it is
	case erred:
		out = account.Failed
	case panicked:
		out = g.panicked()
	}
	h, _ := l.atCall(x)
	if x.onward != 0 {
		if l.endNested(p, out); out != account.Lost {
			out = account.Done // of who published: that its observer fails is nothing to it
		}
	} else if out == account.Done && h.publishes != none && l.publishIn(p) {
		return
	}
	l.endCall(p, out)
	if out == account.Lost {
		l.dieOfPublisher(p, h.Name)
		return
	}
	if int(x.step) < len(g.handlers) {
		l.call(p)
		return
	}
	l.published(p)
	l.produce(p)
}

// endCall books the end of the call under way.
func (l *lane) endCall(p int32, out account.Outcome) {
	x := &l.producers[p]
	x.event = 0
	l.yield(&x.needs, publisherDone|who(p))
	h, it := &l.handlers[l.generations[x.way].handlers[x.step]], &l.items[x.slot]
	l.returned(h, it, x.start, 1, false)
	l.outcome(h, it, out, true)
	if it.told {
		l.note(out.Happening(), it, int32(h.index), p+1, 1)
	}
	x.worst = max(x.worst, out)
	x.calls[x.step] = call{state: engine.CallOK, took: l.now - x.start}
	if out != account.Done {
		x.calls[x.step].state = engine.CallFailed
	}
	x.step++
}

// skip books the observers that a publish does not reach.
func (l *lane) skip(p int32) {
	x := &l.producers[p]
	it := &l.items[x.slot]
	for handlers := l.generations[x.way].handlers; int(x.step) < len(handlers); x.step++ {
		h := &l.handlers[handlers[x.step]]
		h.counts.Skipped++
		l.outcome(h, it, account.Lost, false)
		x.worst = account.Lost
		x.calls[x.step].state = engine.CallSkipped
		if it.told {
			l.note(engine.Skipped, it, int32(h.index), p+1, 1)
		}
	}
}

// published ends a publish.
func (l *lane) published(p int32) {
	x := &l.producers[p]
	it, g := &l.items[x.slot], &l.generations[x.way]
	if !l.rough {
		l.publish.record(l.now - it.began)
	}
	if it.client == none {
		l.spareAbsent(g)
	}
	g.inside--
	it.handing = false
	x.free, x.state = l.now, idle
	l.settle(x.slot, x.worst, p+1, 1)
}
