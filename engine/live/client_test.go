package live

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// models are lanes with one server that holds its caller back, of each kind.
var models = map[string]string{
	"queue": "model: message, workers: 1", "inline": "model: event", "buffered": "model: event, dispatch: buffered",
	"together": "model: message, workers: 1, handlers: together",
}

// TestClientsGiveUp: who takes longer than its client waits does it for nobody.
func TestClientsGiveUp(t *testing.T) {
	for name, lane := range models {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 2/s, arrivals: constant, timeout: 200ms}
handlers: [{name: work, service: {dist: constant, mean: 250ms}}]
lanes: [{name: lane, `+lane+"}]", func(r *rig) {
				time.Sleep(10*time.Second + 300*time.Millisecond)
				l := r.lane("lane")
				want := engine.Ledger{Offered: 20, Expired: 20, Attempts: 20}
				if l.Ledger != want || l.Handlers[0].Ledger != want || l.Wasted != 20 || l.Retries != 0 || l.Whole.Latency.Count != 0 {
					t.Errorf("wasted %d, retries %d\n%s", l.Wasted, l.Retries, described(&r.snap))
				}
				if u := l.Whole.Utilisation; !about(u, 0.5) {
					t.Errorf("busy for nobody half of the time: %v", u)
				}
				if n := countIn(r, engine.Expired); n != 20 {
					t.Errorf("the journal knows of %d expired", n)
				}
			})
		})
	}
}

// TestClientsTryAgain: a try is given up 200 ms after it arrived, and the next
// one waits for the server that still has it. Each item keeps it busy three times
// 250 ms, and is expired after 600 ms.
func TestClientsTryAgain(t *testing.T) {
	for name, lane := range models {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 1/s, arrivals: constant, timeout: 200ms, retry: {attempts: 3}}
handlers: [{name: work, service: {dist: constant, mean: 250ms}}]
lanes: [{name: lane, `+lane+"}]", func(r *rig) {
				time.Sleep(10*time.Second + 550*time.Millisecond)
				l := r.lane("lane")
				want := engine.Ledger{Offered: 10, Expired: 9, InFlight: 1, Attempts: 30}
				if l.Ledger != want || l.Wasted != 29 || l.Retries != 20 || l.Handlers[0].Busy != 1 {
					t.Errorf("during the third try of the tenth: wasted %d, retries %d\n%s", l.Wasted, l.Retries, described(&r.snap))
				}
				time.Sleep(300 * time.Millisecond)
				l = r.lane("lane")
				want = engine.Ledger{Offered: 10, Expired: 10, Attempts: 30}
				if l.Ledger != want || l.Wasted != 30 || l.Retries != 20 || !r.snap.Quiescent {
					t.Errorf("wasted %d, retries %d\n%s", l.Wasted, l.Retries, described(&r.snap))
				}
				if n := countIn(r, engine.Retried); n != 20 {
					t.Errorf("the journal knows of %d retries", n)
				}
			})
		})
	}
}

func countIn(r *rig, what engine.Happening) (n int) {
	for _, e := range r.Journal(nil, 0) {
		if e.What == what && e.Handler == -1 {
			n++
		}
	}
	return n
}

// TestTheTryThatSucceedsCounts: with two servers the second try overtakes the
// first, which hangs.
func TestTheTryThatSucceedsCounts(t *testing.T) {
	for name, lane := range map[string]string{
		"queue": "model: message, workers: 2", "inline": "model: event, publishers: 2", "goroutine": "model: event, dispatch: goroutine",
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 4/s, arrivals: constant, timeout: 100ms, retry: {attempts: 3, backoff: {base: 50ms}}}
handlers: [{name: work, service: {dist: constant, mean: 10ms}}]
lanes: [{name: lane, `+lane+"}]", func(r *rig) {
				time.Sleep(900 * time.Millisecond)
				r.do(broken(engine.Fault{Kind: engine.FaultStall, Target: "work", For: time.Second}))
				time.Sleep(4*time.Second + 200*time.Millisecond)
				l := r.lane("lane")
				want := engine.Ledger{Offered: 20, Done: 20, Attempts: 21}
				if l.Ledger != want || l.Wasted != 1 || l.Retries != 1 {
					t.Errorf("wasted %d, retries %d\n%s", l.Wasted, l.Retries, described(&r.snap))
				}
				// 100 ms until it is given up, 50 ms of pause, 10 ms of work.
				if w := &l.Whole; w.Latency.Max != 160*time.Millisecond || w.Service.Max != 10*time.Millisecond || w.Naive.Max != 10*time.Millisecond {
					t.Errorf("latency %v, service %v, naive %v", w.Latency.Max, w.Service.Max, w.Naive.Max)
				}
			})
		})
	}
}

// TestAnItemExpiresWithItsSlowestDelivery: what was done in time counts as done by
// its handler, though its item is expired.
func TestAnItemExpiresWithItsSlowestDelivery(t *testing.T) {
	for name, lane := range map[string]string{"queue": "model: message", "inline": "model: event", "buffered": "model: event, dispatch: buffered"} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 2/s, arrivals: constant, timeout: 100ms}
handlers: [{name: quick, service: {dist: constant, mean: 10ms}}, {name: slow, service: {dist: constant, mean: 200ms}}]
lanes: [{name: lane, `+lane+"}]", func(r *rig) {
				time.Sleep(5*time.Second + 300*time.Millisecond)
				l := r.lane("lane")
				quick, slow := l.Handlers[0].Ledger, l.Handlers[1].Ledger
				if quick != (engine.Ledger{Offered: 10, Done: 10, Attempts: 10}) || slow != (engine.Ledger{Offered: 10, Expired: 10, Attempts: 10}) ||
					l.Ledger != (engine.Ledger{Offered: 10, Expired: 10, Attempts: 10}) || l.Wasted != 10 {
					t.Errorf("wasted %d\n%s", l.Wasted, described(&r.snap))
				}
			})
		})
	}
}

