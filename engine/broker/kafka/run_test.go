package kafka

import (
	"context"
	"os"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/kafka/kafkatest"
	"duet/engine/live"
)

// long is the environment variable that has long tests run.
const long = "DUET_LONG"

// run is a run whose lane is in Kafka.
type run struct {
	*live.Run
	t     *testing.T
	snap  engine.Snapshot
	items int64 // when so many were offered, no more come; 0: they keep coming
}

func begin(t *testing.T, at broker.Address, text string) *run {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := live.New(s, live.Options{Endless: true, Dial: func(ctx context.Context, _ *engine.Queue) (broker.Server, error) {
		return Connect(ctx, at)
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

// lane is how the lane is now.
func (r *run) lane() *engine.LaneSnapshot {
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
	ctx, cancel := context.WithTimeout(r.t.Context(), most)
	defer cancel()
	for !reached(r.lane()) {
		if !pause(ctx, 20*time.Millisecond) {
			l := r.lane()
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

// stop has no more items come, and waits until all are done with.
func (r *run) stop(most time.Duration) {
	r.t.Helper()
	r.halt()
	r.await("quiescent", most, func(*engine.LaneSnapshot) bool { return r.snap.Quiescent })
}

func TestARunThroughKafkaWithWorkersThatCrash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		r := begin(t, at, `
load: {rate: 300/s, payload: 100}
handlers: [{name: charge, service: {mean: 2ms}, fail: 5%}]
lanes: [{model: message, name: orders, queue: {broker: kafka, url: "kafka://test", prefetch: 4}, workers: 4, ack: after, attempts: 3}]
`)
		r.await("some done", most, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > 50 })
		for _, when := range []string{engine.CrashDuring, engine.CrashBeforeAck} {
			crash := &engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: when, Restart: 50 * time.Millisecond}
			if err := r.Apply(engine.Change{Fault: crash}); err != nil {
				t.Fatal(err)
			}
			done := r.lane().Ledger.Done
			r.await("more done", most, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > done+50 })
		}
		r.stop(most)
		l := r.lane().Ledger
		if l.Balance() != 0 || l.Lost != 0 || l.Done+l.DeadLettered != l.Offered || l.Redelivered == 0 {
			t.Errorf("the ledger is %+v", l)
		}
		r.await("nothing in the broker", most, func(l *engine.LaneSnapshot) bool {
			return l.Broker.Connected && l.Broker.Ready == 0 && l.Broker.InFlight == 0 && l.Broker.Dead == l.Ledger.DeadLettered
		})
	})
}

// Long, and so only where the environment asks for it: many items, and the broker is
// killed twice.
func TestARunOutlivesItsBroker(t *testing.T) {
	if os.Getenv(long) == "" {
		t.Skip(long + "=1 has it run: 100,000 items, and Kafka is killed twice")
	}
	const items, limit = 100_000, 10 * time.Minute
	n := kafkatest.Own(t)
	r := begin(t, n.Address(), `
load: {rate: 3000/s, payload: 100}
handlers: [{name: charge, service: {dist: constant, mean: 500us}}]
lanes: [{model: message, name: orders, queue: {broker: kafka, url: "kafka://test", prefetch: 32}, workers: 12, producers: 32, ack: after, attempts: 3}]
`)
	r.items = items
	for i := range 2 {
		r.await("far enough", limit, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > int64(i+1)*items/3 })
		n.Kill()
		r.await("without a broker", limit, func(l *engine.LaneSnapshot) bool { return !l.Broker.Connected })
		n.Restart(t)
		r.await("with a broker", limit, func(l *engine.LaneSnapshot) bool { return l.Broker.Connected })
	}
	r.await("all offered", limit, func(l *engine.LaneSnapshot) bool { return l.Ledger.Offered >= items })
	r.stop(limit)
	l := r.lane()
	if g := l.Ledger; g.Balance() != 0 || g.Lost != 0 || g.Done != g.Offered {
		t.Errorf("the ledger is %+v", g)
	}
	b := &l.Broker
	t.Logf("%d items done, %d lost, %d redelivered, %d duplicates; publishes: %d down, %d unknown, longest %v; %d repeats, %d rebalances",
		l.Ledger.Done, l.Ledger.Lost, l.Ledger.Redelivered, l.Ledger.Duplicates, b.Down, b.Unknown, b.WholePublish.Max, b.Repeats, b.Rebalances)
}
