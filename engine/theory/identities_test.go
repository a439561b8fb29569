package theory

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

var (
	loads    = rapid.Float64Range(0, 0.999)
	services = rapid.Float64Range(1e-9, 1e4)
	few      = rapid.IntRange(1, 60)
)

// Whatever is asked, there is an answer: no panic, nothing infinite, Little's
// law.
func TestAnyInputIsAnswered(t *testing.T) {
	anything := rapid.OneOf(
		rapid.Float64(), rapid.Float64Range(0, 1e13), rapid.Float64Range(0.9999, 1.0001),
		rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), -1, math.SmallestNonzeroFloat64, math.MaxFloat64}),
	)
	servers := rapid.OneOf(rapid.IntRange(-1, 1000), rapid.SampledFrom([]int{100_000, MaxServers, math.MaxInt, math.MinInt}))
	rooms := rapid.OneOf(rapid.IntRange(-1, 1000), rapid.SampledFrom([]int{1_000_000, math.MaxInt, math.MinInt}))
	rapid.Check(t, func(t *rapid.T) {
		rate, mean, scv := anything.Draw(t, "rate"), anything.Draw(t, "mean"), anything.Draw(t, "scv")
		c, room := servers.Draw(t, "servers"), rooms.Draw(t, "room")
		for _, r := range slices.Concat(
			[]Result{MMc(rate, mean, c), MG1(rate, mean, scv), DM1(rate, mean), MMcK(rate, mean, c, room), MGcc(rate, mean, c), MGInf(rate, mean)},
			[]Result{GGc(rate, mean, anything.Draw(t, "arrival scv"), scv, c)},
			Priority([]float64{rate, anything.Draw(t, "second rate"), 1}, mean, scv),
		) {
			sound(t, r)
		}
		RetryStorm(rate, c)
		Harmonic(c)
		AnyOf(c, mean)
	})
}

func TestWaitGrowsWithLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean, c, room := services.Draw(t, "mean"), few.Draw(t, "servers"), rapid.IntRange(0, 50).Draw(t, "room")
		scv, arrivalSCV := rapid.Float64Range(0, 20).Draw(t, "scv"), rapid.Float64Range(0, 20).Draw(t, "arrival scv")
		a, b := loads.Draw(t, "rho"), loads.Draw(t, "another rho")
		low, high := float64(c)*min(a, b)/mean, float64(c)*max(a, b)/mean
		for _, pair := range [][2]Result{
			{MMc(low, mean, c), MMc(high, mean, c)},
			{MG1(low/float64(c), mean, scv), MG1(high/float64(c), mean, scv)},
			{DM1(low/float64(c), mean), DM1(high/float64(c), mean)},
			{GGc(low, mean, arrivalSCV, scv, c), GGc(high, mean, arrivalSCV, scv, c)},
			{MMcK(low, mean, c, room), MMcK(2*high, mean, c, room)},
		} {
			ascending(t, pair[0].WaitMean, pair[1].WaitMean)
			ascending(t, pair[0].InSystem, pair[1].InSystem)
			ascending(t, pair[0].Loss, pair[1].Loss)
			ascending(t, pair[0].PWait, pair[1].PWait)
			if pair[0].Latency != nil {
				ascending(t, pair[0].Latency.P99, pair[1].Latency.P99)
				ascending(t, pair[0].Wait.P999, pair[1].Wait.P999)
			}
		}
	})
}

func ascending(t *rapid.T, a, b engine.Figure) {
	t.Helper()
	if float64(a) > float64(b)*(1+1e-9)+1e-15 {
		t.Fatalf("%g comes before %g", float64(a), float64(b))
	}
}

