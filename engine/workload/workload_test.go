package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// scenario returns a valid scenario with that load and one handler.
func scenario(l engine.Load) *engine.Scenario {
	if l.Keys.Count == 0 {
		l.Keys.Count = 16
	}
	return &engine.Scenario{
		Seed: 1,
		Load: l,
		Handlers: []engine.Handler{
			{Name: "charge", Service: engine.Service{Dist: engine.DistExponential, Mean: 10 * time.Millisecond}},
		},
	}
}

// with returns a copy of s with another rate.
func with(s *engine.Scenario, rate float64) *engine.Scenario {
	changed := *s
	changed.Load.Rate = engine.Rate(rate)
	return &changed
}

// stream returns the stream of a scenario that is right.
func stream(t testing.TB, s *engine.Scenario) *Stream {
	t.Helper()
	st, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// take returns the next n items, or as many as there are.
func take(c *Cursor, n int) []engine.Item {
	items := make([]engine.Item, n)
	return items[:c.Next(never, items)]
}

// gaps returns the seconds between the items, beginning with that to the first.
func gaps(items []engine.Item) []float64 {
	all := make([]float64, len(items))
	var last time.Duration
	for i, it := range items {
		all[i] = (it.At - last).Seconds()
		last = it.At
	}
	return all
}

// The statistical tests have fixed seeds, so they give the same verdict each
// time. Their level is such that one in a thousand right generators would fail.
const level = 0.001

// fits checks a sample against a distribution: the one-sample Kolmogorov-
// Smirnov distance, with the asymptotic critical value sqrt(-ln(level/2)/2n).
func fits(t *testing.T, sample []float64, cdf func(float64) float64) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(sample))
	n := float64(len(sorted))
	var distance float64
	for i, x := range sorted {
		p := cdf(x)
		distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
	}
	if critical := math.Sqrt(-math.Log(level/2) / (2 * n)); distance > critical {
		t.Errorf("Kolmogorov-Smirnov distance %.5f of %d draws, above %.5f", distance, len(sample), critical)
	}
}

// fitsCounts is Pearson's chi-square test of counts against expected ones.
func fitsCounts(t *testing.T, counts, expected []float64) {
	t.Helper()
	x := stat.ChiSquare(counts, expected)
	law := distuv.ChiSquared{K: float64(len(counts) - 1)}
	if critical := law.Quantile(1 - level); x > critical {
		t.Errorf("chi-square %.1f of %d counts, above %.1f", x, len(counts), critical)
	}
}

// moments checks mean and variance of independent draws to four standard
// errors; fourth is the law's fourth central moment.
func moments(t *testing.T, sample []float64, mean, variance, fourth float64) {
	t.Helper()
	n := float64(len(sample))
	gotMean, gotVariance := stat.MeanVariance(sample, nil)
	if tolerance := 4*math.Sqrt(variance/n) + 1e-9; math.Abs(gotMean-mean) > tolerance {
		t.Errorf("mean %v, want %v to within %v", gotMean, mean, tolerance)
	}
	if tolerance := 4*math.Sqrt((fourth-variance*variance)/n) + 1e-9; math.Abs(gotVariance-variance) > tolerance {
		t.Errorf("variance %v, want %v to within %v", gotVariance, variance, tolerance)
	}
}

// uncorrelated checks that two samples are, to four standard errors.
func uncorrelated(t *testing.T, what string, a, b []float64) {
	t.Helper()
	if r := stat.Correlation(a, b, nil); math.Abs(r) > 4/math.Sqrt(float64(len(a))) {
		t.Errorf("%s: correlation %.5f over %d pairs", what, r, len(a))
	}
}
