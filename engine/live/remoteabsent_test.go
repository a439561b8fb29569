package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	inprocess "duet/engine/broker/channel"
	"duet/engine/broker/remotework"
)

// theirs is a lane all of whose work is left to others: its own worker is down until all
// is over.
const theirs = `
load: {rate: 20/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 1ms}}]
lanes: [{model: message, queue: {capacity: 5000, broker: jetstream, url: "nats://elsewhere", prefetch: 1}, workers: 1, ack: ACK}]
`

func inTheirs(t *testing.T, ack string, test func(r *rig, b *inprocess.Server, s *byHand)) {
	t.Helper()
	inBrokerTime(t, strings.Replace(theirs, "ACK", ack, 1), func(r *rig, b *inprocess.Server) {
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: time.Minute}))
		s := joinByHand(r.t.(*testing.T), b, "slow")
		test(r, b, s)
	})
}

// drained is the lane when the lane's own worker has done the rest.
func (r *rig) drained() *engine.LaneSnapshot {
	r.t.Helper()
	r.do(set("load.rate", "0/s"))
	s := r.await("quiescent", 10*time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		r.t.Error(err)
	}
	return &s.Lanes[0]
}

// TestOneWhoWasForgotten and does not know yet goes on: what it does is done.
func TestOneWhoWasForgotten(t *testing.T) {
	inTheirs(t, "after", func(r *rig, b *inprocess.Server, s *byHand) {
		t := r.t.(*testing.T)
		time.Sleep(forgetAfter + 2*time.Second)
		if !r.noted("is given up")(nil) {
			t.Error("nobody says that it is given up")
		}
		time.Sleep(time.Second)
		if _, err := s.letters.Depth(t.Context()); err == nil {
			t.Error("its letters are still there")
		}
		for range 5 {
			d := <-s.link.Deliveries()
			s.begin(t, &d, false)
			s.end(t, &d, remotework.Result{Took: time.Millisecond})
		}
		s.bye(t)
		time.Sleep(time.Second)
		for _, note := range []string{"speaks again", "has left"} {
			if !r.noted(note)(nil) {
				t.Errorf("nobody says that it %s", note)
			}
		}
		if l := r.drained(); l.Ledger.Done != l.Ledger.Offered || l.Broker.Lost != 0 || l.Broker.DoneElsewhere != 5 {
			t.Errorf("done elsewhere %d, lost by the broker %d, ledger %+v", l.Broker.DoneElsewhere, l.Broker.Lost, l.Ledger)
		}
	})
}

// TestMarksOfTheSilent say what becomes of what they had in hand.
func TestMarksOfTheSilent(t *testing.T) {
	for ack, c := range map[string]struct {
		want []string
		lost int64
	}{
		"after":  {[]string{"is silent, and taken for dead; what it had in hand comes again", "is given up"}, 0},
		"before": {[]string{"is silent, and taken for dead; what it has in hand is lost if it stays so", "is given up: 1 message lost"}, 1},
	} {
		t.Run(ack, func(t *testing.T) {
			inTheirs(t, ack, func(r *rig, _ *inprocess.Server, s *byHand) {
				t := r.t.(*testing.T)
				d := <-s.link.Deliveries()
				s.begin(t, &d, ack == "before")
				time.Sleep(forgetAfter + 2*time.Second)
				s.link.Close(true)
				var notes []string
				for _, m := range r.Marks(nil, 0) {
					if m.By == byWorker {
						notes = append(notes, strings.TrimPrefix(m.Note, "duet worker at elsewhere for message "))
					}
				}
				if want := slices.Concat([]string{"has joined, with 1 for each queue"}, c.want); !slices.Equal(notes, want) {
					t.Errorf("the marks are %q", notes)
				}
				if l := r.drained(); l.Ledger.Lost != c.lost || l.Ledger.Done+c.lost != l.Ledger.Offered {
					t.Errorf("the ledger is %+v", l.Ledger)
				}
			})
		})
	}
}

