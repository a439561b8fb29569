package rehearsal

import (
	"testing"

	"go.uber.org/goleak"

	"duet/engine/budget"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// BenchmarkScreen reports every figure of the screen that has a budget.
func BenchmarkScreen(b *testing.B) { budget.Benchmark(b, Screen()) }

// TestKeysComeToTheTerminal: what is timed is a key that is seen.
func TestKeysComeToTheTerminal(t *testing.T) {
	p, err := begin(t.Context(), scenario, false)
	if err != nil {
		t.Fatal(err)
	}
	took, err := p.keys(2)
	if err != nil || len(took) != 2 || took[0] <= 0 {
		t.Errorf("%v, %v", took, err)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}
