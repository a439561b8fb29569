package live

import (
	"sync/atomic"

	"duet/engine/account"
)

// tally counts what became of deliveries, or of items. Every goroutine that
// ends some has a tally of its own, so that counting contends with nobody.
type tally struct {
	attempts     atomic.Int64 // began
	repeated     atomic.Int64 // of these: of items begun before
	unbegun      atomic.Int64 // ended without being begun
	returned     atomic.Int64 // came to an end, good or bad, final or not
	waited       atomic.Int64 // did not find an idle server when first begun
	ended        [account.Outcomes]atomic.Int64
	redelivered  atomic.Int64
	duplicates   atomic.Int64
	deduplicated atomic.Int64
	skipped      atomic.Int64
	helped       atomic.Int64 // deliveries of clients' tries done while they were wanted
	wasted       atomic.Int64 // and handled when they no longer were
	forsaken     atomic.Int64 // tries that came to an end without ending their item
}

// addTo adds what the sums keep of it.
func (t *tally) addTo(s *account.Sums) {
	s.Attempts += t.attempts.Load()
	s.Repeated += t.repeated.Load()
	s.Unbegun += t.unbegun.Load()
	s.Returned += t.returned.Load()
	s.Waited += t.waited.Load()
	for o := range t.ended {
		s.Ended[o] += t.ended[o].Load()
	}
	s.Redelivered += t.redelivered.Load()
	s.Duplicates += t.duplicates.Load()
	s.Deduplicated += t.deduplicated.Load()
	s.Skipped += t.skipped.Load()
}

// take adds another tally, which nobody counts in any more.
func (t *tally) take(o *tally) {
	t.attempts.Add(o.attempts.Load())
	t.repeated.Add(o.repeated.Load())
	t.unbegun.Add(o.unbegun.Load())
	t.returned.Add(o.returned.Load())
	t.waited.Add(o.waited.Load())
	for i := range t.ended {
		t.ended[i].Add(o.ended[i].Load())
	}
	t.redelivered.Add(o.redelivered.Load())
	t.duplicates.Add(o.duplicates.Load())
	t.deduplicated.Add(o.deduplicated.Load())
	t.skipped.Add(o.skipped.Load())
	t.helped.Add(o.helped.Load())
	t.wasted.Add(o.wasted.Load())
	t.forsaken.Add(o.forsaken.Load())
}

// doneAll counts so many that were begun once and done.
func (t *tally) doneAll(n int64) {
	t.attempts.Add(n)
	t.returned.Add(n)
	t.ended[account.Done].Add(n)
}