// TestRoomForOthers is made where there are too many who were given up.
func TestRoomForOthers(t *testing.T) {
	inTheirs(t, "after", func(r *rig, b *inprocess.Server, s *byHand) {
		t := r.t.(*testing.T)
		s.link.Close(true)
		for n := range mostGuests - 1 {
			other := joinByHand(t, b, fmt.Sprintf("p%d", n))
			other.link.Close(true)
		}
		time.Sleep(forgetAfter + 2*time.Second)
		joinByHand(t, b, "late").link.Close(true)
		time.Sleep(time.Second)
		if l := r.lane("message"); l.Broker.Elsewhere != 1 || l.Broker.Nonsense != 0 {
			t.Errorf("%d workers elsewhere, and %d reports make no sense", l.Broker.Elsewhere, l.Broker.Nonsense)
		}
		r.drained()
	})
}

// TestAckIsThatOfTheDelivery in hand, whatever is set meanwhile.
func TestAckIsThatOfTheDelivery(t *testing.T) {
	for before, next := range map[string]string{"none": "after", "after": "none"} {
		acked := before == "none"
		lost := map[bool]int64{true: 1}[acked]
		t.Run("elsewhere, "+before, func(t *testing.T) {
			inTheirs(t, before, func(r *rig, _ *inprocess.Server, s *byHand) {
				t := r.t.(*testing.T)
				d := <-s.link.Deliveries()
				s.begin(t, &d, acked)
				time.Sleep(time.Second)
				r.do(set("lanes.message.ack", next))
				s.says(t, remotework.Event{What: remotework.Lets})
				s.bye(t)
				if l := r.drained(); l.Ledger.Lost != lost || l.Broker.Lost != 0 || l.Ledger.Done+lost != l.Ledger.Offered {
					t.Errorf("lost by the broker %d, ledger %+v", l.Broker.Lost, l.Ledger)
				}
			})
		})
		t.Run("here, "+before, func(t *testing.T) {
			inBrokerTime(t, strings.Replace(waitingInBroker, "ack: after", "ack: "+before, 1), func(r *rig, _ *inprocess.Server) {
				r.await("work in hand", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.InFlight == 1 })
				r.do(set("lanes.message.ack", next), broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: 10 * time.Millisecond}))
				if l := r.drained(); l.Ledger.Lost != lost || l.Broker.Lost != 0 || l.Ledger.Done+lost != l.Ledger.Offered {
					t.Errorf("lost by the broker %d, ledger %+v", l.Broker.Lost, l.Ledger)
				}
			})
		})
	}
}

// TestWhatIsAcknowledgedHasFailed for good, also where there are more attempts by then.
func TestWhatIsAcknowledgedHasFailed(t *testing.T) {
	text := strings.NewReplacer("ack: after", "ack: before", "100ms}", "100ms}, fail: 100%").Replace(waitingInBroker)
	inBrokerTime(t, text, func(r *rig, _ *inprocess.Server) {
		r.await("work in hand", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.InFlight == 1 })
		r.do(set("load.rate", "0/s"), set("lanes.message.ack", "after"), set("lanes.message.attempts", "3"))
		if l := r.drained(); l.Ledger.Failed != 1 || l.Ledger.Offered != 1 || l.Broker.Lost != 0 {
			r.t.Errorf("lost by the broker %d, ledger %+v", l.Broker.Lost, l.Ledger)
		}
	})
}

// punctual is a broker that deletes nothing when it is too late.
type punctual struct{ *inprocess.Server }

func (p punctual) Delete(ctx context.Context, name broker.Name) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.Server.Delete(ctx, name)
}

// TestOneWhoCannotBeToldHoldsUpNobody of the others at the end: what the dead have left
// is removed.
func TestOneWhoCannotBeToldHoldsUpNobody(t *testing.T) {
	b := inBrokerOf(t, strings.Replace(theirs, "ACK", "after", 1), func(b *inprocess.Server) broker.Server { return punctual{b} }, func(r *rig, b *inprocess.Server) {
		t := r.t.(*testing.T)
		s := joinByHand(t, b, "slow")
		s.link.Close(true)
		time.Sleep(deadAfter + 2*time.Second)
		ghost := &byHand{name: "ghost", queue: "charge", reports: s.reports} // it has no letters
		ghost.report(t, remotework.Report{Hello: &remotework.Hello{Host: "nowhere", Workers: 1}})
		time.Sleep(time.Second)
	})
	if left, err := b.Created(context.Background()); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
