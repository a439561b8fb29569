package measure

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

func TestBucketsCoverAllValuesOnce(t *testing.T) {
	next := int64(0)
	for b := range buckets {
		lowest, highest := bucketBounds(b)
		if lowest != next || highest < lowest {
			t.Fatalf("bucket %d is [%d, %d], want it to begin at %d", b, lowest, highest, next)
		}
		if bucketOf(lowest) != b || bucketOf(highest) != b {
			t.Fatalf("bucket %d: its bounds %d and %d fall into %d and %d", b, lowest, highest, bucketOf(lowest), bucketOf(highest))
		}
		if half := float64(highest-lowest) / 2; half > float64(lowest)/128 {
			t.Fatalf("bucket %d is [%d, %d]: its middle is not within 1/128", b, lowest, highest)
		}
		next = highest + 1
	}
	if next != maxValue+1 {
		t.Fatalf("buckets end at %d, want %d", next, int64(maxValue))
	}
}

// values draws samples of very different shapes, in nanoseconds.
func values() *rapid.Generator[[]int64] {
	shape := rapid.SampledFrom([]func(t *rapid.T) int64{
		func(t *rapid.T) int64 { return rapid.Int64Range(0, 200).Draw(t, "tiny") },
		func(t *rapid.T) int64 { return rapid.Int64Range(0, maxValue).Draw(t, "any") },
		func(t *rapid.T) int64 { return rapid.Just(int64(20*time.Millisecond)).Draw(t, "constant") },
		func(t *rapid.T) int64 { // log-uniform
			return int64(math.Exp2(rapid.Float64Range(0, 45.9).Draw(t, "log2")))
		},
		func(t *rapid.T) int64 { // exponential
			return int64(-1e7 * math.Log(1-rapid.Float64Range(0, 0.999999).Draw(t, "u")))
		},
		func(t *rapid.T) int64 { // two peaks far apart
			return rapid.SampledFrom([]int64{1_000, 3_000_000_000}).Draw(t, "peak") + rapid.Int64Range(0, 99).Draw(t, "jitter")
		},
	})
	return rapid.Custom(func(t *rapid.T) []int64 {
		one := shape.Draw(t, "shape")
		return rapid.SliceOfN(rapid.Custom(one), 1, 300).Draw(t, "values")
	})
}

func recorded(values []int64) *Counts {
	var h Histogram
	for _, v := range values {
		h.Record(v)
	}
	c := new(Counts)
	h.AddTo(c)
	return c
}

func TestQuantilesWithinOnePercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := values().Draw(t, "values")
		c := recorded(vs)
		slices.Sort(vs)
		var sum int64
		for _, v := range vs {
			sum += v
		}
		if c.Count() != int64(len(vs)) || c.Sum() != time.Duration(sum) {
			t.Fatalf("count %d sum %d, want %d and %d", c.Count(), c.Sum(), len(vs), sum)
		}
		if want := float64(sum) / float64(len(vs)); math.Abs(float64(c.Mean())-want) > 1+want*1e-12 {
			t.Fatalf("mean %d, want %f", c.Mean(), want)
		}
		if c.Max() != time.Duration(vs[len(vs)-1]) || c.Quantile(1) != c.Max() {
			t.Fatalf("max %d, quantile 1 %d, want %d", c.Max(), c.Quantile(1), vs[len(vs)-1])
		}
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		s := c.Summary()
		for _, x := range []struct {
			q   float64
			got time.Duration
		}{{0.5, s.P50}, {0.9, s.P90}, {0.95, s.P95}, {0.99, s.P99}, {0.999, s.P999}, {q, c.Quantile(q)}} {
			rank := max(int(math.Ceil(x.q*float64(len(vs))*(1-1e-12))), 1)
			exact := float64(vs[rank-1])
			if math.Abs(float64(x.got)-exact) > exact*0.01 {
				t.Fatalf("quantile %g of %d values is %d, exactly %g", x.q, len(vs), x.got, exact)
			}
		}
	})
}

func TestQuantileOfRoundRanks(t *testing.T) {
	vs := make([]int64, 100)
	for i := range vs {
		vs[i] = int64(i + 1) // below 128 ns buckets are exact
	}
	c := recorded(vs)
	for rank := 1; rank <= 100; rank++ {
		if got := c.Quantile(float64(rank) / 100); got != time.Duration(rank) {
			t.Errorf("quantile %d/100 of 1 to 100 is %d", rank, got)
		}
	}
	if c.Quantile(-1) != 1 || c.Quantile(0) != 1 || c.Quantile(2) != 100 {
		t.Errorf("outside of 0 to 1: %d, %d, %d", c.Quantile(-1), c.Quantile(0), c.Quantile(2))
	}
}

func TestEmptyCounts(t *testing.T) {
	var c Counts
	if s := c.Summary(); s.Count != 0 || s.Mean != 0 || s.P50 != 0 || s.Max != 0 || s.CI95 != nil {
		t.Errorf("summary of nothing: %+v", s)
	}
}

func TestValuesOutOfRangeSaturate(t *testing.T) {
	c := recorded([]int64{-5, math.MinInt64, math.MaxInt64, maxValue + 1})
	if n := c.used(); n[0] != 2 || n[buckets-1] != 2 || c.Max() != maxValue || c.Sum() != 2*maxValue {
		t.Errorf("lowest %d, highest %d, max %d, sum %d", c.used()[0], c.used()[buckets-1], c.Max(), c.Sum())
	}
}

func TestSharedCountsLikeHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var own Histogram
		var shared Shared
		for _, v := range values().Draw(t, "values") {
			n := rapid.Int64Range(0, 5).Draw(t, "n")
			own.RecordN(v, n)
			shared.RecordN(v, n)
		}
		var a, b Counts
		own.AddTo(&a)
		shared.AddTo(&b)
		if !sameCounts(&a, &b) {
			t.Fatalf("%+v differs from %+v", a.Summary(), b.Summary())
		}
	})
}

func TestHistogramIsReadWhileWritten(t *testing.T) {
	const n = 50_000
	var own Histogram
	var shared Shared
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := range int64(n) {
			own.Record(i * i)
		}
	})
	for range 4 {
		writers.Go(func() {
			for i := range int64(n / 4) {
				shared.Record(i * i)
			}
		})
	}
	written := make(chan struct{})
	go func() { writers.Wait(); close(written) }()

	var before, now Counts
	for reading := true; reading; {
		select {
		case <-written:
			reading = false
		default:
		}
		now.Reset()
		own.AddTo(&now)
		shared.AddTo(&now)
		if now.Count() < before.Count() || now.Max() < before.Max() || now.Max() < now.Quantile(0.9999) {
			t.Fatalf("went back from %+v to %+v", before.Summary(), now.Summary())
		}
		before.Reset()
		before.Add(&now)
	}
	if now.Count() != 2*n || now.Max() != (n-1)*(n-1) {
		t.Errorf("count %d, max %d", now.Count(), now.Max())
	}
}

func TestIdleHistogramIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Histogram{}); size >= 1024 {
		t.Errorf("an idle histogram takes %d bytes", size)
	}
	var h Histogram
	h.Record(int64(20 * time.Millisecond))
	used := 0
	for i := range h.octaves {
		if h.octaves[i].Load() != nil {
			used++
		}
	}
	if used != 1 {
		t.Errorf("one value allocated %d octaves", used)
	}
}
