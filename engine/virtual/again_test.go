package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// lanesOf simulates a scenario, holds that all of it balances, and returns its
// lanes by name.
func lanesOf(t *testing.T, text string) map[string]*engine.LaneSnapshot {
	t.Helper()
	snap := simulated(t, scenarioOf(t, text))
	lanes := map[string]*engine.LaneSnapshot{}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		lanes[l.Name] = l
		if l.Ledger.Balance() != 0 {
			t.Errorf("%s does not balance: %+v", l.Name, l.Ledger)
		}
		for j := range l.Handlers {
			if l.Handlers[j].Ledger.Balance() != 0 {
				t.Errorf("%s does not balance: %+v", l.Name, l.Handlers[j].Ledger)
			}
		}
	}
	return lanes
}

// TestIdempotentHandlersRecogniseWhatTheyHaveDone: a crash before the ack delivers
// again what was done, and that takes time only who does not recognise it.
func TestIdempotentHandlersRecogniseWhatTheyHaveDone(t *testing.T) {
	const story = `
duration: 20s
load: {rate: 10/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 50ms}, idempotent: %}]
lanes: [{name: apart, model: message, workers: 1, ack: after}, {name: turn, model: message, workers: 1, ack: after, handlers: together}]
timeline:
  - {at: 5.01s, fault: {crash: worker, when: before_ack, restart: 10ms}}
  - {at: 9.01s, fault: {crash: worker, when: before_ack, restart: 10ms}}
`
	for _, idempotent := range []string{"true", "false"} {
		for name, l := range lanesOf(t, replaced(story, idempotent)) {
			h := &l.Handlers[0]
			took := h.WholeService.Mean * 0
			for range h.WholeService.Count {
				took += h.WholeService.Mean
			}
			twice, known := int64(2), int64(0)
			if idempotent == "true" {
				twice, known = 0, 2
			}
			if l.Ledger.Duplicates != twice || l.Ledger.Deduplicated != known || h.Ledger.Duplicates != twice || h.Ledger.Deduplicated != known {
				t.Errorf("%s, idempotent %s: %+v, %+v", name, idempotent, l.Ledger, h.Ledger)
			}
			if l.Ledger.Done != 199 || h.WholeService.Count != 201 {
				t.Errorf("%s, idempotent %s: %d done, %d handled", name, idempotent, l.Ledger.Done, h.WholeService.Count)
			}
			if busy := took.Seconds(); (busy > 10) != (idempotent == "false") {
				t.Errorf("%s, idempotent %s: at work for %.3f s", name, idempotent, busy)
			}
		}
	}
}

// TestWhoeverIsTooSlowGetsCompany: what takes longer than its visibility is handed
// to other workers as well, and is done once all the same.
func TestWhoeverIsTooSlowGetsCompany(t *testing.T) {
	const story = `
duration: 20s
load: {rate: 10/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 50ms}, idempotent: %}]
lanes:
  - {name: quick, model: message, workers: 4, ack: after, queue: {visibility: 60ms}}
  - {name: slow, model: message, workers: 4, ack: after, queue: {visibility: 30ms}}
  - {name: turn, model: message, workers: 4, ack: after, queue: {visibility: 30ms}, handlers: together}
  - {name: alone, model: message, workers: 1, ack: after, queue: {visibility: 30ms}}
`
	for idempotent, known := range map[string]bool{"true": true, "false": false} {
		lanes := lanesOf(t, replaced(story, idempotent))
		for name, again := range map[string]int64{"quick": 0, "slow": 199, "turn": 199, "alone": 0} {
			l := lanes[name].Ledger
			twice, recognised := again, int64(0)
			if known {
				twice, recognised = 0, again
			}
			if l.Done != 199 || l.Duplicates != twice || l.Deduplicated != recognised {
				t.Errorf("%s: %+v", name, l)
			}
			if name != "alone" && l.Redelivered != again {
				t.Errorf("%s: %+v", name, l)
			}
		}
		// The only worker of alone finds what it has done no longer in the queue.
		if l := &lanes["alone"].Ledger; l.Redelivered != 199 || l.Attempts != 199 {
			t.Errorf("alone: %+v", *l)
		}
	}
}

