package live

import (
	"cmp"
	"slices"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/script"
)

// Snapshot implements [engine.Run]. Counts, queues and who does what are read
// as they are now; distributions were merged up to 100 ms ago.
func (r *Run) Snapshot(dst *engine.Snapshot) {
	m := r.sampler
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.look()
	s := r.scenario.Load()
	dst.Mode, dst.Scenario, dst.Began, dst.At, dst.Speed = engine.Real, s, r.began, now, r.clock.Speed()
	dst.Slowed, dst.Unlinked, dst.Paused = r.slowed.Load(), r.unlinked.Load(), r.clock.Paused() && !m.frozen
	dst.Offered, dst.Rate = m.lanes[0].now.Offered, m.lanes[0].account.Rate()
	dst.Raised, dst.Changes, dst.Machine = m.signals.now(dst.Raised[:0]), r.marks.Count(), script.Machine(s)
	dst.Finished, dst.Quiescent = r.over(), true
	dst.Lanes = account.Resize(dst.Lanes, len(m.lanes))
	for i, l := range m.lanes {
		dst.Quiescent = dst.Quiescent && l.settled()
		l.fill(&dst.Lanes[i], now)
	}
}

// over tells whether Done is closed.
func (r *Run) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// fill describes the lane.
func (m *laneSampler) fill(dst *engine.LaneSnapshot, now time.Duration) {
	l := m.lane
	c := l.crew.Load()
	m.now.Oldest = m.waiting.oldest(now, m.now.Offered, m.passed())
	if m.byClass != nil {
		m.now.Oldest = max(m.now.Oldest, m.byClass.oldest(m.now.Reading, now))
	}
	m.account.Fill(dst)
	dst.Name, dst.Model, dst.Rate = l.name, l.model, l.stream().Rate(now)
	dst.Stopped = l.valve.gate.Load()&gateStopped != 0
	dst.Dead, dst.AtLimit = c.dead, l.atLimit.Load() > 0
	dst.HeapBytes = 0
	if c.spec.Dispatch == engine.Goroutine {
		dst.HeapBytes = (m.now.Goroutines.Now - c.publishing()) * script.GoroutineBytes
	}
	dst.Broker = engine.BrokerSnapshot{}
	if r, ok := l.current.Load().way.(*remote); ok {
		r.fill(&dst.Broker)
	}
	m.fillHandlers(dst, c)
	m.fillResources(dst)
	m.fillWorkers(dst, now)
	fillPublishers(dst, l, c, now)
}

// fillHandlers describes the handlers that the lane runs now.
func (m *laneSampler) fillHandlers(dst *engine.LaneSnapshot, c *crew) {
	g := m.lane.current.Load()
	dst.Handlers = account.Resize(dst.Handlers, len(g.handlers))
	for i, h := range g.handlers {
		d := &dst.Handlers[i]
		d.Name = h.name
		m.account.FillHandler(d, h.index)
		h.usual.Store(int64(d.Service.Mean))
		_, d.Capacity = script.Sizes(&c.spec, h.name)
		if dst.Broker.Kind != "" && !dst.Broker.Can.Limit {
			d.Capacity = engine.Unbounded
		}
		d.Partitions, d.Queues = g.way.depths(i, d.Partitions[:0]), d.Queues[:0]
		if g.rooms.Of != nil { // then these are the queues of classes
			d.Partitions, d.Queues = d.Partitions[:0], append(d.Queues, d.Partitions...)
		}
		d.Fault = h.broken()
	}
}

// fillWorkers describes workers, and the goroutines of buffered observers.
func (m *laneSampler) fillWorkers(dst *engine.LaneSnapshot, now time.Duration) {
	dst.Workers = dst.Workers[:0]
	l := m.lane
	g := l.current.Load()
	spec := &l.crew.Load().spec
	if l.model == engine.EventModel && spec.Dispatch != engine.Buffered {
		return
	}
	position, staff := -1, 0
	for _, s := range m.order.of(g) {
		if s.position != position {
			position, staff = s.position, l.serving(l.crew.Load(), g, s.position)
		}
		if s.id <= staff || s.host.Load() != nil { // the others are removed
			dst.Workers = append(dst.Workers, s.snapshot(g, s.position, now))
		}
	}
}

// placeOrder is the servers of a hand-over by their subscription, then by number:
// places come in the order in which workers first started.
type placeOrder struct {
	gen     *generation
	servers []seated
}

// seated is a server with the position of the first handler that it runs.
type seated struct {
	*server
	position int
}

