package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/script"
)

// read takes the counters and levels of the lane. With follow, areas and maxima
// are those since the last reading of that kind.
func (l *lane) read(r *account.Reading, follow bool) {
	level := func(v *level) account.Level {
		if follow {
			return v.since(l.now)
		}
		return v.now()
	}
	r.At, r.Offered, r.Items = duration(l.now), l.offered, l.counts
	r.Queued, r.Backlog, r.InSystem, r.InHand = level(&l.queued), level(&l.backlog), level(&l.inSystem), level(&l.inHand)
	r.Waiting, r.Blocked, r.Oldest = l.backlog.n-l.tries+l.queueing+l.clients.waiting, l.stalled, l.oldest()
	r.Impatient, r.Expecting, r.Wasted, r.Retries = l.terms != nil, l.active, l.wasted, l.comebacks
	l.readClasses(r)
	g := &l.generations[l.current]
	r.Inline, r.Nested = g.inline(), level(&l.nesting)
	for i := range l.handlers {
		h := &l.handlers[i]
		r.Deliveries[i], r.Spared[i] = h.counts, h.spared
		r.Depth[i], r.Busy[i] = level(&h.depth), level(&h.busy)
		r.Servers[i], r.Await[i], r.Unsettled[i], r.Doubled[i] = 0, l.backlog.n+r.Depth[i].Now, 0, 0
	}
	for i, h := range g.handlers {
		r.Servers[h] = int64(l.serving(i))
	}
	for i := range l.subs {
		if s := &l.subs[i]; s.handler == none && !s.over {
			l.readTogether(r, s)
		}
	}
	for i := range l.handlers {
		if h := &l.handlers[i]; h.publishes != none {
			l.readNested(r, h)
		}
	}
	if len(l.twins) > 0 {
		l.readTwins(r)
	}
	for i := range l.resources {
		x, d := &l.resources[i], &r.Resources[i]
		d.Slots, d.InUse, d.Queued = x.slots, level(&x.inUse), level(&x.queued)
	}
	r.Producing = 0
	for i := range l.producers {
		l.readProducer(r, &l.producers[i])
	}
	r.Goroutines = level(&l.running)
	l.addStaff(&r.Goroutines, follow)
}

// readProducer counts what a producer is at, and how far it is with what it has
// in hand: handlers that it has not come to await that still.
func (l *lane) readProducer(r *account.Reading, p *producer) {
	switch p.state {
	case blocked:
		r.Blocked += l.now - p.stoodAt
	case publishing:
	default:
		return
	}
	r.Producing++
	it, g := &l.items[p.slot], &l.generations[p.way]
	for i, h := range g.handlers {
		step := int32(i)
		if g.together {
			step = 0
		}
		switch came := p.state == publishing && step <= p.step || p.state == blocked && step < p.step && !g.goroutines(); {
		case it.held && came: // counted with the backlog, but it is in the queue already
			r.Await[h]--
		case !it.held && !came:
			r.Await[h]++
		}
	}
	if !it.held && it.client == none {
		for _, h := range g.absent { // which is counted when it has been handed over
			r.Spared[h]++
		}
	}
}

// readTogether counts, for workers that run several handlers in turn, which of
// these have had theirs.
func (l *lane) readTogether(r *account.Reading, s *subscription) {
	for _, w := range s.workers {
		x := &l.servers[w]
		if x.state != busy {
			continue
		}
		for i, h := range l.generations[x.generation].handlers {
			switch {
			case i < int(x.step):
				r.Unsettled[h]++
			case i > int(x.step):
				r.Await[h]++
			}
		}
	}
}

// readNested counts what workers stand at a queue with that a handler has published.
func (l *lane) readNested(r *account.Reading, h *handler) {
	for w := range l.servers {
		if l.servers[w].onward != 0 {
			r.Await[h.publishes]++
		}
	}
}

// addStaff adds the goroutines that the lane has anyhow to those of calls.
func (l *lane) addStaff(running *account.Level, follow bool) {
	n := int64(0)
	if l.dead == "" {
		n = int64(script.Producers(&l.spec))
		if l.perItem {
			n = int64(len(l.producers) - l.resting.len())
		}
		for i := range l.generations[l.current].subs {
			n += int64(l.serving(i))
		}
	}
	running.Now += n
	running.Max += n
	if follow {
		running.Area += float64(n) * duration(l.now-l.followed).Seconds()
		l.followed = l.now
	}
}

// serving is how many serve the i-th handler of the current hand-over.
func (l *lane) serving(i int) int {
	g := &l.generations[l.current]
	switch {
	case g.together:
		w, _ := script.Sizes(&l.spec, "")
		return w
	case g.model == engine.Message:
		w, _ := script.Sizes(&l.spec, l.handlers[g.handlers[i]].Name)
		return w
	case g.inline() && !l.spec.PerItem():
		return l.spec.Publishers
	case g.inline():
		return l.spec.Limit
	case g.goroutines():
		return l.spec.Limit
	}
	return 1
}

// oldest is the age of the oldest item that has not been begun; 0: none.
func (l *lane) oldest() time.Duration {
	at := l.oldestUnbegun()
	for i := range l.lines {
		for _, r := range []*ring[arrival]{&l.lines[i].returned, &l.lines[i].waiting} {
			for k := range r.len() {
				if a := r.at(k); a.client == none {
					at = min(at, int64(a.At))
					break
				}
			}
		}
	}
	for i := range l.producers {
		if p := &l.producers[i]; p.state == blocked && l.items[p.slot].held && l.items[p.slot].client == none {
			at = min(at, int64(l.items[p.slot].At))
		}
	}
	for i := range l.subs {
		for k := range l.subs[i].queues {
			fresh := &l.subs[i].queues[k].fresh
			for j := range fresh.len() {
				if it := &l.items[*fresh.at(j)]; it.began == none && it.client == none {
					at = min(at, int64(it.At))
					break
				}
			}
		}
	}
	if at == never {
		return 0
	}
	return duration(l.now - at)
}

// AddItems implements [account.Source].
func (l *lane) AddItems(m account.Metric, to *measure.Counts) {
	switch m {
	case account.Publish:
		l.publish.addTo(to)
	case account.Lateness:
		l.lateness.addTo(to)
	case account.Latency:
		l.prompt.addTo(to)
		l.latency.addTo(to)
	case account.Naive:
		l.prompt.addTo(to)
		l.naive.addTo(to)
	case account.Wait:
		l.wait.addTo(to)
		for i := range l.handlers {
			l.handlers[i].both.wait.addTo(to)
		}
	case account.Service:
		l.service.addTo(to)
		for i := range l.handlers {
			l.handlers[i].both.service.addTo(to)
		}
	}
}

// AddDeliveries implements [account.Source].
func (l *lane) AddDeliveries(handler int, m account.Metric, to *measure.Counts) {
	h := &l.handlers[handler]
	if m == account.Wait {
		h.wait.addTo(to)
		h.both.wait.addTo(to)
	} else {
		h.service.addTo(to)
		h.both.service.addTo(to)
	}
}

// AddResource implements [account.Source].
func (l *lane) AddResource(i int, to *measure.Counts) { l.resources[i].wait.addTo(to) }

// Disorder implements [account.Source].
func (l *lane) Disorder() engine.Disorder { return l.order.totals }

// Peak implements [account.Source].
func (l *lane) Peak() int64 {
	peak := l.order.peak
	l.order.peak = 0
	return peak
}
