package virtual

import (
	"encoding/json"
	"testing"

	"duet/engine"
)

// scenarioOf reads the scenario that a test is about.
func scenarioOf(t testing.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// simulated runs a scenario to its end, as fast as it goes.
func simulated(t testing.TB, s *engine.Scenario) *engine.Snapshot {
	t.Helper()
	m, err := newMachine(s, false)
	if err != nil {
		t.Fatal(err)
	}
	m.advance(never)
	var snap engine.Snapshot
	m.fill(&snap)
	return &snap
}

// figures is the JSON of all lanes' figures.
func figures(t testing.TB, snap *engine.Snapshot) string {
	t.Helper()
	var all []engine.LaneFigures
	for i := range snap.Lanes {
		all = append(all, engine.FiguresOf(&snap.Lanes[i], nil))
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
