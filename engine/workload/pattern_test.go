package workload

import (
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"duet/engine"
)

// patterned draws a load with a pattern, or a flat one.
func patterned(t *rapid.T) engine.Load {
	factors := rapid.Float64Range(0, 10)
	l := engine.Load{Arrivals: rapid.SampledFrom([]engine.Arrivals{engine.Ramp, engine.Sine, engine.Steps, engine.Poisson}).Draw(t, "arrivals")}
	switch l.Arrivals {
	case engine.Ramp:
		l.Ramp = &engine.RampShape{From: factors.Draw(t, "from"), To: factors.Draw(t, "to"), Over: times(time.Millisecond, time.Hour).Draw(t, "over")}
	case engine.Sine:
		l.Sine = &engine.SineShape{Amplitude: rapid.Float64Range(0, 1).Draw(t, "amplitude"), Period: times(time.Millisecond, time.Hour).Draw(t, "period")}
	case engine.Steps:
		l.Steps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) engine.StepShape {
			return engine.StepShape{At: times(0, time.Hour).Draw(t, "at"), Times: factors.Draw(t, "times")}
		}), 0, 5).Draw(t, "steps")
	}
	return l
}

func times(from, to time.Duration) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.Int64Range(int64(from), int64(to)), func(ns int64) time.Duration { return time.Duration(ns) })
}

// TestPatternReachInvertsMass: as much mass as lies between two times is
// reached at the second, unless less would do to get there.
func TestPatternReachInvertsMass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPattern(patterned(t))
		from := times(0, 2*time.Hour).Draw(t, "from")
		want := p.mass(0, from) + rapid.Float64Range(0, 7200).Draw(t, "mass")
		reached := p.reach(from, want-p.mass(0, from))
		if reached < from {
			t.Fatalf("reached before the beginning: %v", reached)
		}
		if reached == never {
			if got := p.mass(0, 1e6*time.Hour); got > want+1e-6 {
				t.Fatalf("never reached %v, but there is %v in the end", want, got)
			}
			return
		}
		// A nanosecond is worth up to 10 of mass, and floats have 52 bits.
		if got := p.mass(0, reached); math.Abs(got-want) > 1e-8+1e-12*want {
			t.Fatalf("reached %v at %v, want %v", got, reached, want)
		}
	})
}

func TestPatternReachIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPattern(patterned(t))
		from := times(0, time.Hour).Draw(t, "from")
		a := rapid.Float64Range(0, 1e4).Draw(t, "a")
		b := a + rapid.Float64Range(1e-9, 10).Draw(t, "more")
		if x, y := p.reach(from, a), p.reach(from, b); x-1 > y { // rounding may cost the last nanosecond
			t.Fatalf("mass %v is reached at %v, the larger %v at %v", a, x, b, y)
		}
	})
}

// TestPatternMassIntegratesFactor compares the closed forms with quadrature.
func TestPatternMassIntegratesFactor(t *testing.T) {
	shapes := map[string]engine.Load{
		"flat":      {},
		"ramp up":   {Arrivals: engine.Ramp, Ramp: &engine.RampShape{From: 0, To: 2, Over: time.Minute}},
		"ramp down": {Arrivals: engine.Ramp, Ramp: &engine.RampShape{From: 3, To: 0, Over: 45 * time.Second}},
		"sine":      {Arrivals: engine.Sine, Sine: &engine.SineShape{Amplitude: 1, Period: 7 * time.Second}},
		"steps":     {Arrivals: engine.Steps, Steps: []engine.StepShape{{At: 40 * time.Second, Times: 0}, {At: 10 * time.Second, Times: 5}}},
	}
	for name, l := range shapes {
		p := newPattern(l)
		for second := range 100 { // the kinks lie between seconds
			from, to := time.Duration(second)*time.Second, time.Duration(second+1)*time.Second
			want := quad.Fixed(func(s float64) float64 { return p.factor(time.Duration(s * 1e9)) },
				from.Seconds(), to.Seconds(), 40, nil, 0)
			if got := p.mass(from, to); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s: mass %v from %v to %v, want %v", name, got, from, to, want)
			}
		}
	}
}

// TestPatternsArePoissonInOperationalTime undoes the pattern: what is left must
// be a Poisson process with rate 1 (the time-rescaling theorem).
func TestPatternsArePoissonInOperationalTime(t *testing.T) {
	for name, l := range map[string]engine.Load{
		"ramp":  {Arrivals: engine.Ramp, Ramp: &engine.RampShape{From: 0, To: 2, Over: time.Minute}},
		"sine":  {Arrivals: engine.Sine, Sine: &engine.SineShape{Amplitude: 1, Period: 10 * time.Second}},
		"steps": {Arrivals: engine.Steps, Steps: []engine.StepShape{{At: 10 * time.Second, Times: 5}, {At: 20 * time.Second, Times: 0}, {At: 30 * time.Second, Times: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			l.Rate = 500
			p := newPattern(l)
			var last time.Duration
			var rescaled []float64
			for _, it := range take(stream(t, scenario(l)).Cursor(), 50_000) {
				rescaled = append(rescaled, 500*p.mass(last, it.At))
				last = it.At
			}
			fits(t, rescaled, distuv.Exponential{Rate: 1}.CDF)
			moments(t, rescaled, 1, 1, 9)
			uncorrelated(t, "gaps", rescaled[1:], rescaled[:len(rescaled)-1])
		})
	}
}

// TestPatternsShapeTheRate counts the items of each second.
func TestPatternsShapeTheRate(t *testing.T) {
	s := scenario(engine.Load{Rate: 1000, Arrivals: engine.Steps, Steps: []engine.StepShape{{At: time.Second, Times: 3}, {At: 2 * time.Second, Times: 0}, {At: 3 * time.Second, Times: 0.5}}})
	st := stream(t, s)
	c := st.Cursor()
	var before int64
	for second, want := range []float64{1000, 3000, 0, 500, 500} {
		from := time.Duration(second) * time.Second
		if got := st.Rate(from); got != want {
			t.Errorf("rate at %v is %v, want %v", from, got, want)
		}
		count := c.Count(from + time.Second)
		if got := float64(count - before); math.Abs(got-want) > 4*math.Sqrt(want) {
			t.Errorf("second %d has %v items, want about %v", second, got, want)
		}
		before = count
	}
}
