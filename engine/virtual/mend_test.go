package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// TestMend: what was broken for good is whole again, in the lane that is named
// and in no other.
func TestMend(t *testing.T) {
	inFakeTime(t, `
load: {rate: 10/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 10ms}}]
lanes: [{name: one, model: message}, {name: two, model: event}]`, Options{Endless: true}, func(r *Run) {
		do(t, r, engine.Change{Fault: &engine.Fault{Kind: engine.FaultSlow, Target: "work", Factor: 3}},
			engine.Change{Fault: &engine.Fault{Kind: engine.FaultFail, Target: "work", Share: 1}})
		time.Sleep(time.Second)
		if l := &look(r).Lanes[1]; l.Ledger.Failed == 0 || l.Handlers[0].Fault == "" {
			t.Fatalf("not broken: %+v", l.Ledger)
		}
		do(t, r, engine.Change{Fault: &engine.Fault{Kind: engine.FaultMend, Target: "work", Lane: "one"}})
		before := look(r).Lanes[0].Ledger
		time.Sleep(time.Second)
		if l := &look(r).Lanes[0]; l.Ledger.Failed > before.Failed+before.InFlight || l.Ledger.Done < 9 || l.Handlers[0].Fault != "" {
			t.Errorf("not mended: %+v, %q", l.Ledger, l.Handlers[0].Fault)
		}
		if l := &look(r).Lanes[1]; l.Ledger.Done != 0 || l.Handlers[0].Fault == "" {
			t.Errorf("mended with its neighbour: %+v", l.Ledger)
		}
	})
}
