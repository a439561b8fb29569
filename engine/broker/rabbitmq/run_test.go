//go:build unix

package rabbitmq_test

import (
	"context"
	"os"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/dial"
	"duet/engine/broker/rabbitmq/rabbittest"
	"duet/engine/live"
)

// long is the environment variable that has long tests run.
const long = "DUET_LONG"

// most is how long anything may take before a test gives up on it.
const most = 2 * time.Minute

// run is a run with a lane in RabbitMQ, as a scenario file has it.
type run struct {
	*live.Run
	t     *testing.T
	snap  engine.Snapshot
	limit int64 // so many items come, and no more; 0: whatever comes
}

// begin starts a scenario. The lane's queue is to be filled in with the node's url.
func begin(t *testing.T, node *rabbittest.Node, load, queue, lane string) *run {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+load+
		"\nlanes: [{model: message, name: orders, queue: {broker: rabbitmq, url: \""+node.URL+"\", "+queue+"}, ack: after, "+lane+"}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := live.New(s, live.Options{Endless: true, Dial: func(ctx context.Context, q *engine.Queue) (broker.Server, error) {
		return dial.Server(ctx, q, os.Getenv)
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
	return &r.snap.Lanes[0]
}

// await waits until a state is reached.
func (r *run) await(what string, most time.Duration, reached func(*engine.LaneSnapshot) bool) {
	r.t.Helper()
	for end := time.Now().Add(most); !reached(r.lane()); time.Sleep(20 * time.Millisecond) {
		l := r.lane()
		if time.Now().After(end) || l.Dead != "" {
			r.t.Fatalf("not %s: ledger %+v, broker %+v, dead %q", what, l.Ledger, l.Broker, l.Dead)
		}
		if r.limit > 0 && l.Ledger.Offered >= r.limit { // they come by the clock, whether or not anybody is ready
			r.limit = 0
			r.dry()
		}
	}
}

// dry has no more items come.
func (r *run) dry() {
	r.t.Helper()
	if err := r.Apply(engine.Change{Path: "load.rate", Value: "0/s"}); err != nil {
		r.t.Fatal(err)
	}
}

// stop has no more items come, and waits until all are done with.
func (r *run) stop(most time.Duration) {
	r.t.Helper()
	r.dry()
	r.await("quiescent", most, func(*engine.LaneSnapshot) bool { return r.snap.Quiescent })
}

func TestARunWithWorkersThatCrash(t *testing.T) {
	for name, queue := range map[string]string{
		"one queue":  "prefetch: 4",
		"partitions": "prefetch: 4, partitions: 6",
	} {
		t.Run(name, func(t *testing.T) {
			r := begin(t, rabbittest.Start(t), "load: {rate: 300/s, payload: 100, keys: {count: 20}}\nhandlers: [{name: charge, service: {mean: 2ms}, fail: 5%}]", queue, "workers: 4, attempts: 3")
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
}

// Long, and so only where the environment asks for it.
func TestARunOutlivesItsBroker(t *testing.T) {
	if os.Getenv(long) == "" {
		t.Skip(long + "=1 has it run: 100,000 items, and RabbitMQ is killed twice")
	}
	const items, limit = 100_000, 10 * time.Minute
	node := rabbittest.Start(t)
	node.Own(t)
	r := begin(t, node, "load: {rate: 4000/s, payload: 100}\nhandlers: [{name: charge, service: {dist: constant, mean: 500us}}]",
		"prefetch: 32, capacity: 10000", "workers: 12, producers: 32, attempts: 3")
	r.limit = items
	for i := range int64(2) {
		r.await("far enough", limit, func(l *engine.LaneSnapshot) bool { return l.Ledger.Done > (i+1)*items/3 })
		node.Kill()
		r.await("without a broker", most, func(l *engine.LaneSnapshot) bool { return !l.Broker.Connected })
		if err := node.Run(); err != nil {
			t.Fatal(err)
		}
		r.await("with a broker", most, func(l *engine.LaneSnapshot) bool { return l.Broker.Connected })
	}
	r.await("all done with", limit, func(l *engine.LaneSnapshot) bool { return r.limit == 0 && r.snap.Quiescent })
	l := r.lane()
	if g := l.Ledger; g.Balance() != 0 || g.Lost != 0 || g.Done != g.Offered {
		t.Errorf("the ledger is %+v", g)
	}
	b := &l.Broker
	t.Logf("rabbitmq: %d items, %d done, %d lost, %d redelivered, %d duplicates; publishes: %d confirmed, %d unknown, %d down, %d full, the longest %v; %d deliveries of what was known, %d lost by the broker",
		l.Ledger.Offered, l.Ledger.Done, l.Ledger.Lost, l.Ledger.Redelivered, l.Ledger.Duplicates,
		b.WholePublish.Count, b.Unknown, b.Down, b.Full, b.WholePublish.Max, b.Repeats, b.Lost)
}
