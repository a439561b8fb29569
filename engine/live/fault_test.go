package live

import (
	"testing"
	"time"

	"duet/engine"
)

// mended is a lane of each model with time to spare, at an even pace: item n is
// there at n times 10 ms.
const mended = `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 2ms}}]
lanes: [{model: message, workers: 1}, {model: event}, {name: buffered, model: event, dispatch: buffered}, {name: each, model: event, dispatch: goroutine}]
`

// TestFaultsLastAsLongAsTheySay: each fault of a handler hits what is begun
// within its time, in every lane alike, and nothing after.
func TestFaultsLastAsLongAsTheySay(t *testing.T) {
	const hit = 200 // items begun in 2 s
	for _, c := range []struct {
		name  string
		fault engine.Fault
		want  engine.Ledger // of what is not done
		check func(w *engine.Window) bool
	}{
		{"slow", engine.Fault{Kind: engine.FaultSlow, Factor: 4}, engine.Ledger{}, func(w *engine.Window) bool {
			return w.Service.Max == 8*time.Millisecond && w.Service.P50.Round(time.Millisecond/10) == 2*time.Millisecond
		}},
		{"fail", engine.Fault{Kind: engine.FaultFail}, engine.Ledger{Failed: hit}, nil},
		{"fail for some", engine.Fault{Kind: engine.FaultFail, Share: 0.25}, engine.Ledger{Failed: hit / 4}, nil},
		{"panic", engine.Fault{Kind: engine.FaultPanic}, engine.Ledger{Failed: hit}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			inFakeTime(t, mended, func(r *rig) {
				time.Sleep(3*time.Second + time.Millisecond)
				c.fault.Target, c.fault.For = "work", 2*time.Second
				r.do(broken(c.fault))
				time.Sleep(7*time.Second + 4*time.Millisecond)
				for i := range r.look().Lanes {
					l := &r.snap.Lanes[i]
					off := l.Ledger.Failed - c.want.Failed
					if exact := c.want.Failed == 0 || c.want.Failed == hit; exact && off != 0 || off*off > 25*25 {
						t.Errorf("%s: %d failed, not %d", l.Name, l.Ledger.Failed, c.want.Failed)
					}
					if l.Ledger.Done+l.Ledger.Failed != 1000 || l.Ledger.Failed != r.snap.Lanes[0].Ledger.Failed {
						t.Errorf("%s: %+v", l.Name, l.Ledger)
					}
					if c.check != nil && !c.check(&l.Whole) {
						t.Errorf("%s: service %+v", l.Name, l.Whole.Service)
					}
				}
			})
		})
	}
}

// TestACrashBeforeTheAckIsFromTheEndOfTheWork: a worker that is to crash goes down when its
// work ends, and from there its restart counts; until then it is not down.
func TestACrashBeforeTheAckIsFromTheEndOfTheWork(t *testing.T) {
	inFakeTime(t, `
load: {rate: 1/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 800ms}}]
lanes: [{model: message, workers: 1, ack: after}]
`, func(r *rig) {
		time.Sleep(1100 * time.Millisecond)
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", When: engine.CrashBeforeAck, Restart: 500 * time.Millisecond}))
		for _, c := range []struct {
			at, back time.Duration
			state    engine.WorkerState
		}{
			{1700 * time.Millisecond, 0, engine.Busy},
			{1900 * time.Millisecond, 2300 * time.Millisecond, engine.Crashed},
			{2400 * time.Millisecond, 0, engine.Busy},
		} {
			time.Sleep(c.at - r.look().At)
			if w := r.look().Lanes[0].Workers[0]; w.State != c.state || w.BackAt != c.back {
				t.Errorf("at %v: state %d, back at %v, want %d and %v", c.at, w.State, w.BackAt, c.state, c.back)
			}
		}
	})
}

// TestEachStallHoldsOne: two who came for the last one at the same time have taken
// nothing of the next.
func TestEachStallHoldsOne(t *testing.T) {
	f := faults{clock: func() time.Duration { return 0 }}
	stall := &engine.Fault{Kind: engine.FaultStall, Count: 1, For: time.Second}
	f.add(&engine.Fault{Kind: engine.FaultSlow, Factor: 2})
	f.add(stall)
	before := f.current.Load()
	before.stalls.Add(-1)
	before.stalls.Add(-1) // both have seen that there is one
	f.add(stall)
	if now := f.now(); !now.holds() || now.holds() {
		t.Errorf("%d are still to be held after one of one", now.stalls.Load())
	}
}

// TestStoppedProducersSkipNothing: what arrives while a lane's producers are
// stopped waits for them; the other lanes go on.
func TestStoppedProducersSkipNothing(t *testing.T) {
	inFakeTime(t, mended, func(r *rig) {
		time.Sleep(time.Second + 5*time.Millisecond)
		r.do(broken(engine.Fault{Kind: engine.FaultStop, Target: "producers", Lane: "event", For: 3 * time.Second}))
		time.Sleep(2990 * time.Millisecond)
		if l := r.lane("event"); !l.Stopped || l.Ledger.Done != 100 || l.Whole.Backlog.Now != 299 || l.Ledger.Balance() != 0 {
			t.Errorf("not stopped:\n%s", described(&r.snap))
		}
		if l := r.lane("message"); l.Stopped || l.Ledger.Done != 399 || l.Whole.Latency.Max != 2*time.Millisecond {
			t.Errorf("stopped with its neighbour:\n%s", described(&r.snap))
		}
		time.Sleep(4 * time.Second)
		if l := r.lane("event"); l.Stopped || l.Ledger.Done != l.Ledger.Offered || l.Whole.Backlog.Now != 0 {
			t.Errorf("did not catch up:\n%s", described(&r.snap))
		}
	})
}

// TestAPanicTakesOneLaneDown: without recovery the lane dies as its process
// would, with what it held; the others do not notice, and it can be revived.
func TestAPanicTakesOneLaneDown(t *testing.T) {
	for _, dying := range []string{
		"model: message, workers: 2", "model: event", "model: event, dispatch: buffered", "model: event, dispatch: goroutine",
	} {
		t.Run(dying, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 15ms}}]
lanes: [{name: well, model: message, workers: 2}, {name: dying, recover: false, `+dying+"}]", func(r *rig) {
				time.Sleep(time.Second)
				r.do(broken(engine.Fault{Kind: engine.FaultPanic, Target: "work", Lane: "dying", For: time.Second}))
				time.Sleep(time.Second)
				l := r.lane("dying")
				if l.Dead == "" || l.Ledger.Lost == 0 || l.Ledger.InFlight != 0 || l.Ledger.Balance() != 0 || l.Whole.Backlog.Now < 95 || l.Goroutines.Now != 0 {
					t.Fatalf("not dead, with %d goroutines:\n%s", l.Goroutines.Now, described(&r.snap))
				}
				lost := l.Ledger.Lost
				r.do(broken(engine.Fault{Kind: engine.FaultRevive, Target: "lane", Lane: "dying"}))
				time.Sleep(time.Second)
				if l := r.lane("dying"); l.Dead != "" || l.Ledger.Lost != lost || l.Ledger.Done < 130 {
					t.Errorf("not alive:\n%s", described(&r.snap))
				}
				if l := r.lane("well"); l.Ledger.Done < 295 || l.Whole.Latency.Max != 15*time.Millisecond {
					t.Errorf("hurt by its neighbour:\n%s", described(&r.snap))
				}
			})
		})
	}
}
