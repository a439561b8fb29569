package virtual

import (
	"math"
	"testing"
	"time"

	"duet/engine"
)

// TestWaitsFollowTheTextbook holds mean latencies and losses against closed forms
// (D. Gross et al., Fundamentals of Queueing Theory, 4th ed., chapters 2, 3 and 5),
// which must lie within the confidence interval, or a hundredth beside it.
func TestWaitsFollowTheTextbook(t *testing.T) {
	t.Parallel()
	const ms = float64(time.Millisecond)
	for _, c := range []struct {
		name, load, service, lane string
		want                      float64 // mean latency
		loss                      float64
	}{
		{"M/M/1", "80/s", "exponential", "model: message, workers: 1, queue: {capacity: 100000}", 50 * ms, 0},
		{"M/D/1", "80/s", "constant", "model: message, workers: 1, queue: {capacity: 100000}", 30 * ms, 0},
		{"M/M/4", "320/s", "exponential", "model: message, workers: 4, queue: {capacity: 100000}", 17.4548 * ms, 0}, // C(4, 3.2) = 0.5964
		{"M/M/2/10", "180/s", "exponential", "model: message, workers: 2, queue: {capacity: 8, when_full: drop_newest}", 0, lossMM2K(1.8, 10)},
		{"M/M/1 inline", "80/s", "exponential", "model: event", 50 * ms, 0},
		{"M/M/4 inline", "320/s", "exponential", "model: event, publishers: 4", 17.4548 * ms, 0},
		{"M/M/1 buffered", "80/s", "exponential", "model: event, dispatch: buffered, queue: {capacity: 100000}", 50 * ms, 0},
		{"M/M/1 behind a blocked producer", "80/s", "exponential", "model: message, workers: 1, queue: {capacity: 0}", 50 * ms, 0},
		{"M/G/infinity", "500/s", "lognormal", "model: event, dispatch: goroutine", 10 * ms, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			snap := simulated(t, scenarioOf(t, `
seed: 7
duration: 6m
warmup: 10s
load: {rate: `+c.load+`}
handlers: [{name: work, service: {dist: `+c.service+`, mean: 10ms}}]
lanes: [{`+c.lane+`}]
`))
			l := &snap.Lanes[0]
			got := &l.Whole.Latency
			if c.want != 0 && (got.CI95 == nil || float64(got.CI95[0]) > 1.01*c.want || float64(got.CI95[1]) < 0.99*c.want) {
				t.Errorf("mean latency %v in %v, want %v", got.Mean, got.CI95, time.Duration(c.want))
			}
			if loss := float64(l.Ledger.Dropped) / float64(l.Ledger.Offered); math.Abs(loss-c.loss) > 0.05*c.loss {
				t.Errorf("loss %v, want %v", loss, c.loss)
			}
			if l.Ledger.Balance() != 0 || !snap.Quiescent {
				t.Errorf("%+v", l.Ledger)
			}
			littlesLaw(t, l)
		})
	}
}

// lossMM2K is the part that finds k in a system with two servers, offered a.
func lossMM2K(a float64, k int) float64 {
	p, sum := a, 1+a // of 1, relative to that of 0
	for range k - 1 {
		p *= a / 2
		sum += p
	}
	return p / sum
}

// littlesLaw holds the number in the system, by time integral, against throughput
// times latency, by timestamps.
func littlesLaw(t *testing.T, l *engine.LaneSnapshot) {
	t.Helper()
	w := &l.Whole
	rate := float64(w.Latency.Count) / (w.To - w.From).Seconds()
	if want := rate * w.Latency.Mean.Seconds(); math.Abs(w.InSystem.Mean-want) > 0.01*want {
		t.Errorf("%v in the system, want %v", w.InSystem.Mean, want)
	}
}

// TestIntegralsAreExact holds levels of a lane in which everything comes at even
// times: one item a second, which waits for nothing, is there for 300 ms.
func TestIntegralsAreExact(t *testing.T) {
	snap := simulated(t, scenarioOf(t, `
duration: 100s
load: {rate: 1/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 300ms}}]
lanes: [{name: queue, model: message, workers: 2}, {name: inline, model: event}, {name: slow, model: message, workers: 1, speed: 0.25, queue: {capacity: 1}}]
`))
	for i, want := range []struct{ inSystem, depth, backlog, utilisation float64 }{
		{29.7 / 100, 0, 0, 29.7 / 200},
		{29.7 / 100, 0, 0, 29.7 / 100},
		// Item n comes at n seconds and would end 1.2 seconds after the one before: the
		// n-th waits for (n-1)*0.2 s, of which the last 1.2 in the queue.
		{inSystem: -1, depth: -1, backlog: -1, utilisation: 1},
	} {
		w := &snap.Lanes[i].Whole
		span := (w.To - w.From).Seconds()
		scale := 100 / span
		near := func(what string, got, want float64) {
			t.Helper()
			if want >= 0 && math.Abs(got-want*scale) > 1e-9 && (want != 1 || got < 0.9) {
				t.Errorf("%s of %s: %v, want %v", what, snap.Lanes[i].Name, got, want*scale)
			}
		}
		near("in system", w.InSystem.Mean, want.inSystem)
		near("depth", w.Depth.Mean, want.depth)
		near("backlog", w.Backlog.Mean, want.backlog)
		near("utilisation", w.Utilisation, want.utilisation)
	}
}

// TestABacklogIsCountedNotKept overloads lanes, whose backlog grows far beyond what
// is kept of it, and lets them drain: everything comes, in order.
func TestABacklogIsCountedNotKept(t *testing.T) {
	m, err := newMachine(scenarioOf(t, `
load: {rate: 2000/s}
handlers: [{name: work, service: {mean: 1ms}}]
lanes: [{name: blocked, model: message, workers: 1, queue: {capacity: 10}}, {model: event}, {name: pinned, model: event, publishers: 3, publish_by: key, speed: 0.2}]
`), true)
	if err != nil {
		t.Fatal(err)
	}
	var snap engine.Snapshot
	for i := range 20 {
		m.advance(int64(i+1) * int64(time.Second))
		if i == 12 {
			if err := m.apply(engine.Change{Path: "load.rate", Value: "100/s"}); err != nil {
				t.Fatal(err)
			}
		}
		if m.fill(&snap); i == 12 && (snap.Lanes[0].Whole.Backlog.Now < 10_000 || snap.Lanes[0].OldestWaiting < 5*time.Second) {
			t.Fatalf("no backlog: %+v", snap.Lanes[0].Whole.Backlog)
		}
		for _, l := range m.lanes {
			for k := range l.lines {
				if n := l.lines[k].waiting.len(); n > mostWaiting {
					t.Fatalf("%s keeps %d", l.spec.Name, n)
				}
			}
		}
		if err := checkBooks(m, &snap); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.apply(engine.Change{Path: "load.rate", Value: "0/s"}); err != nil {
		t.Fatal(err)
	}
	m.advance(int64(5 * time.Minute))
	if m.fill(&snap); !snap.Quiescent {
		t.Fatalf("does not drain:\n%s", described(&snap))
	}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		if l.Ledger.Done != snap.Offered || l.Ledger.Attempts != snap.Offered {
			t.Errorf("%s: %+v", l.Name, l.Ledger)
		}
		if o := l.Whole.Order; o.KeyLate != 0 || i < 2 && o.Late != 0 {
			t.Errorf("%s: %+v", l.Name, o)
		}
	}
}
