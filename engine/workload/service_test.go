package workload

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// demands returns the demands of n items, in seconds.
func demands(st *Stream, handler, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = st.Demand(engine.Item{Seq: int64(i + 1)}, handler).Seconds()
	}
	return all
}

// servingAs returns a scenario whose handlers have these service times.
func servingAs(settings ...engine.Service) *engine.Scenario {
	s := scenario(engine.Load{Rate: 1, Arrivals: engine.Constant})
	s.Handlers = nil
	for _, service := range settings {
		s.Handlers = append(s.Handlers, engine.Handler{Name: "work", Service: service})
	}
	return s
}

func TestServiceFits(t *testing.T) {
	const mean = 0.02
	logVariance := math.Log(1 + 1.5*1.5)
	tests := []struct {
		settings         engine.Service
		cdf              func(float64) float64
		variance, fourth float64
	}{
		{engine.Service{Dist: engine.DistExponential}, distuv.Exponential{Rate: 1 / mean}.CDF, mean * mean, 9 * math.Pow(mean, 4)},
		{engine.Service{Dist: engine.DistUniform, Spread: 0.5}, distuv.Uniform{Min: mean / 2, Max: mean * 3 / 2}.CDF, mean * mean / 12, math.Pow(mean, 4) / 80},
		{
			engine.Service{Dist: engine.DistLognormal, CV: 1.5},
			distuv.LogNormal{Mu: math.Log(mean) - logVariance/2, Sigma: math.Sqrt(logVariance)}.CDF,
			mean * mean * 1.5 * 1.5,
			lognormalFourth(mean, 1.5),
		},
		{
			engine.Service{Dist: engine.DistGamma, CV: 0.5},
			distuv.Gamma{Alpha: 4, Beta: 4 / mean}.CDF,
			mean * mean / 4,
			gammaFourth(mean, 0.5),
		},
		{
			engine.Service{Dist: engine.DistGamma, CV: 1.5},
			distuv.Gamma{Alpha: 4. / 9, Beta: 4. / 9 / mean}.CDF,
			mean * mean * 2.25,
			gammaFourth(mean, 1.5),
		},
		{
			engine.Service{Dist: engine.DistPareto, Shape: 6},
			distuv.Pareto{Xm: mean * 5 / 6, Alpha: 6}.CDF,
			mean * mean / 24,
			paretoFourth(mean, 6),
		},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.settings.Dist, test.settings.CV), func(t *testing.T) {
			test.settings.Mean = 20 * time.Millisecond
			d := demands(stream(t, servingAs(test.settings)), 0, 200_000)
			fits(t, d, test.cdf)
			moments(t, d, mean, test.variance, test.fourth)
			uncorrelated(t, "demands", d[1:], d[:len(d)-1])
		})
	}
}

// lognormalFourth is the fourth central moment: the excess kurtosis plus 3,
// times the squared variance.
func lognormalFourth(mean, cv float64) float64 {
	w, variance := 1+cv*cv, mean*mean*cv*cv
	return (math.Pow(w, 4) + 2*math.Pow(w, 3) + 3*w*w - 3) * variance * variance
}

// gammaFourth and paretoFourth are theirs.
func gammaFourth(mean, cv float64) float64 {
	return (6*cv*cv + 3) * math.Pow(mean*cv, 4)
}

func paretoFourth(mean, shape float64) float64 {
	law := distuv.Pareto{Xm: mean * (shape - 1) / shape, Alpha: shape}
	return (law.ExKurtosis() + 3) * law.Variance() * law.Variance()
}

