package chart

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks puts marks on an axis: a round step apart, or on a logarithmic axis at 1,
// 2 and 5 of each decade.
type ticks struct {
	format func(float64) string
	step   func(least float64) float64
	log    bool
	most   int // so many at most
}

// Ticks are those between two ends of an axis.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	values := linear(low, high, t.step, t.most)
	if t.log {
		values = decades(low, high, t.most)
	}
	marks := make([]plot.Tick, len(values))
	for i, v := range values {
		marks[i] = plot.Tick{Value: v, Label: t.format(v)}
	}
	return marks
}

// linear lists multiples of a round step.
func linear(low, high float64, round func(least float64) float64, most int) []float64 {
	step := round((high - low) / float64(most))
	var values []float64
	for n := int(math.Ceil(low/step - 1e-9)); float64(n)*step <= high+step*1e-9 && len(values) <= most; n++ {
		values = append(values, float64(n)*step)
	}
	return values
}

// roundStep is the least of 1, 2, 5, 10, 20 … and of 0.5, 0.2, 0.1 … that is
// not less than x.
func roundStep(x float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(x)))
	for _, round := range []float64{1, 2, 5} {
		if round*decade >= x*(1-1e-9) {
			return round * decade
		}
	}
	return 10 * decade
}

// decades lists 1, 2 and 5 of each power of ten, or fewer where there is no
// room; where there is room for more than these give, as a linear axis does.
func decades(low, high float64, most int) []float64 {
	first, last := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	for _, of := range [][]float64{{1, 2, 5}, {1}} {
		if values := powers(low, high, first, last, 1, of); len(values) <= most && len(values) > 1 {
			return values
		}
	}
	if last-first <= 1 {
		return linear(low, high, roundStep, most)
	}
	return powers(low, high, first, last, 1+(last-first)/most, []float64{1})
}

// powers lists factors of every so many powers of ten.
func powers(low, high float64, first, last, every int, factors []float64) []float64 {
	var values []float64
	for p := first; p <= last; p += every {
		for _, f := range factors {
			if v := f * math.Pow(10, float64(p)); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
				values = append(values, v)
			}
		}
	}
	return values
}

// short writes a number with as few digits as tell it from its neighbours.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
