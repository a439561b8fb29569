package plot

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDownsampleKeepsFirstLeastMostLast(t *testing.T) {
	dst := make([]Sample, 3)
	Downsample(dst, Series{Data: []float32{5, 1, 9, 4, nan, nan, nan, nan, nan, 2, nan, 3}})
	for i, want := range []Sample{{First: 5, Min: 1, Max: 9, Last: 4}, gap, {First: 2, Min: 2, Max: 3, Last: 3}} {
		if got := dst[i]; got != want && !(got.isGap() && want.isGap()) {
			t.Errorf("column %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestDownsampleLosesNoPeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Series{Data: rapid.SliceOfN(rapid.Float32Range(-5, 5), 1, 200).Draw(t, "data"), First: rapid.IntRange(-1000, 1000).Draw(t, "first")}
		dst := make([]Sample, rapid.IntRange(1, 60).Draw(t, "columns"))
		Downsample(dst, s)
		for i, v := range s.Data {
			column := dst[s.Column(i, len(dst))]
			if v < column.Min || v > column.Max {
				t.Fatalf("value %d, %v, is not within its column's %v to %v", i, v, column.Min, column.Max)
			}
		}
		if last := dst[len(dst)-1].Last; last != s.Data[len(s.Data)-1] {
			t.Fatalf("the last column ends with %v, want the last value", last)
		}
	})
}

func TestASlidingStretchKeepsItsColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, width := rapid.IntRange(2, 300).Draw(t, "n"), rapid.IntRange(1, 100).Draw(t, "width")
		first := rapid.IntRange(0, 1000).Draw(t, "first")
		data := make([]float32, n)
		now, next := Series{Data: data, First: first}, Series{Data: data, First: first + 1}
		shift := now.Column(n-1, width) - next.Column(n-2, width) // of the picture, in this step
		for i := 1; i < n; i++ {
			before, after := now.Column(i, width), next.Column(i-1, width)
			if after > 0 && before-after != shift {
				t.Fatalf("value %d moves from column %d to %d, the others by %d", first+i, before, after, shift)
			}
		}
	})
}

func TestNiceMaxIsTheNextStep(t *testing.T) {
	for x, want := range map[float64]float64{
		0: 1, -3: 1, 0.03: 0.05, 0.2: 0.2, 1: 1, 1.01: 2, 2: 2, 3: 5, 7: 10, 10: 10, 64: 100, 120: 200, 1000: 1000, 4.9e6: 5e6,
		math.Inf(1): 1, math.SmallestNonzeroFloat64: 1,
	} {
		if got := NiceMax(x); math.Abs(got-want) > want*1e-9 {
			t.Errorf("NiceMax(%v) = %v, want %v", x, got, want)
		}
	}
	if got := NiceMax(math.NaN()); got != 1 {
		t.Errorf("NiceMax(NaN) = %v, want 1", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Min(1e-300).Draw(t, "x")
		if got := NiceMax(x); !(got >= x) || got > x*2.5000001 && !math.IsInf(x*2.5, 0) {
			t.Fatalf("NiceMax(%v) = %v", x, got)
		}
	})
}

func TestTopDoesNotJumpBackAndForth(t *testing.T) {
	var top Top
	for i, step := range []struct{ highest, want float64 }{
		{30, 50}, {49, 50}, {51, 100}, {49, 100}, {51, 100}, {41, 100}, {39, 50}, {45, 50}, {0, 1}, {math.NaN(), 1}, {3, 5},
	} {
		if got := top.Fit(step.highest); got != step.want {
			t.Errorf("step %d: after %v the axis ends at %v, want %v", i, step.highest, got, step.want)
		}
	}
}

func TestRow(t *testing.T) {
	a := Axis{Min: 0, Max: 10}
	for v, want := range map[float64]int{0: 4, 1.9: 4, 2: 3, 9.9: 0, 10: 0, 10.1: -1, -0.1: -1} {
		if got := a.Row(v, 5); got != want {
			t.Errorf("Row(%v) = %d, want %d", v, got, want)
		}
	}
	if got := (Axis{Min: 3, Max: 3}).Row(3, 5); got != 4 {
		t.Errorf("an axis without extent puts its value in row %d, want the lowest", got)
	}
	if got := a.Row(math.NaN(), 5); got != -1 {
		t.Errorf("Row(NaN) = %d, want -1", got)
	}
}