// TestDiscreteServiceFits counts how often each time is drawn of those that
// there are.
func TestDiscreteServiceFits(t *testing.T) {
	const n, ms = 200_000, time.Millisecond
	bimodal := engine.Service{Dist: engine.DistBimodal, Mean: 19 * ms, Share: 0.1, Factor: 10}
	s := servingAs(bimodal, engine.Service{Dist: engine.DistEmpirical, File: "took.txt"}, engine.Service{Dist: engine.DistEmpirical, File: "took.txt", Mean: 4 * ms})
	s.Attach(func(string) ([]byte, error) { return []byte("1ms\n2ms\n2ms\n3ms\n"), nil })
	st := stream(t, s)
	for handler, want := range []map[time.Duration]float64{
		{10 * ms: 0.9, 100 * ms: 0.1},
		{1 * ms: 0.25, 2 * ms: 0.5, 3 * ms: 0.25},
		{2 * ms: 0.25, 4 * ms: 0.5, 6 * ms: 0.25},
	} {
		seen := map[time.Duration]float64{}
		all := demands(st, handler, n)
		for _, d := range all {
			seen[time.Duration(d*1e9+0.5)]++
		}
		var counts, expected []float64
		for d, part := range want {
			counts, expected = append(counts, seen[d]), append(expected, n*part)
			delete(seen, d)
		}
		if len(seen) > 0 {
			t.Errorf("handler %d draws %v as well", handler, seen)
		}
		fitsCounts(t, counts, expected)
		uncorrelated(t, "demands", all[1:], all[:n-1])
	}
}

func TestServiceEdges(t *testing.T) {
	st := stream(t, servingAs(
		engine.Service{Dist: engine.DistConstant, Mean: 20 * time.Millisecond},
		engine.Service{Dist: engine.DistLognormal, Mean: 20 * time.Millisecond, CV: 0},
		engine.Service{Dist: engine.DistUniform, Mean: 20 * time.Millisecond, Spread: 0},
		engine.Service{Dist: engine.DistExponential, Mean: 0},
		engine.Service{Dist: engine.DistLognormal, Mean: time.Hour, CV: 100},
		engine.Service{Dist: engine.DistUniform, Mean: time.Hour, Spread: 1},
		engine.Service{Dist: engine.DistGamma, Mean: time.Hour, CV: 100},
		engine.Service{Dist: engine.DistPareto, Mean: time.Hour, Shape: 1.1},
	))
	for seq := range int64(100_000) {
		it := engine.Item{Seq: seq + 1}
		for handler, want := range []time.Duration{20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 0} {
			if got := st.Demand(it, handler); got != want {
				t.Fatalf("item %d demands %v of handler %d, want %v", it.Seq, got, handler, want)
			}
		}
		for _, handler := range []int{4, 6, 7} {
			if got := st.Demand(it, handler); got < 0 {
				t.Fatalf("item %d demands %v of handler %d", it.Seq, got, handler)
			}
		}
		if got := st.Demand(it, 5); got < 0 || got > 2*time.Hour {
			t.Fatalf("item %d demands %v", it.Seq, got)
		}
	}
}

// TestHandlersAreIndependent: handlers with the same law have demands of their
// own, and demands do not follow the gaps or the keys.
func TestHandlersAreIndependent(t *testing.T) {
	law := engine.Service{Dist: engine.DistExponential, Mean: time.Second}
	s := servingAs(law, law)
	s.Load.Arrivals = engine.Poisson
	st := stream(t, s)
	const n = 100_000
	a, b := demands(st, 0, n), demands(st, 1, n)
	items := take(st.Cursor(), n)
	g, k := gaps(items), make([]float64, n)
	for i, it := range items {
		k[i] = float64(it.Key)
	}
	uncorrelated(t, "handlers", a, b)
	uncorrelated(t, "demand and gap", a, g)
	uncorrelated(t, "demand and next gap", a[:n-1], g[1:])
	uncorrelated(t, "demand and key", a, k)
	uncorrelated(t, "gap and key", g, k)
	if stat.Correlation(a, a, nil) < 0.99 {
		t.Error("the measure of correlation is blind")
	}
}

func TestServiceErrors(t *testing.T) {
	for want, settings := range map[string]engine.Service{
		"handlers.work.service.dist is trace, which needs load.trace with a service column": {Dist: engine.DistTrace},
		`handlers.work.service.dist is "weibull", which is no distribution`:                 {Dist: "weibull"},
		"handlers.work.service.dist is empirical, which needs a file of measured times":     {Dist: engine.DistEmpirical},
	} {
		_, err := New(servingAs(settings))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
