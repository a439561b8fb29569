package presets_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/conformance"
	"duet/engine/broker/dial"
	"duet/engine/live"
	"duet/engine/replicate"
	"duet/engine/theory"
	"duet/engine/virtual"
	"duet/presets"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	os.Exit(m.Run())
}

// TestClaimsHold simulates every case once, as it is played, and holds its claims
// against that. Those of the long run take minutes, and are for duet verify: here
// theory has to agree with what they say.
func TestClaimsHold(t *testing.T) {
	for _, p := range presets.List() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			s, err := presets.Open(p.Name)
			if err != nil {
				t.Fatal(err)
			}
			if inBroker(s) {
				t.Skip("what a broker does cannot be simulated: TestClaimsHoldInABroker")
			}
			for _, v := range s.Variants() {
				snap := simulated(t, v)
				for _, c := range v.Expect {
					switch {
					case c.In == engine.InSteady:
						checkTheory(t, v.Case, c, snap)
					case c.AppliesTo(engine.Virtual):
						if verdict, err := c.Check(snap, theory.Figure); err != nil || !verdict.Holds {
							t.Errorf("%s: %+v, %v", v.Case, verdict, err)
						}
					}
				}
			}
		})
	}
}

// inBroker tells whether a scenario has a queue in a broker.
func inBroker(s *engine.Scenario) bool {
	return slices.ContainsFunc(s.Lanes, func(l engine.Lane) bool { return l.Queue.Remote() })
}

// TestClaimsHoldInABroker runs in real time what is in the broker inside duet, all at
// once, and holds the claims against that.
func TestClaimsHoldInABroker(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the presets")
	}
	for _, p := range presets.List() {
		s, err := presets.Open(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name == "partition-order" {
			s = embedded(t, s)
		}
		if !inBroker(s) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			for round := 1; ; round++ {
				failed := measured(t, s)
				if len(failed) == 0 {
					return
				}
				if round == rounds {
					t.Fatal(failed)
				}
				t.Log("made again, as the machine may have been busy: ", failed)
			}
		})
	}
}

// embedded is a shorter run of the preset about the order of keys, with its queues in the
// broker inside duet. There the order holds for what is tried again as well.
func embedded(t *testing.T, s *engine.Scenario) *engine.Scenario {
	t.Helper()
	s = s.Clone()
	for i := range s.Lanes {
		s.Lanes[i].Queue.Broker, s.Lanes[i].Queue.URL = engine.JetStream, engine.InMemory
	}
	s.Duration = 5 * time.Second
	s.Expect = append(s.Expect, engine.Claim{Text: "again.order.key_late == 0"})
	moved, err := s.WithAll(nil)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

// rounds is how often a real run is made whose claims fail.
const rounds = 3

// measured runs a scenario in real time, and returns the claims that do not hold.
func measured(t *testing.T, s *engine.Scenario) (failed []string) {
	t.Helper()
	run, err := live.New(s, live.Options{Dial: func(ctx context.Context, q *engine.Queue) (broker.Server, error) {
		return dial.Server(ctx, q, os.Getenv)
	}})
	if err != nil {
		t.Fatal(err)
	}
	<-run.Done()
	var snap engine.Snapshot
	run.Snapshot(&snap)
	if err := run.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range s.Expect {
		if !c.AppliesTo(engine.Real) {
			continue
		}
		if verdict, err := c.Check(&snap, theory.Figure); err != nil || !verdict.Holds {
			failed = append(failed, fmt.Sprintf("%+v, %v", verdict, err))
		}
	}
	return failed
}

// simulated is the last snapshot of one simulated run.
func simulated(t *testing.T, s *engine.Scenario) *engine.Snapshot {
	t.Helper()
	var last *engine.Snapshot
	start := func(s *engine.Scenario) (engine.Run, error) {
		return virtual.New(s, virtual.Options{Speed: math.Inf(1)})
	}
	err := replicate.Each(t.Context(), start, 1, 1, func(int) *engine.Scenario { return s }, func(_ int, snap *engine.Snapshot) { last = snap })
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// checkTheory holds that what a claim of the long run says is what theory says,
// where it says anything.
func checkTheory(t *testing.T, name string, c engine.Claim, snap *engine.Snapshot) {
	t.Helper()
	all, err := c.Comparisons(snap.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		_, right := all[i].Sides(snap, theory.Figure)
		if known := all[i].Theory(snap, theory.Figure); all[i].Constant() && !math.IsNaN(known) && !all[i].Holds(known, right) {
			t.Errorf("%s: %s, and theory says %v", name, c.Text, known)
		}
	}
}
