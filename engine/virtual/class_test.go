package virtual

import (
	"fmt"
	"math"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/theory"
)

// classed runs a lane with two classes of items, 80 a second for one worker that
// needs 10 ms for each, unless its settings say otherwise.
func classed(t *testing.T, share, more, lane string) *engine.LaneSnapshot {
	t.Helper()
	snap := simulated(t, scenarioOf(t, fmt.Sprintf(`
seed: 3
duration: %dm
warmup: 10s
load: {rate: 80/s, classes: [{name: urgent, share: %s}, {name: normal}]%s}
handlers: [{name: work}]
lanes: [{model: message, %s}]
`, 40/shorter, share, more, lane)))
	l := &snap.Lanes[0]
	if err := checkClasses(l); err != nil || l.Ledger.Balance() != 0 || !snap.Quiescent {
		t.Errorf("%v: %+v", err, l.Ledger)
	}
	return l
}

// near holds that a mean is within so many parts of what it should be, or more in a
// shorter run.
func near(t *testing.T, what string, got time.Duration, want, within float64) {
	t.Helper()
	if math.Abs(got.Seconds()-want) > within*want*math.Sqrt(float64(shorter)) {
		t.Errorf("%s: %v, want %.4gs", what, got, want)
	}
}

// TestPriorityIsTheTextbooks holds the latency of each class against Cobham's
// formula, and that of all against M/M/1: order makes nobody's work less.
func TestPriorityIsTheTextbooks(t *testing.T) {
	l := classed(t, "20%", "", "workers: 1, queue: {order: priority, capacity: 100000}")
	want := theory.Priority([]float64{16, 64}, 0.01, 1)
	for i, c := range l.Classes {
		near(t, c.Name, c.WholeLatency.Mean, float64(want[i].LatencyMean), 0.05)
	}
	near(t, "all", l.Whole.Latency.Mean, 0.05, 0.05)
	if share := float64(l.Classes[0].Ledger.Offered) / float64(l.Ledger.Offered); math.Abs(share-0.2) > 0.005*math.Sqrt(float64(shorter)) {
		t.Errorf("%.1f%% are urgent", share*100)
	}
}

// TestSelectHasNoPriority: where both classes have as many items, a select makes
// neither wait less.
func TestSelectHasNoPriority(t *testing.T) {
	t.Parallel()
	l := classed(t, "50%", "", "workers: 1, queue: {order: select, capacity: 100000}")
	near(t, "urgent over normal", l.Classes[0].WholeLatency.Mean, l.Classes[1].WholeLatency.Mean.Seconds(), 0.05)
	near(t, "all", l.Whole.Latency.Mean, 0.05, 0.05)
	strict := classed(t, "50%", "", "workers: 1, queue: {order: priority, capacity: 100000}")
	if a, b := strict.Classes[0].WholeLatency.Mean, strict.Classes[1].WholeLatency.Mean; b < 3*a {
		t.Errorf("by priority the urgent wait %v and the others %v", a, b)
	}
}

// TestLastInFirstOutChangesTheTailOnly: the mean is that of M/M/1, but who is late is
// very late.
func TestLastInFirstOutChangesTheTailOnly(t *testing.T) {
	t.Parallel()
	fifo := classed(t, "50%", "", "workers: 1, queue: {capacity: 100000}")
	lifo := classed(t, "50%", "", "workers: 1, queue: {order: lifo, capacity: 100000}")
	near(t, "mean", lifo.Whole.Latency.Mean, fifo.Whole.Latency.Mean.Seconds(), 0.02)
	if 5*lifo.Whole.Latency.P50 > 3*fifo.Whole.Latency.P50 || lifo.Whole.Latency.P99 < 2*fifo.Whole.Latency.P99 {
		t.Errorf("lifo %+v, fifo %+v", lifo.Whole.Latency, fifo.Whole.Latency)
	}
}

