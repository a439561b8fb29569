package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
)

// stretch is the figures of a part of the run: from the end of the warm-up, or
// what a claim is about.
type stretch struct {
	from, to                       time.Duration
	begun                          bool
	over                           bool
	base                           [metrics]measure.Counts
	handlers                       []handlerBase
	start                          mark
	displacement                   int64 // the highest
	depth, backlog, inSystem, busy measure.Integral
	figures                        engine.Window
	diff                           measure.Counts
}

// handlerBase is what a handler had counted when the stretch began.
type handlerBase struct {
	wait, service  measure.Counts
	busy           measure.Integral
	waited, served engine.Summary // since then
}

func newStretch(from, to time.Duration, handlers int) *stretch {
	return &stretch{from: from, to: to, handlers: make([]handlerBase, handlers)}
}

// sample follows the levels while the stretch lasts.
func (s *stretch) sample(m *laneSampler) {
	if s.over || m.now.at < s.from {
		return
	}
	if !s.begun {
		s.begin(m)
	}
	r := &m.now
	s.depth.Sample(r.at, r.queued)
	s.backlog.Sample(r.at, r.backlog())
	s.inSystem.Sample(r.at, r.inSystem())
	s.busy.Sample(r.at, r.utilisation())
	for i := range s.handlers {
		s.handlers[i].busy.Sample(r.at, r.load(i))
	}
	if r.at >= s.to {
		m.displace()
		m.remerge()
		s.figure(m)
		s.over = true
	}
}

// displace notes a displacement, if the stretch is on.
func (s *stretch) displace(by int64) {
	if s.begun && !s.over {
		s.displacement = max(s.displacement, by)
	}
}

// begin remembers what was counted before.
func (s *stretch) begin(m *laneSampler) {
	m.displace()
	s.begun = true
	if s.from > 0 {
		m.remerge()
	}
	for i, x := range m.items {
		s.base[i].Add(&x.total)
	}
	for i, h := range m.handlers {
		s.handlers[i].wait.Add(&h.wait.total)
		s.handlers[i].service.Add(&h.service.total)
	}
	s.start = m.now.mark(m.lane.order.Totals())
	if s.from == 0 {
		s.start = mark{}
	}
}

// remerge brings the totals up to date, between merges.
func (m *laneSampler) remerge() {
	for _, x := range m.items {
		x.total.Reset()
		x.merge(&x.total)
	}
	for _, h := range m.handlers {
		h.wait.total.Reset()
		h.wait.merge(&h.wait.total)
		h.service.total.Reset()
		h.service.merge(&h.service.total)
	}
}

// merge works the figures out.
func (s *stretch) merge(m *laneSampler) {
	if s.begun && !s.over {
		s.figure(m)
	}
}

// figure works out what the figures of the stretch are now.
func (s *stretch) figure(m *laneSampler) {
	now := m.now.mark(m.lane.order.Totals())
	w := &s.figures
	*w = engine.Window{From: s.from, To: now.at}
	fillBetween(w, &s.start, &now)
	w.Order.MaxDisplacement = s.displacement
	w.Depth, w.Backlog, w.InSystem = s.depth.Gauge(), s.backlog.Gauge(), s.inSystem.Gauge()
	w.Utilisation = s.busy.Gauge().Mean / million
	for i, x := range m.items {
		*summaryOf(w, i) = s.since(&x.total, &s.base[i])
	}
	for i, h := range m.handlers {
		b := &s.handlers[i]
		b.waited, b.served = s.since(&h.wait.total, &b.wait), s.since(&h.service.total, &b.service)
	}
	w.Ledger.Waiting, w.Ledger.InFlight = m.now.ledger().Waiting, m.now.ledger().InFlight
	if s == m.whole {
		w.Latency.CI95 = m.confidence(now.at)
	}
}

// since describes what was recorded since the stretch began.
func (s *stretch) since(total, base *measure.Counts) engine.Summary {
	s.diff.Reset()
	s.diff.Add(total)
	s.diff.Sub(base)
	return s.diff.Summary()
}

// confidence is the confidence interval of the mean latency. It is dear to
// work out, and so this is done once a second.
func (m *laneSampler) confidence(now time.Duration) *[2]time.Duration {
	if now-m.confident >= time.Second || now >= m.lane.run.end {
		m.confident = now
		m.interval95 = m.batches.CI()
	}
	return m.interval95
}

// summaryOf is where a window keeps the summary of a metric.
func summaryOf(w *engine.Window, metric int) *engine.Summary {
	return [metrics]*engine.Summary{
		publish: &w.Publish, wait: &w.Wait, service: &w.Service, latency: &w.Latency, naive: &w.Naive, lateness: &w.Lateness,
	}[metric]
}

// fillBetween fills in what follows from the counts of two moments: of the order,
// all but the highest displacement.
func fillBetween(w *engine.Window, from, to *mark) {
	d := to.at - from.at
	if from.at < w.From {
		d = to.at - w.From
	}
	since := to.items.Less(&from.items)
	w.Arrivals = perSecond(to.offered-from.offered, d)
	w.Throughput = perSecond(since.Ended[account.Done], d)
	w.Goodput = w.Throughput
	w.Blocked = time.Duration(to.blocked - from.blocked)
	w.Wasted, w.Retries = to.wasted-from.wasted, to.retries-from.retries
	if n := since.Attempts - since.Repeated; n > 0 {
		w.PWait = min(1, float64(to.waited-from.waited)/float64(n))
	}
	w.Ledger = since.Ledger()
	w.Ledger.Offered = to.offered - from.offered
	w.Order = engine.Disorder{
		Late:    to.disorder.Late - from.disorder.Late,
		KeyLate: to.disorder.KeyLate - from.disorder.KeyLate,
	}
}
