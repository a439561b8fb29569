package live

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// flooded is a lane of each model with more than it can see one by one.
const flooded = `
load: {rate: 200000/s, keys: {count: 16}}
handlers:
  - {name: charge, service: {mean: 0s}}
lanes:
  - {model: message, queue: {capacity: 1000}, workers: 4, ack: after, attempts: 3}
  - {model: event}
`

// TestAFloodBalances changes what a person can change while items are handed over and
// taken many at once, and counts them.
func TestAFloodBalances(t *testing.T) {
	inBothTimes(t, flooded, func(r *rig, _ bool) { flood(r, 20*time.Millisecond) })
}

func flood(r *rig, pause time.Duration) {
	r.t.Helper()
	for _, changes := range [][]engine.Change{
		{set("lanes.message.producers", "3")},
		{set("lanes.message.queue.capacity", "64")},
		{set("lanes.message.queue.capacity", "0")},
		{set("lanes.message.queue.capacity", "1000"), set("lanes.message.producers", "1")},
		{set("lanes.message.workers", "12")},
		{set("handlers.charge.service.mean", "1ms")},
		{set("handlers.charge.service.mean", "0s")},
		{broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "message", Handler: "charge", Count: 3, Restart: pause})},
		{broken(engine.Fault{Kind: engine.FaultFail, Target: "charge", Share: 0.3, For: pause})},
		{broken(engine.Fault{Kind: engine.FaultStop, Target: "producers", Lane: "message", For: pause / 2})},
		{set("lanes.message.queue.partitions", "12")}, // a hand-over for another
		{set("lanes.message.queue.partitions", "0")},
		{{Control: engine.Pause}, {Control: engine.Resume}},
		{set("lanes.message.queue.when_full", "drop_newest"), set("handlers.charge.service.mean", "1ms")},
		{set("lanes.message.queue.when_full", "drop_oldest"), set("handlers.charge.service.mean", "0s")},
	} {
		time.Sleep(pause)
		r.do(changes...)
		if err := checkCounts(r.look()); err != nil {
			r.t.Error(err)
		}
	}
	time.Sleep(pause)
	r.do(set("load.rate", "0/s"))
	s := r.await("quiescent", time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		r.t.Error(err)
	}
	if l := &s.Lanes[0].Ledger; l.Offered < 20_000 || l.Done < l.Offered/2 {
		r.t.Errorf("hardly ran: %+v", *l)
	}
	if !r.staged() {
		r.t.Error("nothing was handed over at once")
	}
}

// staged tells whether the first lane's producers have ever handed over several at once.
func (r *rig) staged() bool {
	c := r.lanes[0].crew.Load()
	return slices.ContainsFunc(slices.Concat(c.producers, c.retired), func(p *producer) bool { return cap(p.waiting) > 0 })
}

// onset lets so many producers meet a queue that fills, with many items that are due.
func onset(t *testing.T, producers int, test func(r *rig)) {
	t.Helper()
	inFakeTime(t, fmt.Sprintf(`
load: {rate: 100000/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 0s}}]
lanes: [{model: message, queue: {capacity: 40}, workers: 1, producers: %d}]
`, producers), func(r *rig) {
		time.Sleep(time.Second / 4) // until the journal does not follow each of them
		r.do(broken(engine.Fault{Kind: engine.FaultStop, Target: "producers"}), set("handlers.work.service.mean", "1ms"))
		time.Sleep(10 * time.Millisecond)
		r.do(broken(engine.Fault{Kind: engine.FaultStart, Target: "producers"}))
		time.Sleep(500 * time.Microsecond)
		test(r)
		r.do(set("load.rate", "0/s"), engine.Change{Control: engine.Resume})
		s := r.await("quiescent", time.Minute, quiescent)
		if err := checkBalance(s); err != nil || s.Lanes[0].Ledger.Done != s.Offered {
			t.Errorf("%d producers: %v: %+v", producers, err, s.Lanes[0].Ledger)
		}
		if !r.staged() {
			t.Error("nothing was handed over at once")
		}
	})
}

// TestTheOrderIsKeptAtAFullQueue: what a producer has on its stage does not stand there.
func TestTheOrderIsKeptAtAFullQueue(t *testing.T) {
	onset(t, 1, func(r *rig) {
		r.do(set("load.rate", "0/s"))
		r.await("quiescent", time.Minute, quiescent)
		if o := r.lane("message").Whole.Order; o.Late > 0 {
			t.Errorf("%+v", o)
		}
	})
}

