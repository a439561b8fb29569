package service

import (
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"duet/engine"
)

// of is the law of settings that are right.
func of(t testing.TB, s engine.Service) Law {
	t.Helper()
	l, err := Of(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// measured are settings with a file of measured times.
func measured(t testing.TB, mean time.Duration, text string) engine.Service {
	t.Helper()
	s, err := engine.Decode("shop.yaml", []byte("load: {rate: 1/s}\nhandlers: [{name: a, service: {dist: empirical, file: took.txt}}]"))
	if err != nil {
		t.Fatal(err)
	}
	s.Attach(func(string) ([]byte, error) { return []byte(text), nil })
	v := s.Handlers[0].Service
	v.Mean = mean
	return v
}

// TestMoments: the mean of the quantiles is the mean of the law, which is 1, and
// so on for the variance; and quantiles and the chance to exceed them belong
// together.
func TestMoments(t *testing.T) {
	for _, c := range []struct {
		name string
		s    engine.Service
		scv  float64
	}{
		{"constant", engine.Service{Dist: engine.DistConstant}, 0},
		{"exponential", engine.Service{Dist: engine.DistExponential}, 1},
		{"uniform", engine.Service{Dist: engine.DistUniform, Spread: 0.6}, 0.12},
		{"lognormal", engine.Service{Dist: engine.DistLognormal, CV: 0.8}, 0.64},
		{"gamma, regular", engine.Service{Dist: engine.DistGamma, CV: 0.5}, 0.25},
		{"gamma, next to constant", engine.Service{Dist: engine.DistGamma, CV: 0.0005}, 0.00000025},
		{"gamma, variable", engine.Service{Dist: engine.DistGamma, CV: 2}, 4},
		{"pareto", engine.Service{Dist: engine.DistPareto, Shape: 5}, 1.0 / 15},
		{"bimodal", engine.Service{Dist: engine.DistBimodal, Share: 0.1, Factor: 10}, 0.09 * 81 / (1.9 * 1.9)},
		{"measured", measured(t, 0, "1s\n2s\n2s\n3s\n12s\n"), (9.0 + 4 + 4 + 1 + 64) / 5 / 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := of(t, c.s)
			var mean, square float64
			const n = 200_000
			for i := range n {
				p := (float64(i) + 0.5) / n
				x := l.Quantile(p)
				mean += x / n
				square += x * x / n
				if exceeds := l.Exceeds(x); l.Values == nil && c.scv > 1e-6 && math.Abs(exceeds-(1-p)) > 1e-6 {
					t.Fatalf("the chance to exceed %g, which the part %g does not, is %g", x, p, exceeds)
				}
			}
			if math.Abs(mean-1) > 1e-3 || math.Abs(square/(mean*mean)-1-c.scv) > 3e-3*(c.scv+1e-5) || math.Abs(l.SCV-c.scv) > 1e-12 {
				t.Errorf("the mean is %g, the squared coefficient of variation %g, said to be %g; want %g", mean, square/(mean*mean)-1, l.SCV, c.scv)
			}
		})
	}
}

// TestGammaQuantilesArePublished: twice the gamma of shape k/2 is chi-square
// with k degrees of freedom (Abramowitz, Stegun: "Handbook of Mathematical
// Functions", table 26.8).
func TestGammaQuantilesArePublished(t *testing.T) {
	for _, c := range []struct{ degrees, exceeds, want float64 }{
		{1, 0.995, 0.0000392704},
		{1, 0.5, 0.454937},
		{1, 0.05, 3.84146},
		{1, 0.0001, 15.1367},
		{2, 0.05, 5.99147},
		{4, 0.95, 0.710721},
		{10, 0.99, 2.55821},
		{10, 0.01, 23.2093},
		{30, 0.5, 29.3360},
		{100, 0.005, 140.169},
	} {
		l := of(t, engine.Service{Dist: engine.DistGamma, CV: math.Sqrt(2 / c.degrees)})
		if got := c.degrees * l.Quantile(1-c.exceeds); math.Abs(got/c.want-1) > 1e-5 {
			t.Errorf("chi-square with %g degrees exceeds %.8g with a chance of %g, want %g", c.degrees, got, c.exceeds, c.want)
		}
	}
}

// TestQuantilesHoldInBothTails compares the quantile functions with the
// distributions far out, where a careless one rounds to 0 or infinity.
func TestQuantilesHoldInBothTails(t *testing.T) {
	const low, high = 0x1p-53, 1 - 0x1p-53
	exponential := of(t, engine.Service{Dist: engine.DistExponential}).Quantile
	lognormal := of(t, engine.Service{Dist: engine.DistLognormal, CV: 1}).Quantile
	gamma := of(t, engine.Service{Dist: engine.DistGamma, CV: 1}).Quantile // is exponential
	pareto := of(t, engine.Service{Dist: engine.DistPareto, Shape: 2}).Quantile
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"exponential low", exponential(low), 0x1p-53},
		{"exponential high", exponential(high), 53 * math.Ln2},
		// The normal quantile of 2^-53 is -8.2095.
		{"lognormal low", lognormal(low), math.Exp(-math.Ln2/2 - math.Sqrt(math.Ln2)*8.209536151601386)},
		{"lognormal high", lognormal(high), math.Exp(-math.Ln2/2 + math.Sqrt(math.Ln2)*8.209536151601386)},
		{"gamma low", gamma(low), 0x1p-53},
		{"gamma high", gamma(high), 53 * math.Ln2},
		{"pareto low", pareto(low), 0.5},
		{"pareto high", pareto(high), 0.5 * math.Pow(2, 26.5)},
	} {
		if math.Abs(c.got/c.want-1) > 1e-6 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// settings draws anything that a file may say.
func settings(t *rapid.T) engine.Service {
	s := engine.Service{
		Dist: rapid.SampledFrom([]engine.Dist{
			engine.DistConstant, engine.DistExponential, engine.DistUniform, engine.DistLognormal,
			engine.DistGamma, engine.DistGamma, engine.DistPareto, engine.DistBimodal,
		}).Draw(t, "dist"),
		Mean:   20 * time.Millisecond,
		Spread: engine.Share(rapid.Float64Range(0, 1).Draw(t, "spread")),
		CV:     rapid.OneOf(rapid.Float64Range(0, 100), rapid.Float64Range(0, 0.01), rapid.Float64Range(0, 2)).Draw(t, "cv"),
		Shape:  rapid.Float64Range(1.1, 100).Draw(t, "shape"),
		Share:  engine.Share(rapid.Float64Range(0, 1).Draw(t, "share")),
		Factor: rapid.Float64Range(1, 1e4).Draw(t, "factor"),
	}
	return s
}

func TestQuantilesNeverDecrease(t *testing.T) {
	parts := rapid.OneOf(rapid.Float64Range(0x1p-53, 1-0x1p-53), rapid.Float64Range(0x1p-53, 1e-3), rapid.Map(rapid.Float64Range(0x1p-53, 1e-3), func(p float64) float64 { return 1 - p }))
	rapid.Check(t, func(t *rapid.T) {
		l, err := Of(settings(t))
		if err != nil {
			t.Fatal(err)
		}
		p, q := parts.Draw(t, "p"), parts.Draw(t, "q")
		low, high := l.Quantile(min(p, q)), l.Quantile(max(p, q))
		if !(low >= 0 && low <= high*(1+1e-9) && high <= math.MaxFloat64) {
			t.Fatalf("quantiles of %g and %g are %g and %g", min(p, q), max(p, q), low, high)
		}
		if a, b := l.Exceeds(low), l.Exceeds(high); !(a >= 0 && a <= 1+1e-12 && b <= a+1e-9) {
			t.Fatalf("%g is exceeded with a chance of %g, %g with one of %g", low, a, high, b)
		}
	})
}

// TestGammaInvertsItsDistribution compares with the distribution as gonum has
// it, over all shapes and far out in both tails.
func TestGammaInvertsItsDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cv := rapid.OneOf(rapid.Float64Range(0.01, 100), rapid.Float64Range(0.01, 3)).Draw(t, "cv")
		off := math.Exp(-rapid.Float64Range(0.01, 36).Draw(t, "how far out"))
		law := distuv.Gamma{Alpha: 1 / (cv * cv), Beta: 1 / (cv * cv)}
		g := newGamma(cv)
		if x := g.Quantile(off); x > 1e-290 && math.Abs(law.CDF(x)/off-1) > 1e-9 {
			t.Fatalf("the part %g does not exceed %g, but %g does not", off, x, law.CDF(x))
		}
		if x := g.Quantile(1 - off); off < 0.5 && x > 1e-290 && math.Abs(law.Survival(x)/(1-(1-off))-1) > 1e-9 {
			t.Fatalf("the part %g exceeds %g, but %g does", off, x, law.Survival(x))
		}
	})
}

