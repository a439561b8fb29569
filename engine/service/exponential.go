package service

import "math"

// exponential is the exponential distribution with mean 1. More numbers are drawn
// from it than from all others together, so its quantiles are found here, in half
// the time that a logarithm of the standard library takes.
type exponential struct{}

// Survival is as [Law] has Exceeds.
func (exponential) Survival(x float64) float64 { return min(1, math.Exp(-x)) }

// Quantile is as [Law] has it.
func (exponential) Quantile(p float64) float64 { return Exponential(p) }

// Exponential returns the time that the part p of all exponential times with mean
// 1 does not exceed, -ln(1-p), for p from 0 to below 1. It is right to 13 digits.
func Exponential(p float64) float64 {
	if p < 1.0/256 { // where ln c and the rest would nearly cancel each other out
		return p * (1 + p*(1.0/2+p*(1.0/3+p*(1.0/4+p*(1.0/5+p*(1.0/6+p*(1.0/7)))))))
	}
	// 1-p is m 2^e with m from 1 to 2. With c near m, ln m is ln c + ln(1 + (m-c)/c),
	// of which the first is looked up, and the second follows from its series.
	const fraction = 1<<52 - 1
	bits := math.Float64bits(1 - p)
	e := float64(int(bits>>52) - 1023)
	m := math.Float64frombits(bits&fraction | 1023<<52)
	part := &parts[bits>>(52-partBits)%(1<<partBits)]
	r := (m - part.middle) * part.inverse
	r2 := r * r
	series := r + r2*((-1.0/2+r*(1.0/3))+r2*((-1.0/4+r*(1.0/5))-r2*(1.0/6)))
	return -(e*math.Ln2 + (part.log + series))
}

// Exponentials takes parts and leaves their times in their place, as [Exponential]
// has them: of many, several are found at once.
func Exponentials(p []float64) {
	for i, x := range p {
		p[i] = Exponential(x)
	}
}

// partBits is the binary logarithm of the number of parts.
const partBits = 7

// parts are equal parts of the numbers from 1 to 2.
var parts = func() (all [1 << partBits]struct{ middle, inverse, log float64 }) {
	for i := range all {
		c := 1 + (float64(i)+0.5)/(1<<partBits)
		all[i].middle, all[i].inverse, all[i].log = c, 1/c, math.Log(c)
	}
	return all
}()
