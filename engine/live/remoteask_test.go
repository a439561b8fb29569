package live

import (
	"context"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	inprocess "duet/engine/broker/channel"
	"duet/engine/broker/remotework"
)

// TestItemsDoneElsewhere are those all of whose handlers have done them, where those
// share workers.
func TestItemsDoneElsewhere(t *testing.T) {
	inBrokerTime(t, `
load: {rate: 20/s, arrivals: constant}
handlers: [{name: charge, service: {mean: 1ms}}, {name: audit, service: {mean: 1ms}}]
lanes: [{model: message, handlers: together, queue: {capacity: 5000, broker: jetstream, url: "nats://elsewhere", prefetch: 1}, workers: 1, ack: after}]
`, func(r *rig, b *inprocess.Server) {
		t := r.t.(*testing.T)
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: time.Minute}))
		s := joinQueue(t, b, "slow", "together")
		for _, failed := range []bool{false, true, true} {
			d := <-s.link.Deliveries()
			s.begin(t, &d, false)
			s.end(t, &d, remotework.Result{Took: time.Millisecond}, remotework.Result{Took: time.Millisecond, Failed: failed})
		}
		time.Sleep(time.Second)
		l := r.lane("message")
		if done, _ := doneElsewhere(l); done != 1 || l.Broker.DoneElsewhere != 1 {
			t.Errorf("done elsewhere: %d, by the rows %d", l.Broker.DoneElsewhere, done)
		}
		s.bye(t)
		r.drained()
	})
}

// mute is a queue that does not say what it holds.
type mute struct{ broker.Queue }

func (mute) Depth(context.Context) (broker.Depth, error) { return broker.Depth{}, broker.ErrDown }

// TestWhoIsNotAskedIsNotEmpty: behind a queue that does not answer, nobody has said that
// there is nothing.
func TestWhoIsNotAskedIsNotEmpty(t *testing.T) {
	r := new(remote)
	for range 2 {
		r.queues = append(r.queues, &remoteQueue{remote: r, queue: mute{}, emptySince: time.Now()})
	}
	r.askOnce(t.Context())
	for i, q := range r.queues {
		if !q.emptySince.IsZero() {
			t.Errorf("queue %d is empty since %v", i, q.emptySince)
		}
	}
}
