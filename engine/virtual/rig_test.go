package virtual

import (
	"encoding/json"
	"fmt"
	"strings"
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

// counted is every count of a run.
func counted(s *engine.Snapshot) string {
	var b strings.Builder
	for i := range s.Lanes {
		l := &s.Lanes[i]
		fmt.Fprintf(&b, "%s wasted %d retries %d %+v\n", l.Name, l.Wasted, l.Retries, l.Ledger)
		for j := range l.Handlers {
			fmt.Fprintf(&b, "  %s %+v\n", l.Handlers[j].Name, l.Handlers[j].Ledger)
		}
	}
	return b.String()
}

// replaced is a text with something in place of its one %.
// shorter is by how much simulations are shorter than it takes to prove figures.
var shorter = 1

func replaced(text, by string) string { return strings.Replace(text, "%", by, 1) }
