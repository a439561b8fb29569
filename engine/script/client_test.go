package script

import (
	"testing"
	"time"

	"duet/engine"
)

func TestPausesDoubleUpToTheirMost(t *testing.T) {
	b := engine.Backoff{Base: 50 * time.Millisecond, Max: 300 * time.Millisecond}
	for failed, want := range map[int]time.Duration{1: 50, 2: 100, 3: 200, 4: 300, 5: 300, 100: 300} {
		if got := Pause(b, failed, 0.5); got != want*time.Millisecond {
			t.Errorf("after %d failures: %v", failed, got)
		}
		b.Jitter = engine.JitterFull
		if got := Pause(b, failed, 0.5); got != want*time.Millisecond/2 {
			t.Errorf("with jitter, after %d failures: %v", failed, got)
		}
		b.Jitter = engine.JitterNone
	}
	if got := Pause(engine.Backoff{Max: time.Second}, 7, 1); got != 0 {
		t.Errorf("without a base: %v", got)
	}
}

func TestABudgetIsAPartOfWhatArrived(t *testing.T) {
	for _, c := range []struct {
		budget           engine.Share
		arrived, retries int64
		want             bool
	}{
		{0, 0, 1_000_000, true},
		{0.1, 0, 9, true},
		{0.1, 0, 10, false},
		{0.1, 1000, 109, true},
		{0.1, 1000, 110, false},
		{1, 5, 14, true},
		{1, 5, 15, false},
	} {
		if got := Allows(engine.Retry{Budget: c.budget}, c.arrived, c.retries); got != c.want {
			t.Errorf("%v of %d, after %d: %v", c.budget, c.arrived, c.retries, got)
		}
	}
}