// TestATickerDropsWhatNobodyWaitsFor: a tick each millisecond, and a handler of
// 5 ms. One in five arrives, and nothing says so.
func TestATickerDropsWhatNobodyWaitsFor(t *testing.T) {
	lanes := lanesOf(t, `
duration: 20s
load: {rate: 1000/s, arrivals: constant}
handlers: [{name: look, service: {dist: constant, mean: 4.9ms}}, {name: other, service: {mean: 0s}}]
lanes:
  - {name: ticker, model: event, source: ticker}
  - {name: some, model: event, source: ticker, handlers: [look]}
  - {name: kept, model: event}
  - {name: notify, model: message, workers: 1, handlers: together, queue: {capacity: 1, when_full: drop_newest}}
`)
	for _, name := range []string{"ticker", "some", "notify"} {
		l := lanes[name].Ledger
		if l.Done < 3990 || l.Done > 4100 || l.Dropped != l.Offered-l.Done {
			t.Errorf("%s: %+v", name, l)
		}
	}
	if l := lanes["kept"].Ledger; l.Dropped != 0 || l.Waiting < 10_000 {
		t.Errorf("kept: %+v", l)
	}
	if worst := lanes["ticker"].Whole.Latency.Max.Milliseconds(); worst > 10 {
		t.Errorf("a tick was handled %d ms late", worst)
	}
}

