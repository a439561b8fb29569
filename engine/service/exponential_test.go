package service

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestExponentialIsTheLogarithm holds quantiles against the standard library's
// logarithm, over many parts and very near to 0 and 1.
func TestExponentialIsTheLogarithm(t *testing.T) {
	check := func(p float64) {
		t.Helper()
		if got, want := Exponential(p), -math.Log1p(-p); math.Abs(got-want) > want*1e-13 {
			t.Errorf("of %v: %v, want %v", p, got, want)
		}
	}
	for i := range 100_000 {
		check(float64(i) / 100_000)
	}
	for e := 1; e < 54; e++ {
		check(math.Ldexp(1, -e))
		check(1 - math.Ldexp(1, -e))
	}
	rapid.Check(t, func(rt *rapid.T) { check(rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(rt, "p")) })
}

func BenchmarkExponential(b *testing.B) {
	var sum float64
	p := 0.1
	for b.Loop() {
		p += 0.618
		if p >= 1 {
			p--
		}
		sum += Exponential(p)
	}
	if sum < 0 {
		b.Fatal(sum)
	}
}
