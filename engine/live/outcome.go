package live

import (
	"sync/atomic"

	"duet/engine"
)

// outcome is how a delivery or an item ended, from good to bad: an item ends
// as the worst of its deliveries.
type outcome uint32

const (
	done outcome = iota
	failed
	expired
	dropped
	dead
	lost
	outcomes
)

// happening is the outcome in the words of the journal.
func (o outcome) happening() engine.Happening {
	return [outcomes]engine.Happening{
		engine.Done, engine.Failed, engine.Expired, engine.Dropped, engine.DeadLettered, engine.Lost,
	}[o]
}

// tally counts what became of deliveries, or of items. Every goroutine that
// ends some has a tally of its own, so that counting contends with nobody.
type tally struct {
	attempts    atomic.Int64 // began
	repeated    atomic.Int64 // of these: of items begun before
	unbegun     atomic.Int64 // ended without being begun
	returned    atomic.Int64 // came to an end, good or bad, final or not
	waited      atomic.Int64 // did not find an idle server when first begun
	ended       [outcomes]atomic.Int64
	redelivered atomic.Int64
	duplicates  atomic.Int64
	skipped     atomic.Int64
	helped      atomic.Int64 // deliveries of clients' tries done while they were wanted
	wasted      atomic.Int64 // and handled when they no longer were
	forsaken    atomic.Int64 // tries that came to an end without ending their item
}

func (t *tally) addTo(s *sums) {
	s.attempts += t.attempts.Load()
	s.repeated += t.repeated.Load()
	s.unbegun += t.unbegun.Load()
	s.returned += t.returned.Load()
	s.waited += t.waited.Load()
	for o := range t.ended {
		s.ended[o] += t.ended[o].Load()
	}
	s.redelivered += t.redelivered.Load()
	s.duplicates += t.duplicates.Load()
	s.skipped += t.skipped.Load()
	s.wasted += t.wasted.Load()
	s.forsaken += t.forsaken.Load()
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
	t.skipped.Add(o.skipped.Load())
	t.helped.Add(o.helped.Load())
	t.wasted.Add(o.wasted.Load())
	t.forsaken.Add(o.forsaken.Load())
}

// sums is tallies added up.
type sums struct {
	attempts, returned, waited       int64
	repeated, unbegun                int64
	ended                            [outcomes]int64
	redelivered, duplicates, skipped int64
	wasted, forsaken                 int64
}

func (s *sums) total() int64 {
	var n int64
	for _, e := range s.ended {
		n += e
	}
	return n
}

// begun is how many no longer wait to be begun: each counts once, however often
// it is tried.
func (s *sums) begun() int64 { return s.attempts - s.repeated + s.unbegun }

func (s *sums) bad() int64 { return s.total() - s.ended[done] }

// inHand is how many are being handled. Its parts are read one after another,
// so that while the lane moves it can be off by what moved meanwhile.
func (s *sums) inHand() int64 { return max(0, s.attempts-s.returned) }

// ledger is the sums as a ledger; Offered, Waiting and InFlight are the
// caller's to fill.
func (s *sums) ledger() engine.Ledger {
	return engine.Ledger{
		Done: s.ended[done], Failed: s.ended[failed], Expired: s.ended[expired], Dropped: s.ended[dropped],
		DeadLettered: s.ended[dead], Lost: s.ended[lost],
		Redelivered: s.redelivered, Duplicates: s.duplicates, Attempts: s.attempts, Skipped: s.skipped,
	}
}

// less is what was added since an earlier reading.
func (s sums) less(b *sums) sums {
	s.attempts -= b.attempts
	s.repeated -= b.repeated
	s.unbegun -= b.unbegun
	s.returned -= b.returned
	s.waited -= b.waited
	for o := range s.ended {
		s.ended[o] -= b.ended[o]
	}
	s.redelivered -= b.redelivered
	s.duplicates -= b.duplicates
	s.skipped -= b.skipped
	s.wasted -= b.wasted
	s.forsaken -= b.forsaken
	return s
}
