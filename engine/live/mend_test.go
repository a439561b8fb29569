package live

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
lanes: [{name: one, model: message}, {name: two, model: event}]`, func(r *rig) {
		for _, f := range []engine.Fault{
			{Kind: engine.FaultSlow, Target: "work", Factor: 3},
			{Kind: engine.FaultFail, Target: "work", Share: 1},
		} {
			r.do(broken(f))
		}
		time.Sleep(time.Second)
		if l := r.lane("two"); l.Ledger.Failed == 0 || l.Handlers[0].Fault == "" {
			t.Fatalf("not broken:\n%s", described(&r.snap))
		}
		r.do(broken(engine.Fault{Kind: engine.FaultMend, Target: "work", Lane: "one"}))
		failed := r.lane("one").Ledger.Failed + r.lane("one").Ledger.InFlight
		time.Sleep(time.Second)
		if l := r.lane("one"); l.Ledger.Failed > failed || l.Ledger.Done < 9 || l.Handlers[0].Fault != "" {
			t.Errorf("not mended:\n%s", described(&r.snap))
		}
		if l := r.lane("two"); l.Ledger.Done != 0 || l.Handlers[0].Fault == "" {
			t.Errorf("mended with its neighbour:\n%s", described(&r.snap))
		}
	})
}