// TestATickerTicksOnWhileNobodyListens: what it does while its producers are
// stopped, or its lane is dead, is lost but for one.
func TestATickerTicksOnWhileNobodyListens(t *testing.T) {
	lanes := lanesOf(t, `
duration: 10s
load: {rate: 100/s, arrivals: constant}
handlers: [{name: look, service: {dist: constant, mean: 1ms}}]
lanes:
  - {name: queue, model: message, source: ticker, recover: false}
  - {name: inline, model: event, source: ticker}
  - {name: keys, model: event, publishers: 2, publish_by: key, source: ticker}
timeline:
  - {at: 2.005s, fault: {stop: producers, for: 5s}}
  - {at: 8.005s, fault: {panic: look, for: 11ms, lane: queue}}
  - {at: 9.005s, fault: {revive: lane, lane: queue}}
`)
	for name, lost := range map[string]int64{"queue": 499 + 98, "inline": 499, "keys": 498} {
		if l := lanes[name].Ledger; l.Dropped != lost || l.Done+l.Dropped+l.Lost != 999 {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// TestEachItemHasAPublisher: with a goroutine for each item nobody waits for
// another, until there are as many goroutines as may be.
func TestEachItemHasAPublisher(t *testing.T) {
	lanes := lanesOf(t, `
duration: 20s
load: {rate: 100/s}
handlers: [{name: page, service: {mean: 100ms}}]
lanes:
  - {name: each, model: event, publishers: per_item}
  - {name: limited, model: event, publishers: per_item, limit: 5}
  - {name: five, model: event, publishers: 5}
`)
	if l := lanes["each"]; l.Whole.Wait.Max != 0 || l.Goroutines.Max < 15 || l.Whole.PWait != 0 {
		t.Errorf("each: %+v, %+v", l.Whole.Wait, l.Goroutines)
	}
	if a, b := lanes["limited"], lanes["five"]; a.Whole.Wait.Mean != b.Whole.Wait.Mean || a.Ledger != b.Ledger || !a.AtLimit {
		t.Errorf("five at most: %+v\nfive: %+v", a.Ledger, b.Ledger)
	}
}

// TestAnIdempotentHandlerRemembersNothingThatIsOver: what two have had in hand, and
// both have done, does not come again, nor does what one of two had done without its ack.
func TestAnIdempotentHandlerRemembersNothingThatIsOver(t *testing.T) {
	m, err := newMachine(scenarioOf(t, `
duration: 20s
load: {rate: 20/s}
handlers: [{name: work, service: {mean: 45ms}, idempotent: true}]
lanes:
  - {name: apart, model: message, workers: 3, ack: after, queue: {visibility: 50ms}}
  - {name: turn, model: message, workers: 3, ack: after, queue: {visibility: 50ms}, handlers: together}
timeline:
  - {at: 5s, fault: {crash: worker, count: 3, when: before_ack, restart: 10ms}}
  - {at: 10s, fault: {crash: worker, count: 3, when: before_ack, restart: 10ms}}
`), false)
	if err != nil {
		t.Fatal(err)
	}
	m.advance(never)
	var snap engine.Snapshot
	m.fill(&snap)
	for i, l := range m.lanes {
		ledger := &snap.Lanes[i].Ledger
		if ledger.Deduplicated < 10 || ledger.Done != ledger.Offered {
			t.Errorf("%s: the test tells nothing: %+v", l.spec.Name, ledger)
		}
		if n := len(l.handlers[0].done); n != 0 {
			t.Errorf("%s: %d items are remembered, and none is left: %+v", l.spec.Name, n, ledger)
		}
	}
}

// TestDoneWithoutItsAckIsRecognised at once where it comes again, and forgotten; and
// where it does not, for another had it in hand and ends it, forgotten as well.
func TestDoneWithoutItsAckIsRecognised(t *testing.T) {
	for _, c := range []struct {
		workers, crashes, restart string
		over                      time.Duration // when the item has its end, and nothing is left of it
	}{
		{"1", "1", "10ms", 1330 * time.Millisecond}, // a copy waits
		{"2", "2", "10ms", 1080 * time.Millisecond}, // it goes back, and another has it
		{"2", "2", "1m", 1320 * time.Millisecond},   // that one ends it
	} {
		for _, handlers := range []string{"apart", "together"} {
			m, err := newMachine(scenarioOf(t, `
duration: 1500ms
load: {rate: 1/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 20ms}, idempotent: true}]
lanes: [{model: message, ack: after, queue: {visibility: 50ms}, workers: `+c.workers+`, handlers: `+handlers+`}]
timeline:
  - {at: 500ms, fault: {stall: work, for: 300ms}}
  - {at: 1060ms, fault: {crash: worker, worker: `+c.crashes+`, when: before_ack, restart: `+c.restart+`}}
`), false)
			if err != nil {
				t.Fatal(err)
			}
			m.advance(int64(c.over + time.Millisecond))
			var snap engine.Snapshot
			m.fill(&snap)
			l, known := &snap.Lanes[0].Ledger, len(m.lanes[0].handlers[0].done)
			if l.Done != 1 || l.Deduplicated != 1 || l.InFlight != 0 || known != 0 {
				t.Errorf("%s workers, %s, back after %s: %d are remembered: %+v", c.workers, handlers, c.restart, known, *l)
			}
		}
	}
}

// TestFailingForGoodIsDeadLetteringWhereThereAreSeveralAttempts as they are when it
// happens.
func TestFailingForGoodIsDeadLetteringWhereThereAreSeveralAttempts(t *testing.T) {
	for name, l := range lanesOf(t, `
duration: 10s
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 2ms}, fail: 100%}]
lanes:
  - {name: more, model: message, workers: 1, ack: after, attempts: 1}
  - {name: fewer, model: message, workers: 1, ack: after, attempts: 3, handlers: together}
timeline:
  - {at: 1008ms, set: {lanes.more.attempts: "3", lanes.fewer.attempts: "1"}}
`) {
		failed := map[string]int64{"more": 100, "fewer": l.Ledger.Offered - 100}[name]
		if l.Ledger.Failed != failed || l.Ledger.DeadLettered != l.Ledger.Offered-failed {
			t.Errorf("%s: %+v", name, l.Ledger)
		}
	}
}
