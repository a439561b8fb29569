package theory

import (
	"math"
	"slices"
)

// Harmonic is 1 + 1/2 + ... + 1/k: the mean of the longest of k independent
// exponential times with mean 1 (David, Nagaraja: Order Statistics, 3rd
// edition, Wiley 2003). 0 for k below 1.
func Harmonic(k int) float64 {
	if k > 100 { // Euler's expansion, here exact to the last digits
		n := float64(k)
		const eulerGamma = 0.57721566490153286060651209008240243
		return math.Log(n) + eulerGamma + 1/(2*n) - 1/(12*n*n) + 1/(120*n*n*n*n)
	}
	var sum float64
	for n := k; n >= 1; n-- {
		sum += 1 / float64(n)
	}
	return sum
}

// AnyOf is the chance that one or more of k independent things happen that
// each happen with the chance p: of k handlers, one in its slowest percent.
func AnyOf(k int, p float64) float64 { return -math.Expm1(float64(k) * math.Log1p(-p)) }

// maxMean is the mean of the longest of some independent times: in closed form
// where all are alike and exponential, else the integral of the chance that any
// is longer than t, over t, to four digits or more.
func maxMean(laws []law) float64 {
	laws = slices.DeleteFunc(slices.Clone(laws), func(l law) bool { return l.mean == 0 })
	alike, longest, least := true, 0.0, 0.0
	for _, l := range laws {
		alike = alike && l.letter == "M" && l.mean == laws[0].mean
		longest = max(longest, l.mean)
		least = max(least, l.at(1e-12))
	}
	switch {
	case len(laws) < 2:
		return longest
	case alike:
		return longest * Harmonic(len(laws))
	}
	// As good as nothing ends before least, so that the integral begins there,
	// and goes from jump to jump. How narrow a law may be, its width is seen from
	// where it begins: in x, the logarithm of the time since then, the integrand
	// falls off at both ends, where the trapezoidal rule is very exact.
	mean := least
	for _, jump := range jumpsAfter(laws, least) {
		mean += anyUntil(laws, least, jump)
		least = jump
	}
	const from, to = -36.0, 120.0
	var sum float64
	for x := from; x < to; x += step {
		t := longest * math.Exp(x)
		height := t * anyExceeds(laws, least+t)
		sum += height
		if x > 0 && height == 0 {
			break
		}
	}
	return max(longest, mean+step*sum)
}

// step is that of the integrals, in the logarithm of the time.
const step = 1.0 / 64

// jumpsAfter lists the times after t at which the chance that any of some times
// is longer jumps.
func jumpsAfter(laws []law, t float64) []float64 {
	var all []float64
	for _, l := range laws {
		all = append(all, l.jumps...)
	}
	all = slices.DeleteFunc(all, func(jump float64) bool { return jump <= t })
	slices.Sort(all)
	return slices.Compact(all)
}

// anyUntil is the integral of anyExceeds between two times without a jump
// between them: by the midpoint rule, which does not look at the ends.
func anyUntil(laws []law, from, to float64) float64 {
	var sum float64
	for x := -step / 2; x > -24; x -= step { // nothing is seen of the rest
		t := (to - from) * math.Exp(x)
		sum += t * anyExceeds(laws, from+t)
	}
	return step * sum
}
