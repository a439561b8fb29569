package virtual

import (
	"cmp"
	"slices"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// fill describes the state of the simulation.
func (m *machine) fill(dst *engine.Snapshot) {
	dst.Mode, dst.Scenario, dst.Began, dst.At = engine.Virtual, m.scenario, m.began, duration(m.now)
	dst.Unlinked, dst.Finished, dst.Quiescent = m.unlinked, m.finished, true
	dst.Raised, dst.Changes, dst.Machine = m.signals.Raised(dst.Raised[:0]), m.log.made, script.Machine(m.scenario)
	dst.Lanes = account.Resize(dst.Lanes, len(m.lanes))
	for i, l := range m.lanes {
		if !m.finished {
			l.read(&l.account.Now, false)
		}
		l.fill(&dst.Lanes[i])
		dst.Quiescent = dst.Quiescent && l.account.Now.Quiescent()
	}
	dst.Offered, dst.Rate = m.lanes[0].offered, m.lanes[0].account.Rate()
}

// fill describes the lane, which was read.
func (l *lane) fill(dst *engine.LaneSnapshot) {
	dst.Name, dst.Model, dst.Rate = l.spec.Name, l.spec.Model, l.stream.Rate(duration(l.now))
	dst.Stopped, dst.Dead, dst.AtLimit = l.stopped, l.dead, l.isAtLimit()
	l.account.Refresh()
	l.account.Fill(dst)
	dst.HeapBytes = 0
	g := &l.generations[l.current]
	if g.goroutines() {
		dst.HeapBytes = l.running.n * script.GoroutineBytes
	}
	dst.Handlers = account.Resize(dst.Handlers, len(g.handlers))
	for i, h := range g.handlers {
		l.fillHandler(&dst.Handlers[i], i, int(h))
	}
	dst.Resources = account.Resize(dst.Resources, len(l.resources))
	for i := range l.resources {
		dst.Resources[i].Name = l.machine.scenario.Resources[i].Name
		l.account.FillResource(&dst.Resources[i], i)
	}
	l.fillWorkers(dst)
	l.fillPublishers(dst)
}

// fillHandler describes the i-th handler of the current hand-over.
func (l *lane) fillHandler(dst *engine.HandlerSnapshot, i, handler int) {
	g := &l.generations[l.current]
	h := &l.handlers[handler]
	dst.Name = h.Name
	l.account.FillHandler(dst, handler)
	dst.Capacity = l.capacity(h.Name)
	dst.Fault = h.faults.describe(l.now)
	dst.Partitions, dst.Queues = dst.Partitions[:0], dst.Queues[:0]
	if g.model != engine.Message {
		return
	}
	if g.together {
		i = 0
	}
	s := &l.subs[g.subs[i]]
	for k := range s.queues {
		q := &s.queues[k]
		switch depth := q.fresh.len() + q.side.len() + q.delayed; {
		case s.partitions > 0:
			dst.Partitions = append(dst.Partitions, depth)
		case s.rooms.Of != nil:
			dst.Queues = append(dst.Queues, depth)
		}
	}
}

// fillWorkers describes workers, and the goroutines of buffered observers.
func (l *lane) fillWorkers(dst *engine.LaneSnapshot) {
	dst.Workers = dst.Workers[:0]
	g := &l.generations[l.current]
	for _, i := range g.subs {
		s := &l.subs[i]
		for k, w := range s.workers {
			if k < s.wanted {
				dst.Workers = append(dst.Workers, l.workerSnapshot(g, w))
			}
		}
	}
	byHandler := func(a, b engine.WorkerSnapshot) int { return cmp.Compare(a.Handler, b.Handler) }
	if !g.together && !slices.IsSortedFunc(dst.Workers, byHandler) {
		slices.SortStableFunc(dst.Workers, byHandler)
	}
}

func (l *lane) workerSnapshot(g *generation, w int32) engine.WorkerSnapshot {
	x := &l.servers[w]
	d := engine.WorkerSnapshot{
		ID: int(x.id), Handler: slices.Index(g.handlers, x.handler), Seq: x.seq, Key: x.key, Attempt: int(x.hand.attempt),
		Since: duration(x.since), Done: x.done,
	}
	if x.crash.backAt > l.now {
		d.BackAt = duration(x.crash.backAt)
	}
	switch x.state {
	case busy:
		d.State = engine.Busy
		switch {
		case x.needs.state == inLine:
			d.State = engine.Queuing
		case max(x.start, x.since)+x.work.stall > l.now:
			d.State = engine.Stalled
		}
		d.Demand = duration(l.demand(&l.handlers[x.handler], l.items[x.hand.slot].Item))
	case down:
		d.State = engine.Crashed
	case resting, absent:
		d.State = engine.Idle
	}
	return d
}

// fillPublishers describes the producers.
func (l *lane) fillPublishers(dst *engine.LaneSnapshot) {
	n := len(l.producers)
	for n > 0 && (l.producers[n-1].state == gone || l.producers[n-1].leaving || l.perItem && l.producers[n-1].state == idle) {
		n--
	}
	dst.Publishers = account.Resize(dst.Publishers, n)
	for i := range n {
		p, d := &l.producers[i], &dst.Publishers[i]
		d.ID, d.Busy, d.Blocked = i+1, p.state == blocked || p.state == publishing, p.state == blocked
		d.Seq, d.Key, d.Since = p.seq, p.key, duration(p.since)
		d.Calls = d.Calls[:0]
		for j, c := range p.calls {
			took := c.took
			if c.state == engine.CallRunning {
				took = l.now - p.start
				switch p.needs.state {
				case inLine:
					c.state = engine.CallQueuing
				case held:
					took = l.now - p.needs.since
				case unneeded:
				}
			}
			d.Calls = append(d.Calls, engine.CallSnapshot{Handler: j, State: c.state, Took: time.Duration(took)})
		}
	}
}
