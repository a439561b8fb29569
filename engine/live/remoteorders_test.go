package live

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker/jetstream/jetstreamtest"
	"duet/engine/broker/remotework"
)

// usual is that lanes acknowledge after the work.
const usual = "}, ack: after, attempts: 3"

// farmed is a run all of whose work is done elsewhere: the lane's own worker has
// crashed, and is not back before the test is over.
func farmed(t *testing.T, load, handler, lane string) (*rig, *colleague) {
	t.Helper()
	url := jetstreamtest.Start(t)
	r := begin(t, `
load: {`+load+`}
handlers: [{name: charge, `+handler+`}]
lanes: [{model: message, queue: {capacity: 500, broker: jetstream, url: "`+url+`", prefetch: 4`+lane+`, workers: 1}]
`, Options{Endless: true, Dial: dialling, Name: "mine"})
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: time.Hour}))
	r.await("the lane's own is down", time.Minute, func(s *engine.Snapshot) bool {
		return slices.ContainsFunc(s.Lanes[0].Workers, func(w engine.WorkerSnapshot) bool { return w.Host == "" && w.State == engine.Crashed })
	})
	c := hire(t, url, "mine", 1)
	r.await("work done elsewhere", time.Minute, func(s *engine.Snapshot) bool {
		done, _ := doneElsewhere(&s.Lanes[0])
		return done > 0
	})
	return r, c
}

// isElsewhere tells whether a worker in another process is in a state.
func isElsewhere(state engine.WorkerState) func(*engine.Snapshot) bool {
	return func(s *engine.Snapshot) bool {
		return slices.ContainsFunc(s.Lanes[0].Workers, func(w engine.WorkerSnapshot) bool { return w.Host != "" && w.State == state })
	}
}

// finish stops the load, and holds the ledger to what is left.
func (r *rig) finish(t *testing.T, c *colleague) engine.Ledger {
	t.Helper()
	r.do(set("load.rate", "0/s"))
	s := r.await("quiescent", time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		t.Error(err)
	}
	if n := s.Lanes[0].Broker.Nonsense; n > 0 {
		t.Errorf("%d reports made no sense", n)
	}
	r.end()
	c.end(t)
	return s.Lanes[0].Ledger
}

func TestOneElsewhereStalls(t *testing.T) {
	t.Parallel()
	r, c := farmed(t, "rate: 100/s", "service: {dist: constant, mean: 2ms}", usual)
	defer r.end()
	r.do(broken(engine.Fault{Kind: engine.FaultStall, Target: "charge", For: 1500 * time.Millisecond}))
	s := r.await("one elsewhere stalls", time.Minute, isElsewhere(engine.Stalled))
	if f := s.Lanes[0].Handlers[0].Fault; !strings.HasPrefix(f, "stalled ") {
		t.Errorf("what is broken is %q", f)
	}
	held := s.Lanes[0].Ledger.Done
	r.await("it goes on", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Done > held+10 })
	if l := r.finish(t, c); l.Done != l.Offered {
		t.Errorf("the ledger is %+v", l)
	}
	elsewhere := func(e engine.Entry) bool { return e.What == engine.Done && e.Handler == 0 && e.Worker == -1 }
	if !slices.ContainsFunc(r.Journal(nil, 0), elsewhere) {
		t.Error("the journal knows nothing that was done elsewhere")
	}
	if longest := r.snap.Lanes[0].Handlers[0].WholeService.Max; longest < time.Second { // workers make good what they were late before
		t.Errorf("the longest service took %v", longest)
	}
}

// TestWhatHasExpiredIsNotDoneElsewhere where it is thrown away when its turn comes.
func TestWhatHasExpiredIsNotDoneElsewhere(t *testing.T) {
	t.Parallel()
	r, c := farmed(t, "rate: 200/s, timeout: 300ms", "service: {dist: constant, mean: 20ms}", ", drop_expired: true"+usual)
	defer r.end()
	r.await("some thrown away", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Expired > 100 })
	l := r.finish(t, c)
	begun := l.Done + r.snap.Lanes[0].Whole.Wasted
	if l.Done+l.Expired != l.Offered || begun > l.Offered*3/4 {
		t.Errorf("%d were begun, and the ledger is %+v", begun, l)
	}
}

