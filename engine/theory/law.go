package theory

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// law is the distribution of a service time, in seconds: its first two
// moments, its letter in Kendall's notation, and itself where it is known.
type law struct {
	letter  string // M exponential, D constant, G any other
	mean    float64
	scv     float64
	exceeds func(t float64) float64 // the chance to take longer than t; nil: not known
	at      func(p float64) float64 // the quantile function; nil: not known
}

// newLaw is the law of a handler whose server is so many times faster. It is
// not ok for a distribution that only a file knows.
func newLaw(s engine.Service, speed float64) (l law, ok bool) {
	mean := float64(s.Mean) / float64(time.Second) / speed
	switch s.Dist {
	case engine.DistConstant:
		return constant(mean), true
	case engine.DistExponential:
		return exponential(mean), true
	case engine.DistUniform:
		if s.Spread == 0 {
			return constant(mean), true
		}
		half := float64(s.Spread)
		return newScaled(mean, half*half/3, distuv.Uniform{Min: 1 - half, Max: 1 + half}), true
	case engine.DistLognormal:
		if s.CV == 0 {
			return constant(mean), true
		}
		variance := math.Log1p(s.CV * s.CV) // of the logarithm; its mean is such that the mean is 1
		return newScaled(mean, s.CV*s.CV, distuv.LogNormal{Mu: -variance / 2, Sigma: math.Sqrt(variance)}), true
	default:
		return law{}, false
	}
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

// newScaled is a distribution with mean 1, scaled to mean.
func newScaled(mean, scv float64, of interface {
	Survival(x float64) float64
	Quantile(p float64) float64
},
) law {
	if mean == 0 {
		return constant(0)
	}
	return law{
		letter: "G", mean: mean, scv: scv,
		exceeds: func(t float64) float64 { return of.Survival(t / mean) },
		at:      func(p float64) float64 { return mean * of.Quantile(p) },
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
	for _, l := range laws {
		mean += l.mean
		variance += l.scv * l.mean * l.mean
	}
	if variance == 0 {
		return constant(mean)
	}
	return law{letter: "G", mean: mean, scv: variance / (mean * mean)}
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
