package virtual

import (
	"testing"

	"duet/engine"
)

// TestTheJournalTellsWhoOfVeryMany: numbers of workers are told as they are. Who has
// waited longest is served, and so each of the items has a worker of its own.
func TestTheJournalTellsWhoOfVeryMany(t *testing.T) {
	m, err := newMachine(scenarioOf(t, `
duration: 40s
load: {rate: 1000/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 1ms}}]
lanes: [{model: message, workers: 50000}]
`), false)
	if err != nil {
		t.Fatal(err)
	}
	m.advance(never)
	most := int64(0)
	for _, e := range m.story.read(nil, 0) {
		if e.What != engine.Started {
			continue
		}
		most = max(most, e.Seq)
		if int64(e.Worker) != e.Seq {
			t.Fatalf("item %d was begun by worker %d", e.Seq, e.Worker)
		}
	}
	if most < 39_000 {
		t.Errorf("the journal goes as far as item %d", most)
	}
}
