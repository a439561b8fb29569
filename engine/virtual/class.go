package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/workload"
)

// class is what a lane counted of one class of its items.
type class struct {
	offered int64
	ended   [account.Outcomes]int64
	inHand  int64
	latency histogram
}

// classify makes the lane count by class, if items have classes.
func (l *lane) classify(s *engine.Scenario) {
	l.classNames, l.classes = s.Load.ClassNames(), nil
	if len(l.classNames) > 0 {
		l.classes = make([]class, len(l.classNames))
	}
}

// came books that an item has arrived.
func (l *lane) came(it *engine.Item) {
	if l.rough {
		return
	}
	l.inSystem.add(1, l.now)
	if l.classes != nil {
		l.classes[it.Class].offered++
	}
}

// handle books that an item comes into hand, or for -1 that it no longer is.
func (l *lane) handle(it *engine.Item, n int64) {
	if l.rough {
		return
	}
	l.inHand.add(n, l.now)
	if l.classes != nil {
		l.classes[it.Class].inHand += n
	}
}

// ended books how an item ended.
func (l *lane) ended(it *engine.Item, out account.Outcome) {
	if l.rough {
		return
	}
	l.counts.Ended[out]++
	l.inSystem.add(-1, l.now)
	if l.classes != nil {
		l.classes[it.Class].ended[out]++
	}
}

// readClasses reads what was counted by class.
func (l *lane) readClasses(r *account.Reading) {
	for i := range l.classes {
		c := &l.classes[i]
		r.Classes[i] = account.ClassReading{Offered: c.offered, Ended: c.ended, InHand: c.inHand}
	}
}

// AddClass implements [account.Source].
func (l *lane) AddClass(i int, to *measure.Counts) { l.classes[i].latency.addTo(to) }

// takeNext has a server without partitions take the next delivery, if there is
// one, out of several queues that it serves.
func (l *lane) takeNext(w int32) taking {
	x := &l.servers[w]
	s := &l.subs[x.sub]
	switch r := &s.rooms; {
	case int(x.id) <= len(r.Own):
		return l.takeFrom(w, x.sub, int32(r.Own[x.id-1]))
	case s.order == engine.Select:
		return l.takeAny(w)
	default:
		for _, q := range r.Shared {
			if how := l.takeFrom(w, x.sub, int32(q)); how != nothing {
				return how
			}
		}
		return nothing
	}
}

// takeAny has a server take from any of the shared queues that have something,
// each as likely as the others: what a select does.
func (l *lane) takeAny(w int32) taking {
	i := l.servers[w].sub
	s := &l.subs[i]
	ready, at := 0, int32(none)
	for _, q := range s.rooms.Shared {
		if s.queues[q].empty() {
			continue
		}
		if ready++; ready == 1 {
			at = int32(q)
			continue
		}
		l.selected++
		if l.stream.Draw(engine.Item{Seq: l.selected}, workload.Selecting, int(i), 0)*float64(ready) < 1 {
			at = int32(q)
		}
	}
	if ready == 0 {
		return nothing
	}
	return l.takeFrom(w, i, at)
}

// empty tells whether there is nothing to take in a queue.
func (q *queue) empty() bool { return q.side.len()+q.fresh.len()+q.senders.len() == 0 }
