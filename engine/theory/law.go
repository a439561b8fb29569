package theory

import (
	"math"
	"slices"
	"time"

	"duet/engine"
	"duet/engine/service"
)

// law is the distribution of a service time, in seconds: its first two
// moments, its letter in Kendall's notation, and itself where it is known.
type law struct {
	letter  string // M exponential, D constant, G any other
	mean    float64
	scv     float64                 // infinite where the variance is
	heavy   bool                    // its tail falls off with a power of the time only
	exceeds func(t float64) float64 // the chance to take longer than t; nil: not known
	at      func(p float64) float64 // the quantile function; nil: not known
	jumps   []float64               // the times it can take, where these are few
}

// newLaw is the law of a handler whose server is so many times faster. The
// error is of a distribution that only a file knows.
func newLaw(s engine.Service, speed float64) (law, error) {
	of, err := service.Of(s)
	if err != nil {
		return law{}, err
	}
	mean := of.Mean / float64(time.Second) / speed
	switch {
	case mean == 0 || of.SCV == 0:
		return constant(mean), nil
	case s.Dist == engine.DistExponential:
		return exponential(mean), nil
	}
	l := law{
		letter: "G", mean: mean, scv: of.SCV, heavy: s.Dist == engine.DistPareto,
		exceeds: func(t float64) float64 { return of.Exceeds(t / mean) },
		at:      func(p float64) float64 { return mean * of.Quantile(p) },
	}
	for _, x := range of.Values {
		l.jumps = append(l.jumps, mean*x)
	}
	return l, nil
}

func constant(mean float64) law {
	return law{
		letter: "D", mean: mean,
		exceeds: func(t float64) float64 {
			if t < mean {
				return 1
			}
			return 0
		},
		at: func(float64) float64 { return mean },
	}
}

func exponential(mean float64) law {
	if mean == 0 {
		return constant(0)
	}
	return law{
		letter: "M", mean: mean, scv: 1,
		exceeds: func(t float64) float64 { return math.Exp(-t / mean) },
		at:      func(p float64) float64 { return -mean * math.Log1p(-p) },
	}
}

// inTurn is the law of all of some laws one after another.
func inTurn(laws []law) law {
	laws = slices.DeleteFunc(slices.Clone(laws), func(l law) bool { return l.mean == 0 })
	switch len(laws) {
	case 0:
		return constant(0)
	case 1:
		return laws[0]
	}
	var mean, variance float64
	heavy := false
	for _, l := range laws {
		mean += l.mean
		variance += l.scv * l.mean * l.mean
		heavy = heavy || l.heavy
	}
	if variance == 0 {
		return constant(mean)
	}
	return law{letter: "G", mean: mean, scv: variance / (mean * mean), heavy: heavy}
}

// slowest is the law of the longest of some known laws that begin at once.
func slowest(laws []law) law {
	if len(laws) == 1 {
		return laws[0]
	}
	l := law{letter: "G", mean: maxMean(laws), scv: math.NaN()}
	l.exceeds = func(t float64) float64 { return anyExceeds(laws, t) }
	l.at = func(p float64) float64 {
		if l.mean == 0 {
			return 0
		}
		return l.mean * quantile(p, func(t float64) float64 { return anyExceeds(laws, t*l.mean) })
	}
	return l
}

// anyExceeds is the chance that one or more of some independent times are
// longer than t.
func anyExceeds(laws []law, t float64) float64 {
	var log float64 // of the chance that none is
	for _, l := range laws {
		log += math.Log1p(-l.exceeds(t))
	}
	return -math.Expm1(log)
}
