package virtual

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
)

const calm = `
duration: 20s
load: {rate: 100/s}
handlers: [{name: work, service: {mean: 20ms}}, {name: mail, service: {mean: 5ms}}]
lanes: [{model: message, workers: 3}, {model: event, publishers: 4}]
timeline: [{at: 5s, set: {load.rate: 150/s}}, {at: 8s, fault: {stall: work, for: 1s}}]
`

// inFakeTime starts a run in a bubble of fake time, and closes it.
func inFakeTime(t *testing.T, text string, o Options, test func(r *Run)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, err := New(scenarioOf(t, text), o)
		if err != nil {
			t.Fatal(err)
		}
		test(r)
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
	})
}

func look(r *Run) *engine.Snapshot {
	var snap engine.Snapshot
	r.Snapshot(&snap)
	return &snap
}

func do(t *testing.T, r *Run, changes ...engine.Change) {
	t.Helper()
	for _, c := range changes {
		if err := r.Apply(c); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
	}
}

// TestLaneTimeFollowsTheWall holds the pace against the wall at several speeds,
// and while paused.
func TestLaneTimeFollowsTheWall(t *testing.T) {
	inFakeTime(t, calm, Options{Endless: true}, func(r *Run) {
		var at time.Duration
		for _, speed := range []float64{1, 0.01, 0.5, 10, 100, 1} {
			do(t, r, engine.Change{Speed: speed})
			at = look(r).At // the driver may have come since the last look
			time.Sleep(2 * time.Second)
			want := at + time.Duration(2e9*speed)
			at = look(r).At
			if off := want - at; off < 0 || off > time.Duration(float64(driveEvery)*speed)+1 {
				t.Errorf("at speed %g it is %v, want %v", speed, at, want)
			}
		}
		do(t, r, engine.Change{Control: engine.Pause})
		at = look(r).At
		time.Sleep(time.Hour)
		if s := look(r); s.At != at || !s.Paused || !s.Slowed {
			t.Errorf("paused at %v: %v, paused %v", at, s.At, s.Paused)
		}
		do(t, r, engine.Change{Control: engine.Resume})
		time.Sleep(time.Second)
		if s := look(r); s.Paused || s.At < at+time.Second-driveEvery || s.At > at+time.Second {
			t.Errorf("a second after %v: %v, paused %v", at, s.At, s.Paused)
		}
	})
}

// TestARunEnds holds that a run with an end comes to it, with everything drained
// and all figures as of then.
func TestARunEnds(t *testing.T) {
	for _, speed := range []float64{1, math.Inf(1)} {
		inFakeTime(t, calm, Options{Speed: speed}, func(r *Run) {
			<-r.Done()
			s := look(r)
			if !s.Finished || !s.Quiescent || s.Paused || s.At < 20*time.Second || s.At > 21*time.Second || s.Mode != engine.Virtual || s.Changes != 2 {
				t.Errorf("at %v: finished %v, quiescent %v, paused %v, %d changes", s.At, s.Finished, s.Quiescent, s.Paused, s.Changes)
			}
			want := simulated(t, scenarioOf(t, calm))
			if a, b := figures(t, s), figures(t, want); a != b {
				t.Errorf("speed %g: %s", speed, firstDifference(a, b))
			}
			time.Sleep(time.Second)
			if again := look(r); again.At != s.At {
				t.Errorf("over, and yet it is %v after %v", again.At, s.At)
			}
		})
	}
}

// TestADrainHasAnEnd holds that what does not drain is reported as it is.
func TestADrainHasAnEnd(t *testing.T) {
	snap := simulated(t, scenarioOf(t, `
duration: 2s
drain: 3s
load: {rate: 100/s}
handlers: [{name: work}]
lanes: [{model: message, workers: 0}]
`))
	l := &snap.Lanes[0].Ledger
	if snap.At != 5*time.Second || !snap.Finished || snap.Quiescent || l.Waiting != l.Offered || l.Offered == 0 || l.Balance() != 0 {
		t.Errorf("at %v, quiescent %v: %+v", snap.At, snap.Quiescent, l)
	}
}

