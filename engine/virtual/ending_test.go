package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// TestANewHandoverLosesNothing: producers that stand at the second of two
// subscriptions when the lane is to run the first one only finish what they have
// begun, as in a real run.
func TestANewHandoverLosesNothing(t *testing.T) {
	for _, capacity := range []string{"0", "1"} {
		m, err := newMachine(scenarioOf(t, `
load: {rate: 10/s, arrivals: constant}
handlers: [{name: quick, service: {dist: constant, mean: 1ms}}, {name: slow, service: {dist: constant, mean: 10s}}]
lanes: [{name: lane, model: message, workers: 1, producers: 3, queue: {capacity: `+capacity+`}}]`), true)
		if err != nil {
			t.Fatal(err)
		}
		m.advance(int64(650 * time.Millisecond))
		if err := m.apply(engine.Change{Path: "lanes.lane.handlers", Value: "[quick]"}); err != nil {
			t.Fatal(err)
		}
		m.advance(int64(2 * time.Minute))
		var snap engine.Snapshot
		m.fill(&snap)
		if l := snap.Lanes[0].Ledger; l.Lost != 0 || l.Balance() != 0 || l.Ended() < 1000 {
			t.Errorf("capacity %s: %+v", capacity, l)
		}
	}
}
