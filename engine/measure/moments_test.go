package measure

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestDurationsCountTogetherAsOneByOne: those that are to be clamped as well.
func TestDurationsCountTogetherAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var own Histogram
		var shared Shared
		var all []int64
		for range 2 { // the second time there is something in it
			now := rapid.Int64Range(0, math.MaxInt32).Draw(t, "now")
			vs := values().Draw(t, "values")
			for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(vs)-1), 0, 3).Draw(t, "clamped") {
				vs[i] = rapid.SampledFrom([]int64{-1, math.MinInt32, maxValue, maxValue + 1, 2 * maxValue}).Draw(t, "value")
			}
			at := make([]int64, len(vs))
			for i, v := range vs {
				at[i] = now - v
			}
			own.RecordSince(now, at)
			shared.RecordSince(now, at)
			all = append(all, vs...)
		}
		want := recorded(all)
		var a, b Counts
		own.AddTo(&a)
		shared.AddTo(&b)
		if !sameCounts(&a, want) || !sameCounts(&b, want) {
			t.Fatalf("one by one %+v, together %+v and %+v", want.Summary(), a.Summary(), b.Summary())
		}
	})
}

// TestNoDurationsCountNothing: what was empty is so afterwards.
func TestNoDurationsCountNothing(t *testing.T) {
	var own Histogram
	var shared Shared
	own.RecordSince(7, nil)
	shared.RecordSince(7, nil)
	var c Counts
	own.AddTo(&c)
	shared.AddTo(&c)
	if !sameCounts(&c, new(Counts)) || c.Max() != 0 {
		t.Errorf("nothing counts as %+v", c.Summary())
	}
}
