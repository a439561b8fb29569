package live

import (
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
)

// TestStepLetsOneItemIn: whatever the lane, a step is exactly one item from its
// source to its end.
func TestStepLetsOneItemIn(t *testing.T) {
	for name, lanes := range map[string]string{
		"two models": "{model: message}, {model: event}",
		"fan-out":    "{model: message, producers: 4, queue: {partitions: 4}}, {model: event, publishers: 4, publish_by: key}",
		"other ways": "{model: message, handlers: together, queue: {capacity: 0}}, {name: go, model: event, dispatch: goroutine}, {name: buf, model: event, dispatch: buffered}",
		"brief":      "{model: message, speed: 1000}, {model: event, speed: 1000}",
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 300/s}
handlers: [{name: a, service: {mean: 5ms}}, {name: b, service: {dist: constant, mean: 0s}}]
lanes: [`+lanes+"]", func(r *rig) {
				time.Sleep(time.Second)
				r.do(engine.Change{Control: engine.Pause})
				r.step() // and lets what is under way end
				for range 20 {
					before := r.look().Clone()
					r.step()
					after := r.look()
					for i := range after.Lanes {
						if n := after.Lanes[i].Ledger.Ended() - before.Lanes[i].Ledger.Ended(); n != 1 {
							t.Fatalf("lane %s: %d items ended in a step\n%s", after.Lanes[i].Name, n, described(after))
						}
					}
				}
				r.do(engine.Change{Control: engine.Resume})
				at := r.look().At
				time.Sleep(time.Second)
				if s := r.look(); s.Paused || s.At-at != time.Second {
					t.Errorf("after Resume: paused %v, %v went by", s.Paused, s.At-at)
				}
			})
		})
	}
}

// TestBeginsPaused: a run that begins paused stands at nothing, with the first item
// still to come, and goes on as any other.
func TestBeginsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := begin(t, crowded, Options{Endless: true, Paused: true, Clock: clock.NewLane(clock.TimersOnly(), clock.Paused())})
		defer r.end()
		time.Sleep(time.Second)
		if s := r.look(); !s.Paused || s.At != 0 || s.Offered != 0 || s.Changes != 0 {
			t.Errorf("paused %v at %v, %d offered, %d changes", s.Paused, s.At, s.Offered, s.Changes)
		}
		r.step()
		for _, l := range r.look().Lanes {
			if l.Ledger.Ended() != 1 {
				t.Errorf("lane %s: %d items ended in the first step", l.Name, l.Ledger.Ended())
			}
		}
		r.do(engine.Change{Control: engine.Resume})
		at := r.look().At
		time.Sleep(time.Second)
		if s := r.look(); s.Paused || s.At-at != time.Second || s.Lanes[0].Ledger.Ended() < 50 {
			t.Errorf("does not go on:\n%s", described(s))
		}
	})
}

// TestResumeEndsStepping: who resumes in the middle of a step wants to go on.
func TestResumeEndsStepping(t *testing.T) {
	inFakeTime(t, crowded, func(r *rig) {
		r.do(engine.Change{Control: engine.Pause}, engine.Change{Control: engine.Step})
		synctest.Wait()
		r.do(engine.Change{Control: engine.Resume})
		time.Sleep(time.Second)
		if s := r.look(); s.Paused || s.Lanes[0].Ledger.Ended() < 50 {
			t.Errorf("stands still:\n%s", described(s))
		}
	})
}

// TestStepPassesStoppedAndDeadLanes: they let nothing in, and nobody waits for
// it.
func TestStepPassesStoppedAndDeadLanes(t *testing.T) {
	inFakeTime(t, `
load: {rate: 100/s}
handlers: [{name: a, service: {dist: constant, mean: 1ms}}]
lanes: [{model: message}, {model: event}, {name: dying, model: event, recover: false}]
`, func(r *rig) {
		r.do(broken(engine.Fault{Kind: engine.FaultStop, Target: "producers", Lane: "event"}),
			broken(engine.Fault{Kind: engine.FaultPanic, Target: "a", Lane: "dying"}))
		time.Sleep(time.Second)
		before := r.look().Clone()
		if before.Lanes[2].Dead == "" || !before.Lanes[1].Stopped {
			t.Fatalf("not dead and stopped:\n%s", described(before))
		}
		r.do(engine.Change{Control: engine.Pause}, engine.Change{Control: engine.Step})
		after := r.await("paused again", time.Second, func(s *engine.Snapshot) bool { return s.Paused })
		for i, want := range []int64{1, 0, 0} {
			if n := after.Lanes[i].Ledger.Ended() - before.Lanes[i].Ledger.Ended(); n != want {
				t.Errorf("lane %s: %d items ended\n%s", after.Lanes[i].Name, n, described(after))
			}
		}
	})
}

// TestPauseStandsStill: nothing arrives, waiting work does not progress, and
// crashed workers stay away, until Resume.
func TestPauseStandsStill(t *testing.T) {
	inFakeTime(t, crowded, func(r *rig) {
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Worker: 1, Lane: "message", Restart: time.Second}))
		time.Sleep(900 * time.Millisecond)
		r.do(engine.Change{Control: engine.Pause})
		synctest.Wait()
		before := r.look().Clone()
		time.Sleep(time.Hour)
		after := r.look()
		if !after.Paused || after.At != before.At || after.Offered != before.Offered {
			t.Errorf("time passed: %v to %v", before.At, after.At)
		}
		for i := range after.Lanes {
			if was, is := before.Lanes[i].Ledger, after.Lanes[i].Ledger; was != is || is.InFlight == 0 || is.Balance() != 0 {
				t.Errorf("lane %s went on: %+v, then %+v, balance %d", after.Lanes[i].Name, was, is, is.Balance())
			}
		}
		if w := after.Lanes[0].Workers[0]; w.State != engine.Crashed {
			t.Errorf("worker 1 is %v", w.State)
		}
		r.do(engine.Change{Control: engine.Resume})
		time.Sleep(time.Second)
		after = r.look()
		if after.At-before.At != time.Second || after.Lanes[0].Workers[0].State == engine.Crashed {
			t.Errorf("does not go on:\n%s", described(after))
		}
	})
}

// TestSlowMotion: lane time passes at the speed that is set, without a restart,
// and everything that is measured in lane time stays as it is.
func TestSlowMotion(t *testing.T) {
	inFakeTime(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: a, service: {dist: constant, mean: 4ms}}]
`, func(r *rig) {
		at := time.Duration(0)
		for _, speed := range []float64{1, 0.01, 0.25, 10, 1} {
			if r.look().Slowed != (at > time.Second) {
				t.Errorf("marked as slowed at %v: %v", at, !r.look().Slowed)
			}
			r.do(engine.Change{Speed: speed})
			time.Sleep(time.Duration(float64(time.Second) / speed))
			at += time.Second
			if s := r.look(); (s.At-at).Abs() > time.Microsecond || s.Speed != speed {
				t.Errorf("at speed %g (%g): %v, want %v", speed, s.Speed, s.At, at)
			}
		}
		s := r.look()
		if !s.Slowed {
			t.Error("not marked as slowed")
		}
		for i := range s.Lanes {
			l := &s.Lanes[i]
			if n := l.Ledger.Offered; n < 499 || n > 501 {
				t.Errorf("lane %s: %d items in 5 s", l.Name, n)
			}
			if max := l.Whole.Latency.Max; max < 4*time.Millisecond || max > 5*time.Millisecond {
				t.Errorf("lane %s: latency up to %v", l.Name, max)
			}
		}
		for _, speed := range []float64{-1, 0.009, 10.01} {
			if r.Apply(engine.Change{Speed: speed}) == nil {
				t.Errorf("speed %g was taken", speed)
			}
		}
	})
}

// TestOneStepInRealTime steps at full load on threads that really run at once.
func TestStepInRealTime(t *testing.T) {
	r := begin(t, crowded, Options{Endless: true, Clock: clock.NewLane()})
	time.Sleep(50 * time.Millisecond)
	r.do(engine.Change{Control: engine.Pause})
	r.step()
	for range 10 {
		before := r.look().Clone()
		r.step()
		after := r.look()
		for i := range after.Lanes {
			if n := after.Lanes[i].Ledger.Ended() - before.Lanes[i].Ledger.Ended(); n != 1 {
				t.Errorf("lane %s: %d items ended in a step\n%s", after.Lanes[i].Name, n, described(after))
			}
		}
	}
	r.end()
}
