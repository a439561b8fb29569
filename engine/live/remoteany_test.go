package live

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/broker"
	inprocess "duet/engine/broker/channel"
	"duet/engine/clock"
)

// drawnInBroker draws a lane with its queues in a broker.
func drawnInBroker(t *rapid.T) string {
	handlers := rapid.SampledFrom([]string{
		"{name: charge, service: {mean: 5ms}}",
		"{name: charge, service: {mean: 5ms}, fail: 20%}",
		"{name: charge, service: {mean: 5ms}, fail: 5%}, {name: audit, service: {mean: 2ms}}",
	}).Draw(t, "handlers")
	ack := rapid.SampledFrom([]string{"none", "before", "after", "after, attempts: 3", "after, attempts: 3, backoff: {base: 20ms}"}).Draw(t, "ack")
	return fmt.Sprintf(`
load: {rate: %d/s, payload: %d, keys: {count: 8}}
handlers: [%s]
lanes: [{model: message, handlers: %s, producers: %d, workers: %d, ack: %s, queue: {capacity: %d, when_full: %s, confirms: %v, broker: jetstream, url: embedded, prefetch: %d}}]
`,
		rapid.IntRange(50, 400).Draw(t, "rate"), rapid.SampledFrom([]int{0, 20}).Draw(t, "payload"), handlers,
		rapid.SampledFrom([]string{"apart", "together"}).Draw(t, "handlers are"), rapid.IntRange(1, 3).Draw(t, "producers"),
		rapid.IntRange(1, 4).Draw(t, "workers"), ack, rapid.IntRange(1, 200).Draw(t, "capacity"),
		rapid.SampledFrom([]string{"block", "drop_newest"}).Draw(t, "when full"), rapid.Bool().Draw(t, "confirms"), rapid.IntRange(1, 10).Draw(t, "prefetch"))
}

// befall lets something happen to the broker or a worker, and some time pass.
func befall(t *rapid.T, r *rig, b *inprocess.Server) (lost bool) {
	pause := time.Duration(rapid.IntRange(1, 700).Draw(t, "ms")) * time.Millisecond
	switch rapid.SampledFrom([]string{"cut", "cut and lose", "lose", "mute", "slow", "crash", "crash before ack", "nothing"}).Draw(t, "what happens") {
	case "cut":
		b.Cut(false)
		time.Sleep(pause)
		b.Restore()
	case "cut and lose":
		b.Cut(true)
		time.Sleep(pause)
		b.Restore()
		lost = true
	case "lose":
		b.Lose()
		lost = true
	case "mute":
		b.Mute(true)
		time.Sleep(5 * pause)
		b.Mute(false)
	case "slow":
		b.Slow(pause / 50)
	case "crash":
		_ = r.Apply(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: pause})) // all may be down
	case "crash before ack":
		_ = r.Apply(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: engine.CrashBeforeAck, Restart: pause}))
	}
	time.Sleep(pause)
	return lost
}

// Whatever happens to a broker and to workers, in the end every item is accounted for,
// and with acks after the work and confirms nothing is lost that the broker did not
// lose.
func TestAnythingThroughABrokerIsAccountedFor(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := drawnInBroker(rt)
		synctest.Test(t, func(t *testing.T) {
			b := inprocess.New()
			dial := func(context.Context, *engine.Queue) (broker.Server, error) { return b, nil }
			r := begin(t, text, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly()), Dial: dial})
			defer r.end()
			lost := false
			for range rapid.IntRange(0, 4).Draw(rt, "events") {
				lost = befall(rt, r, b) || lost
			}
			b.Slow(0)
			r.do(set("load.rate", "0/s"))
			s, waited := r.look(), time.Duration(0)
			for ; !s.Quiescent && waited < 5*time.Minute; waited += 50 * time.Millisecond {
				time.Sleep(50 * time.Millisecond)
				s = r.look()
			}
			l := &s.Lanes[0]
			spec := &s.Scenario.Lanes[0]
			switch {
			case !s.Quiescent || checkBalance(s) != nil:
				rt.Errorf("after %v: %v\n%s", waited, checkBalance(s), described(s))
			case l.Broker.Lost > 0 && !lost && spec.Queue.Confirms:
				rt.Errorf("the broker has lost %d, and was not made to", l.Broker.Lost)
			case l.Ledger.Lost > 0 && !lost && spec.Queue.Confirms && spec.Ack == engine.AckAfter:
				rt.Errorf("lost without a reason: %+v", l.Ledger)
			}
		})
	})
}
