package sweep

import (
	"cmp"
	"math"
	"slices"
)

// Knee is where more of the first axis stops being worth it, on the curve of a
// lane's mean latency.
type Knee struct {
	Lane   string   `json:"lane"`
	At     []string `json:"at"`    // the value of each axis; the first one's is the knee
	Index  []int    `json:"index"` // and which of its values that is, from 0
	Method string   `json:"method"`
}

// The methods to find a knee.
const (
	// MethodPower is for curves along load.rate: see [Power].
	MethodPower = "power"
	// MethodKneedle is for curves along any other number: see [Kneedle].
	MethodKneedle = "Kneedle"
)

// flat is the part of its highest value by which a curve has to change to have
// a knee: what changes less is noise.
const flat = 0.1

// Power finds the knee of a system under more and more load: where throughput
// over latency, its power, is greatest. There each further percent of throughput
// begins to cost more than a percent of latency, which does not depend on the range
// of loads that was tried. For M/M/1 it is at half of the capacity (Kleinrock:
// Power and Deterministic Rules of Thumb for Probabilistic Problems in Computer
// Communications, ICC 1979).
//
// There is none among fewer than three points, nor at the first or the last:
// the knee is then out of sight.
func Power(throughput, latency []float64) (at int, ok bool) {
	power := make([]float64, len(throughput))
	for i := range power {
		power[i] = throughput[i] / latency[i]
		if !finite(power[i]) {
			return 0, false
		}
		if power[i] > power[at] {
			at = i
		}
	}
	return at, at > 0 && at < len(power)-1
}

// Kneedle finds the knee of any curve that bends one way, up or down: the point
// furthest from the line between its ends, once both axes are scaled to 1
// (Satopaa, Albrecht, Irwin, Raghavan: Finding a "Kneedle" in a Haystack, ICDCS
// Workshops 2011). It is Kneedle with the sensitivity 1, its greatest knee where
// there are several, and without smoothing, since points are means already. x
// must increase.
//
// There is none among fewer than three points, in a curve that is next to straight
// (no further from the line than the mean gap between points) or next to level
// (its values are within 10 % of each other).
func Kneedle(x, y []float64) (at int, ok bool) {
	n := len(x)
	if n < 3 {
		return 0, false
	}
	low, high := slices.Min(y), slices.Max(y)
	if !finite(low) || !finite(high) || high-low <= flat*max(math.Abs(low), math.Abs(high)) {
		return 0, false
	}
	rising := y[n-1] > y[0]
	distance := make([]float64, n)
	var bend float64
	for i := range distance {
		line := (x[i] - x[0]) / (x[n-1] - x[0])
		if !rising {
			line = 1 - line
		}
		distance[i] = (y[i]-low)/(high-low) - line
		bend += distance[i]
	}
	for i := range distance {
		if bend < 0 {
			distance[i] = -distance[i]
		}
		if distance[i] > distance[at] {
			at = i
		}
	}
	return at, distance[at] > 1/float64(n-1) && at > 0 && at < n-1
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// knees finds those of all curves, of the points that there are.
func (g *Grid) knees(r *Result, points []*Outcome) []Knee {
	first := &g.Axes[0]
	if first.Numbers == nil {
		return nil
	}
	var knees []Knee
	n := len(first.Values)
	for lane := range g.Base.Lanes {
		name := g.Base.Lanes[lane].Name
		for from := 0; from < len(points); from += n {
			curve := slices.DeleteFunc(slices.Clone(points[from:from+n]), func(p *Outcome) bool {
				return p == nil || r.Repeats(p, name) || !finite(p.Lanes[lane].latency)
			})
			if k, ok := g.knee(curve, lane); ok {
				knees = append(knees, k)
			}
		}
	}
	return knees
}

// knee finds that of a lane in one curve.
func (g *Grid) knee(curve []*Outcome, lane int) (Knee, bool) {
	numbers := g.Axes[0].Numbers
	slices.SortFunc(curve, func(a, b *Outcome) int { return cmp.Compare(numbers[a.Index[0]], numbers[b.Index[0]]) })
	var x, latency, throughput []float64
	for _, p := range curve {
		at := numbers[p.Index[0]]
		if g.Axes[0].Log {
			at = math.Log(at)
		}
		x = append(x, at)
		latency, throughput = append(latency, p.Lanes[lane].latency), append(throughput, p.Lanes[lane].throughput)
	}
	method, at, ok := MethodKneedle, 0, false
	if g.Axes[0].Path == "load.rate" {
		method = MethodPower
		at, ok = Power(throughput, latency)
	} else {
		at, ok = Kneedle(x, latency)
	}
	if !ok {
		return Knee{}, false
	}
	p := curve[at]
	return Knee{Lane: p.Lanes[lane].Name, At: p.At, Index: p.Index, Method: method}, true
}