func TestEdges(t *testing.T) {
	for name, s := range map[string]engine.Service{
		"uniform without a spread":        {Dist: engine.DistUniform},
		"lognormal without a variation":   {Dist: engine.DistLognormal},
		"gamma without a variation":       {Dist: engine.DistGamma},
		"bimodal where none take long":    {Dist: engine.DistBimodal, Factor: 10},
		"bimodal where all take long":     {Dist: engine.DistBimodal, Share: 1, Factor: 10},
		"bimodal where long is no longer": {Dist: engine.DistBimodal, Share: 0.3, Factor: 1},
		"measured, all alike":             measured(t, 0, "7ms\n7ms\n"),
	} {
		l := of(t, s)
		if l.SCV != 0 || l.Quantile(0.1) != 1 || l.Quantile(0.99) != 1 || l.Exceeds(0.99) != 1 || l.Exceeds(1) != 0 {
			t.Errorf("%s is not constant: %+v", name, l)
		}
	}
	if l := of(t, engine.Service{Dist: engine.DistPareto, Shape: 2}); !math.IsInf(l.SCV, 1) {
		t.Errorf("a pareto of shape 2 has the squared coefficient of variation %g", l.SCV)
	}
}

func TestMeasuredTimes(t *testing.T) {
	own, scaled := of(t, measured(t, 0, "30ms\n10ms\n20ms\n20ms\n")), of(t, measured(t, time.Second, "30ms\n10ms\n20ms\n20ms\n"))
	if own.Mean != 20e6 || scaled.Mean != 1e9 || own.SCV != 0.125 {
		t.Errorf("means %g and %g, squared coefficient of variation %g", own.Mean, scaled.Mean, own.SCV)
	}
	for p, want := range map[float64]float64{0x1p-53: 0.5, 0.249: 0.5, 0.25: 1, 0.749: 1, 0.75: 1.5, 1 - 0x1p-53: 1.5} {
		if got := own.Quantile(p); got != want {
			t.Errorf("the part %g does not exceed %g, want %g", p, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 1, 0.5: 0.75, 0.9: 0.75, 1: 0.25, 1.4: 0.25, 1.5: 0} {
		if got := own.Exceeds(x); got != want {
			t.Errorf("%g is exceeded with a chance of %g, want %g", x, got, want)
		}
	}
	if len(own.Values) != 3 || own.Values[2] != 1.5 {
		t.Errorf("values %v", own.Values)
	}
}

func TestWhatHasNoLaw(t *testing.T) {
	for want, s := range map[string]engine.Service{
		"dist is trace: how long an item takes stands in the recording": {Dist: engine.DistTrace},
		`dist is "weibull", which is no distribution`:                   {Dist: "weibull"},
		"dist is empirical, which needs a file of measured times":       {Dist: engine.DistEmpirical},
		"file: times took.txt, found no time above 0":                   measured(t, 0, "0s\n"),
	} {
		if _, err := Of(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// BenchmarkQuantile draws from each law.
func BenchmarkQuantile(b *testing.B) {
	for name, s := range map[string]engine.Service{
		"exponential":   {Dist: engine.DistExponential},
		"lognormal":     {Dist: engine.DistLognormal, CV: 1},
		"gamma regular": {Dist: engine.DistGamma, CV: 0.5},
		"gamma wild":    {Dist: engine.DistGamma, CV: 2},
		"pareto":        {Dist: engine.DistPareto, Shape: 2.5},
		"bimodal":       {Dist: engine.DistBimodal, Share: 0.1, Factor: 10},
		"measured":      measured(b, 0, "1s\n2s\n2s\n3s\n12s\n"),
	} {
		b.Run(name, func(b *testing.B) {
			l := of(b, s)
			b.ReportAllocs()
			p := 0.0
			for b.Loop() {
				if p += 0.0123; p >= 1 {
					p -= 0.9999
				}
				l.Quantile(p)
			}
		})
	}
}
