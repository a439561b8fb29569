package theory

import (
	"fmt"
	"math"
	"testing"
)

// Loads that so many servers bear with a given loss, from the tables of
// Erlang's loss formula as printed for telephone traffic since 1917 (Brockmeyer,
// Halstrom, Jensen: The Life and Works of A.K. Erlang, 1948; the same in ITU-D,
// Teletraffic Engineering Handbook). The loss at a printed load is the column's
// to within the last printed digit.
func TestErlangBMeetsItsTables(t *testing.T) {
	for _, c := range []struct {
		servers    int
		load, loss float64
		digit      float64 // of the load
	}{
		{1, 0.0101, 0.01, 1e-4},
		{2, 0.153, 0.01, 1e-3},
		{5, 1.361, 0.01, 1e-3},
		{10, 4.461, 0.01, 1e-3},
		{20, 12.03, 0.01, 1e-2},
		{50, 37.90, 0.01, 1e-2},
		{100, 84.06, 0.01, 1e-2},
		{5, 0.762, 0.001, 1e-3},
		{10, 3.092, 0.001, 1e-3},
		{20, 9.41, 0.001, 1e-2},
		{50, 32.51, 0.001, 1e-2},
		{100, 75.24, 0.001, 1e-2},
	} {
		low, high := ErlangB(c.servers, c.load-c.digit/2), ErlangB(c.servers, c.load+c.digit/2)
		if low > c.loss || high < c.loss {
			t.Errorf("%d servers at %g erlangs lose %g to %g, the table says %g", c.servers, c.load, low, high, c.loss)
		}
	}
	want(t, "B(10, 5)", ErlangB(10, 5), 0.0184, 0.002)
}

// The sum that Erlang wrote down: fine for few servers, and for nothing else.
func TestErlangBIsErlangsSum(t *testing.T) {
	for servers := range 21 {
		for _, a := range []float64{0.01, 0.5, 1, 3.2, 8, 20, 100} {
			term, sum := 1.0, 1.0
			for n := 1; n <= servers; n++ {
				term *= a / float64(n)
				sum += term
			}
			want(t, fmt.Sprintf("B(%d, %g)", servers, a), ErlangB(servers, a), term/sum, 1e-13)
		}
	}
}

// At a load of as many erlangs as servers, 1/B is 1 more than Ramanujan's Q,
// whose expansion is in Knuth, The Art of Computer Programming 1, section
// 1.2.11.3.
func TestErlangBOfManyServers(t *testing.T) {
	for _, n := range []int{1000, 100_000, MaxServers} {
		x := float64(n)
		q := math.Sqrt(math.Pi*x/2) - 1.0/3 + math.Sqrt(math.Pi/(2*x))/12 - 4/(135*x)
		want(t, fmt.Sprintf("B(%d, %d)", n, n), ErlangB(n, x), 1/(1+q), 1e-8)
	}
}

func TestErlangC(t *testing.T) {
	for _, c := range []struct {
		servers    int
		load, wait float64
		within     float64
	}{
		{1, 0.7, 0.7, exactly},                          // one server: the chance that it is busy
		{2, 1.6, 0.711, 0.001},                          // Winston, Operations Research: the bank with two tellers, P(j >= 2) = .71
		{2, 2.0 / 3, 1.0 / 6, exactly},                  // Hillier, Lieberman, Introduction to Operations Research: County Hospital with two doctors
		{3, 2, 4.0 / 9, exactly},                        // Gross, section 2.3: the eye clinic with three doctors
		{8, 6.4, 0.458, 0.001},                          // eight servers at 80 %
		{100_000, 1e5 - math.Sqrt(1e5), 0.22336, 0.002}, // Halfin, Whitt (Operations Research 29, 1981), with beta = 1: 1/(1 + Phi(1)/phi(1))
	} {
		want(t, fmt.Sprintf("C(%d, %g)", c.servers, c.load), ErlangC(c.servers, c.load), c.wait, c.within)
	}
	for _, overload := range []float64{4, 4.5, 1e9} {
		if c := ErlangC(4, overload); c != 1 {
			t.Errorf("C(4, %g) = %g, want 1: everybody waits", overload, c)
		}
	}
	for _, wrong := range []float64{ErlangB(-1, 1), ErlangB(MaxServers+1, 1), ErlangB(1, -1), ErlangB(1, math.Inf(1)), ErlangB(1, math.NaN()), ErlangC(0, 1), ErlangC(-1, 1)} {
		if !math.IsNaN(wrong) {
			t.Errorf("what is out of range is %g, want NaN", wrong)
		}
	}
}

