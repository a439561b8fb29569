package account

// Begin begins in the middle of a run, at the time and with the counts of Now:
// what was counted before is in the ledger, and in no window. It comes before the
// first Sample.
func (l *Lane) Begin() {
	r := &l.Now
	l.last.offered, l.last.items = r.Offered, r.Items
	l.pushed, l.levels.at = r.At, r.At
	l.past.Begin(r.At, r.mark(l.source.Disorder()))
	l.track.Begin(r.At)
	for _, s := range append([]*stretch{l.whole}, l.parts...) {
		s.from = max(s.from, r.At)
		s.over = s.to <= r.At
	}
	// Levels came to be what they are without any time passing.
	r.Queued.Area, r.Backlog.Area, r.InSystem.Area, r.InHand.Area = 0, 0, 0, 0
}
