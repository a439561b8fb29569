package measure

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"gonum.org/v1/gonum/stat/distuv"
)

// fill pushes steps whose values have mean 100 ms and, from step to step, the
// correlation phi; each step has Poisson(5) values of their own scatter.
func fill(b *Batches, rng *rand.Rand, steps int, phi float64) {
	counts := distuv.Poisson{Lambda: 5, Src: rng}
	level := rng.NormFloat64()
	for range steps {
		level = phi*level + math.Sqrt(1-phi*phi)*rng.NormFloat64()
		n := int64(counts.Rand())
		sum := float64(n)*(100+30*level) + math.Sqrt(float64(n))*20*rng.NormFloat64()
		b.Push(n, time.Duration(sum*float64(time.Millisecond)))
	}
}

// coverage is the part of runs that have an interval, and of these the part
// whose interval holds the true mean.
func coverage(steps int, phi float64) (given, holds float64) {
	const runs = 400
	for run := range runs {
		var b Batches
		fill(&b, rand.New(rand.NewPCG(uint64(run), 7)), steps, phi)
		if ci := b.CI(); ci != nil {
			given++
			if ci[0] <= 100*time.Millisecond && 100*time.Millisecond <= ci[1] {
				holds++
			}
		}
	}
	return given / runs, holds / given
}

func TestBatchesCoverTheMean(t *testing.T) {
	for _, x := range []struct {
		steps int
		phi   float64
		given float64 // at least
		holds [2]float64
		what  string
	}{
		{100, 0, 0.95, [2]float64{0.92, 0.98}, "short and independent"},
		{600, 0, 0.95, [2]float64{0.92, 0.98}, "independent"},
		{3000, 0.9, 0.95, [2]float64{0.91, 0.98}, "correlated over a second"},
		{8000, 0.98, 0.9, [2]float64{0.91, 0.98}, "correlated over five seconds"},
	} {
		given, holds := coverage(x.steps, x.phi)
		t.Logf("%s: given %.3f, holds %.3f", x.what, given, holds)
		if given < x.given || holds < x.holds[0] || holds > x.holds[1] {
			t.Errorf("%s: given in %.3f of the runs, holds in %.3f of these", x.what, given, holds)
		}
	}
}

func TestBatchesRefuseWhatIsTooShort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var short Batches
	if short.CI() != nil {
		t.Error("an interval of nothing")
	}
	fill(&short, rng, minBatches-1, 0)
	if short.CI() != nil {
		t.Errorf("an interval of %d steps", minBatches-1)
	}
	if given, _ := coverage(1000, 0.9999); given > 0.2 {
		t.Errorf("an interval in %.2f of the runs that are shorter than their correlation", given)
	}
	var sparse Batches
	for step := range 1000 {
		if step%100 == 0 {
			sparse.Push(1, time.Second)
		} else {
			sparse.Push(0, 0)
		}
	}
	if sparse.CI() != nil {
		t.Error("an interval of 10 values")
	}
}

func TestBatchesMergeAndForgetNothing(t *testing.T) {
	var b Batches
	const steps = 100_000
	for i := range steps {
		b.Push(1, time.Duration(i%10)) // mean 4.5 ns
	}
	if b.n >= maxBatches || b.n < maxBatches/2 {
		t.Errorf("%d batches after %d steps", b.n, steps)
	}
	sum := b.current
	for _, x := range b.full[:b.n] {
		sum = sum.plus(x)
	}
	if sum != b.total || sum.count != steps || sum.sum != 4.5*steps {
		t.Errorf("batches add up to %+v, total %+v", sum, b.total)
	}
	if size := unsafe.Sizeof(b); size > 12<<10 {
		t.Errorf("takes %d bytes", size)
	}
}

func TestBatchesIntervalIsStudents(t *testing.T) {
	// Twenty equal batches with means 1 to 20 ms in an order without
	// correlation: s = sqrt(35), t(19, 0.975) = 2.093024.
	order := []int64{10, 1, 20, 2, 11, 19, 3, 12, 18, 4, 13, 17, 5, 14, 16, 6, 15, 7, 8, 9}
	var b Batches
	for _, ms := range order {
		b.Push(10, time.Duration(10*ms)*time.Millisecond)
	}
	ci := b.CI()
	if ci == nil {
		t.Fatal("no interval")
	}
	half := 2.093024 * math.Sqrt(35) / math.Sqrt(20) * 1e6
	if math.Abs(float64(ci[0])-(10.5e6-half)) > 10 || math.Abs(float64(ci[1])-(10.5e6+half)) > 10 {
		t.Errorf("interval %v, want 10.5ms +- %v", *ci, time.Duration(half))
	}
}
