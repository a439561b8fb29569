package sweep_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"duet/engine/sweep"
	"duet/engine/theory"
)

// along makes n numbers from first to last.
func along(first, last float64, n int, of func(x float64) float64) (x, y []float64) {
	for i := range n {
		at := first + (last-first)*float64(i)/float64(n-1)
		x, y = append(x, at), append(y, of(at))
	}
	return x, y
}

func TestPowerOfMM1IsAtHalfTheCapacity(t *testing.T) {
	latency := func(rate float64) float64 { return float64(theory.MM1(rate, 0.01).LatencyMean) }
	for _, last := range []float64{70, 90, 99} {
		x, y := along(10, last, 90, latency)
		if at, ok := sweep.Power(x, y); !ok || math.Abs(x[at]-50) > 1 {
			t.Errorf("up to %v/s the knee is at %v/s (%v), want 50/s", last, x[at], ok)
		}
	}
	x, y := along(10, 45, 30, latency)
	if at, ok := sweep.Power(x, y); ok {
		t.Errorf("a knee at %v/s, where it is out of sight", x[at])
	}
	// With more servers it comes later: of M/M/4, well above half.
	x, y = along(40, 396, 200, func(rate float64) float64 { return float64(theory.MMc(rate, 0.01, 4).LatencyMean) })
	if at, ok := sweep.Power(x, y); !ok || x[at] < 260 || x[at] > 320 {
		t.Errorf("the knee of M/M/4 is at %v/s (%v), want some 290/s", x[at], ok)
	}
}

// TestKneedle: the curves of the paper. For a concave 1 - 1/x it is where the
// slope is that of the line between the ends.
func TestKneedle(t *testing.T) {
	for _, c := range []struct {
		name        string
		first, last float64
		of          func(x float64) float64
		want        float64
	}{
		{"concave, rising", 1, 10, func(x float64) float64 { return 1 - 1/x }, math.Sqrt(10)},
		{"convex, falling", 1, 10, func(x float64) float64 { return 1 / x }, math.Sqrt(10)},
		{"convex, rising", 1, 10, func(x float64) float64 { return 1 / (11 - x) }, 11 - math.Sqrt(10)},
		{"concave, falling", 1, 10, func(x float64) float64 { return 1 - 1/(11-x) }, 11 - math.Sqrt(10)},
		{"level, then steep", 0, 10, func(x float64) float64 { return 1 + 5*max(0, x-6) }, 6},
	} {
		x, y := along(c.first, c.last, 91, c.of)
		if at, ok := sweep.Kneedle(x, y); !ok || math.Abs(x[at]-c.want) > 0.11 {
			t.Errorf("%s: the knee is at %v (%v), want %v", c.name, x[at], ok, c.want)
		}
	}
}

func TestNoKnee(t *testing.T) {
	for _, c := range []struct {
		name string
		y    []float64
	}{
		{"nothing", nil},
		{"one", []float64{1}},
		{"two", []float64{1, 9}},
		{"a line", []float64{1, 2, 3, 4, 5}},
		{"level", []float64{10, 10.3, 10.1, 10.2}},
		{"not defined", []float64{1, math.NaN(), 3, 9}},
		{"without end", []float64{1, 2, 3, math.Inf(1)}},
	} {
		x := make([]float64, len(c.y))
		for i := range x {
			x[i] = float64(i)
		}
		if at, ok := sweep.Kneedle(x, c.y); ok {
			t.Errorf("%s has a knee at %d", c.name, at)
		}
		if at, ok := sweep.Power(c.y, slices.Repeat([]float64{0}, len(c.y))); ok {
			t.Errorf("%s has a knee of power at %d", c.name, at)
		}
	}
}

// TestScaleDoesNotMoveAKnee: it is a matter of shape.
func TestScaleDoesNotMoveAKnee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(1, 1000), 3, 40).Draw(t, "y")
		scale := math.Pow(2, float64(rapid.IntRange(-20, 20).Draw(t, "scale")))
		x, scaledX, scaledY := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y))
		for i := range y {
			x[i], scaledX[i], scaledY[i] = float64(i+1), scale*float64(i+1), scale*y[i]
		}
		at, ok := sweep.Kneedle(x, y)
		if other, also := sweep.Kneedle(scaledX, scaledY); other != at || also != ok {
			t.Errorf("Kneedle finds %d (%v), scaled by %v %d (%v)", at, ok, scale, other, also)
		}
		at, ok = sweep.Power(x, y)
		if other, also := sweep.Power(scaledX, scaledY); other != at || also != ok {
			t.Errorf("power finds %d (%v), scaled by %v %d (%v)", at, ok, scale, other, also)
		}
		if ok && (at <= 0 || at >= len(y)-1) {
			t.Errorf("a knee at the end, %d of %d", at, len(y))
		}
	})
}
