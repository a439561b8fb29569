package live

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/dial"
)

// dialling is how tests reach a broker.
func dialling(ctx context.Context, q *engine.Queue) (broker.Server, error) {
	return dial.Server(ctx, q, os.Getenv)
}

// inBroker is a lane whose queues are in an embedded broker, at more than full load,
// beside one whose queues are not.
const inBroker = `
load: {rate: 400/s, payload: 100}
handlers:
  - {name: charge, service: {mean: 4ms}, fail: 5%}
  - {name: audit, service: {dist: constant, mean: 1ms}}
lanes:
  - {model: message, name: remote, queue: {capacity: 64, broker: jetstream, url: embedded, prefetch: 4}, workers: 2, ack: after, attempts: 3}
  - {model: message, name: local, queue: {capacity: 64}, workers: 2, ack: after, attempts: 3}
`

func TestLedgersBalanceThroughABroker(t *testing.T) {
	t.Parallel()
	const pause = 50 * time.Millisecond
	r := begin(t, inBroker, Options{Endless: true, Dial: dialling})
	defer r.end()
	time.Sleep(pause)
	for _, workers := range []string{"4", "1", "3"} {
		r.do(set("lanes.remote.workers", workers), set("lanes.remote.queue.capacity", workers+"0"))
		time.Sleep(pause)
	}
	for _, when := range []string{engine.CrashDuring, engine.CrashBeforeAck} {
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "remote", Handler: "charge", When: when, Restart: pause}))
		time.Sleep(2 * pause)
	}
	r.do(set("load.rate", "0/s"), set("lanes.remote.workers", "20"), set("lanes.local.workers", "20"))
	s := r.await("quiescent", time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		t.Error(err)
	}
	remote, local := r.lane("remote").Ledger, r.lane("local").Ledger
	if remote.Offered != local.Offered || remote.Done+remote.DeadLettered != remote.Offered {
		t.Errorf("what became of the items: through the broker %+v, through the channel %+v", remote, local)
	}
	if remote.Redelivered == 0 {
		t.Errorf("after crashes with ack: after: %+v", remote)
	}
	r.await("an empty queue in the broker", time.Minute, func(s *engine.Snapshot) bool {
		b := &s.Lanes[0].Broker
		return b.Connected && b.Ready == 0 && b.InFlight == 0
	})
}

// TestARestartInABrokerCountsFromTheCrash: not from the fault that led to it when the work
// was done.
func TestARestartInABrokerCountsFromTheCrash(t *testing.T) {
	t.Parallel()
	const restart = 150 * time.Millisecond
	r := begin(t, `
load: {rate: 100/s}
handlers: [{name: charge, service: {dist: constant, mean: 200ms}}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 1, ack: after}]
`, Options{Endless: true, Dial: dialling})
	defer r.end()
	r.await("work in hand, and more waiting", time.Minute, func(s *engine.Snapshot) bool {
		return s.Lanes[0].Ledger.InFlight == 1 && s.Lanes[0].Ledger.Waiting > 3
	})
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: engine.CrashBeforeAck, Restart: restart}))
	var down, back time.Duration // when the work that the crash follows ended, and the next began
	r.await("that it works again", time.Minute, func(*engine.Snapshot) bool {
		for _, e := range r.Journal(nil, 0) {
			switch {
			case e.What == engine.Retried && e.Handler == 0:
				down = e.At
			case e.What == engine.Started && e.Handler == 0 && down > 0 && e.At > down:
				back = e.At
				return true
			}
		}
		return false
	})
	if back-down < restart/2 {
		t.Errorf("back %v after it went down, not %v", back-down, restart)
	}
}

func TestWithoutAckABrokerLosesWhatACrashedWorkerHeld(t *testing.T) {
	r := begin(t, `
load: {rate: 100/s}
handlers: [{name: charge, service: {dist: constant, mean: 20ms}}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 1}]
`, Options{Endless: true, Dial: dialling})
	defer r.end()
	r.await("work in hand", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.InFlight == 1 })
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: 10 * time.Millisecond}), set("load.rate", "0/s"))
	if l := r.await("quiescent", time.Minute, quiescent).Lanes[0].Ledger; l.Lost != 1 || l.Balance() != 0 {
		t.Errorf("the ledger is %+v", l)
	}
}

func TestACrashBeforeTheAckMakesADuplicateInABroker(t *testing.T) {
	t.Parallel()
	r := begin(t, `
load: {rate: 100/s}
handlers: [{name: charge, service: {dist: constant, mean: 20ms}}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 1, ack: after}]
`, Options{Endless: true, Dial: dialling})
	defer r.end()
	r.await("work in hand", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.InFlight == 1 })
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: engine.CrashBeforeAck, Restart: 10 * time.Millisecond}), set("load.rate", "0/s"))
	if l := r.await("quiescent", time.Minute, quiescent).Lanes[0].Ledger; l.Duplicates != 1 || l.Done != l.Offered {
		t.Errorf("the ledger is %+v", l)
	}
}

