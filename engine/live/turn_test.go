package live

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/account"
)

// TestHandlersInTurnBalanceAtAnyMoment: while somebody runs several handlers one after
// another, the ledger of each accounts for what is in hand, whether or not it was
// its turn yet.
func TestHandlersInTurnBalanceAtAnyMoment(t *testing.T) {
	for name, c := range map[string]struct{ lane, publishes string }{
		"workers":                {lane: "model: message, handlers: together, workers: 2"},
		"workers that fail":      {lane: "model: message, handlers: together, workers: 2, ack: after, attempts: 3"},
		"several have the one":   {lane: "model: message, handlers: together, workers: 3, ack: after, queue: {visibility: 50ms}"},
		"observers":              {lane: "model: event, publishers: 2"},
		"observers of each":      {lane: "model: event, publishers: per_item"},
		"observers that publish": {lane: "model: event, publishers: 2", publishes: "c"},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 15/s}
handlers: [{name: a, service: {mean: 10ms}, fail: 10%}, {name: b, service: {mean: 45ms}, publishes: "`+c.publishes+`"}, {name: c, service: {mean: 25ms}}]
lanes: [{name: lane, `+c.lane+"}]", func(r *rig) {
				seen := 0 // in hand, of the first
				for range 400 {
					time.Sleep(7*time.Millisecond + 1)
					for _, h := range r.lane("lane").Handlers {
						if h.Ledger.Balance() != 0 || h.Ledger.InFlight < 0 {
							t.Fatalf("%s does not balance\n%s", h.Name, described(&r.snap))
						}
					}
					seen += int(r.snap.Lanes[0].Handlers[1].Ledger.InFlight)
				}
				if seen < 50 {
					t.Errorf("the test tells nothing: in hand %d times", seen)
				}
			})
		})
	}
}

// TestHandlersInTurnElsewhereBalance: another process tells what its handlers have done
// when the last of them has, and until then the first has what is in hand.
func TestHandlersInTurnElsewhereBalance(t *testing.T) {
	s := &server{id: guestIDs, handlers: []*handler{{index: 0}, {index: 1}, {index: 2}}}
	for state, in := range map[engine.WorkerState]int64{engine.Busy: 1, engine.Stalled: 1, engine.Idle: 0, engine.Crashed: 0} {
		s.state.Store(uint32(state))
		r := &reading{Reading: &account.Reading{Unsettled: make([]int64, 3)}, unreached: make([]int64, 3)}
		r.readTurn(&generation{together: true}, s)
		if !slices.Equal(r.Unsettled, []int64{in, 0, 0}) || !slices.Equal(r.unreached, []int64{0, in, in}) {
			t.Errorf("state %d: in hand %v, not reached %v", state, r.Unsettled, r.unreached)
		}
	}
}
