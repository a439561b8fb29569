package workload

import (
	"math"

	"duet/engine"
)

// keys draws keys 0 to count-1. It is immutable and shared.
type keys struct {
	settings engine.Keys
	slots    []slot // nil: uniform
}

// A slot of an alias table holds two keys, its own number and another, and
// where between 0 and 1 the first ends. Drawing a slot and a side takes the same
// short time for any number of keys (Walker 1977; built in linear time as in
// Vose: "A linear algorithm for generating random numbers with a given
// distribution", 1991).
type slot struct {
	own   float64
	other int32
}

func newKeys(s engine.Keys) *keys {
	k := &keys{settings: s}
	if s.Skew == 0 {
		return k
	}
	weights := make([]float64, s.Count) // Zipf's, then such that they are 1 on average
	var sum float64
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -s.Skew)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] *= float64(s.Count) / sum
	}
	k.slots = newSlots(weights)
	return k
}

// newSlots fills the slots: each that needs less than its room shares it with
// one that needs more. It uses up the weights.
func newSlots(weights []float64) []slot {
	slots := make([]slot, len(weights))
	var small, large []int32
	for i, w := range weights {
		slots[i] = slot{own: 1, other: int32(i)} // stays so for what rounding leaves over
		if w < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		slots[s] = slot{own: weights[s], other: l}
		weights[l] -= 1 - weights[s]
		if weights[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return slots
}

// pick turns a uniform number into a key.
func (k *keys) pick(u float64) int32 {
	u *= float64(k.settings.Count)
	i := int32(u)
	if k.slots == nil {
		return i
	}
	if s := &k.slots[i]; u-float64(i) >= s.own {
		return s.other
	}
	return i
}
