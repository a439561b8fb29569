package account

import "duet/engine"

// Fill describes the lane: its ledger and levels as Now says they are, its
// distributions and what lies between two times as of the last Refresh. It
// allocates nothing once dst has grown.
func (l *Lane) Fill(dst *engine.LaneSnapshot) {
	r := &l.Now
	dst.Ledger, dst.OldestWaiting = r.Ledger(), r.Oldest
	dst.Wasted, dst.Retries = r.Wasted, r.Retries
	dst.Goroutines = l.levels.goroutines.Gauge()
	dst.Goroutines.Now = r.Goroutines.Now
	l.fillRecent(&dst.Recent)
	l.fillClasses(dst)
	dst.Whole = l.whole.figures
	dst.Whole.Depth.Now, dst.Whole.Backlog.Now, dst.Whole.InSystem.Now = r.Queued.Now, r.Backlog.Now, r.InSystem.Now
	dst.Parts = Resize(dst.Parts, len(l.parts))
	for i, p := range l.parts {
		dst.Parts[i] = p.figures
	}
}

// Refresh works out what follows from what was recorded by now, for Fill. It is
// dear, and so it can be put off until somebody looks.
func (l *Lane) Refresh() {
	l.displace()
	l.push()
	for _, x := range l.items {
		x.sum()
	}
	for _, h := range l.handlers {
		h.wait.sum()
		h.service.sum()
	}
	for _, x := range l.resources {
		x.wait.sum()
	}
	for _, c := range l.classes {
		c.sum()
	}
	l.whole.look(l)
	for _, p := range l.parts {
		p.look(l)
	}
}

// fillRecent describes the recent window.
func (l *Lane) fillRecent(w *engine.Window) {
	at, before := l.past.Oldest()
	now := l.Now.mark(before.disorder)
	*w = engine.Window{From: at, To: l.Now.At}
	fillBetween(w, &before, &now)
	w.Order = l.disorder.Disorder()
	w.Depth, w.Backlog, w.InSystem = l.levels.depth.Recent(), l.levels.backlog.Recent(), l.levels.inSystem.Recent()
	w.Depth.Now, w.Backlog.Now, w.InSystem.Now = l.Now.Queued.Now, l.Now.Backlog.Now, l.Now.InSystem.Now
	busiest := l.levels.publishing.Recent().Mean
	for _, h := range l.handlers {
		busiest = max(busiest, h.busy.Recent().Mean)
	}
	w.Utilisation = share(busiest)
	for i, x := range l.items {
		*summaryOf(w, Metric(i)) = x.summary
	}
}

// FillDistribution describes the latencies of the recent window, as of when its
// distributions were last moved on.
func (l *Lane) FillDistribution(dst *engine.Distribution) {
	recent := l.items[Latency].recent
	counts := recent.Counts()
	dst.From, dst.To, dst.Count = recent.From(), l.Now.At, counts.Count()
	dst.Buckets = counts.AppendBuckets(dst.Buckets[:0])
}

// share is a utilisation. Those that finish what is left of a hand-over that
// was replaced are busy beside the servers that there are now.
func share(millionths float64) float64 { return min(1, millionths/million) }

// FillHandler describes a handler, by its index in the scenario: its ledger and
// levels as they are now, its figures as of the last Refresh.
func (l *Lane) FillHandler(dst *engine.HandlerSnapshot, i int) {
	r, x, whole := &l.Now, l.handlers[i], &l.whole.handlers[i]
	dst.Ledger = r.handlerLedger(i)
	dst.Workers, dst.Busy = int(r.Servers[i]), int(r.Busy[i].Now)
	dst.Utilisation = share(x.busy.Recent().Mean)
	dst.WholeUtilisation = share(whole.busy.Gauge().Mean)
	dst.Depth = x.depth.Gauge()
	dst.Depth.Now = r.Depth[i].Now
	dst.Wait, dst.Service = x.wait.summary, x.service.summary
	dst.WholeWait, dst.WholeService = whole.waited, whole.served
}

// Resize makes a slice n long, reusing what it has, also what its elements have.
func Resize[T any](s []T, n int) []T {
	for cap(s) < n {
		s = append(s[:cap(s)], *new(T))
	}
	return s[:n]
}