func TestOneElsewhereCrashesBeforeItHasAcknowledged(t *testing.T) {
	t.Parallel()
	r, c := farmed(t, "rate: 100/s", "service: {dist: constant, mean: 5ms}", usual)
	defer r.end()
	r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: engine.CrashBeforeAck, Restart: 100 * time.Millisecond}))
	r.await("one done twice", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Duplicates > 0 })
	if l := r.finish(t, c); l.Done != l.Offered || l.Duplicates != 1 {
		t.Errorf("the ledger is %+v", l)
	}
}

// TestOneElsewhereLoses what it had in hand, where that was acknowledged before.
func TestOneElsewhereLoses(t *testing.T) {
	for _, ack := range []string{"before", "none"} {
		t.Run(ack, func(t *testing.T) {
			t.Parallel()
			r, c := farmed(t, "rate: 30/s", "service: {dist: constant, mean: 40ms}", "}, ack: "+ack)
			defer r.end()
			before := r.look().Lanes[0].Ledger.Lost // by the lane's own
			lost := func() int64 { return r.look().Lanes[0].Ledger.Lost - before }
			for lost() == 0 { // it may have nothing in hand when it hears of it
				r.await("work elsewhere", time.Minute, isElsewhere(engine.Busy))
				r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Restart: 100 * time.Millisecond}))
				r.await("it is down", time.Minute, isElsewhere(engine.Crashed))
			}
			done := r.look().Lanes[0].Ledger.Done
			r.await("it is back", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.Done > done+5 })
			if l := r.finish(t, c); lost() != 1 || l.Done+l.Lost != l.Offered || l.Redelivered > 0 {
				t.Errorf("the ledger is %+v", l)
			}
		})
	}
}

func TestFaultsReachWorkersElsewhere(t *testing.T) {
	t.Parallel()
	r, c := farmed(t, "rate: 50/s", "service: {dist: constant, mean: 2ms}", usual)
	defer r.end()
	mend := broken(engine.Fault{Kind: engine.FaultMend, Target: "charge"})
	r.do(broken(engine.Fault{Kind: engine.FaultPanic, Target: "charge", Share: 1}))
	r.await("dead letters", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.DeadLettered > 0 })
	r.do(mend, broken(engine.Fault{Kind: engine.FaultFail, Target: "charge", Share: 1}))
	dead := r.look().Lanes[0].Ledger.DeadLettered
	r.await("more of them", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Ledger.DeadLettered > dead+10 })
	r.do(mend, broken(engine.Fault{Kind: engine.FaultSlow, Target: "charge", Factor: 100}))
	r.await("slow work", time.Minute, func(s *engine.Snapshot) bool {
		return s.Lanes[0].Handlers[0].WholeService.Max >= 200*time.Millisecond
	})
	r.do(mend)
	if l := r.finish(t, c); l.Done+l.DeadLettered != l.Offered {
		t.Errorf("the ledger is %+v", l)
	}
}

// TestMarksOfWorkersElsewhere tell when they come and go, and why they have to.
func TestMarksOfWorkersElsewhere(t *testing.T) {
	t.Parallel()
	r, c := farmed(t, "rate: 100/s", "service: {dist: constant, mean: 2ms}", usual)
	defer r.end()
	c.leave()
	c.end(t)
	c = hire(t, r.url(), "mine", 2)
	r.await("two elsewhere", time.Minute, func(s *engine.Snapshot) bool {
		_, workers := doneElsewhere(&s.Lanes[0])
		return workers == 2
	})
	r.do(set("handlers.charge.idempotent", "true"))
	select {
	case err := <-c.ended:
		if !errors.Is(err, remotework.ErrRefused) || !strings.Contains(err.Error(), "charge is idempotent") {
			t.Errorf("it ends with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	r.await("nobody elsewhere", time.Minute, func(s *engine.Snapshot) bool {
		_, workers := doneElsewhere(&s.Lanes[0])
		return workers == 0
	})
	var notes []string
	for _, m := range r.Marks(nil, 0) {
		if m.By == byWorker {
			notes = append(notes, strings.TrimPrefix(m.Note, "duet worker at elsewhere for message "))
		}
	}
	want := []string{
		"has joined, with 1 for each queue", "has left", "has joined, with 2 for each queue",
		"is refused: charge is idempotent, and what it has done is remembered in the playground's process", "has left",
	}
	if !slices.Equal(notes, want) {
		t.Errorf("the marks are %q", notes)
	}
}

// url is where the first lane's queues are.
func (r *rig) url() string { return r.scenario.Load().Lanes[0].Queue.URL }
