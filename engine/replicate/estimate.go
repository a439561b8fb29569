package replicate

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// Estimate is what a figure is over several independent replications: their
// mean, and its 95 % confidence interval by Student's t (Law, Simulation
// Modeling and Analysis, 5th edition, section 4.5).
type Estimate struct {
	Runs int               `json:"runs"` // in which the figure was defined
	Mean engine.Figure     `json:"mean"` // NaN (null in JSON) without such runs
	CI95 *[2]engine.Figure `json:"ci95"` // nil with fewer than two
}

// Of estimates from one value for each run. Values that are NaN are left out.
func Of(values []float64) Estimate {
	var defined []float64
	for _, x := range values {
		if !math.IsNaN(x) {
			defined = append(defined, x)
		}
	}
	e := Estimate{Runs: len(defined), Mean: engine.Figure(math.NaN())}
	if e.Runs == 0 {
		return e
	}
	mean, deviation := stat.MeanStdDev(defined, nil)
	e.Mean = engine.Figure(mean)
	if n := float64(e.Runs); n > 1 {
		half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
		e.CI95 = &[2]engine.Figure{engine.Figure(mean - half), engine.Figure(mean + half)}
	}
	return e
}

// Half is half the width of the interval; NaN where there is none.
func (e Estimate) Half() float64 {
	if e.CI95 == nil {
		return math.NaN()
	}
	return float64(e.CI95[1]-e.CI95[0]) / 2
}
