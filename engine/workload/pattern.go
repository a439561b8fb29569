package workload

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"

	"duet/engine"
)

// never is the time of what does not happen.
const never = time.Duration(math.MaxInt64)

// A pattern is a factor on the rate that changes with lane time. Its mass
// between two times is the integral of the factor, in seconds: at a rate of
// 1/s so many items are to be expected between them.
type pattern interface {
	factor(at time.Duration) float64
	mass(from, to time.Duration) float64
	// reach inverts mass: the earliest time at or after from by which so much
	// mass has gathered, never if it does not gather.
	reach(from time.Duration, mass float64) time.Duration
}

// newPattern returns the pattern of a load; most have none and are flat.
func newPattern(l engine.Load) pattern {
	switch l.Arrivals {
	case engine.Ramp:
		return newRamp(*l.Ramp)
	case engine.Sine:
		return newSine(*l.Sine)
	case engine.Steps:
		return newSteps(l.Steps)
	case engine.Constant, engine.Poisson, engine.Bursts, engine.Trace: // below
	}
	return flat{}
}

// after returns from plus so many seconds, rounded to the nanosecond.
func after(from time.Duration, seconds float64) time.Duration {
	d := nanoseconds(seconds * 1e9)
	if d > never-from {
		return never
	}
	return from + d
}

// nanoseconds rounds a duration of at least 0; what is too long for one, or
// not a number, becomes the longest.
func nanoseconds(ns float64) time.Duration {
	if !(ns < float64(never)) {
		return never
	}
	return time.Duration(ns + 0.5)
}

// flat is the pattern of a load without one: a factor of 1.
type flat struct{}

func (flat) factor(time.Duration) float64                         { return 1 }
func (flat) mass(from, to time.Duration) float64                  { return (to - from).Seconds() }
func (flat) reach(from time.Duration, mass float64) time.Duration { return after(from, mass) }

// ramp goes linearly from one factor to another and stays there. Times are
// in seconds.
type ramp struct {
	from, to, over float64
	gathered       float64 // mass of the slope
}

func newRamp(s engine.RampShape) ramp {
	r := ramp{from: s.From, to: s.To, over: s.Over.Seconds()}
	r.gathered = r.over * (r.from + r.to) / 2
	return r
}

func (r ramp) factor(at time.Duration) float64 {
	t := at.Seconds()
	if t >= r.over {
		return r.to
	}
	return r.from + (r.to-r.from)*t/r.over
}

func (r ramp) mass(from, to time.Duration) float64 {
	return r.total(to.Seconds()) - r.total(from.Seconds())
}

// total is the mass since the beginning.
func (r ramp) total(t float64) float64 {
	if t >= r.over {
		return r.gathered + r.to*(t-r.over)
	}
	return t * (r.from + (r.to-r.from)*t/r.over/2)
}

func (r ramp) reach(from time.Duration, mass float64) time.Duration {
	m := r.total(from.Seconds()) + mass
	switch {
	case mass <= 0:
		return from
	case m > r.gathered && r.to == 0:
		return never
	case m > r.gathered:
		return after(0, r.over+(m-r.gathered)/r.to)
	}
	// The root of slope/2 t^2 + from t = m, in the form that does not cancel.
	slope := (r.to - r.from) / r.over
	return after(0, 2*m/(r.from+math.Sqrt(max(0, r.from*r.from+2*slope*m))))
}

// sine swings around 1. Times are in seconds.
type sine struct {
	amplitude, period float64
	omega             float64 // radians a second
}

func newSine(s engine.SineShape) sine {
	p := s.Period.Seconds()
	return sine{amplitude: s.Amplitude, period: p, omega: 2 * math.Pi / p}
}

func (s sine) factor(at time.Duration) float64 {
	return 1 + s.amplitude*math.Sin(s.omega*math.Mod(at.Seconds(), s.period))
}

func (s sine) mass(from, to time.Duration) float64 {
	return s.total(to.Seconds()) - s.total(from.Seconds())
}

// total is the mass since the beginning; a whole period has the mass period.
func (s sine) total(t float64) float64 {
	return t + s.swing(math.Mod(t, s.period))
}

// swing is what the swinging part has added so far within a period.
func (s sine) swing(t float64) float64 {
	return s.amplitude / s.omega * (1 - math.Cos(s.omega*t))
}

func (s sine) reach(from time.Duration, mass float64) time.Duration {
	if mass <= 0 {
		return from
	}
	m := s.total(from.Seconds()) + mass
	rest := math.Mod(m, s.period)
	return after(0, m-rest+s.within(rest))
}

// within finds the time in a period by which it has gathered the mass m. It
// starts from m alone, not from the item before, so that the result does not
// depend on how a cursor came here: Newton's method, kept inside a bracket that
// shrinks where the factor is nearly zero.
func (s sine) within(m float64) float64 {
	reach := s.amplitude / s.omega // the swing goes from 0 to twice this
	low, high := max(0, m-2*reach), m
	t := m - s.swing(m)
	for range 64 {
		t = min(max(t, low), high)
		sin, cos := math.Sincos(s.omega * t)
		off := t + reach*(1-cos) - m
		if off > 0 {
			high = t
		} else {
			low = t
		}
		next := t - off/(1+s.amplitude*sin)
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-t) < 1e-11 {
			return next
		}
		t = next
	}
	return t
}

// steps is a staircase: factor times[i] from at[i] on, in seconds, with
// gathered[i] the mass by then. The first step is at 0.
type steps struct {
	at, times, gathered []float64
}

func newSteps(shape []engine.StepShape) *steps {
	sorted := slices.SortedStableFunc(slices.Values(shape), func(a, b engine.StepShape) int {
		return cmp.Compare(a.At, b.At)
	})
	s := &steps{at: []float64{0}, times: []float64{1}, gathered: []float64{0}}
	for _, step := range sorted {
		at, last := step.At.Seconds(), len(s.at)-1
		s.gathered = append(s.gathered, s.gathered[last]+s.times[last]*(at-s.at[last]))
		s.at = append(s.at, at)
		s.times = append(s.times, step.Times)
	}
	return s
}

// step returns the number of the step in force at t.
func (s *steps) step(t float64) int {
	return sort.Search(len(s.at), func(i int) bool { return s.at[i] > t }) - 1
}

func (s *steps) factor(at time.Duration) float64 { return s.times[s.step(at.Seconds())] }

func (s *steps) mass(from, to time.Duration) float64 {
	return s.total(to.Seconds()) - s.total(from.Seconds())
}

// total is the mass since the beginning.
func (s *steps) total(t float64) float64 {
	i := s.step(t)
	return s.gathered[i] + s.times[i]*(t-s.at[i])
}

func (s *steps) reach(from time.Duration, mass float64) time.Duration {
	if mass <= 0 {
		return from
	}
	m := s.total(from.Seconds()) + mass
	i := sort.Search(len(s.at), func(i int) bool { return s.gathered[i] >= m }) - 1
	if s.times[i] == 0 {
		return never
	}
	return after(0, s.at[i]+(m-s.gathered[i])/s.times[i])
}
