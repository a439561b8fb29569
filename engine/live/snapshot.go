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
	dst.Offered, dst.Rate = m.lanes[0].now.offered, m.lanes[0].rate()
	dst.Raised, dst.Changes, dst.Machine = m.signals.now(dst.Raised[:0]), r.marks.Count(), machine(s)
	dst.Finished, dst.Quiescent = r.over(), true
	dst.Lanes = resize(dst.Lanes, len(m.lanes))
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

// resize makes a slice n long, reusing what it has.
func resize[T any](s []T, n int) []T {
	for cap(s) < n {
		s = append(s[:cap(s)], *new(T))
	}
	return s[:n]
}

// fill describes the lane.
func (m *laneSampler) fill(dst *engine.LaneSnapshot, now time.Duration) {
	l, r := m.lane, &m.now
	c := l.crew.Load()
	dst.Name, dst.Model, dst.Ledger, dst.Rate = l.name, l.model, r.ledger(), l.stream().Rate(now)
	dst.OldestWaiting = m.waiting.oldest(now, r.offered, m.passed())
	dst.Wasted, dst.Retries = r.wasted, r.retries
	dst.Stopped = l.valve.gate.Load()&gateStopped != 0
	dst.Dead, dst.AtLimit = c.dead, l.atLimit.Load() > 0
	dst.Goroutines = m.levels.goroutines.Gauge()
	dst.Goroutines.Now = r.goroutines
	dst.HeapBytes = 0
	if c.spec.Dispatch == engine.Goroutine {
		dst.HeapBytes = (r.goroutines - int64(len(c.producers))) * goroutineBytes
	}
	m.fillRecent(&dst.Recent)
	dst.Whole = m.whole.figures
	dst.Whole.Depth.Now, dst.Whole.Backlog.Now, dst.Whole.InSystem.Now = r.queued, r.backlog(), r.inSystem()
	dst.Parts = resize(dst.Parts, len(m.parts))
	for i, p := range m.parts {
		dst.Parts[i] = p.figures
	}
	m.fillHandlers(dst, c)
	m.fillWorkers(dst, now)
	fillPublishers(dst, l, c, now)
}

// goroutineBytes is about what a waiting goroutine of goroutine dispatch holds:
// its stack, the closure and the item. Measured with runtime.MemStats.
const goroutineBytes = 2800

// fillRecent describes the last 10 s.
func (m *laneSampler) fillRecent(w *engine.Window) {
	at, before := m.past.Oldest()
	now := m.now.mark(before.disorder)
	*w = engine.Window{From: at, To: m.now.at}
	fillBetween(w, &before, &now)
	w.Order = m.disorder.Disorder()
	w.Depth, w.Backlog, w.InSystem = m.levels.depth.Recent(), m.levels.backlog.Recent(), m.levels.inSystem.Recent()
	w.Depth.Now, w.Backlog.Now, w.InSystem.Now = m.now.queued, m.now.backlog(), m.now.inSystem()
	w.Utilisation = m.levels.busy.Recent().Mean / million
	for i, x := range m.items {
		*summaryOf(w, i) = x.summary
	}
}

// fillHandlers describes the handlers that the lane runs now.
func (m *laneSampler) fillHandlers(dst *engine.LaneSnapshot, c *crew) {
	g := m.lane.current.Load()
	dst.Handlers = resize(dst.Handlers, len(g.handlers))
	for i, h := range g.handlers {
		d, x := &dst.Handlers[i], m.handlers[h.index]
		d.Name, d.Ledger = h.name, m.now.handlerLedger(h.index)
		d.Workers, d.Busy = int(m.now.servers[h.index]), int(m.now.busy[h.index])
		d.Utilisation = x.busy.Recent().Mean / million
		d.WholeUtilisation = m.whole.handlers[h.index].busy.Gauge().Mean / million
		_, d.Capacity = script.Sizes(&c.spec, h.name)
		d.Depth = x.depth.Gauge()
		d.Depth.Now = m.now.depth[h.index]
		d.Partitions = g.way.depths(i, d.Partitions[:0])
		d.Wait, d.Service = x.wait.summary, x.service.summary
		d.WholeWait, d.WholeService = m.whole.handlers[h.index].waited, m.whole.handlers[h.index].served
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
	for _, s := range g.all() {
		if s.id > l.serving(l.crew.Load(), g, max(0, g.position(s.handlers[0]))) {
			continue // removed
		}
		dst.Workers = append(dst.Workers, s.snapshot(g, now))
	}
	if !slices.IsSortedFunc(dst.Workers, g.byPlace) { // places come in the order in which workers first started
		slices.SortFunc(dst.Workers, g.byPlace)
	}
}

// byPlace orders workers by their subscription, then by number. Where handlers
// share one, each worker shows the handler it is at.
func (g *generation) byPlace(a, b engine.WorkerSnapshot) int {
	if g.together {
		return cmp.Compare(a.ID, b.ID)
	}
	return cmp.Or(cmp.Compare(a.Handler, b.Handler), cmp.Compare(a.ID, b.ID))
}

// snapshot describes who works at a place.
func (s *server) snapshot(g *generation, now time.Duration) engine.WorkerSnapshot {
	h := g.lane.handlers[s.at.Load()]
	w := engine.WorkerSnapshot{
		ID: s.id, Handler: g.position(h), State: engine.WorkerState(s.state.Load()),
		Seq: s.seq.Load(), Key: s.key.Load(), Attempt: int(s.tries.Load()),
		Since: time.Duration(s.since.Load()), BackAt: time.Duration(s.back.Load()),
		Done: s.each[0].ended[account.Done].Load() + s.each[0].helped.Load(),
	}
	if g.together {
		w.Done = s.items.ended[account.Done].Load()
	}
	if w.State == engine.Busy || w.State == engine.Stalled {
		w.Demand = h.demand(engine.Item{Seq: w.Seq, Key: w.Key, Epoch: s.epoch.Load()})
	}
	if w.BackAt <= now {
		w.BackAt = 0
	}
	return w
}

// fillPublishers describes the producers.
func fillPublishers(dst *engine.LaneSnapshot, l *lane, c *crew, now time.Duration) {
	g := l.current.Load()
	dst.Publishers = resize(dst.Publishers, len(c.producers))
	for i, p := range c.producers {
		d := &dst.Publishers[i]
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
				cs.Took = now - time.Duration(k.since.Load())
			}
			if cs.State == engine.CallPending || cs.State == engine.CallSkipped {
				cs.Took = 0
			}
			d.Calls = append(d.Calls, cs)
		}
	}
}

// Series implements [engine.Run].
func (r *Run) Series(dst *engine.Series, from, to time.Duration) {
	m := r.sampler
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tracks = m.tracks[:0]
	for _, s := range m.lanes {
		m.tracks = append(m.tracks, s.track)
	}
	measure.FillSeries(dst, m.tracks, from, to)
}