func TestALaneDiesAndIsRevivedInABroker(t *testing.T) {
	r := begin(t, `
load: {rate: 200/s}
handlers: [{name: charge, service: {dist: constant, mean: 1ms}}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 2, recover: false}]
`, Options{Endless: true, Dial: dialling})
	defer r.end()
	r.do(broken(engine.Fault{Kind: engine.FaultPanic, Target: "charge", Share: 1}))
	r.await("dead", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Dead != "" })
	r.do(broken(engine.Fault{Kind: engine.FaultMend, Target: "charge"}))
	done := r.lane("message").Ledger.Done
	r.do(broken(engine.Fault{Kind: engine.FaultRevive, Target: "lane"}))
	r.await("work done again", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Done > done+10 })
	r.do(set("load.rate", "0/s"))
	if err := checkBalance(r.await("quiescent", time.Minute, quiescent)); err != nil {
		t.Error(err)
	}
}

func TestAFullQueueInABrokerHoldsUpOrDrops(t *testing.T) {
	for policy, want := range map[string]func(*engine.LaneSnapshot) bool{
		"block":       func(l *engine.LaneSnapshot) bool { return l.Publishers[0].Blocked && l.Ledger.Dropped == 0 },
		"drop_newest": func(l *engine.LaneSnapshot) bool { return l.Ledger.Dropped > 0 },
	} {
		t.Run(policy, func(t *testing.T) {
			r := begin(t, `
load: {rate: 500/s}
handlers: [{name: charge, service: {dist: constant, mean: 1s}}]
lanes: [{model: message, queue: {capacity: 3, when_full: `+policy+`, broker: jetstream, url: embedded}, workers: 1}]
`, Options{Endless: true, Dial: dialling})
			defer r.end()
			r.await("full", time.Minute, func(s *engine.Snapshot) bool { return want(&s.Lanes[0]) })
			if h := r.lane("message").Handlers[0]; h.Depth.Now > 3 {
				t.Errorf("%d wait in a queue for 3", h.Depth.Now)
			}
		})
	}
}

func TestWithoutADialNoBroker(t *testing.T) {
	r, err := New(scenarioOf(t, inBroker), Options{})
	if err == nil {
		_ = r.Close()
		t.Fatal("it runs")
	}
	if !strings.Contains(err.Error(), "jetstream") {
		t.Errorf("the error is %v", err)
	}
}

// taken is an embedded broker that a test can take a queue out of.
func taken(t *testing.T) (dial func(context.Context, *engine.Queue) (broker.Server, error), takeOut func()) {
	var server broker.Server
	return func(ctx context.Context, q *engine.Queue) (broker.Server, error) {
			var err error
			server, err = dialling(ctx, q)
			return server, err
		}, func() {
			all, err := server.Created(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			if err := server.Delete(t.Context(), all[0]); err != nil {
				t.Fatal(err)
			}
		}
}

func TestALaneDiesOfAQueueThatIsGone(t *testing.T) {
	t.Parallel()
	dial, takeOut := taken(t)
	r := begin(t, `
load: {rate: 200/s}
handlers: [{name: charge, service: {dist: constant, mean: 1s}}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 1, ack: after}]
`, Options{Endless: true, Dial: dial})
	defer r.end()
	r.await("messages in the broker", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Broker.Ready > 10 })
	takeOut()
	l := &r.await("dead", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Dead != "" }).Lanes[0]
	if want := " messages lost: the queue of charge was deleted by someone, or the broker came back empty"; !strings.HasSuffix(l.Dead, want) {
		t.Errorf("it died of %q", l.Dead)
	}
	r.do(set("load.rate", "0/s"))
	l = &r.await("all lost", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Lost > 10 }).Lanes[0]
	if l.Broker.Lost == 0 || l.Ledger.Balance() != 0 {
		t.Errorf("lost by the broker: %d, ledger %+v", l.Broker.Lost, l.Ledger)
	}
}

func TestABrokerOfOursIsCrashedAndComesBack(t *testing.T) {
	t.Parallel()
	r := begin(t, `
load: {rate: 300/s}
handlers: [{name: charge, service: {dist: constant, mean: 10ms}}]
lanes:
  - {model: message, name: disk, queue: {broker: jetstream, url: embedded-on-disk, capacity: 10000}, workers: 2, ack: after}
  - {model: message, name: memory, queue: {broker: jetstream, url: embedded, capacity: 10000}, workers: 2, ack: after}
`, Options{Endless: true, Dial: dialling})
	defer r.end()
	r.await("messages in both", time.Minute, func(s *engine.Snapshot) bool {
		return s.Lanes[0].Broker.Ready > 10 && s.Lanes[1].Broker.Ready > 10
	})
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: engine.TargetBroker, Restart: 300 * time.Millisecond}))
	r.await("away", time.Minute, func(s *engine.Snapshot) bool { return !s.Lanes[0].Broker.Connected })
	r.await("the other one dead", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[1].Dead != "" })
	r.do(set("load.rate", "0/s"), set("lanes.disk.workers", "20"))
	s := r.await("all done that was on disk", time.Minute, func(s *engine.Snapshot) bool {
		return s.Lanes[0].Ledger.Done == s.Lanes[0].Ledger.Offered
	})
	if disk, memory := &s.Lanes[0], &s.Lanes[1]; disk.Broker.Lost != 0 || disk.Broker.Down+disk.Broker.Unknown == 0 || memory.Ledger.Lost < 10 || memory.Ledger.Balance() != 0 {
		t.Errorf("on disk: %+v\nin memory: %+v", disk.Broker, memory.Ledger)
	}
	if err := r.Apply(broken(engine.Fault{Kind: engine.FaultCrash, Target: engine.TargetBroker, Lane: "memory"})); err == nil {
		t.Error("the broker of a dead lane was crashed")
	}
}