// TestAStepLetsOneInBesideThoseThatStand: one for each producer stood at the queue.
func TestAStepLetsOneInBesideThoseThatStand(t *testing.T) {
	for producers := range 4 {
		onset(t, producers+1, func(r *rig) {
			r.do(engine.Change{Control: engine.Pause})
			passed := func() int64 { l := r.lane("message"); return l.Ledger.Offered - l.Whole.Backlog.Now }
			before := passed()
			r.do(engine.Change{Control: engine.Step})
			r.await("paused again", time.Minute, func(s *engine.Snapshot) bool { return s.Paused })
			if n := int(passed() - before); n != producers+2 {
				t.Errorf("%d producers: %d items passed", producers+1, n)
			}
		})
	}
}

// TestWhatIsOnTheStageIsNotLost: where the hand-over has ended it goes back, in its
// order, and how late the pacer was is not measured again.
func TestWhatIsOnTheStageIsNotLost(t *testing.T) {
	inFakeTime(t, flooded, func(r *rig) {
		time.Sleep(time.Second / 5) // until the journal does not follow each of them
		r.do(set("load.rate", "0/s"))
		r.await("quiescent", time.Minute, quiescent)
		l := r.lanes[0]
		p := &producer{lane: l, source: &source{valve: &valve{}, wake: make(chan struct{}, 1)}}
		p.enter(l.current.Load())
		for n := range 5 {
			if a := (arrival{item: engine.Item{Seq: int64(n + 1)}}); !p.hand(&a) {
				t.Fatalf("item %d was not taken", n+1)
			}
		}
		if err := l.current.Load().way.kill(); err != nil {
			t.Fatal(err)
		}
		if p.launch() {
			t.Error("all was taken")
		}
		for n := range 5 {
			if a, ok := p.source.pop(&p.busy); !ok || a.item.Seq != int64(n+1) || !a.again {
				t.Errorf("%+v comes back after %d", a, n)
			}
		}
	})
}

// troubled is a flood that a handler disturbs again and again, and that is over.
func troubled(t *testing.T, text string, f engine.Fault) *rig {
	t.Helper()
	r := begin(t, text, Options{Endless: true})
	t.Cleanup(r.end)
	for range 100 {
		time.Sleep(2 * time.Millisecond)
		r.do(broken(f))
	}
	r.do(set("load.rate", "0/s"))
	r.await("quiescent", time.Minute, quiescent)
	return r
}

// TestBriefTroubleIsBookedOnce: handlers that turn out to take their time while workers
// have several items at once.
func TestBriefTroubleIsBookedOnce(t *testing.T) {
	r := troubled(t, `
load: {rate: 1000000/s, arrivals: constant, keys: {count: 16}, classes: [{name: urgent, share: 50%}, {name: normal}]}
handlers: [{name: work, service: {dist: constant, mean: 0s}}]
lanes: [{model: message, queue: {capacity: 2000}, workers: 2}]
`, engine.Fault{Kind: engine.FaultSlow, Target: "work", Factor: 2, For: 200 * time.Microsecond})
	for _, c := range r.look().Lanes[0].Classes {
		if c.Ledger.InFlight != 0 || c.Ledger.Balance() != 0 {
			t.Errorf("%s: %+v", c.Name, c.Ledger)
		}
	}
}

// TestFailuresKeepTheOrder: of a single worker that has taken several at once when they
// begin.
func TestFailuresKeepTheOrder(t *testing.T) {
	r := troubled(t, `
load: {rate: 1000000/s, arrivals: constant, keys: {count: 4}}
handlers: [{name: charge, service: {dist: constant, mean: 0s}}]
lanes: [{model: message, queue: {capacity: 2000}, workers: 1, ack: after, attempts: 50}]
`, engine.Fault{Kind: engine.FaultFail, Target: "charge", Share: 0.5, For: 200 * time.Microsecond})
	l := r.lane("message")
	if o := l.Whole.Order; o.Late > 0 || o.KeyLate > 0 || l.Ledger.Redelivered == 0 {
		t.Errorf("%+v, %d delivered again", o, l.Ledger.Redelivered)
	}
}
