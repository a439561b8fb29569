package tui

import (
	"math"
	"testing"

	"duet/engine"
	"duet/ui/internal/plot"
)

// Of one worker with half of its time free theory knows the latencies: they are
// exponential, and up to each column there are as many as that says.
func TestTheoryOfTheSpread(t *testing.T) {
	s := &scene{}
	sc := decode(t,
		"load: {rate: 50/s}", "handlers: [{name: charge, service: {mean: 10ms}}]",
		"lanes: [{model: message, workers: 1}, {model: event}]",
	)
	s.snap = engine.Snapshot{Scenario: sc, Lanes: make([]engine.LaneSnapshot, len(sc.Lanes))}
	s.theorise()
	axis := plot.Log{Min: 1e-4, Max: 1}
	for lane := range 2 {
		shares, sum := s.expectedShares(lane, 40, axis), 0.0
		if shares == nil {
			t.Fatalf("theory knows nothing of lane %d", lane)
		}
		for x, share := range shares {
			sum += float64(share)
			at := axis.Value(float64(x+1) / 40)
			if want := -math.Expm1(-at / 0.020); math.Abs(sum-want) > 0.02 {
				t.Errorf("lane %d: up to %.4f s are %.3f, want %.3f", lane, at, sum, want)
			}
		}
	}
}
