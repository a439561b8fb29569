package account

import "duet/engine"

// Outcome is how a delivery or an item ended, from good to bad: an item ends
// as the worst of its deliveries.
type Outcome uint32

// The outcomes.
const (
	Done Outcome = iota
	Failed
	Expired
	Dropped
	Dead
	Lost
	Outcomes // how many there are
)

// Happening is the outcome in the words of the journal.
func (o Outcome) Happening() engine.Happening {
	return [Outcomes]engine.Happening{
		engine.Done, engine.Failed, engine.Expired, engine.Dropped, engine.DeadLettered, engine.Lost,
	}[o]
}

// Sums counts what became of items, or of deliveries.
type Sums struct {
	Attempts     int64 // began
	Repeated     int64 // of these: of items begun before
	Unbegun      int64 // ended without being begun
	Returned     int64 // came to an end, good or bad, final or not
	Waited       int64 // did not find an idle server when first begun
	Ended        [Outcomes]int64
	Redelivered  int64
	Duplicates   int64
	Deduplicated int64
	Skipped      int64
}

// Total is how many have ended for good.
func (s *Sums) Total() int64 {
	var n int64
	for _, e := range s.Ended {
		n += e
	}
	return n
}

// Begun is how many no longer wait to be begun: each counts once, however often
// it is tried.
func (s *Sums) Begun() int64 { return s.Attempts - s.Repeated + s.Unbegun }

// Bad is how many ended in any other way than well.
func (s *Sums) Bad() int64 { return s.Total() - s.Ended[Done] }

// InHand is how many are being handled. Where the counts were read one after
// another while a lane moved, it can be off by what moved meanwhile.
func (s *Sums) InHand() int64 { return max(0, s.Attempts-s.Returned) }

// Ledger is the sums as a ledger; Offered, Waiting and InFlight are the
// caller's to fill.
func (s *Sums) Ledger() engine.Ledger {
	return engine.Ledger{
		Done: s.Ended[Done], Failed: s.Ended[Failed], Expired: s.Ended[Expired], Dropped: s.Ended[Dropped],
		DeadLettered: s.Ended[Dead], Lost: s.Ended[Lost],
		Redelivered: s.Redelivered, Duplicates: s.Duplicates, Deduplicated: s.Deduplicated, Attempts: s.Attempts, Skipped: s.Skipped,
	}
}

// Less is what was added since an earlier reading.
func (s Sums) Less(b *Sums) Sums {
	s.Attempts -= b.Attempts
	s.Repeated -= b.Repeated
	s.Unbegun -= b.Unbegun
	s.Returned -= b.Returned
	s.Waited -= b.Waited
	for o := range s.Ended {
		s.Ended[o] -= b.Ended[o]
	}
	s.Redelivered -= b.Redelivered
	s.Duplicates -= b.Duplicates
	s.Deduplicated -= b.Deduplicated
	s.Skipped -= b.Skipped
	return s
}
