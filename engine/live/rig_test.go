package live

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
)

// rig is a run under test.
type rig struct {
	*Run
	t    testing.TB
	snap engine.Snapshot
}

// scenarioOf reads the scenario that a test is about.
func scenarioOf(t testing.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// inFakeTime runs a scenario without an end in a bubble of fake time. That its
// goroutines end with it the bubble holds.
func inFakeTime(t *testing.T, text string, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := begin(t, text, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly())})
		test(r)
		r.end()
	})
}

// inBothTimes runs it in fake time, and on real threads.
func inBothTimes(t *testing.T, text string, test func(r *rig, fake bool)) {
	t.Run("fake time", func(t *testing.T) {
		inFakeTime(t, text, func(r *rig) { test(r, true) })
	})
	t.Run("real time", func(t *testing.T) {
		r := begin(t, text, Options{Endless: true})
		test(r, false)
		r.end()
	})
}

func begin(t testing.TB, text string, o Options) *rig {
	t.Helper()
	r, err := New(scenarioOf(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Run: r, t: t}
}

// end closes the run.
func (r *rig) end() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Errorf("Close: %v", err)
	}
}

// do makes changes, which must succeed.
func (r *rig) do(changes ...engine.Change) {
	r.t.Helper()
	for _, c := range changes {
		if err := r.Apply(c); err != nil {
			r.t.Fatalf("%s: %v", shownChange(&c), err)
		}
	}
}

func shownChange(c *engine.Change) string {
	switch {
	case c.Fault != nil:
		return fmt.Sprintf("fault %+v", *c.Fault)
	case c.Path != "":
		return fmt.Sprintf("%s=%s %s", c.Path, c.Value, c.Lane)
	case c.Control != "":
		return string(c.Control)
	default:
		return fmt.Sprintf("speed %g", c.Speed)
	}
}

func set(path, value string) engine.Change {
	return engine.Change{By: "test", Path: path, Value: value}
}

func broken(f engine.Fault) engine.Change { return engine.Change{By: "test", Fault: &f} }

// look is the state now.
func (r *rig) look() *engine.Snapshot {
	r.Snapshot(&r.snap)
	return &r.snap
}

func (r *rig) lane(name string) *engine.LaneSnapshot {
	r.t.Helper()
	s := r.look()
	for i := range s.Lanes {
		if s.Lanes[i].Name == name {
			return &s.Lanes[i]
		}
	}
	r.t.Fatalf("no lane %s", name)
	return nil
}

// await waits until a state is reached, at most so long.
func (r *rig) await(what string, most time.Duration, reached func(*engine.Snapshot) bool) *engine.Snapshot {
	r.t.Helper()
	for waited := time.Duration(0); ; waited += readEvery {
		if s := r.look(); reached(s) {
			return s
		}
		if waited >= most {
			r.t.Fatalf("after %v: not %s\n%s", most, what, described(&r.snap))
		}
		time.Sleep(readEvery)
	}
}

func quiescent(s *engine.Snapshot) bool { return s.Quiescent }

// described says what a failed test wants to know of a run.
func described(s *engine.Snapshot) string {
	text := fmt.Sprintf("at %v offered %d quiescent %v paused %v", s.At, s.Offered, s.Quiescent, s.Paused)
	for i := range s.Lanes {
		l := &s.Lanes[i]
		text += fmt.Sprintf("\n%s: %+v balance %d dead %q stopped %v limit %v depth %d backlog %d\n  publishers %+v\n  workers %+v",
			l.Name, l.Ledger, l.Ledger.Balance(), l.Dead, l.Stopped, l.AtLimit, l.Whole.Depth.Now, l.Whole.Backlog.Now, l.Publishers, l.Workers)
		for j := range l.Handlers {
			h := &l.Handlers[j]
			text += fmt.Sprintf("\n  %s: %+v balance %d depth %d busy %d", h.Name, h.Ledger, h.Ledger.Balance(), h.Depth.Now, h.Busy)
		}
	}
	return text
}

// checkBalance holds that every ledger accounts for every item, and that
// nothing is on its way.
func checkBalance(s *engine.Snapshot) error {
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if l.Ledger.Balance() != 0 || l.Ledger.Waiting != 0 || l.Ledger.InFlight != 0 ||
			l.Whole.Depth.Now != 0 || l.Whole.Backlog.Now != 0 || l.Whole.InSystem.Now != 0 {
			return fmt.Errorf("lane %s does not balance:\n%s", l.Name, described(s))
		}
		for j := range l.Handlers {
			h := &l.Handlers[j]
			if h.Ledger.Balance() != 0 || h.Ledger.Waiting != 0 || h.Ledger.InFlight != 0 || h.Depth.Now != 0 || h.Busy != 0 {
				return fmt.Errorf("handler %s of lane %s does not balance:\n%s", h.Name, l.Name, described(s))
			}
		}
	}
	return checkCounts(s)
}

// checkCounts holds what is true at any moment.
func checkCounts(s *engine.Snapshot) error {
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if err := checkLedger(&l.Ledger); err != nil {
			return fmt.Errorf("lane %s: %w\n%s", l.Name, err, described(s))
		}
		if !s.Unlinked && l.Ledger.Offered != s.Offered {
			return fmt.Errorf("lane %s was offered something else\n%s", l.Name, described(s))
		}
		for j := range l.Handlers {
			if err := checkLedger(&l.Handlers[j].Ledger); err != nil {
				return fmt.Errorf("lane %s, handler %s: %w\n%s", l.Name, l.Handlers[j].Name, err, described(s))
			}
		}
	}
	return nil
}

func checkLedger(l *engine.Ledger) error {
	for _, n := range []int64{
		l.Offered, l.Done, l.Failed, l.Dropped, l.Expired, l.DeadLettered, l.Lost, l.Waiting, l.InFlight,
		l.Redelivered, l.Duplicates, l.Deduplicated, l.Attempts, l.Skipped,
	} {
		if n < 0 {
			return fmt.Errorf("a count is negative: %+v", *l)
		}
	}
	if l.Ended() > l.Offered {
		return fmt.Errorf("more ended than was offered: %+v", *l)
	}
	return nil
}
