package measure

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// near allows for the rounding of areas that add up over a hundred hours.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-5*max(1, math.Abs(b)) }

func TestIntegralOfARamp(t *testing.T) {
	i := NewIntegral(span)
	if g := i.Gauge(); g != (engine.Gauge{}) {
		t.Errorf("before the first sample: %+v", g)
	}
	// 5 + 2t from 20 s to 50 s.
	for at := 20; at <= 50; at++ {
		i.Sample(time.Duration(at)*time.Second, int64(5+2*at))
		if at == 30 {
			i.Mark()
		}
	}
	if g, want := i.Gauge(), (engine.Gauge{Now: 105, Mean: 85, Max: 105}); g != want {
		t.Errorf("since 30 s: %+v, want %+v", g, want)
	}
	if g, want := i.Recent(), (engine.Gauge{Now: 105, Mean: 95, Max: 105}); g != want {
		t.Errorf("last 10 s: %+v, want %+v", g, want)
	}
}

func TestIntegralMaximaEndWithTheirWindow(t *testing.T) {
	i := NewIntegral(span)
	for at := time.Duration(0); at <= 30*time.Second; at += 100 * time.Millisecond {
		level := int64(1)
		if at == 5*time.Second {
			level = 100
		}
		i.Sample(at, level)
		if at == 6*time.Second {
			i.Mark()
		}
		want := int64(1)
		if at >= 5*time.Second && at < 15500*time.Millisecond { // one step longer than the span
			want = 100
		}
		if got := i.Recent().Max; got != want {
			t.Errorf("at %v the recent maximum is %d, want %d", at, got, want)
		}
	}
	if got := i.Gauge().Max; got != 1 {
		t.Errorf("since the mark the maximum is %d, want 1", got)
	}
}

func TestIntegralAgainstAllSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type sample struct {
			at    time.Duration
			level int64
		}
		var samples []sample
		// between is the mean and maximum of the samples from one on.
		between := func(from int) engine.Gauge {
			g := engine.Gauge{Now: samples[len(samples)-1].level}
			area := 0.0
			for i, s := range samples[from:] {
				g.Max = max(g.Max, s.level)
				if i > 0 {
					before := samples[from+i-1]
					area += (s.at - before.at).Seconds() * float64(s.level+before.level) / 2
				}
			}
			g.Mean = float64(g.Now)
			if took := samples[len(samples)-1].at - samples[from].at; took > 0 {
				g.Mean = area / took.Seconds()
			}
			return g
		}
		check := func(what string, got, want engine.Gauge) {
			if got.Now != want.Now || got.Max != want.Max || !near(got.Mean, want.Mean) {
				t.Fatalf("%s at %v: %+v, want %+v", what, samples[len(samples)-1], got, want)
			}
		}
		i := NewIntegral(span)
		starts := NewPast[int](span)
		at, marked := time.Duration(0), 0
		for n := range rapid.IntRange(1, 300).Draw(t, "samples") {
			at += gaps().Draw(t, "gap")
			if n == 0 {
				starts.Begin(at, 0)
			}
			s := sample{at, rapid.Int64Range(0, 1000).Draw(t, "level")}
			samples = append(samples, s)
			i.Sample(s.at, s.level)
			starts.Push(at, n)
			if rapid.IntRange(0, 50).Draw(t, "mark") == 0 {
				i.Mark()
				marked = n
			}
			check("since the mark", i.Gauge(), between(marked))
			_, begin := starts.Oldest()
			check("recent", i.Recent(), between(begin))
		}
	})
}

func TestIntegralWithoutAWindow(t *testing.T) {
	var i Integral
	i.Sample(time.Second, 4)
	i.Sample(3*time.Second, 8)
	if g, want := i.Gauge(), (engine.Gauge{Now: 8, Mean: 6, Max: 8}); g != want {
		t.Errorf("%+v, want %+v", g, want)
	}
	if g, want := i.Recent(), (engine.Gauge{Now: 8, Mean: 8, Max: 8}); g != want {
		t.Errorf("recent: %+v, want %+v", g, want)
	}
}
