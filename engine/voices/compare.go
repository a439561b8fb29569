package voices

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/theory"
)

// Comparison is one figure of one model, by all voices.
type Comparison struct {
	Model      string              `json:"model"` // in Kendall's notation
	What       string              `json:"what"`
	Figure     Figure              `json:"figure"`     // seconds; loss is a share of 1
	Theory     engine.Figure       `json:"theory"`     //
	Virtual    *replicate.Estimate `json:"virtual"`    // of long runs; null where none were made
	Real       *replicate.Estimate `json:"real"`       // of short runs; null where none were made
	Difference *replicate.Estimate `json:"difference"` // real less simulated, on the same items
	Tolerance  engine.Figure       `json:"tolerance"`  // of the difference
	Agree      bool                `json:"agree"`
	Why        string              `json:"why"` // they do not, or a remark; mostly empty
}

// What a real run may differ by from the simulation of the same items: a part
// of the figure for what the machine does meanwhile, and a time for how late
// its timers are.
const (
	Tolerance     = 0.05
	ToleranceTime = time.Millisecond
	toleranceLoss = 0.005 // of all items
)

// together is how sure all comparisons of a table are, when all is right.
const together = 0.99

func newComparison(m *Model, f Figure) Comparison {
	r := theory.ForLane(m.Scenario, 0, 0)
	c := Comparison{Model: r.Model, What: m.What, Figure: f}
	floor := ToleranceTime.Seconds()
	switch f {
	case WaitMean:
		c.Theory = r.WaitMean
	case LatencyMean:
		c.Theory = r.LatencyMean
	case Loss:
		c.Theory, floor = r.Loss, toleranceLoss
	}
	c.Tolerance = engine.Figure(Tolerance*float64(c.Theory) + floor)
	return c
}

// judge decides whether the voices agree, as one of so many comparisons.
func (c *Comparison) judge(of int) {
	theory := float64(c.Theory)
	off := func(e *replicate.Estimate, from float64) float64 {
		return math.Abs(float64(e.Mean)-from) - wide(e, of)
	}
	c.Agree, c.Why = false, ""
	switch {
	case math.IsNaN(theory):
		c.Why = "theory says nothing of it"
	case c.Virtual != nil && !(off(c.Virtual, theory) <= 0):
		c.Why = "theory lies outside of what was simulated"
	case c.Real != nil && !(off(c.Real, theory) <= float64(c.Tolerance)):
		c.Why = "theory lies outside of what was measured"
	case c.Difference != nil && !(math.Abs(float64(c.Difference.Mean)) <= float64(c.Tolerance)):
		c.Why = "real runs differ from the simulation of the same items by more than the tolerance"
	default:
		c.Agree = true
	}
}

// wide is half of the interval that an estimate has as one of so many.
func wide(e *replicate.Estimate, of int) float64 {
	half := e.Half() // at 95 %
	if !(half > 0) || e.Runs < 2 {
		return half
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(e.Runs - 1)}
	return half * t.Quantile(1-(1-together)/2/float64(of)) / t.Quantile(0.975)
}
