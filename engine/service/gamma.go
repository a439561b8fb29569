package service

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// gamma is the gamma distribution with mean 1. Its quantiles are found here:
// those of gonum take up to 80 microseconds for a shape below 1, and are wrong
// near 0.
type gamma struct {
	shape    float64 // 1 / cv^2
	logGamma float64 // of the shape
}

func newGamma(cv float64) gamma {
	shape := 1 / (cv * cv)
	logGamma, _ := math.Lgamma(shape)
	return gamma{shape, logGamma}
}

// Survival is as [Law] has Exceeds. Most of it is found from below, which is
// much faster for a shape below 1.
func (g gamma) Survival(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	if shorter := mathext.GammaIncReg(g.shape, g.shape*x); shorter < upperTail {
		return 1 - shorter
	}
	return mathext.GammaIncRegComp(g.shape, g.shape*x)
}

// Bounds of how quantiles are found.
const (
	largestShape = 1e6  // beyond, the first guess is exact to more digits than a nanosecond has
	upperTail    = 0.99 // from here on the chance to be longer is what is solved for
	closeEnough  = 1e-9 // a last step of Newton's; the error is its square
	mostSteps    = 50
)

// Quantile is as [Law] has it. In y, the logarithm of the time, the logarithm of
// the chance to be shorter is concave, and so is that of the chance to be longer.
// So Newton's method comes to the root from one side, wherever it begins, with
// at most one step too far.
func (g gamma) Quantile(p float64) float64 {
	y := g.guess(p)
	if g.shape > largestShape {
		return math.Exp(y) / g.shape
	}
	for range mostSteps {
		x := math.Exp(y)
		if x == 0 {
			return 0 // shorter than a number can tell
		}
		density := math.Exp(g.shape*y - x - g.logGamma) // of y
		var step float64
		if p < upperTail {
			shorter := mathext.GammaIncReg(g.shape, x)
			step = math.Log(p/shorter) * shorter / density
		} else {
			longer := mathext.GammaIncRegComp(g.shape, x)
			step = math.Log(longer/(1-p)) * longer / density
		}
		y += step
		if !(math.Abs(step) > closeEnough) {
			break
		}
	}
	return math.Exp(y) / g.shape
}

// guess is the logarithm of a time, in units of mean over shape, to begin with:
// by the cube of a normal variable for shapes from 1 on (Wilson, Hilferty: "The
// distribution of chi-square", 1931), and otherwise a bound from which the way
// to the root leads in one direction.
func (g gamma) guess(p float64) float64 {
	if g.shape >= 1 {
		ninth := 1 / (9 * g.shape)
		if root := 1 - ninth + distuv.UnitNormal.Quantile(p)*math.Sqrt(ninth); root > 0.1 {
			return math.Log(g.shape) + 3*math.Log(root)
		}
	}
	if p < upperTail {
		return (math.Log(p) + math.Log(g.shape) + g.logGamma) / g.shape // no less is p: P(x) <= x^shape / Gamma(shape+1)
	}
	return math.Log(max(1, -math.Log1p(-p)-g.logGamma)) // no more: Q(x) <= exp(-x) / Gamma(shape), from x = 1 on
}
