// Package trial tries brokers out, for their tests: a run whose lane is in one, with
// workers that crash and a broker that is killed, and how much goes through a queue
// beside what goes through the bare library.
package trial

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/live"
)

// long is the environment variable that has long trials run.
const long = "DUET_LONG"

// How long anything may take before a trial gives up on it.
const (
	most     = 2 * time.Minute
	mostLong = 10 * time.Minute
)

// Place is where the lane's queue is.
type Place struct {
	Kind  engine.Broker
	Queue string // its settings but for broker and url, as a scenario has them
	Dial  func(ctx context.Context) (broker.Server, error)
}

// run is a run with a lane in a broker.
type run struct {
	*live.Run
	t     *testing.T
	snap  engine.Snapshot
	items int64 // when so many were offered, no more come; 0: they keep coming
}

// begin starts a run of one handler.
func (p Place) begin(t *testing.T, load, handler, lane string) *run {
	t.Helper()
	s, err := engine.Decode("trial.yaml", fmt.Appendf(nil, `duet: 1
load: {%s}
handlers: [{name: charge, %s}]
lanes: [{model: message, name: orders, queue: {broker: %s, url: "%[3]s://trial", %s}, ack: after, attempts: 3, %s}]
`, load, handler, p.Kind, p.Queue, lane))
	if err != nil {
		t.Fatal(err)
	}
	r, err := live.New(s, live.Options{Endless: true, Dial: func(ctx context.Context, _ *engine.Queue) (broker.Server, error) {
		return p.Dial(ctx)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return &run{Run: r, t: t}
}

// lane is how the lane is now. Items come by the clock, whether or not anybody is
// ready: when there were enough, this has no more come.
func (r *run) lane() *engine.LaneSnapshot {
	r.t.Helper()
	r.Snapshot(&r.snap)
	l := &r.snap.Lanes[0]
	if r.items > 0 && l.Ledger.Offered >= r.items {
		r.items = 0
		r.halt()
	}
	return l
}

// await waits until a state is reached.
func (r *run) await(what string, most time.Duration, reached func(*engine.LaneSnapshot) bool) {
	r.t.Helper()
	for end := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) { //nolint:forbidigo // a broker lives in wall time
		l := r.lane()
		if reached(l) {
			return
		}
		if l.Dead != "" || time.Now().After(end) { //nolint:forbidigo // as above
			r.t.Fatalf("not %s: ledger %+v, broker %+v, dead %q", what, l.Ledger, l.Broker, l.Dead)
		}
	}
}

// halt has no more items come.
func (r *run) halt() {
	r.t.Helper()
	if err := r.Apply(engine.Change{Path: "load.rate", Value: "0/s"}); err != nil {
		r.t.Fatal(err)
	}
}

// quiescent waits until nothing is outstanding.
func (r *run) quiescent(most time.Duration) {
	r.t.Helper()
	r.await("quiescent", most, func(*engine.LaneSnapshot) bool { return r.snap.Quiescent })
}

// Crashes has workers crash, over their work and before they have acknowledged it:
// everything is done or a dead letter in the end, and the broker holds nothing else.
func (p Place) Crashes(t *testing.T) {
	t.Helper()
	r := p.begin(t, "rate: 300/s, payload: 100, keys: {count: 20}", "service: {mean: 2ms}, fail: 5%", "workers: 4")
	r.await("some done", most, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > 50 })
	for _, when := range []string{engine.CrashDuring, engine.CrashBeforeAck} {
		crash := &engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: when, Restart: 50 * time.Millisecond}
		if err := r.Apply(engine.Change{Fault: crash}); err != nil {
			t.Fatal(err)
		}
		done := r.lane().Ledger.Done
		r.await("more done", most, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > done+50 })
	}
	r.halt()
	r.quiescent(most)
	l := r.lane().Ledger
	if l.Balance() != 0 || l.Lost != 0 || l.Done+l.DeadLettered != l.Offered || l.Redelivered == 0 {
		t.Errorf("the ledger is %+v", l)
	}
	r.await("nothing in the broker", most, func(l *engine.LaneSnapshot) bool {
		return l.Broker.Connected && l.Broker.Ready == 0 && l.Broker.InFlight == 0 && l.Broker.Dead == l.Ledger.DeadLettered
	})
}

