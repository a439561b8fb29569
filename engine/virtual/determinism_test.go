package virtual

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// told is all that a simulation tells of itself.
func told(t testing.TB, m *machine) string {
	t.Helper()
	var snap engine.Snapshot
	var series engine.Series
	m.fill(&snap)
	series.Lanes = nil
	r := &Run{machine: m}
	r.Series(&series, 0, duration(m.now))
	for i := range series.Lanes {
		for _, s := range [][]float32{series.Lanes[i].P50, series.Lanes[i].P99} {
			for k := range s {
				if math.IsNaN(float64(s[k])) {
					s[k] = -1
				}
			}
		}
	}
	snap.Scenario, snap.Began = nil, nil
	text, err := json.MarshalIndent(struct {
		Snap   engine.Snapshot
		Series engine.Series
		Marks  []engine.Change
	}{snap, series, m.log.marks(nil, 0)}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wreaked simulates a scenario with drawn changes up to a time. between is called
// now and then; it must not make a difference.
func wreaked(t testing.TB, s *engine.Scenario, todo []deed, slices func() int64, between func(m *machine)) *machine {
	m, err := newMachine(s, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range todo {
		d := &todo[i]
		if d.what != "look" {
			_ = m.apply(d.change(m.scenario))
		}
		for to := m.now + int64(d.pause); m.now < to; {
			m.halted = false
			m.advance(min(to, add(m.now, slices())))
			between(m)
		}
	}
	return m
}

// TestNobodysLookMakesADifference holds that slices and looks change nothing of
// what a simulation tells.
func TestNobodysLookMakesADifference(t *testing.T) {
	t.Parallel()
	few, failed := max(10, 30/shorter), false // simulating in small slices takes its time
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		if few--; few < 0 && !failed { // a failure goes on being shrunk
			return
		}
		step := rapid.Int64Range(50, 300).Draw(rt, "step") * int64(time.Millisecond) / 3
		once := wreaked(t, s, todo, func() int64 { return never }, func(*machine) {})
		var snap engine.Snapshot
		looked := wreaked(t, s, todo, func() int64 { return step }, func(m *machine) {
			m.fill(&snap)
			m.save()
		})
		if a, b := told(t, once), told(t, looked); a != b {
			failed = true
			rt.Fatalf("%s", firstDifference(a, b))
		}
	})
}

// TestGoingBackChangesNothing goes back to drawn times of a simulation with drawn
// changes, and finds it as it was then; and gone through once more, it ends as it
// did.
func TestGoingBackChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		part := rapid.Float64Range(0, 1).Draw(rt, "part")
		m := wreaked(t, s, todo, func() int64 { return never }, func(*machine) {})
		end, whole := m.now, told(t, m)
		at := int64(part * float64(end))
		first := wreaked(t, s, todo, func() int64 { return never }, func(*machine) {})
		first.goTo(at)
		then := told(t, first)

		again, err := newMachine(s, true)
		if err != nil {
			t.Fatal(err)
		}
		again.log.all = m.log.all
		again.replay()
		again.goTo(at)
		if straight := told(t, again); straight != then {
			rt.Fatalf("gone back from %v to %v:\n%s\n%s", duration(end), duration(at), firstDifference(straight, then), s.Story)
		}
		for range 2 {
			m.goTo(at)
			if now := told(t, m); now != then {
				rt.Fatalf("gone back again from %v to %v:\n%s", duration(end), duration(at), firstDifference(then, now))
			}
			for m.now < end {
				m.halted = false
				m.advance(end)
			}
			if now := told(t, m); now != whole {
				rt.Fatalf("gone back to %v, and on to %v:\n%s\n%s", duration(at), duration(end), firstDifference(whole, now), s.Story)
			}
		}
	})
}

// firstDifference shows where two texts begin to differ.
func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-1500):min(len(s), i+200)] }
	return around(a) + "\n---------- or\n" + around(b)
}
