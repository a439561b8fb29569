package plot

import "math"

// Log is a logarithmic range from the left edge of a chart, Min, to its right
// one, Max. Values outside are at the edge, and so are those that have no
// logarithm. A range that does not go upwards from above 0 has all at its left.
type Log struct{ Min, Max float64 }

// Fraction is where v lies, from 0 at Min to 1 at Max.
func (a Log) Fraction(v float64) float64 {
	extent := math.Log(a.Max / a.Min)
	if !(extent > 0) || math.IsInf(extent, 0) || !(v > a.Min) {
		return 0
	}
	return min(math.Log(v/a.Min)/extent, 1)
}

// Value is what lies at a fraction of the range.
func (a Log) Value(fraction float64) float64 {
	if !(a.Max > a.Min) || !(a.Min > 0) {
		return a.Min
	}
	return a.Min * math.Pow(a.Max/a.Min, fraction)
}

// Column is the column in which v is drawn in a chart width cells wide; -1 when
// it has no columns.
func (a Log) Column(v float64, width int) int {
	return min(int(a.Fraction(v)*float64(width)), width-1)
}

// Deal adds n to the columns of dst that lie between low and high, to each as
// much as lies in it. Nothing of it is lost: what is outside goes to the edge.
func (a Log) Deal(dst []float32, low, high, n float64) {
	if len(dst) == 0 {
		return
	}
	width := float64(len(dst))
	from, to := a.Fraction(low)*width, a.Fraction(high)*width
	first, last := min(int(from), len(dst)-1), min(int(to), len(dst)-1)
	if first >= last {
		dst[first] += float32(n)
		return
	}
	for x := first; x <= last; x++ {
		part := min(to, float64(x+1)) - max(from, float64(x))
		dst[x] += float32(n * part / (to - from))
	}
}