// Blocks has the broker take no messages for a while, for one reason after another:
// the lane says so, counts what is not confirmed, and everything is done in the end.
func (p Place) Blocks(t *testing.T, block func(why string) (release func()), reasons ...string) {
	t.Helper()
	r := p.begin(t, "rate: 200/s, payload: 100", "service: {mean: 2ms}", "workers: 4, producers: 4")
	r.await("some done", most, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > 50 })
	for _, why := range reasons {
		unknown := r.lane().Broker.Unknown
		release := block(why)
		r.await("blocked", most, func(l *engine.LaneSnapshot) bool { return strings.Contains(l.Broker.Blocked, why) })
		r.await("some unconfirmed, and none in hand", most, func(l *engine.LaneSnapshot) bool {
			return l.Broker.Unknown > unknown && l.Ledger.InFlight == 0
		})
		if b := &r.lane().Broker; !b.Connected {
			t.Errorf("the connection is lost: %s", b.Trouble)
		}
		release()
		done := r.lane().Ledger.Done
		r.await("more done", most, func(l *engine.LaneSnapshot) bool { return l.Broker.Blocked == "" && l.Ledger.Done > done+50 })
	}
	r.halt()
	r.quiescent(most)
	l := r.lane()
	if g := l.Ledger; g.Balance() != 0 || g.Lost != 0 || g.Done != g.Offered {
		t.Errorf("the ledger is %+v", g)
	}
	t.Logf("%d items; publishes: %d confirmed, %d unknown, %d down", l.Ledger.Done, l.Broker.WholePublish.Count, l.Broker.Unknown, l.Broker.Down)
	taken := 0
	for _, m := range r.Marks(nil, 0) {
		if strings.HasSuffix(m.Note, " takes messages again") {
			taken++
		}
	}
	if taken != len(reasons) {
		t.Errorf("the marks are %+v", r.Marks(nil, 0))
	}
}

// Long skips a test that has [Place.Outlives], unless the environment asks for it.
func Long(t *testing.T) {
	t.Helper()
	if os.Getenv(long) == "" {
		t.Skip(long + "=1 has it run: 100,000 items, and the broker is killed twice")
	}
}

// Outlives has the broker killed and started again, twice while 100,000 items go
// through it: every one is done. It takes a minute.
func (p Place) Outlives(t *testing.T, kill, start func()) {
	t.Helper()
	const items = 100_000
	r := p.begin(t, "rate: 3000/s, payload: 100", "service: {dist: constant, mean: 500us}", "workers: 12, producers: 32")
	r.items = items
	for i := range int64(2) {
		r.await("far enough", mostLong, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > (i+1)*items/3 })
		kill()
		r.await("without a broker", most, func(l *engine.LaneSnapshot) bool { return !l.Broker.Connected })
		start()
		r.await("with a broker", most, func(l *engine.LaneSnapshot) bool { return l.Broker.Connected })
	}
	r.await("all offered", mostLong, func(*engine.LaneSnapshot) bool { return r.items == 0 })
	r.quiescent(mostLong)
	l := r.lane()
	g, b := l.Ledger, &l.Broker
	if g.Balance() != 0 || g.Lost != 0 || g.Done != g.Offered {
		t.Errorf("the ledger is %+v", g)
	}
	t.Logf("%d items, %d done, %d lost, %d redelivered, %d duplicates; publishes: %d confirmed, %d unknown, %d down, %d full, the longest %v; %d deliveries of what was known, %d rebalances",
		g.Offered, g.Done, g.Lost, g.Redelivered, g.Duplicates, b.WholePublish.Count, b.Unknown, b.Down, b.Full, b.WholePublish.Max, b.Repeats, b.Rebalances)
}
