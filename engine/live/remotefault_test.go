package live

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/broker"
	inprocess "duet/engine/broker/channel"
	"duet/engine/clock"
)

// inBrokerTime runs a scenario with its queues in a broker of channels, in fake time.
func inBrokerTime(t *testing.T, text string, test func(r *rig, b *inprocess.Server)) {
	t.Helper()
	inBrokerOf(t, text, func(b *inprocess.Server) broker.Server { return b }, test)
}

// inBrokerOf does so with a broker that is made of one of channels, and returns that.
func inBrokerOf(t *testing.T, text string, made func(*inprocess.Server) broker.Server, test func(r *rig, b *inprocess.Server)) (b *inprocess.Server) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b = inprocess.New()
		dial := func(context.Context, *engine.Queue) (broker.Server, error) { return made(b), nil }
		r := begin(t, text, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly()), Dial: dial, Name: "mine"})
		test(r, b)
		r.end()
	})
	return b
}

// waitingInBroker is a lane that has a hundred items in its broker within a second.
const waitingInBroker = `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 100ms}}]
lanes: [{model: message, queue: {capacity: 1000, broker: jetstream, url: embedded, prefetch: 2}, workers: 1, ack: after}]
`

func TestWhatABrokerLosesIsBookedAsLost(t *testing.T) {
	inBrokerTime(t, waitingInBroker, func(r *rig, b *inprocess.Server) {
		time.Sleep(time.Second)
		r.do(set("load.rate", "0/s"))
		time.Sleep(2 * askEvery)
		waiting := r.lane("message").Broker.Ready
		if waiting < 70 {
			t.Errorf("%d wait in the broker", waiting)
		}
		b.Lose()
		s := r.await("quiescent", time.Minute, quiescent)
		l := &s.Lanes[0]
		if l.Ledger.Balance() != 0 || l.Ledger.Lost != l.Broker.Lost || l.Ledger.Lost < waiting-3 || l.Ledger.Lost+l.Ledger.Done != l.Ledger.Offered {
			t.Errorf("lost by the broker: %d, ledger %+v", l.Broker.Lost, l.Ledger)
		}
	})
}

func TestALaneLivesThroughABrokerThatIsAway(t *testing.T) {
	inBrokerTime(t, waitingInBroker, func(r *rig, b *inprocess.Server) {
		time.Sleep(time.Second)
		b.Cut(false)
		time.Sleep(3 * time.Second)
		l := r.lane("message")
		if x := &l.Broker; x.Connected || x.Trouble == "" || x.Age < 2*time.Second || x.Down == 0 {
			t.Errorf("while it is away: %+v", x)
		}
		if !l.Publishers[0].Blocked || l.Recent.Backlog.Now < 250 {
			t.Errorf("the producer: %+v, before it %d", l.Publishers[0], l.Recent.Backlog.Now)
		}
		b.Restore()
		r.do(set("load.rate", "0/s"), set("lanes.message.workers", "100"))
		s := r.await("quiescent", time.Minute, quiescent)
		l = &s.Lanes[0]
		if l.Ledger.Done != l.Ledger.Offered || l.Ledger.Balance() != 0 || l.Broker.Lost != 0 {
			t.Errorf("lost by the broker: %d, ledger %+v", l.Broker.Lost, l.Ledger)
		}
		told := ""
		for _, m := range r.Marks(nil, 0) {
			if m.By == byBroker {
				told += m.String() + "; "
			}
		}
		if want := "jetstream of message is away: the connection was cut; jetstream of message is back after 3"; !strings.HasPrefix(told, want) {
			t.Errorf("it was told %q", told)
		}
	})
}

func TestWhatABrokerDoesNotConfirmIsNotLost(t *testing.T) {
	inBrokerTime(t, waitingInBroker, func(r *rig, b *inprocess.Server) {
		time.Sleep(500 * time.Millisecond)
		b.Mute(true)
		time.Sleep(10 * time.Second)
		b.Mute(false)
		r.do(set("load.rate", "0/s"), set("lanes.message.workers", "100"))
		s := r.await("quiescent", time.Minute, quiescent)
		l := &s.Lanes[0]
		if l.Ledger.Done != l.Ledger.Offered || l.Ledger.Balance() != 0 || l.Broker.Unknown == 0 {
			t.Errorf("not confirmed: %d, ledger %+v", l.Broker.Unknown, l.Ledger)
		}
	})
}

func TestWithoutConfirmsWhatFindsNoRoomIsLost(t *testing.T) {
	text := strings.Replace(waitingInBroker, "capacity: 1000", "capacity: 10, confirms: false", 1)
	inBrokerTime(t, text, func(r *rig, _ *inprocess.Server) {
		time.Sleep(time.Second)
		if l := r.lane("message"); l.Publishers[0].Blocked || !l.Broker.Unconfirmed {
			t.Errorf("the producer waits: %+v", l.Publishers[0])
		}
		r.do(set("load.rate", "0/s"))
		s := r.await("quiescent", time.Minute, quiescent)
		if l := &s.Lanes[0]; l.Ledger.Lost < 50 || l.Ledger.Lost != l.Broker.Lost || l.Ledger.Balance() != 0 {
			t.Errorf("lost by the broker: %d, ledger %+v", l.Broker.Lost, l.Ledger)
		}
	})
}

func TestWhatIsGivenUpIsADeadLetterInTheBroker(t *testing.T) {
	inBrokerTime(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 1ms}, fail: 50%}]
lanes: [{model: message, queue: {broker: jetstream, url: embedded}, workers: 1, ack: after, attempts: 2}]
`, func(r *rig, _ *inprocess.Server) {
		time.Sleep(time.Second)
		r.do(set("load.rate", "0/s"))
		r.await("quiescent", time.Minute, quiescent)
		r.await("all told", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Broker.Ready == 0 })
		time.Sleep(2 * askEvery)
		if l := &r.look().Lanes[0]; l.Broker.Dead == 0 || l.Broker.Dead != l.Ledger.DeadLettered {
			t.Errorf("dead letters in the broker: %d, ledger %+v", l.Broker.Dead, l.Ledger)
		}
	})
}

func TestPublishTimesAreMeasured(t *testing.T) {
	inBrokerTime(t, waitingInBroker, func(r *rig, b *inprocess.Server) {
		b.Slow(5 * time.Millisecond)
		time.Sleep(time.Second)
		p := &r.lane("message").Broker.Publish
		if p.Count < 60 || p.Mean < 4*time.Millisecond || p.Mean > 6*time.Millisecond {
			t.Errorf("%+v", p)
		}
	})
}
