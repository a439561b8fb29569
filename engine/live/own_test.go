package live

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/theory"
	"duet/engine/virtual"
)

// ownLanes call a person's own function in each way there is, at an even pace.
const ownLanes = `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 1h}}]
lanes:
  - {model: message, workers: 1, ack: after, attempts: 3}
  - {model: event}
  - {name: buffered, model: event, dispatch: buffered}
  - {name: each, model: event, dispatch: goroutine}
`

// withOwn runs ownLanes in fake time with a function that takes 3 ms and then ends as
// the item's number says.
func withOwn(t *testing.T, outcome func(seq int64) error, test func(r *rig, calls *atomic.Int64)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		r := begin(t, ownLanes, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly()), Handlers: map[string]Func{
			"work": func(ctx context.Context, it engine.Item) error {
				calls.Add(1)
				select {
				case <-time.After(3 * time.Millisecond):
					return outcome(it.Seq)
				case <-ctx.Done():
					return ctx.Err()
				}
			},
		}})
		test(r, &calls)
		r.end()
	})
}

func fine(int64) error { return nil }

// TestOwnHandlersAreMeasured: the service is what they take, not what the scenario
// states.
func TestOwnHandlersAreMeasured(t *testing.T) {
	withOwn(t, fine, func(r *rig, calls *atomic.Int64) {
		time.Sleep(10*time.Second + 5*time.Millisecond)
		for i := range r.look().Lanes {
			l := &r.snap.Lanes[i]
			if l.Ledger.Done != 1000 || l.Whole.Service.P50.Round(100*time.Microsecond) != 3*time.Millisecond {
				t.Errorf("%s: %d done in %v", l.Name, l.Ledger.Done, l.Whole.Service.P50)
			}
		}
		if n := calls.Load(); n != 4*1000 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestOwnHandlersEndAsHandlersDo: errors are retried where they are, and panics are
// recovered from.
func TestOwnHandlersEndAsHandlersDo(t *testing.T) {
	outcome := func(seq int64) error {
		switch seq % 10 {
		case 3:
			return errors.New("no")
		case 7:
			panic("never")
		}
		return nil
	}
	withOwn(t, outcome, func(r *rig, _ *atomic.Int64) {
		time.Sleep(10*time.Second + 50*time.Millisecond)
		r.do(set("load.rate", "0/s"))
		r.await("empty", time.Second, quiescent)
		for i := range r.look().Lanes {
			l := &r.snap.Lanes[i].Ledger
			bad := l.Failed
			if i == 0 {
				bad = l.DeadLettered
			}
			if l.Balance() != 0 || bad < 200 || bad > 202 || l.Done < 800 || (l.Redelivered > 0) != (i == 0) {
				t.Errorf("%s: %+v", r.snap.Lanes[i].Name, *l)
			}
		}
	})
}

// TestFaultsHitOwnHandlers: what breaks a handler breaks a person's own.
func TestFaultsHitOwnHandlers(t *testing.T) {
	withOwn(t, fine, func(r *rig, _ *atomic.Int64) {
		time.Sleep(time.Second)
		r.do(broken(engine.Fault{Kind: engine.FaultSlow, Target: "work", Factor: 3, For: time.Second}))
		time.Sleep(2 * time.Second)
		for i := range r.look().Lanes {
			if l := &r.snap.Lanes[i]; l.Whole.Service.Max.Round(time.Millisecond) != 9*time.Millisecond {
				t.Errorf("%s: slow by three, %v", l.Name, l.Whole.Service.Max)
			}
		}
		r.do(broken(engine.Fault{Kind: engine.FaultFail, Target: "work", Share: 1, For: time.Second}))
		time.Sleep(2 * time.Second)
		for i := range r.look().Lanes {
			if l := &r.snap.Lanes[i].Ledger; l.Failed+l.DeadLettered == 0 {
				t.Errorf("%s: %+v", r.snap.Lanes[i].Name, *l)
			}
		}
	})
}

// TestOwnHandlersStandStill: while the run is paused no more of them begin.
func TestOwnHandlersStandStill(t *testing.T) {
	withOwn(t, fine, func(r *rig, calls *atomic.Int64) {
		time.Sleep(time.Second)
		r.do(set("load.rate", "10000/s"))
		time.Sleep(time.Second)
		r.do(engine.Change{Control: engine.Pause})
		time.Sleep(10 * time.Millisecond)
		before := calls.Load()
		time.Sleep(time.Minute)
		if n := calls.Load(); n != before || r.lane("message").Ledger.Waiting == 0 {
			t.Errorf("%d calls in a pause, with %d waiting", n-before, r.lane("message").Ledger.Waiting)
		}
		r.do(engine.Change{Control: engine.Resume}, set("load.rate", "0/s"))
	})
}

// TestNobodyForeseesOwnHandlers: there is no theory and no simulation of them, and no
// setting of how long they take.
func TestNobodyForeseesOwnHandlers(t *testing.T) {
	withOwn(t, fine, func(r *rig, _ *atomic.Int64) {
		time.Sleep(time.Second)
		s := r.look()
		const why = "work is a function of yours"
		if x := theory.ForLane(s.Scenario, 0, 0); x.Applies || !strings.Contains(x.Why, why) {
			t.Errorf("theory: %+v", x)
		}
		if _, err := virtual.New(s.Scenario, virtual.Options{}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("simulated: %v", err)
		}
		if _, err := virtual.Fork(s, nil, virtual.Options{}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("simulated on: %v", err)
		}
		for _, p := range s.Scenario.Params() {
			if strings.Contains(p.Path, ".service.") {
				t.Errorf("%s can be set, and makes no difference", p.Path)
			}
		}
	})
}

// TestOwnHandlersHaveNames of handlers that there are.
func TestOwnHandlersHaveNames(t *testing.T) {
	for name, want := range map[string]string{"pay": `no handler "pay"`, "work": "is nil"} {
		if _, err := New(scenarioOf(t, ownLanes), Options{Handlers: map[string]Func{name: nil}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