// M/M/c/K against its birth and death equations, solved one state after
// another.
func TestMMcKSolvesItsEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean, c, room := services.Draw(t, "mean"), few.Draw(t, "servers"), rapid.IntRange(0, 200).Draw(t, "room")
		rho := rapid.OneOf(rapid.Float64Range(0.01, 3), rapid.Float64Range(1-1e-6, 1+1e-6), rapid.Just(1.0)).Draw(t, "rho")
		rate := rho * float64(c) / mean
		p, sum, inside, waiting, held := 1.0, 1.0, 0.0, 0.0, 0.0
		for n := 1; n <= c+room; n++ {
			p *= rate * mean / float64(min(n, c))
			if sum > 1e200 {
				p, sum, inside, waiting, held = p/1e200, sum/1e200, inside/1e200, waiting/1e200, held/1e200
			}
			sum += p
			inside += float64(n) * p
			waiting += float64(max(0, n-c)) * p
			if c <= n && n < c+room {
				held += p
			}
		}
		r := MMcK(rate, mean, c, room)
		within(t, r.Loss, p/sum)
		within(t, r.InSystem, inside/sum)
		within(t, r.Depth, waiting/sum)
		within(t, r.PWait, held/(sum-p))
		within(t, r.Throughput, rate*(1-p/sum))
		if room == 0 {
			within(t, r.Loss, ErlangB(c, rate*mean))
		}
	})
}

func within(t *rapid.T, got engine.Figure, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1e-7*math.Abs(want)+1e-290 {
		t.Fatalf("got %.12g, want %.12g", float64(got), want)
	}
}

// Sums of powers against adding them up, on both sides of the seam between the
// two ways to compute them.
func TestGeometricSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-1, 3000).Draw(t, "n")
		short := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64Range(0, 1e-3), rapid.Float64Range(0, 1e-9)).Draw(t, "1-r")
		var sum, moment float64
		power := 1.0
		for j := range n + 1 {
			sum += power
			moment += float64(j) * power
			power *= 1 - short
		}
		gotSum, gotMoment := geometric(1-short, n)
		if math.Abs(gotSum-sum) > 1e-9*sum || math.Abs(gotMoment-moment) > 1e-9*moment {
			t.Fatalf("got %.15g and %.15g, want %.15g and %.15g", gotSum, gotMoment, sum, moment)
		}
	})
}

// What one model says in a limit, another says too.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean, rho, c := services.Draw(t, "mean"), rapid.Float64Range(0.05, 0.95).Draw(t, "rho"), few.Draw(t, "servers")
		one, all := rho/mean, rho*float64(c)/mean
		mm1, mmc := MM1(one, mean), MMc(all, mean, c)

		within(t, mm1.LatencyMean, mean/(1-rho))
		within(t, mm1.InSystem, rho/(1-rho))
		within(t, mm1.PWait, rho)
		within(t, mm1.Latency.P90, mean/(1-rho)*math.Log(10))
		within(t, MG1(one, mean, 1).WaitMean, float64(mm1.WaitMean))
		within(t, MD1(one, mean).WaitMean, float64(mm1.WaitMean)/2)
		within(t, GGc(all, mean, 1, 1, c).WaitMean, float64(mmc.WaitMean))
		within(t, GGc(one, mean, 1, 7, 1).WaitMean, float64(MG1(one, mean, 7).WaitMean))
		within(t, Priority([]float64{one}, mean, 3)[0].WaitMean, float64(MG1(one, mean, 3).WaitMean))
		within(t, MMcK(all, mean, c, 1_000_000).WaitMean, float64(mmc.WaitMean))
		within(t, MMcK(all, mean, c, 1_000_000).PWait, float64(mmc.PWait))
		within(t, MMc(all, mean, 100_000).LatencyMean, float64(MGInf(all, mean).LatencyMean))
		within(t, MGcc(all, mean, 100_000).InSystem, float64(MGInf(all, mean).InSystem))
		within(t, engine.Figure(ErlangC(c, all*mean)), func() float64 { // by Erlang's own sum
			b := ErlangB(c, all*mean)
			return float64(c) * b / (float64(c) - all*mean*(1-b))
		}())
		if c > 1 && !(mmc.WaitMean < mm1.WaitMean) {
			t.Fatalf("a pool of %d waits %g, one server %g", c, float64(mmc.WaitMean), float64(mm1.WaitMean))
		}
	})
}