// TestStepsAreSingle lets single items in: each ends in every lane, and then the
// clock stands.
func TestStepsAreSingle(t *testing.T) {
	inFakeTime(t, calm, Options{Endless: true}, func(r *Run) {
		time.Sleep(3 * time.Second)
		do(t, r, engine.Change{Control: engine.Pause})
		for range 100 { // what is in ends, and one more
			before := look(r)
			do(t, r, engine.Change{Control: engine.Step})
			time.Sleep(10 * time.Second)
			s := look(r)
			if !s.Paused {
				t.Fatal("the step does not end")
			}
			for i := range s.Lanes {
				l := &s.Lanes[i]
				if l.Ledger.InFlight != 0 || l.Whole.Depth.Now != 0 {
					t.Fatalf("%s: %+v", l.Name, l.Ledger)
				}
				if b := &before.Lanes[i].Ledger; b.InFlight == 0 && l.Ledger.Ended() != b.Ended()+1 {
					t.Fatalf("%s: %d ended after %d", l.Name, l.Ledger.Ended(), b.Ended())
				}
			}
		}
		ended := look(r).Lanes[0].Ledger.Ended()
		do(t, r, engine.Change{Control: engine.Resume})
		time.Sleep(20 * time.Second)
		if s := look(r); s.Lanes[0].Ledger.Ended() < ended+2500 {
			t.Errorf("does not go on: %+v", s.Lanes[0].Ledger)
		}
	})
}

// TestARunGoesBack goes back in a run, looks, goes on, and changes the future.
func TestARunGoesBack(t *testing.T) {
	inFakeTime(t, calm, Options{Endless: true, Speed: 10}, func(r *Run) {
		time.Sleep(3 * time.Second)
		do(t, r, engine.Change{Path: "lanes.message.workers", Value: "2"}, engine.Change{Control: engine.Pause})
		time.Sleep(time.Second)
		then := look(r)
		do(t, r, engine.Change{Control: engine.Resume})
		time.Sleep(3 * time.Second)
		do(t, r, engine.Change{Control: engine.Pause})
		end := look(r)
		if err := r.Rewind(then.At); err != nil {
			t.Fatal(err)
		}
		if s := look(r); !s.Paused || s.At != then.At || figures(t, s) != figures(t, then) || s.Changes != then.Changes+1 || r.Furthest() != end.At {
			t.Errorf("gone back to %v it is %v, paused %v, %d changes after %d, furthest %v\n%s",
				then.At, s.At, s.Paused, s.Changes, then.Changes, r.Furthest(), firstDifference(figures(t, s), figures(t, then)))
		}
		if err := r.Rewind(end.At + time.Hour); err != nil {
			t.Fatal(err)
		}
		if s := look(r); s.At != end.At || figures(t, s) != figures(t, end) || s.Changes != end.Changes {
			t.Errorf("gone on to %v it is %v", end.At, s.At)
		}
		if err := r.Rewind(20 * time.Second); err != nil {
			t.Fatal(err)
		}
		if s := look(r); s.Scenario.Lanes[0].Workers != 3 || s.Changes != 2 {
			t.Errorf("before the change there are %d workers, %d changes", s.Scenario.Lanes[0].Workers, s.Changes)
		}
		if err := r.Apply(engine.Change{Path: "lanes.message.workers", Value: "no"}); err == nil || r.Furthest() != end.At {
			t.Error("an impossible change made the old future go")
		}
		do(t, r, engine.Change{Path: "lanes.message.workers", Value: "9"})
		if r.Furthest() != 20*time.Second {
			t.Errorf("the old future is still there: %v", r.Furthest())
		}
		do(t, r, engine.Change{Control: engine.Resume})
		time.Sleep(3 * time.Second)
		if s := look(r); s.Scenario.Lanes[0].Workers != 9 || s.At < 49*time.Second || s.Lanes[0].Ledger.Balance() != 0 {
			t.Errorf("at %v there are %d workers", s.At, s.Scenario.Lanes[0].Workers)
		}
	})
}