// TestABudgetBoundsRetries: under a load that the server cannot carry, clients
// with a budget hardly add to it.
func TestABudgetBoundsRetries(t *testing.T) {
	inFakeTime(t, `
load: {rate: 100/s, arrivals: constant, timeout: 50ms, retry: {attempts: 10, backoff: {base: 10ms, jitter: full}, budget: 10%}}
handlers: [{name: work, service: {dist: constant, mean: 20ms}}]
lanes: [{model: message, workers: 1, queue: {capacity: 10000}}, {name: lavish, model: event}]
`, func(r *rig) {
		time.Sleep(20*time.Second + time.Millisecond)
		for i := range r.look().Lanes {
			l := &r.snap.Lanes[i]
			if l.Retries < 200 || l.Retries > 210 || l.Ledger.Balance() != 0 {
				t.Errorf("%s: %d retries of %d items\n%s", l.Name, l.Retries, l.Ledger.Offered, described(&r.snap))
			}
		}
		r.do(set("load.retry.budget", "0%"))
		time.Sleep(20 * time.Second)
		for i := range r.look().Lanes {
			if l := &r.snap.Lanes[i]; l.Retries < 4000 || l.Ledger.Balance() != 0 || l.Ledger.Expired+l.Ledger.Done < 3600 {
				t.Errorf("%s: %d retries of %d items\n%s", l.Name, l.Retries, l.Ledger.Offered, described(&r.snap))
			}
		}
	})
}

// TestPatienceChangesForWhatArrives: a timeout that is set while the run goes on
// holds for what arrives from then on, and no longer once it is taken back.
func TestPatienceChangesForWhatArrives(t *testing.T) {
	inFakeTime(t, `
load: {rate: 10/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 1s}}]
lanes: [{model: message, workers: 1, queue: {capacity: 10000}}, {model: event}]
`, func(r *rig) {
		time.Sleep(2*time.Second + 50*time.Millisecond)
		r.do(set("load.timeout", "300ms"))
		time.Sleep(time.Second)
		r.do(set("load.timeout", "0s"))
		time.Sleep(time.Second)
		for i := range r.look().Lanes {
			l := &r.snap.Lanes[i]
			// Items 21 to 30 give up; the server is at item 4 or 5.
			if l.Ledger.Expired != 10 || l.Ledger.Offered != 40 || l.Ledger.Done != 3 || l.Ledger.InFlight != 1 || l.Ledger.Balance() != 0 {
				t.Errorf("%s: %s", l.Name, described(&r.snap))
			}
		}
		r.do(set("load.rate", "0/s"))
		time.Sleep(40 * time.Second)
		for i := range r.look().Lanes {
			if l := &r.snap.Lanes[i]; l.Ledger.Done != 30 || l.Wasted != 10 || !r.snap.Quiescent {
				t.Errorf("%s: wasted %d\n%s", l.Name, l.Wasted, described(&r.snap))
			}
		}
	})
}

// TestRetriesComeBehindWhatIsDue: the publisher takes a client's further try when
// its turn has come by its arrival.
func TestRetriesComeBehindWhatIsDue(t *testing.T) {
	inFakeTime(t, `
load: {rate: 10/s, arrivals: constant, timeout: 250ms, retry: {attempts: 2}}
handlers: [{name: work, service: {dist: constant, mean: 101ms}}]
lanes: [{model: event}]
`, func(r *rig) {
		r.do(broken(engine.Fault{Kind: engine.FaultStall, Target: "work", For: time.Second}))
		time.Sleep(3 * time.Second)
		var order []int64
		for _, e := range r.Journal(nil, 0) {
			if e.What == engine.Started && e.Handler >= 0 {
				order = append(order, e.Seq)
			}
		}
		// Item 1 hangs from 0.1 s to 1.201 s and is tried again from 0.35 s on, behind
		// items 1 to 3 (of 0.1 to 0.3 s); item 2 from 0.45 s on, behind item 4; and so on.
		want := []int64{1, 2, 3, 1, 4, 2, 5, 3, 6, 4, 7, 5}
		if len(order) < len(want) || !slices.Equal(order[:len(want)], want) {
			t.Errorf("handled in the order %v, not %v", order, want)
		}
	})
}

// TestStepsWithImpatientClients: a step ends though clients try again.
func TestStepsWithImpatientClients(t *testing.T) {
	inFakeTime(t, `
load: {rate: 50/s, timeout: 20ms, retry: {attempts: 3, backoff: {base: 30ms}}}
handlers: [{name: work, service: {mean: 15ms}}]
lanes: [{model: message, workers: 1}, {model: event}]
`, func(r *rig) {
		time.Sleep(time.Second)
		r.do(engine.Change{Control: engine.Pause})
		for range 20 {
			r.do(engine.Change{Control: engine.Step})
			s := r.await("paused again", time.Minute, func(s *engine.Snapshot) bool { return s.Paused })
			for i := range s.Lanes {
				if l := &s.Lanes[i]; l.Whole.Depth.Now != 0 || l.Handlers[0].Busy != 0 || l.Ledger.Balance() != 0 {
					t.Errorf("%s: something is inside\n%s", l.Name, described(s))
				}
			}
		}
		r.do(engine.Change{Control: engine.Resume}, set("load.rate", "0/s"))
		if err := checkBalance(r.await("quiescent", time.Minute, quiescent)); err != nil {
			t.Error(err)
		}
	})
}