// TestAPoolIsALaneOfItsOwn: each class waits as it would alone with its workers,
// whatever becomes of the other.
func TestAPoolIsALaneOfItsOwn(t *testing.T) {
	t.Parallel()
	l := classed(t, "20%", "", "workers: 2, pools: {urgent: 1}, queue: {capacity: 100000}")
	near(t, "urgent", l.Classes[0].WholeLatency.Mean, 0.01/(1-0.16), 0.05)
	near(t, "normal", l.Classes[1].WholeLatency.Mean, 0.01/(1-0.64), 0.05)
	l = classed(t, "20%", "", "workers: 2, pools: {urgent: 1, normal: 1}, speed: 0.5, queue: {capacity: 10, when_full: drop_newest}")
	near(t, "urgent, and the others too many", l.Classes[0].WholeLatency.Mean, 0.02/(1-0.32), 0.05)
	if l.Classes[0].Ledger.Dropped > 10 || l.Classes[1].Ledger.Dropped < l.Classes[1].Ledger.Offered/5 {
		t.Errorf("dropped: %+v, %+v", l.Classes[0].Ledger, l.Classes[1].Ledger)
	}
}

// TestAClassHasRoomOfItsOwn: what is too much of one class is dropped of that class,
// and where nothing is dropped, one producer that stands with it holds up the other.
func TestAClassHasRoomOfItsOwn(t *testing.T) {
	t.Parallel()
	l := classed(t, "20%", "", "workers: 1, queue: {order: priority, capacity: 5, when_full: drop_newest}, speed: 0.5")
	if l.Classes[0].Ledger.Dropped*20 > l.Classes[0].Ledger.Offered || l.Classes[1].Ledger.Dropped*3 < l.Classes[1].Ledger.Offered {
		t.Errorf("dropped: %+v, %+v", l.Classes[0].Ledger, l.Classes[1].Ledger)
	}
	one := classed(t, "20%", "", "workers: 1, queue: {order: priority, capacity: 1}, producers: 1")
	many := classed(t, "20%", "", "workers: 1, queue: {order: priority, capacity: 1}, producers: 1000")
	if a, b := one.Classes[0].WholeLatency.Mean, many.Classes[0].WholeLatency.Mean; a < 2*b {
		t.Errorf("the urgent wait %v behind one producer, and %v behind many", a, b)
	}
}

// TestWhatExpiredIsDroppedUnhandled: with more work than can be done, work is done
// for nobody only where the client gives up meanwhile, and so more is done in time.
func TestWhatExpiredIsDroppedUnhandled(t *testing.T) {
	for lane, queue := range map[string]string{
		"message, workers: 1":                     "",
		"message, workers: 2":                     "partitions: 2, ",
		"message, workers: 1, handlers: together": "",
		"message, workers: 1, producers: 1":       "capacity: 0, ",
		"message, workers: 1, producers: 2":       "capacity: 2, ",
		"message, workers: 1, producers: 3":       "order: lifo, ",
		"event":                                   "",
		"event, dispatch: buffered":               "",
	} {
		run := func(drop bool) *engine.LaneSnapshot {
			snap := simulated(t, scenarioOf(t, fmt.Sprintf(
				"seed: 4\nduration: 1m\nload: {rate: 300/s, timeout: 200ms}\nhandlers: [{name: work}]\nlanes: [{model: %s, queue: {%sdrop_expired: %v}}]\n", lane, queue, drop)))
			l := &snap.Lanes[0]
			if l.Ledger.Balance() != 0 || drop && !snap.Quiescent {
				t.Errorf("%s: %+v", lane, l.Ledger)
			}
			return l
		}
		l, without := run(true), run(false)
		if l.Whole.Goodput < 2*without.Whole.Goodput && queue != "order: lifo, " || l.Whole.Goodput < without.Whole.Goodput {
			t.Errorf("%s: goodput %.1f/s, and without %.1f/s", lane, l.Whole.Goodput, without.Whole.Goodput)
		}
		if l.Wasted*3 > without.Wasted*2 || l.Ledger.Attempts != l.Ledger.Done+l.Wasted {
			t.Errorf("%s: %d wasted, and without %d: %+v", lane, l.Wasted, without.Wasted, l.Ledger)
		}
	}
}
