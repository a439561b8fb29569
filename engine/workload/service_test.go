package workload

import (
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
	}
	for _, test := range tests {
		t.Run(string(test.settings.Dist), func(t *testing.T) {
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

func TestServiceEdges(t *testing.T) {
	st := stream(t, servingAs(
		engine.Service{Dist: engine.DistConstant, Mean: 20 * time.Millisecond},
		engine.Service{Dist: engine.DistLognormal, Mean: 20 * time.Millisecond, CV: 0},
		engine.Service{Dist: engine.DistUniform, Mean: 20 * time.Millisecond, Spread: 0},
		engine.Service{Dist: engine.DistExponential, Mean: 0},
		engine.Service{Dist: engine.DistLognormal, Mean: time.Hour, CV: 100},
		engine.Service{Dist: engine.DistUniform, Mean: time.Hour, Spread: 1},
	))
	for seq := range int64(100_000) {
		it := engine.Item{Seq: seq + 1}
		for handler, want := range []time.Duration{20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 0} {
			if got := st.Demand(it, handler); got != want {
				t.Fatalf("item %d demands %v of handler %d, want %v", it.Seq, got, handler, want)
			}
		}
		if got := st.Demand(it, 4); got < 0 {
			t.Fatalf("item %d demands %v", it.Seq, got)
		}
		if got := st.Demand(it, 5); got < 0 || got > 2*time.Hour {
			t.Fatalf("item %d demands %v", it.Seq, got)
		}
	}
}

// TestQuantilesHoldInBothTails compares the quantile functions with the
// distributions far out, where a careless one rounds to 0 or infinity.
func TestQuantilesHoldInBothTails(t *testing.T) {
	const low, high = 0x1p-53, 1 - 0x1p-53
	exponential, _ := newQuantile(engine.Service{Dist: engine.DistExponential})
	lognormal, _ := newQuantile(engine.Service{Dist: engine.DistLognormal, CV: 1})
	tests := []struct {
		name      string
		got, want float64
	}{
		{"exponential low", exponential(low), 0x1p-53},
		{"exponential high", exponential(high), 53 * math.Ln2},
		// The normal quantile of 2^-53 is -8.2095.
		{"lognormal low", lognormal(low), math.Exp(-math.Ln2/2 - math.Sqrt(math.Ln2)*8.209536151601386)},
		{"lognormal high", lognormal(high), math.Exp(-math.Ln2/2 + math.Sqrt(math.Ln2)*8.209536151601386)},
	}
	for _, test := range tests {
		if math.Abs(test.got/test.want-1) > 1e-6 {
			t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
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
		"handlers.work.service.dist is trace, which needs load.trace with a service column":                          {Dist: engine.DistTrace},
		`handlers.work.service.dist is "weibull", which is none of constant, exponential, uniform, lognormal, trace`: {Dist: "weibull"},
	} {
		_, err := New(servingAs(settings))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
