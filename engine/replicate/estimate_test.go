package replicate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"duet/engine/replicate"
)

// TestEstimate: ten values of Law, Simulation Modeling and Analysis, 5th
// edition, example 4.26: the 90 % interval is 1.34 +- 0.24, which is t(9, .95) =
// 1.833 standard errors; at 95 % t is 2.262.
func TestEstimate(t *testing.T) {
	e := replicate.Of([]float64{1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09, math.NaN()})
	if e.Runs != 10 || math.Abs(float64(e.Mean)-1.343) > 1e-9 {
		t.Errorf("%d runs, mean %v; want 10 and 1.343", e.Runs, e.Mean)
	}
	if half := e.Half() * 1.833 / 2.262; math.Abs(half-0.24) > 0.005 {
		t.Errorf("at 90 %% the interval is +- %v, want 0.24", half)
	}
}

func TestEstimateOfLittle(t *testing.T) {
	for _, values := range [][]float64{nil, {math.NaN()}, {3}} {
		e := replicate.Of(values)
		if e.CI95 != nil || !math.IsNaN(e.Half()) || math.IsNaN(float64(e.Mean)) != (e.Runs == 0) {
			t.Errorf("%v gives %+v", values, e)
		}
	}
}

// TestTheIntervalHoldsTheMean counts how often it does: 95 % of the time.
func TestTheIntervalHoldsTheMean(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	const rounds = 4000
	held := 0
	for range rounds {
		values := make([]float64, 5)
		for i := range values {
			values[i] = draw.NormFloat64() + 10
		}
		if e := replicate.Of(values); e.CI95[0] <= 10 && 10 <= e.CI95[1] {
			held++
		}
	}
	// Three standard deviations of a binomial share.
	if share := float64(held) / rounds; math.Abs(share-0.95) > 3*math.Sqrt(0.95*0.05/rounds) {
		t.Errorf("the interval held the mean in %.1f %%", 100*share)
	}
}
