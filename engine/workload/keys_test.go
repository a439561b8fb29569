package workload

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"duet/engine"
)

// zipf returns the expected parts of the keys.
func zipf(s engine.Keys) []float64 {
	parts := make([]float64, s.Count)
	var sum float64
	for k := range parts {
		parts[k] = math.Pow(float64(k+1), -s.Skew)
		sum += parts[k]
	}
	for k := range parts {
		parts[k] /= sum
	}
	return parts
}

func TestKeysFit(t *testing.T) {
	const n = 200_000
	for _, s := range []engine.Keys{{Count: 16}, {Count: 1000}, {Count: 16, Skew: 0.5}, {Count: 16, Skew: 1}, {Count: 100, Skew: 1.2}, {Count: 8, Skew: 2}} {
		c := stream(t, scenario(engine.Load{Rate: 1000, Arrivals: engine.Constant, Keys: s})).Cursor()
		counts, expected := make([]float64, s.Count), zipf(s)
		var sample []float64
		for _, it := range take(c, n) {
			counts[it.Key]++
			sample = append(sample, float64(it.Key))
		}
		var mean, variance, fourth float64
		for k, p := range expected {
			mean += p * float64(k)
		}
		for k, p := range expected {
			off := float64(k) - mean
			variance += p * off * off
			fourth += p * off * off * off * off
			expected[k] *= n
		}
		fitsCounts(t, counts, expected)
		moments(t, sample, mean, variance, fourth)
		uncorrelated(t, "keys", sample[1:], sample[:n-1])
	}
}

// TestSlotsAreExact adds up what the slots of an alias table give to each key.
func TestSlotsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := engine.Keys{Count: rapid.IntRange(1, 1000).Draw(t, "count"), Skew: rapid.Float64Range(0.01, 10).Draw(t, "skew")}
		k := newKeys(s)
		got := make([]float64, s.Count)
		for i, slot := range k.slots {
			got[i] += slot.own / float64(s.Count)
			got[slot.other] += (1 - slot.own) / float64(s.Count)
		}
		for key, want := range zipf(s) {
			if math.Abs(got[key]-want) > 1e-12 {
				t.Fatalf("key %d gets %v, want %v", key, got[key], want)
			}
		}
	})
}

func TestKeysStayInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := engine.Keys{Count: rapid.IntRange(1, 5000).Draw(t, "count"), Skew: rapid.SampledFrom([]float64{0, 0.1, 1, 10}).Draw(t, "skew")}
		k := newKeys(s)
		for _, u := range []float64{0x1p-53, 1 - 0x1p-53, rapid.Float64Range(0x1p-53, 1-0x1p-53).Draw(t, "u")} {
			if key := k.pick(u); key < 0 || int(key) >= s.Count {
				t.Fatalf("%v becomes key %d of %d", u, key, s.Count)
			}
		}
	})
}

func TestAMillionKeys(t *testing.T) {
	k := newKeys(engine.Keys{Count: 1e6, Skew: 1})
	first := 0.
	const n = 1_000_000
	for i, u := range draws(newSubstream(1, keying, 0, 0), n) {
		if key := k.pick(u); key == 0 {
			first++
		} else if key < 0 || key >= 1e6 {
			t.Fatalf("draw %d is key %d", i, key)
		}
	}
	p := zipf(engine.Keys{Count: 1e6, Skew: 1})[0]
	if sd := math.Sqrt(p * (1 - p) / n); math.Abs(first/n-p) > 4*sd {
		t.Errorf("key 0 gets %v of the items, want %v", first/n, p)
	}
}
