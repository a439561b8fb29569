package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := values().Draw(t, "a"), values().Draw(t, "b")
		sum := recorded(a)
		sum.Add(recorded(b))
		if *sum != *recorded(slices.Concat(a, b)) {
			t.Fatal("counts of two samples do not add up to those of both")
		}
		other := recorded(b)
		other.Add(recorded(a))
		if *sum != *other {
			t.Fatal("adding depends on the order")
		}
	})
}

func TestCountsSubLeavesTheInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, interval := values().Draw(t, "before"), values().Draw(t, "interval")
		if rapid.Bool().Draw(t, "nothing new") {
			interval = nil
		}
		c := recorded(slices.Concat(before, interval))
		c.Sub(recorded(before))
		want := recorded(interval)
		if c.n != want.n || c.count != want.count || c.sum != want.sum {
			t.Fatal("what is left is not the interval")
		}
		exact := float64(want.Max())
		if got := float64(c.Max()); got < exact || got > exact*(1+1./64) {
			t.Fatalf("max of the interval is %f, exactly %f", got, exact)
		}
		if len(interval) > 0 && slices.Max(interval) > slices.Max(before) && c.Max() != want.Max() {
			t.Fatalf("a new maximum %d is exact, got %d", want.Max(), c.Max())
		}
		if s := c.Summary(); s.P999 > s.Max {
			t.Fatalf("p99.9 %d above the maximum %d", s.P999, s.Max)
		}
		if c.Reset(); *c != (Counts{}) {
			t.Fatal("not empty after Reset")
		}
	})
}

func TestMeanSurvivesSumsThatWrap(t *testing.T) {
	var h Histogram
	const hour = int64(time.Hour)
	h.RecordN(hour, 10_000_000) // 1,141 years
	h.RecordN(3*hour, 10_000_000)
	var c Counts
	h.AddTo(&c)
	if got := c.Mean(); math.Abs(float64(got-2*time.Hour)) > 1e-9*float64(hour) {
		t.Errorf("mean is %v, want 2h", got)
	}
}
