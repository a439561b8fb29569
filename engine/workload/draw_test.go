package workload

import (
	"math"
	"math/bits"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"duet/engine"
)

// draws returns the first n numbers of a sub-stream.
func draws(s substream, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = s.uniform(int64(i + 1))
	}
	return all
}

func TestUniformFits(t *testing.T) {
	for _, seed := range []uint64{0, 1, 42, math.MaxUint64} {
		u := draws(newSubstream(seed, Failing, 0, 1), 200_000)
		fits(t, u, func(x float64) float64 { return x })
		moments(t, u, 0.5, 1./12, 1./80)

		counts, expected := make([]float64, 1000), make([]float64, 1000)
		for i, x := range u {
			counts[int(x*1000)]++
			expected[i%1000]++
		}
		fitsCounts(t, counts, expected)
	}
}

func TestUniformLeavesOutItsEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := substream(rapid.Uint64().Draw(t, "start"))
		u := s.uniform(rapid.Int64().Draw(t, "n"))
		if !(u > 0 && u < 1) || 1-(1-u) != u {
			t.Fatalf("drew %v, whose mirrored value is %v", u, 1-u)
		}
	})
	for _, x := range []uint64{0, math.MaxUint64} { // the ends of what mix returns
		if u := (float64(x>>12) + 0.5) * 0x1p-52; !(u > 0 && u < 1) {
			t.Errorf("%#x becomes %v", x, u)
		}
	}
}

// TestDrawsAreIndependent looks for correlation along one sub-stream, and
// between sub-streams that differ in one thing.
func TestDrawsAreIndependent(t *testing.T) {
	const n = 100_000
	base := draws(newSubstream(1, Failing, 0, 1), n)
	for _, lag := range []int{1, 2, 3, 7, 64, 1000} {
		uncorrelated(t, "along a sub-stream", base[lag:], base[:n-lag])
	}
	others := map[string]substream{
		"seed":    newSubstream(2, Failing, 0, 1),
		"purpose": newSubstream(1, Panicking, 0, 1),
		"handler": newSubstream(1, Failing, 1, 1),
		"attempt": newSubstream(1, Failing, 0, 2),
		"gap":     newSubstream(1, gapping, 0, 0),
		"key":     newSubstream(1, keying, 0, 0),
		"demand":  newSubstream(1, serving, 0, 0),
		"client":  newSubstream(1, Returning, 0, 1),
	}
	for what, s := range others {
		other := draws(s, n)
		uncorrelated(t, what, base, other)
		uncorrelated(t, what+", one later", base[1:], other[:n-1])
	}
}

// TestMixScatters flips each bit of the input and counts the flipped ones of
// the result: half of them on average.
func TestMixScatters(t *testing.T) {
	var flipped []float64
	for n := range uint64(1000) {
		x := n * golden
		for bit := range 64 {
			flipped = append(flipped, float64(bits.OnesCount64(mix(x)^mix(x^1<<bit))))
		}
	}
	if mean, sd := stat.MeanStdDev(flipped, nil); math.Abs(mean-32) > 0.1 || math.Abs(sd-4) > 0.1 {
		t.Errorf("one bit flips %.2f bits, standard deviation %.2f; want 32 and 4", mean, sd)
	}
}

func TestDrawIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := engine.Item{Seq: rapid.Int64Min(1).Draw(t, "seq")}
		p := rapid.SampledFrom([]Purpose{Failing, Panicking, Jitter, Returning}).Draw(t, "purpose")
		handler, attempt := rapid.IntRange(0, 100).Draw(t, "handler"), rapid.IntRange(1, 100).Draw(t, "attempt")
		st := &Stream{seed: rapid.Uint64().Draw(t, "seed")}
		if a, b := st.Draw(it, p, handler, attempt), st.Draw(it, p, handler, attempt); a != b {
			t.Fatalf("drew %v, then %v", a, b)
		}
		if a, b := st.Draw(it, p, handler, attempt), st.Draw(it, p, handler, attempt+1); a == b {
			t.Fatalf("attempts %d and %d both drew %v", attempt, attempt+1, a)
		}
	})
}

// TestHotPathDoesNotAllocate covers everything that lanes call for each item.
func TestHotPathDoesNotAllocate(t *testing.T) {
	for name, l := range loads() {
		st := stream(t, scenario(l))
		c := st.Cursor()
		dst := make([]engine.Item, 16)
		if n := testing.AllocsPerRun(100, func() {
			c.Next(never, dst)
			c.Peek()
			c.Count(dst[0].At)
			st.Demand(dst[0], 0)
			st.Draw(dst[0], Jitter, 0, 1)
			st.Rate(dst[0].At)
			st.Changed()
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
