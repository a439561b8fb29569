//go:build unix

package dial_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/dial"
	"duet/engine/broker/kafka/kafkatest"
	"duet/engine/broker/rabbitmq/rabbittest"
	"duet/engine/live"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(kafkatest.Main{Tests: rabbittest.Main{Tests: m}})
}

// place is one where a queue can be, with what kills it and starts it again.
type place struct {
	name  string
	queue func(t *testing.T) string // its settings
	kill  func(t *testing.T, r *live.Run)
	start func(t *testing.T)
}

var places = []place{
	{"channel", func(*testing.T) string { return "broker: channel" }, func(t *testing.T, r *live.Run) {
		t.Helper()
		apply(t, r, engine.Change{Fault: &engine.Fault{Kind: engine.FaultPanic, Target: "charge", Share: 1, For: 100 * time.Millisecond}})
	}, nil},
	{"JetStream, in memory", func(*testing.T) string { return "broker: jetstream, url: embedded" }, crashed, nil},
	{"JetStream, on disk", func(*testing.T) string { return "broker: jetstream, url: embedded-on-disk" }, crashed, nil},
	{"RabbitMQ", func(t *testing.T) string {
		t.Helper()
		return "broker: rabbitmq, url: " + rabbittest.Own(t).URL()
	}, func(t *testing.T, _ *live.Run) {
		t.Helper()
		rabbittest.Own(t).Kill()
	}, func(t *testing.T) {
		t.Helper()
		rabbittest.Own(t) // it is started again where it was killed
	}},
	{"Kafka", func(t *testing.T) string {
		t.Helper()
		return "broker: kafka, url: " + kafkatest.Own(t).URL()
	}, func(t *testing.T, _ *live.Run) {
		t.Helper()
		kafkatest.Own(t).Kill()
	}, func(t *testing.T) {
		t.Helper()
		kafkatest.Own(t) // as above
	}},
}

// crashed has the broker that is inside duet end for two seconds.
func crashed(t *testing.T, r *live.Run) {
	t.Helper()
	apply(t, r, engine.Change{Fault: &engine.Fault{Kind: engine.FaultCrash, Target: engine.TargetBroker, Restart: 2 * time.Second}})
}

func apply(t *testing.T, r *live.Run, c engine.Change) {
	t.Helper()
	c.By = "test"
	if err := r.Apply(c); err != nil {
		t.Fatal(err)
	}
}

// begin runs a lane whose queue is in such a place.
func begin(t *testing.T, queue, load, lane string) *live.Run {
	t.Helper()
	s, err := engine.Decode("table.yaml", fmt.Appendf(nil, "duet: 1\n%s\nlanes: [{model: message, ack: after, %s, queue: {%s}}]\n", load, lane, queue))
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
	return r
}

// look is the lane now.
func look(r *live.Run) engine.LaneSnapshot {
	var s engine.Snapshot
	r.Snapshot(&s)
	return s.Lanes[0]
}

// drained waits until nothing is outstanding any more, or the lane is dead.
func drained(t *testing.T, r *live.Run) engine.LaneSnapshot {
	t.Helper()
	apply(t, r, engine.Change{Path: "load.rate", Value: "0/s"})
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		l := look(r)
		if l.Dead != "" || l.Ledger.Ended() == l.Ledger.Offered {
			time.Sleep(200 * time.Millisecond) // until the latest figures are merged
			return look(r)
		}
		if time.Now().After(deadline) {
			t.Errorf("not drained: %+v", l.Ledger)
			return l
		}
	}
}

// calm is how long a hand-over takes where nothing happens: until the queue has the
// item, and until a worker has begun with it.
func (p *place) calm(t *testing.T, queue string) (publish, wait engine.Summary) {
	t.Helper()
	r := begin(t, queue, "load: {rate: 200/s}\nhandlers: [{name: charge, service: {dist: constant, mean: 1ms}}]", "workers: 4")
	time.Sleep(5 * time.Second)
	l := drained(t, r)
	publish = l.Whole.Publish
	if l.Broker.Kind != "" {
		publish = l.Broker.WholePublish
	}
	return publish, l.Whole.Wait
}

// again is how long an item takes that a worker held when it crashed.
func (p *place) again(t *testing.T, queue string) time.Duration {
	t.Helper()
	r := begin(t, queue, "load: {rate: 150/s}\nhandlers: [{name: charge, service: {dist: constant, mean: 20ms}}]", "workers: 4")
	time.Sleep(2 * time.Second)
	apply(t, r, engine.Change{Fault: &engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: 10 * time.Second}})
	time.Sleep(time.Second)
	return drained(t, r).Whole.Latency.Max
}

// killed is what becomes of a lane whose broker is killed for two seconds while items
// wait in it.
func (p *place) killed(t *testing.T, queue string) engine.LaneSnapshot {
	t.Helper()
	lane := "workers: 4"
	if p.start == nil && p.name == "channel" {
		lane += ", recover: false"
	}
	r := begin(t, queue, "load: {rate: 150/s}\nhandlers: [{name: charge, service: {mean: 40ms}}]", lane)
	time.Sleep(3 * time.Second)
	p.kill(t, r)
	time.Sleep(2 * time.Second)
	if p.start != nil {
		p.start(t)
	}
	time.Sleep(3 * time.Second)
	return drained(t, r)
}

// TestTable prints the README's table of brokers: every figure is measured by it.
// RabbitMQ and Kafka are left out where they are not installed.
func TestTable(t *testing.T) {
	if os.Getenv("DUET_TABLE") == "" {
		t.Skip("it takes two minutes: DUET_TABLE=1 go test ./engine/broker/dial -run Table -v")
	}
	var table strings.Builder
	table.WriteString("| queue in | publish p50, p99 | begun after p50, p99 | a crashed worker's comes again after | killed for 2 s: lost of offered | done twice | recognised | longest publish |\n")
	table.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i := range places {
		p := &places[i]
		t.Run(p.name, func(t *testing.T) {
			queue := p.queue(t)
			publish, wait := p.calm(t, queue)
			again := p.again(t, queue)
			l := p.killed(t, queue)
			t.Logf("killed: %+v, %+v", l.Ledger, l.Broker)
			if l.Ledger.Balance() != 0 {
				t.Errorf("the ledger does not balance: %+v", l.Ledger)
			}
			fmt.Fprintf(&table, "| %s | %s, %s | %s, %s | %s | %d of %d | %d | %d | %s |\n", p.name,
				short(publish.P50), short(publish.P99), short(wait.P50), short(wait.P99), short(again),
				l.Ledger.Lost, l.Ledger.Offered, l.Ledger.Duplicates, l.Broker.Repeats, short(l.Whole.Publish.Max))
		})
	}
	fmt.Println("\n" + table.String())
}

// short is a duration of three digits or so.
func short(d time.Duration) string {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}
