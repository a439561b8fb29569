package live

import (
	"testing"

	"duet/engine"
	"duet/engine/journal"
)

// TestTheJournalTellsWhoOfVeryMany: numbers of workers are told as they are up to as
// many as a lane can have. Above those come the numbers of workers elsewhere.
func TestTheJournalTellsWhoOfVeryMany(t *testing.T) {
	l := &lane{run: &Run{journal: journal.NewRing(8)}}
	numbers := map[int]int32{1: 1, 40_000: 40_000, 100_000: 100_000, 1_000_000: 1_000_000, guestIDs + 3*guestStep + 7: -7}
	for worker, want := range numbers {
		l.note(engine.Started, &delivery{}, 0, worker, 1, 0)
		entries := l.run.journal.Read(nil, 0)
		if got := entries[len(entries)-1].Worker; got != want {
			t.Errorf("worker %d is called %d, want %d", worker, got, want)
		}
	}
}