// Worked examples of textbooks, with the digits printed there.
func TestTextbookExamples(t *testing.T) {
	hospital := MM1(2, 1.0/3) // Hillier, Lieberman: County Hospital with one doctor, in hours
	want(t, "L", hospital.InSystem, 2, exactly)
	want(t, "Lq", hospital.Depth, 4.0/3, exactly)
	want(t, "Wq", hospital.WaitMean, 2.0/3, exactly)
	want(t, "W", hospital.LatencyMean, 1, exactly)

	two := MMc(2, 1.0/3, 2) // and with two
	want(t, "L", two.InSystem, 0.75, exactly)
	want(t, "Lq", two.Depth, 1.0/12, exactly)
	want(t, "Wq", two.WaitMean, 1.0/24, exactly)

	bank := MMc(80, 1.0/50, 2) // Winston: the bank with two tellers, in hours
	want(t, "L", bank.InSystem, 4.44, 0.002)
	want(t, "Lq", bank.Depth, 2.84, 0.002)
	want(t, "W", bank.LatencyMean, 0.055, 0.02)

	clinic := MMc(6, 1.0/3, 3) // Gross, section 2.3: the eye clinic, in hours
	want(t, "Lq", clinic.Depth, 8.0/9, exactly)
	want(t, "L", clinic.InSystem, 26.0/9, exactly)
	want(t, "W in minutes", 60*clinic.LatencyMean, 28.9, 0.001)

	inspection := MMcK(1, 6, 3, 4) // Gross, section 2.5: vehicle inspection, three stalls and four places, in minutes
	want(t, "Lq", inspection.Depth, 3.09, 0.002)
	want(t, "L", inspection.InSystem, 6.06, 0.002)
	want(t, "W", inspection.LatencyMean, 12.3, 0.005)
	want(t, "turned away in an hour", 60*inspection.Loss, 30.3, 0.005)
}

// Hillier, Lieberman, the chapter's section on priorities: County Hospital with
// three classes of patients and one doctor who does not interrupt a treatment.
// The wait of a class is 1/(A B(k-1) B(k)), here with A = 4.5/h and the B's 1,
// 1 - 0.2/3, 1 - 0.8/3 and 1 - 2/3.
func TestPriorityMeetsTheTextbook(t *testing.T) {
	classes := Priority([]float64{0.2, 0.6, 1.2}, 1.0/3, 1)
	for i, wait := range []float64{1 / (4.5 * 2.8 / 3), 1 / (4.5 * 2.8 / 3 * 2.2 / 3), 1 / (4.5 * 2.2 / 3 * 1 / 3)} {
		want(t, "wait", classes[i].WaitMean, wait, exactly)
	}
}

// Roots of x = exp(-(1-x)/rho).
func TestDM1MeetsItsRoots(t *testing.T) {
	for rho, x := range map[float64]float64{0.5: 0.20319, 0.8: 0.62863, 0.9: 0.80690} {
		r := DM1(rho, 1)
		want(t, "the chance to wait", r.PWait, x, 1e-4)
		want(t, "the mean latency", r.LatencyMean, 1/(1-x), 1e-4)
	}
}

// Two queues with one exponential server each and the same Poisson arrivals:
// the mean latency of the slower is (12-rho)/8 times that of M/M/1 (Flatto, Hahn:
// Two Parallel Queues Created by Arrivals with Two Demands, SIAM Journal on
// Applied Mathematics 44, 1984; Nelson, Tantawi, 1988).
func TestBoundsHoldTheExactForkJoin(t *testing.T) {
	for _, rate := range []float64{1, 5, 20, 50, 80, 95} {
		s := scenario(t, fmt.Sprintf("load: {rate: %g/s}\nhandlers: [{name: a}, {name: b}]\nlanes: [{model: message, workers: 1, queue: {capacity: 1000000}}]", rate))
		r := ForLane(s, 0, 0)
		rho := rate / 100
		exact := (12 - rho) / 8 * 0.010 / (1 - rho)
		if !(float64(r.AtLeast) <= exact && exact <= float64(r.AtMost)) {
			t.Errorf("at %g/s: %g is not within %g to %g", rate, exact, float64(r.AtLeast), float64(r.AtMost))
		}
		if r.Applies {
			want(t, "the middle", r.LatencyMean, exact, 0.025)
		}
		if applies := rate < 5; r.Applies != applies {
			t.Errorf("at %g/s applies is %v: %s", rate, r.Applies, r.Why)
		}
	}
}

func TestHarmonic(t *testing.T) {
	for k, h := range map[int]float64{-1: 0, 0: 0, 1: 1, 4: 25.0 / 12, 8: 761.0 / 280, 100: 5.187377517639621, 101: 5.187377517639621 + 1.0/101, 1_000_000: 14.392726722865724} {
		want(t, fmt.Sprintf("H(%d)", k), Harmonic(k), h, 1e-15)
	}
}
