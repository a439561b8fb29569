// Package service knows the distributions of service times: how to draw from
// each, how much it varies, and how often it is exceeded. What draws items
// (engine/workload) and what calculates with them (engine/theory) take them from
// here, so that both mean the same.
package service

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// Law is the distribution of a service time. Its functions are in means: 1 is
// as long as the mean. They may be called from any goroutine.
type Law struct {
	Mean float64 // in nanoseconds
	SCV  float64 // squared coefficient of variation: variance over squared mean. Infinite for pareto with a shape of 2 or less

	// Quantile is the time that the part p of all services does not exceed, for
	// p above 0 and below 1. It never decreases with p, which is what makes one
	// uniform number one service. It allocates nothing.
	Quantile func(p float64) float64
	// Exceeds is the chance to take longer than x.
	Exceeds func(x float64) float64
	// Values are the only times that there are, ascending, where they are few; nil
	// otherwise.
	Values []float64
}

// Of returns the law of a service's settings. The error begins with the setting
// that is wrong: a file of measured times that cannot be read, or a distribution
// that has no law of its own.
func Of(s engine.Service) (Law, error) {
	mean := float64(s.Mean)
	switch s.Dist {
	case engine.DistConstant:
		return constant(mean), nil
	case engine.DistExponential:
		return known(mean, 1, exponential{}), nil
	case engine.DistUniform:
		half := float64(s.Spread)
		return known(mean, half*half/3, distuv.Uniform{Min: 1 - half, Max: 1 + half}), nil
	case engine.DistLognormal:
		// With a mean of 1 and a coefficient of variation cv the logarithm has
		// the variance ln(1+cv^2) and the mean minus half of it.
		variance := math.Log1p(s.CV * s.CV)
		return known(mean, s.CV*s.CV, distuv.LogNormal{Mu: -variance / 2, Sigma: math.Sqrt(variance)}), nil
	case engine.DistGamma:
		return known(mean, s.CV*s.CV, newGamma(s.CV)), nil
	case engine.DistPareto:
		return pareto(mean, s.Shape), nil
	case engine.DistBimodal:
		return newBimodal(float64(s.Share), s.Factor).law(mean), nil
	case engine.DistEmpirical:
		return empirical(s)
	case engine.DistTrace:
		return Law{}, errors.New("dist is trace: how long an item takes stands in the recording")
	}
	return Law{}, fmt.Errorf("dist is %q, which is no distribution", s.Dist)
}

// unseen is a variation so small that numbers do not tell the times apart.
const unseen = 1e-24

// known is the law of a distribution with mean 1.
func known(mean float64, scv float64, d interface {
	Quantile(p float64) float64
	Survival(x float64) float64
},
) Law {
	if scv < unseen {
		return constant(mean)
	}
	return Law{Mean: mean, SCV: scv, Quantile: d.Quantile, Exceeds: d.Survival}
}

func constant(mean float64) Law {
	return Law{
		Mean:     mean,
		Quantile: func(float64) float64 { return 1 },
		Exceeds: func(x float64) float64 {
			if x < 1 {
				return 1
			}
			return 0
		},
	}
}

// pareto has a tail that falls off with a power of the time, and begins at such
// a time that the mean is 1.
func pareto(mean float64, shape float64) Law {
	scv := math.Inf(1)
	if shape > 2 {
		scv = 1 / (shape * (shape - 2))
	}
	return known(mean, scv, distuv.Pareto{Xm: (shape - 1) / shape, Alpha: shape})
}

// bimodal takes one of two times: most services the short one, a share the long
// one, which is so many times as long.
type bimodal struct{ share, short, long float64 }

// newBimodal is the one with mean 1.
func newBimodal(share, factor float64) bimodal {
	short := 1 / (1 + share*(factor-1))
	return bimodal{share: share, short: short, long: factor * short}
}

func (b bimodal) law(mean float64) Law {
	l := known(mean, b.share*(1-b.share)*(b.long-b.short)*(b.long-b.short), b)
	if l.SCV > 0 {
		l.Values = []float64{b.short, b.long}
	}
	return l
}

// Quantile and Survival are as [Law] has them.
func (b bimodal) Quantile(p float64) float64 {
	if p < 1-b.share {
		return b.short
	}
	return b.long
}

func (b bimodal) Survival(x float64) float64 {
	switch {
	case x < b.short:
		return 1
	case x < b.long:
		return b.share
	default:
		return 0
	}
}