// TestRefusals holds what a run does not take, and that nothing changes then.
func TestRefusals(t *testing.T) {
	inFakeTime(t, calm+"seed: 4\n", Options{Endless: true}, func(r *Run) {
		do(t, r, engine.Change{Control: engine.Pause})
		before := look(r)
		for _, c := range []struct {
			change engine.Change
			want   string
		}{
			{engine.Change{}, "empty"},
			{engine.Change{Speed: 0.001}, "speed"},
			{engine.Change{Speed: math.NaN()}, "speed"},
			{engine.Change{Control: "stop"}, "pause, resume and step"},
			{engine.Change{Path: "seed", Value: "5"}, "cannot change"},
			{engine.Change{Path: "load.rate", Value: "5"}, "load.rate"},
			{engine.Change{Path: "load.rate", Value: "5/s", Lane: "mesage"}, "the lanes are message, event"},
			{engine.Change{Path: "lanes.event.publishers", Value: "2", Lane: "event"}, "only load.rate"},
			{engine.Change{Fault: &engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "event"}}, "no worker to crash"},
			{engine.Change{Fault: &engine.Fault{Kind: engine.FaultRevive, Target: "lane"}}, "alive"},
			{engine.Change{Fault: &engine.Fault{Kind: engine.FaultStall, Target: "charge"}}, "is needed"},
		} {
			if err := r.Apply(c.change); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v: %v, want something of %q", c.change, err, c.want)
			}
		}
		if s := look(r); s.Changes != before.Changes || s.Speed != 1 || s.Scenario.Seed != before.Scenario.Seed {
			t.Errorf("something has changed: %d after %d changes", s.Changes, before.Changes)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := r.Apply(engine.Change{Control: engine.Resume}); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
	if _, err := New(scenarioOf(t, calm), Options{Speed: -1}); err == nil {
		t.Error("began at speed -1")
	}
}

// TestTheSameOnAnyMachine holds that figures do not depend on the number of
// processors, nor on when somebody looks.
func TestTheSameOnAnyMachine(t *testing.T) {
	want := figures(t, simulated(t, scenarioOf(t, calm)))
	for _, n := range []int{1, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
		r, err := New(scenarioOf(t, calm), Options{Speed: math.Inf(1)})
		if err != nil {
			t.Fatal(err)
		}
		for over := false; !over; {
			select {
			case <-r.Done():
				over = true
			default:
				look(r)
			}
		}
		if got := figures(t, look(r)); got != want {
			t.Errorf("on %d: %s", n, firstDifference(got, want))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestAnybodyMayAskAtAnyTime reads and changes a run from several goroutines while
// it goes as fast as it can.
func TestAnybodyMayAskAtAnyTime(t *testing.T) {
	r, err := New(scenarioOf(t, calm), Options{Endless: true, Speed: math.Inf(1)})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, ask := range []func(i int) error{
		func(int) error {
			var series engine.Series
			r.Series(&series, 0, time.Hour)
			return nil
		},
		func(int) error {
			var snap engine.Snapshot
			r.Snapshot(&snap)
			return checkLedger(&snap.Lanes[0].Ledger)
		},
		func(int) error {
			r.Journal(nil, 0)
			r.Marks(nil, 0)
			return r.Err()
		},
		func(i int) error {
			return r.Apply(engine.Change{Path: "lanes.message.workers", Value: []string{"1", "5"}[i%2]})
		},
		func(i int) error {
			if err := r.Rewind(r.Furthest() * time.Duration(i%4) / 4); err != nil {
				return err
			}
			return r.Apply(engine.Change{Control: engine.Resume})
		},
	} {
		all.Go(func() {
			for i := range 50 {
				if err := ask(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