// Quantiles are where the distribution says: the chance to exceed them is right,
// by the textbook's form of it (Gross, section 2.3).
func TestQuantilesOfMMc(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, rho := rapid.IntRange(2, 60).Draw(t, "servers"), rapid.Float64Range(0.1, 0.98).Draw(t, "rho")
		r := MMc(rho*float64(c), 1, c)
		free := float64(c) * (1 - rho)
		if math.Abs(free-1) < 0.01 {
			t.Skip("the textbook's form divides by nothing here")
		}
		pWait := float64(r.PWait)
		exceeds := func(x float64) float64 {
			return math.Exp(-x) + pWait*(math.Exp(-free*x)-math.Exp(-x))/(1-free)
		}
		within(t, engine.Figure(exceeds(float64(r.Latency.P50))), 0.5)
		within(t, engine.Figure(exceeds(float64(r.Latency.P999))), 0.001)
		if r.Wait.P99 > 0 {
			within(t, engine.Figure(pWait*math.Exp(-free*float64(r.Wait.P99))), 0.01)
		} else if pWait > 0.01 {
			t.Fatalf("a percent waits, and p99 is 0")
		}
	})
}

// Where both rates are the same, the latency's distribution is 2 exponentials
// in a row, for those who wait.
func TestQuantilesOfMMcAtTheSeam(t *testing.T) {
	const pWait = 0.3
	for _, x := range []float64{0.1, 1, 10} {
		limit := math.Exp(-x) * (1 + pWait*x)
		for _, d := range []float64{0, 1e-15, -1e-15, 1e-10, -1e-10} {
			want(t, "the chance to exceed", sojourn(x, pWait, 1+d), limit, 1e-8)
		}
		for _, d := range []float64{1e-4, -1e-4} {
			want(t, "the chance to exceed", sojourn(x, pWait, 1+d), math.Exp(-x)+pWait*(math.Exp(-x)-math.Exp(-(1+d)*x))/d, 1e-9)
		}
	}
}

// Priorities shift waits from one class to another, but the sum of load times
// wait stays (Kleinrock 2, section 3.4).
func TestPrioritiesConserveTheWait(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean, scv := services.Draw(t, "mean"), rapid.Float64Range(0, 10).Draw(t, "scv")
		parts := rapid.SliceOfN(rapid.Float64Range(0.01, 1), 1, 6).Draw(t, "parts")
		var sum float64
		for _, p := range parts {
			sum += p
		}
		rho := rapid.Float64Range(0.05, 0.98).Draw(t, "rho")
		rates := make([]float64, len(parts))
		for i, p := range parts {
			rates[i] = rho * p / sum / mean
		}
		var weighted float64
		before := engine.Figure(0)
		for i, r := range Priority(rates, mean, scv) {
			weighted += rates[i] * mean * float64(r.WaitMean)
			ascending(t, before, r.WaitMean)
			before = r.WaitMean
		}
		within(t, engine.Figure(weighted), rho*float64(MG1(rho/mean, mean, scv).WaitMean))
	})
}

// More than the server can do starves the last class only.
func TestPriorityStarvesTheLast(t *testing.T) {
	r := Priority([]float64{60, 60, 10}, 0.010, 1)
	if !r[0].Applies || r[1].Applies || r[2].Applies {
		t.Fatalf("%+v", r)
	}
	want(t, "wait of the urgent: what is left of the service under way, and the queue", r[0].WaitMean, 0.010/(1-0.6), exactly)
	want(t, "growth of the second", r[1].Growth, 20, exactly)
	want(t, "growth of the last", r[2].Growth, 10, exactly)
}