// of is the order of a hand-over's servers. It is made anew when there are others.
func (o *placeOrder) of(g *generation) []seated {
	all := g.all()
	if o.gen == g && len(o.servers) == len(all) {
		return o.servers
	}
	o.gen, o.servers = g, o.servers[:0]
	for _, s := range all {
		o.servers = append(o.servers, seated{s, max(0, g.position(s.handlers[0]))})
	}
	slices.SortFunc(o.servers, func(a, b seated) int { return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(a.id, b.id)) })
	return o.servers
}

// snapshot describes who works at a place. Where handlers share one, that shows
// the handler it is at.
func (s *server) snapshot(g *generation, position int, now time.Duration) engine.WorkerSnapshot {
	h := g.lane.handlers[s.at.Load()]
	if g.together {
		position = g.position(h)
	}
	w := engine.WorkerSnapshot{
		ID: s.id, Handler: position, State: engine.WorkerState(s.state.Load()),
		Seq: s.seq.Load(), Key: s.key.Load(), Attempt: int(s.tries.Load()),
		Since: time.Duration(s.since.Load()),
		Done:  s.finished(g.together),
	}
	if host := s.host.Load(); host != nil {
		w.ID, w.Host = withinGuest(s.id), *host
	}
	if w.State.AtWork() {
		w.Demand = h.demand(engine.Item{Seq: w.Seq, Key: w.Key, Epoch: s.epoch.Load()})
	}
	if w.State == engine.Crashed {
		w.BackAt = s.backAt(w.Since, now)
	}
	return w
}

// backAt is when the worker is back that went down at a time; 0: not by itself, or now.
func (s *server) backAt(since, now time.Duration) time.Duration {
	back := time.Duration(s.back.Load())
	if back < 0 {
		back = since - back
	}
	if back <= now {
		return 0
	}
	return back
}

// finished is how many deliveries were done at the place, or items where handlers
// share it.
func (s *server) finished(together bool) int64 {
	if together {
		return s.items.ended[account.Done].Load()
	}
	return s.smooth.Load() + s.each[0].ended[account.Done].Load() + s.each[0].helped.Load()
}

// fillPublishers describes the producers.
func fillPublishers(dst *engine.LaneSnapshot, l *lane, c *crew, now time.Duration) {
	g := l.current.Load()
	dst.Publishers = dst.Publishers[:0]
	for _, p := range c.producers {
		if c.door != nil && !p.busy.Load() {
			continue // nobody has it
		}
		dst.Publishers = account.Resize(dst.Publishers, len(dst.Publishers)+1)
		d := &dst.Publishers[len(dst.Publishers)-1]
		d.ID, d.Busy, d.Blocked = p.id, p.busy.Load(), p.stuck.Load() != 0
		d.Seq, d.Key, d.Since = p.seq.Load(), p.key.Load(), time.Duration(p.since.Load())
		d.Calls = d.Calls[:0]
		calls := p.calls.Load()
		if calls == nil || len(*calls) != len(g.handlers) {
			continue
		}
		for j := range *calls {
			k := &(*calls)[j]
			cs := engine.CallSnapshot{Handler: j, State: engine.CallState(k.state.Load()), Took: time.Duration(k.took.Load())}
			if cs.State == engine.CallRunning {
				p.follow(&cs, g.handlers[j], time.Duration(k.since.Load()), now)
			}
			if cs.State == engine.CallPending || cs.State == engine.CallSkipped {
				cs.Took = 0
			}
			d.Calls = append(d.Calls, cs)
		}
	}
}

// follow says how far a call is that began at a time. One that needs a resource
// stands in line first.
func (p *producer) follow(c *engine.CallSnapshot, h *handler, since, now time.Duration) {
	if at := p.place.Load(); at != nil && h.spec.Load().needs != nil {
		if engine.WorkerState(at.state.Load()) == engine.Queuing {
			c.State = engine.CallQueuing
		} else {
			since = max(since, time.Duration(at.since.Load()))
		}
	}
	c.Took = now - since
}

// Series implements [engine.Run].
func (r *Run) Series(dst *engine.Series, from, to time.Duration) {
	m := r.sampler
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tracks = m.tracks[:0]
	for _, s := range m.lanes {
		m.tracks = append(m.tracks, s.account.Track())
	}
	measure.FillSeries(dst, m.tracks, from, to)
}

var _ engine.Distributor = (*Run)(nil)

// Distribution implements [engine.Distributor].
func (r *Run) Distribution(dst *engine.Distribution, lane int) {
	m := r.sampler
	m.mu.Lock()
	defer m.mu.Unlock()
	if lane < 0 || lane >= len(m.lanes) {
		*dst = engine.Distribution{Buckets: dst.Buckets[:0]}
		return
	}
	m.lanes[lane].account.FillDistribution(dst)
}
