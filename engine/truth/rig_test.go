package truth_test

import (
	"math"
	"testing"

	"duet/engine"
	"duet/engine/virtual"
)

// decode reads a scenario written in a test.
func decode(t testing.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("truth.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// simulate starts a simulation that runs as fast as it goes.
func simulate(s *engine.Scenario) (engine.Run, error) {
	return virtual.New(s, virtual.Options{Speed: math.Inf(1)})
}
