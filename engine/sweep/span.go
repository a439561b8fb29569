package sweep

import (
	"math"
	"slices"

	"duet/engine"
)

// span is a range of so many numbers.
type span struct {
	kind        engine.ParamKind
	first, last float64
	count       int
	log         bool
}

// values are the numbers, the ends as they were written. What lies between is
// rounded to a thousandth of the step, so that it can be read; whole numbers that
// become the same are one.
func (r span) values(first, last string) []string {
	values := []string{first}
	for i := 1; i < r.count-1; i++ {
		values = append(values, format(r.kind, r.round(i)))
	}
	return slices.Compact(append(values, last))
}

// at is number i, counted from 0.
func (r span) at(i int) float64 {
	part := float64(i) / float64(r.count-1)
	if r.log {
		return r.first * math.Pow(r.last/r.first, part)
	}
	return r.first + part*(r.last-r.first)
}

func (r span) round(i int) float64 {
	x := r.at(i)
	if r.kind == engine.KindCount {
		return math.Round(x)
	}
	digits := 3 - int(math.Floor(math.Log10(x-r.at(i-1))))
	if digits < 0 {
		scale := math.Pow10(-digits)
		return math.Round(x/scale) * scale
	}
	scale := math.Pow10(digits)
	if math.IsInf(scale, 1) {
		return x
	}
	return math.Round(x*scale) / scale
}
