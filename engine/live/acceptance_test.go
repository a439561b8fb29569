package live

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// crowded is a lane of each model at more than full load.
const crowded = `
load: {rate: 400/s}
handlers:
  - {name: charge, service: {mean: 10ms}, fail: 5%}
  - {name: audit, service: {dist: constant, mean: 1ms}}
lanes:
  - {model: message, queue: {capacity: 64}, workers: 4, ack: after, attempts: 3}
  - {model: event, queue: {capacity: 64}}
`

// TestLedgerBalancesAfterEverything changes what a person can change, at full
// load, and counts the items.
func TestLedgerBalancesAfterEverything(t *testing.T) {
	inBothTimes(t, crowded, func(r *rig, fake bool) {
		pause := 50 * time.Millisecond
		if fake {
			pause = time.Second
		}
		everything(r, pause)
	})
}

func everything(r *rig, pause time.Duration) {
	r.t.Helper()
	time.Sleep(pause)
	for _, capacity := range []string{"64", "4", "0", "1000"} {
		r.do(set("lanes.message.queue.capacity", capacity), set("lanes.event.queue.capacity", capacity))
		time.Sleep(pause)
	}
	for _, workers := range []string{"4", "1", "12"} {
		r.do(set("lanes.message.workers", workers), set("lanes.event.publishers", workers))
		time.Sleep(pause)
	}
	for range 2 {
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "message", Handler: "charge", Restart: pause}))
		time.Sleep(pause / 2)
	}
	r.do(engine.Change{Control: engine.Pause})
	for range 5 {
		r.step()
	}
	r.do(engine.Change{Control: engine.Resume})
	time.Sleep(pause)
	r.do(set("load.rate", "0/s"), set("lanes.event.publishers", "40"), set("lanes.message.workers", "40"))
	s := r.await("quiescent", time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		r.t.Error(err)
	}
	for i := range s.Lanes {
		if l := &s.Lanes[i].Ledger; l.Offered < int64(pause.Seconds()*400*5) || l.Done < l.Offered*8/10 {
			r.t.Errorf("%s hardly ran: %+v", s.Lanes[i].Name, *l)
		}
	}
}

// balanced tells whether every item is seen at one place.
func balanced(s *engine.Snapshot) bool {
	return !slices.ContainsFunc(s.Lanes, func(l engine.LaneSnapshot) bool { return l.Ledger.Balance() != 0 })
}

// step makes a single step and holds that it let exactly one item into each
// lane, which has ended.
func (r *rig) step() {
	r.t.Helper()
	// What was on its way when the clock stopped comes to where it waits.
	before := r.await("still", time.Minute, balanced).Clone()
	r.do(engine.Change{Control: engine.Step})
	r.await("paused again", time.Minute, func(s *engine.Snapshot) bool { return s.Paused })
	after := r.look()
	for i := range after.Lanes {
		was, is := &before.Lanes[i], &after.Lanes[i]
		in := is.Ledger.Offered - is.Whole.Backlog.Now - (was.Ledger.Offered - was.Whole.Backlog.Now)
		if is.Whole.Depth.Now != 0 || is.Ledger.InFlight != 0 || in < 1 {
			r.t.Errorf("lane %s: a step let %d items in\n%s\nbefore it:\n%s", is.Name, in, described(after), described(before))
		}
	}
}