// The mean of the longest is the integral whatever way it is reached.
func TestMeanOfTheLongest(t *testing.T) {
	two := func(a, b float64) float64 { return a + b - 1/(1/a+1/b) }                      // of two exponentials
	bimodal := lawOf(t, engine.Service{Dist: engine.DistBimodal, Share: 0.25, Factor: 3}) // 2/3 or 2
	for _, c := range []struct {
		name string
		laws []law
		want float64
	}{
		{"none", nil, 0},
		{"constants", []law{constant(1), constant(3), constant(2)}, 3},
		{"nothing to do", []law{constant(0), exponential(0)}, 0},
		{"alike", []law{exponential(2), exponential(2), exponential(2)}, 2 * (1 + 0.5 + 1.0/3)},
		{"two exponentials", []law{exponential(1), exponential(5)}, two(1, 5)},
		{"far apart", []law{exponential(1e-6), exponential(1e3)}, two(1e-6, 1e3)},
		{"a constant and an exponential", []law{constant(1), exponential(1)}, 1 + math.Exp(-1)},
		{"uniforms", []law{drawn(t, engine.DistUniform, 1), drawn(t, engine.DistUniform, 1)}, 2 * 2.0 / 3},
		{"narrow uniforms", []law{drawn(t, engine.DistUniform, 0.001), drawn(t, engine.DistUniform, 0.001)}, 1 + 0.001/3},
		{"narrow lognormals", []law{drawn(t, engine.DistLognormal, 0.001), drawn(t, engine.DistLognormal, 0.001)}, 1 + 0.001/math.Sqrt(math.Pi)},
		{"wide and narrow", []law{drawn(t, engine.DistUniform, 1), drawn(t, engine.DistUniform, 0.0001)}, 1.25},
		{"gammas that are exponential", []law{lawOf(t, engine.Service{Dist: engine.DistGamma, CV: 1}), exponential(1)}, 1.5},
		{"paretos", []law{lawOf(t, engine.Service{Dist: engine.DistPareto, Shape: 1.5}), lawOf(t, engine.Service{Dist: engine.DistPareto, Shape: 1.5})}, 2 - 0.5}, // the shorter one is pareto, too
		{"paretos with the heaviest tail", []law{lawOf(t, engine.Service{Dist: engine.DistPareto, Shape: 1.1}), lawOf(t, engine.Service{Dist: engine.DistPareto, Shape: 1.1})}, 2 - 2.2/1.2/11},
		{"two times and an exponential", []law{bimodal, exponential(1)}, 0.75*(2.0/3+math.Exp(-2.0/3)) + 0.25*(2+math.Exp(-2))},
		{"two times, twice", []law{bimodal, bimodal}, 0.75*0.75*2/3 + (1-0.75*0.75)*2},
		{"one with something to do", []law{constant(0), drawn(t, engine.DistUniform, 1), constant(0)}, 1},
	} {
		want(t, c.name, maxMean(c.laws), c.want, 1e-4)
	}
	// In one law, the mean of the quantiles is the mean.
	l := slowest([]law{exponential(1), exponential(1), constant(0.5)})
	var sum float64
	const n = 20_000
	for i := range n {
		sum += l.at((float64(i) + 0.5) / n)
	}
	want(t, "the mean of the quantiles", sum/n, l.mean, 3e-4)
}

// drawn is a law with mean 1 and the given spread or coefficient of variation.
func drawn(t *testing.T, dist engine.Dist, width float64) law {
	t.Helper()
	return lawOf(t, engine.Service{Dist: dist, Spread: engine.Share(width), CV: width})
}

// lawOf is the law of settings, with mean 1.
func lawOf(t *testing.T, s engine.Service) law {
	t.Helper()
	s.Mean = time.Second
	l, err := newLaw(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A law's quantiles and its chance to exceed are of one distribution, and have
// its moments.
func TestLaws(t *testing.T) {
	for _, s := range []engine.Service{
		{Dist: engine.DistConstant},
		{Dist: engine.DistExponential},
		{Dist: engine.DistUniform, Spread: 0.7},
		{Dist: engine.DistLognormal, CV: 0.8},
		{Dist: engine.DistGamma, CV: 1.5},
		{Dist: engine.DistPareto, Shape: 5},
	} {
		s.Mean = 20 * time.Millisecond
		l, err := newLaw(s, 2)
		if err != nil {
			t.Fatal(err)
		}
		var sum, squares float64
		const n = 1_000_000
		for i := range n {
			p := (float64(i) + 0.5) / n
			x := l.at(p)
			sum += x
			squares += x * x
			if i%1000 == 0 && s.Dist != engine.DistConstant {
				want(t, "the chance to exceed a quantile", l.exceeds(x), 1-p, 1e-6)
			}
		}
		mean := sum / n
		want(t, string(s.Dist)+": mean", mean, 0.010, 1e-4)
		want(t, string(s.Dist)+": scv and 1", squares/n/(mean*mean), 1+l.scv, 1e-3)
	}
}
