package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := values().Draw(t, "a"), values().Draw(t, "b")
		sum := recorded(a)
		sum.Add(recorded(b))
		if !sameCounts(sum, recorded(slices.Concat(a, b))) {
			t.Fatal("counts of two samples do not add up to those of both")
		}
		other := recorded(b)
		other.Add(recorded(a))
		if !sameCounts(sum, other) {
			t.Fatal("adding depends on the order")
		}
	})
}

// sameCounts tells whether two are of the same values.
func sameCounts(a, b *Counts) bool { return sameButMax(a, b) && a.max == b.max }

func sameButMax(a, b *Counts) bool {
	x, y := a.Clone(), b.Clone()
	x.narrow()
	y.narrow()
	return x.count == y.count && x.sum == y.sum && slices.Equal(x.used(), y.used()) && (x.count == 0 || x.lo == y.lo)
}

func TestCountsRecordAsAHistogramDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs, n := values().Draw(t, "values"), rapid.Int64Range(0, 3).Draw(t, "n")
		want := recorded(vs)
		var once, several Counts
		once.RecordAll(vs)
		for _, v := range vs {
			several.RecordN(v, n)
		}
		if !sameCounts(&once, want) {
			t.Fatal("recorded all at once they are others")
		}
		var times Counts
		for range n {
			times.Add(&once)
		}
		if !sameCounts(&several, &times) {
			t.Fatalf("recorded %d times they are others", n)
		}
	})
}

func TestBucketsHoldAllValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := values().Draw(t, "values")
		all := recorded(vs).AppendBuckets(nil)
		for _, v := range vs {
			v = clamp(v)
			i := slices.IndexFunc(all, func(b engine.Bucket) bool { return v >= int64(b.Low) && v <= int64(b.High) })
			if i < 0 || all[i].Count == 0 {
				t.Fatalf("%d is in no bucket of %+v", v, all)
			}
			all[i].Count--
		}
		for i, b := range all {
			if b.Count != 0 || i > 0 && b.Low <= all[i-1].High {
				t.Fatalf("%+v is left, or not after %+v", b, all[max(i-1, 0)])
			}
		}
	})
}

func TestAClonedCountsIsAnother(t *testing.T) {
	var a Counts
	a.RecordN(1000, 1)
	b := a.Clone()
	b.RecordN(1000, 1)
	if a.Count() != 1 || b.Count() != 2 || a.Quantile(0.5) != b.Quantile(0.5) {
		t.Errorf("%+v and %+v", a.Summary(), b.Summary())
	}
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
		if !sameButMax(c, want) {
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
		if c.Reset(); !sameCounts(c, new(Counts)) {
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
