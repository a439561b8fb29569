package workload

import "math"

// units is an amount of operational time, kept in two parts so that it is as
// exact after a day of a million a second as in the beginning.
type units struct {
	whole int64
	part  float64 // 0 to 1, but for rounding
}

// plus returns u and d more; it does not go below 0.
func (u units) plus(d float64) units {
	whole := math.Floor(d)
	u.whole += int64(whole)
	u.part += d - whole
	if u.part >= 1 {
		u.whole++
		u.part--
	}
	if u.whole < 0 {
		return units{}
	}
	return u
}

// later returns u and d more, where d is not below 0.
func (u units) later(d float64) units {
	whole := int64(d)
	part := u.part + (d - float64(whole)) // below 2
	carry := int64(part)
	return units{u.whole + whole + carry, part - float64(carry)}
}

func (u units) float() float64 { return float64(u.whole) + u.part }
