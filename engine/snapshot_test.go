package engine

import (
	"testing"

	"pgregory.net/rapid"
)

func TestLedgerBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int64 { return rapid.Int64Range(0, 1e6).Draw(t, name) }
		l := Ledger{
			Done: n("done"), Failed: n("failed"), Dropped: n("dropped"), Expired: n("expired"), DeadLettered: n("dead-lettered"), Lost: n("lost"),
			Waiting: n("waiting"), InFlight: n("in flight"),
			Redelivered: n("redelivered"), Duplicates: n("duplicates"), Deduplicated: n("deduplicated"), Attempts: n("attempts"), Skipped: n("skipped"),
		}
		l.Offered = l.Done + l.Failed + l.Dropped + l.Expired + l.DeadLettered + l.Lost + l.Waiting + l.InFlight
		if l.Balance() != 0 || l.Ended() != l.Offered-l.Waiting-l.InFlight {
			t.Fatalf("%+v: balance %d, ended %d", l, l.Balance(), l.Ended())
		}
		l.Lost++
		if l.Balance() != -1 {
			t.Fatalf("an item too many gives the balance %d", l.Balance())
		}
	})
}
