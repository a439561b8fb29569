// Package plot draws charts into a rectangle of a grid: lines and areas in
// braille, levels and marks, sparks, bars and heat maps. With the ASCII glyphs
// of a grid the same functions draw the same picture more coarsely.
//
// Values may be anything, NaN is a gap, and nothing is drawn outside of the
// rectangle. Drawing allocates nothing.
package plot

import "math"

// Axis is the range of values from the lower edge of a chart to its upper one.
// Values outside are drawn at the edge. An axis without extent is drawn as if
// it reached from Min to Min+1.
type Axis struct{ Min, Max float64 }

// Row is the row of a chart h rows high, from 0 at the top, in which v lies; -1
// when it lies outside of the axis. Use it to put a label beside a level.
func (a Axis) Row(v float64, h int) int {
	f := a.fraction(v)
	if h <= 0 || !(f >= 0 && f <= 1) {
		return -1
	}

	return h - 1 - min(int(f*float64(h)), h-1)
}

// fraction is where v lies between Min (0) and Max (1); beyond when outside.
func (a Axis) fraction(v float64) float64 {
	extent := a.Max - a.Min
	if !(extent > 0) || math.IsInf(extent, 0) {
		extent = 1
	}

	return (v - a.Min) / extent
}

// dot is the row of dots for v, from 0 at the bottom, of n.
func (a Axis) dot(v float32, n int) int {
	f := a.fraction(float64(v))
	if !(f > 0) { // or NaN, when an end of the axis is
		return 0
	}

	return int(min(f, 1)*float64(n-1) + 0.5)
}

// least is less than anything that is measured, and keeps clear of where
// float64 loses its precision.
const least = 1e-300

// NiceMax is the smallest of 1, 2, 5, 10, 20, 50 … and of 0.5, 0.2, 0.1 … that
// is not less than x; 1 when x is NaN, unending, or less than any figure shown.
func NiceMax(x float64) float64 {
	if !(x >= least) || math.IsInf(x, 0) {
		return 1
	}
	decade := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range [...]float64{1, 2, 5, 10} {
		if nice := step * decade; nice >= x && !math.IsInf(nice, 0) {
			return nice
		}
	}

	return x
}

// Top is the upper end of an axis that follows its data without jumping back
// and forth: it grows as soon as the data do, and shrinks only when they have
// fallen clear of the lower step. The zero Top is ready for use.
type Top struct{ max float64 }

// clear is the room above the data that a lower step must leave.
const clear = 1.25

// Fit takes the highest value in view and returns the end of the axis, one of
// [NiceMax].
func (t *Top) Fit(highest float64) float64 {
	if nice := NiceMax(highest); nice > t.max || t.max == 0 {
		t.max = nice
	} else if lower := NiceMax(highest * clear); lower < t.max {
		t.max = lower
	}

	return t.max
}
