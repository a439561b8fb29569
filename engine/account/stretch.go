package account

import (
	"time"

	"duet/engine"
	"duet/engine/measure"
)

// stretch is the figures of a part of the run: from the end of the warm-up, or
// what a claim is about.
type stretch struct {
	from, to                 time.Duration
	begun                    bool
	over                     bool
	base                     [metrics]measure.Counts
	handlers                 []handlerBase
	resources                []resourceBase
	start                    mark
	displacement             int64 // the highest
	depth, backlog, inSystem measure.Integral
	publishing               measure.Integral // in millionths
	figures                  engine.Window
}

// handlerBase is what a handler had counted when the stretch began.
type handlerBase struct {
	wait, service  measure.Counts
	busy           measure.Integral
	waited, served engine.Summary // since then
}

func newStretch(from, to time.Duration, s *engine.Scenario) *stretch {
	return &stretch{
		from: from, to: to, handlers: make([]handlerBase, len(s.Handlers)), resources: make([]resourceBase, len(s.Resources)),
	}
}

// sample follows the levels while the stretch lasts.
func (s *stretch) sample(l *Lane) {
	r := &l.Now
	if s.over || r.At < s.from {
		return
	}
	if !s.begun {
		s.begin(l)
		s.begun = true
	}
	r.Queued.follow(&s.depth, r.At)
	r.Backlog.follow(&s.backlog, r.At)
	r.InSystem.follow(&s.inSystem, r.At)
	publishing := r.publishing()
	publishing.follow(&s.publishing, r.At)
	for i := range s.handlers {
		load := r.load(i)
		load.follow(&s.handlers[i].busy, r.At)
	}
	for i := range s.resources {
		load := r.Resources[i].load()
		load.follow(&s.resources[i].load, r.At)
	}
	if r.At >= s.to {
		l.displace()
		l.remerge()
		s.figure(l)
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
func (s *stretch) begin(l *Lane) {
	if s.from == 0 {
		return // nothing
	}
	l.displace()
	l.remerge()
	for i := range l.items {
		s.base[i].Add(&l.items[i].total)
	}
	for i, h := range l.handlers {
		s.handlers[i].wait.Add(&h.wait.total)
		s.handlers[i].service.Add(&h.service.total)
	}
	for i, x := range l.resources {
		s.resources[i].wait.Add(&x.wait.total)
	}
	for _, c := range l.classes {
		if s == l.whole {
			c.base.Add(&c.total)
		}
	}
	s.start = l.Now.mark(l.source.Disorder())
}

// look works the figures out if they still change. The totals are up to date.
func (s *stretch) look(l *Lane) {
	if s.begun && !s.over {
		s.figure(l)
	}
}

// figure works out what the figures of the stretch are now.
func (s *stretch) figure(l *Lane) {
	now := l.Now.mark(l.source.Disorder())
	w := &s.figures
	*w = engine.Window{From: s.from, To: now.at}
	fillBetween(w, &s.start, &now)
	w.Order.MaxDisplacement = s.displacement
	w.Depth, w.Backlog, w.InSystem = s.depth.Gauge(), s.backlog.Gauge(), s.inSystem.Gauge()
	busiest := s.publishing.Gauge().Mean
	for i := range l.items {
		*summaryOf(w, Metric(i)) = l.items[i].total.SummarySince(&s.base[i])
	}
	for i, h := range l.handlers {
		b := &s.handlers[i]
		b.waited, b.served = h.wait.total.SummarySince(&b.wait), h.service.total.SummarySince(&b.service)
		busiest = max(busiest, b.busy.Gauge().Mean)
	}
	for i, x := range l.resources {
		s.resources[i].waited = x.wait.total.SummarySince(&s.resources[i].wait)
	}
	w.Utilisation = share(busiest)
	ledger := l.Now.Ledger()
	w.Ledger.Waiting, w.Ledger.InFlight = ledger.Waiting, ledger.InFlight
	if s == l.whole {
		for _, c := range l.classes {
			c.whole = c.total.SummarySince(&c.base)
		}
		w.Latency.CI95 = l.confidence()
	}
}

// summaryOf is where a window keeps the summary of a metric.
func summaryOf(w *engine.Window, m Metric) *engine.Summary {
	return [metrics]*engine.Summary{
		Publish: &w.Publish, Wait: &w.Wait, Service: &w.Service, Latency: &w.Latency, Naive: &w.Naive, Lateness: &w.Lateness,
	}[m]
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
	w.Throughput = perSecond(since.Ended[Done], d)
	w.Goodput = w.Throughput
	w.Blocked = time.Duration(to.blocked - from.blocked)
	if n := since.Attempts - since.Repeated; n > 0 {
		w.PWait = min(1, float64(since.Waited)/float64(n))
	}
	w.Wasted, w.Retries = to.wasted-from.wasted, to.retries-from.retries
	w.Ledger = since.Ledger()
	w.Ledger.Offered = to.offered - from.offered
	w.Order = engine.Disorder{
		Late:    to.disorder.Late - from.disorder.Late,
		KeyLate: to.disorder.KeyLate - from.disorder.KeyLate,

		NestedLate: to.disorder.NestedLate - from.disorder.NestedLate,
	}
}

func perSecond(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
