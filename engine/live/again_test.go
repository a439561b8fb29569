package live

import (
	"testing"
	"time"

	"duet/engine"
)

// TestFailingForGoodIsDeadLetteringWhereThereAreSeveralAttempts as they are when it
// happens.
func TestFailingForGoodIsDeadLetteringWhereThereAreSeveralAttempts(t *testing.T) {
	const failing = `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 2ms}, fail: 100%}]
lanes: [{name: lane, model: message, workers: 1, ack: after, attempts: `
	for _, c := range []struct {
		before, after      string
		failed, dead, more int64 // of 100 items, and failed of 200
	}{{"1", "3", 100, 0, 100}, {"3", "1", 0, 100, 100}, {"2", "3", 0, 100, 0}} {
		for _, handlers := range []string{"apart", "together"} {
			inFakeTime(t, failing+c.before+", handlers: "+handlers+"}]", func(r *rig) {
				time.Sleep(time.Second + 8*time.Millisecond)
				if l := &r.lane("lane").Ledger; l.Failed != c.failed || l.DeadLettered != c.dead {
					t.Errorf("%s of %s attempts: %+v", handlers, c.before, *l)
				}
				r.do(set("lanes.lane.attempts", c.after))
				time.Sleep(time.Second)
				if l := &r.lane("lane").Ledger; l.Failed != c.more || l.DeadLettered != 200-c.more {
					t.Errorf("%s of %s attempts, and then %s: %+v", handlers, c.before, c.after, *l)
				}
			})
		}
	}
}

// TestAnIdempotentHandlerRemembersNothingThatIsOver: what two have had in hand, and
// both have done, does not come again, nor does what one of two had done without its ack.
func TestAnIdempotentHandlerRemembersNothingThatIsOver(t *testing.T) {
	for _, handlers := range []string{"apart", "together"} {
		inFakeTime(t, `
duration: 20s
load: {rate: 20/s, arrivals: constant}
handlers: [{name: work, service: {mean: 45ms}, idempotent: true}]
lanes: [{model: message, workers: 3, ack: after, queue: {visibility: 50ms}, handlers: `+handlers+`}]
timeline:
  - {at: 5s, fault: {crash: worker, count: 3, when: before_ack, restart: 10ms}}
  - {at: 10s, fault: {crash: worker, count: 3, when: before_ack, restart: 10ms}}
`, func(r *rig) {
			time.Sleep(20 * time.Second)
			r.do(set("load.rate", "0/s"))
			time.Sleep(5 * time.Second)
			l := r.look().Lanes[0]
			if l.Ledger.Deduplicated < 10 || l.Ledger.Done != l.Ledger.Offered {
				t.Errorf("%s: the test tells nothing: %+v", handlers, l.Ledger)
			}
			if n := r.lanes[0].handlers[0].memory.n.Load(); n != 0 {
				t.Errorf("%s: %d items are remembered, and none is left: %+v", handlers, n, l.Ledger)
			}
		})
	}
}

// TestDoneWithoutItsAckIsRecognised at once where it comes again, and forgotten; and
// where it does not, for another had it in hand and ends it, forgotten as well.
func TestDoneWithoutItsAckIsRecognised(t *testing.T) {
	for _, c := range []struct {
		workers string
		restart time.Duration // of the one that crashes
		over    time.Duration // when the item has its end, and nothing is left of it
	}{
		{"1", 10 * time.Millisecond, 1330 * time.Millisecond}, // a copy waits
		{"2", 10 * time.Millisecond, 1080 * time.Millisecond}, // it goes back, and another has it
		{"2", time.Minute, 1320 * time.Millisecond},           // that one ends it
	} {
		for _, handlers := range []string{"apart", "together"} {
			inFakeTime(t, `
load: {rate: 1/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 20ms}, idempotent: true}]
lanes: [{model: message, ack: after, queue: {visibility: 50ms}, workers: `+c.workers+`, handlers: `+handlers+`}]`, func(r *rig) {
				r.do(broken(engine.Fault{Kind: engine.FaultStall, Target: "work", For: 300 * time.Millisecond}))
				time.Sleep(1060 * time.Millisecond)
				crash := engine.Fault{Kind: engine.FaultCrash, Target: "worker", Worker: 1, When: engine.CrashBeforeAck, Restart: c.restart}
				for _, w := range r.lane("message").Workers {
					if w.State == engine.Busy { // the other one is stalled
						crash.Worker = w.ID
					}
				}
				r.do(broken(crash))
				time.Sleep(c.over + time.Millisecond - r.look().At)
				l, known := &r.lane("message").Ledger, r.lanes[0].handlers[0].memory.n.Load()
				if l.Done != 1 || l.Deduplicated != 1 || l.InFlight != 0 || known != 0 {
					t.Errorf("%s workers, %s, back after %v: %d are remembered: %+v", c.workers, handlers, c.restart, known, *l)
				}
			})
		}
	}
}
