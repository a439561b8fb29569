package rehearsal

import (
	"context"
	"errors"
	"strings"
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

// TestNobodyWaitsForAnEndedScreen: with the context, or the playground, waiting ends.
func TestNobodyWaitsForAnEndedScreen(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	p, err := begin(ctx, scenario, false)
	if err != nil {
		t.Fatal(err)
	}
	interrupted := errors.New("interrupted")
	stop(interrupted)
	if err := p.seen("never"); !errors.Is(err, interrupted) {
		t.Errorf("after the context: %v", err)
	}
	if err := p.end(); !errors.Is(err, interrupted) {
		t.Errorf("the playground ended with %v", err)
	}
	if p, err = begin(t.Context(), scenario, false); err != nil {
		t.Fatal(err)
	}
	p.program.Quit()
	if err := p.seen("never"); err == nil || !strings.Contains(err.Error(), "ended before") {
		t.Errorf("after its end: %v", err)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}
