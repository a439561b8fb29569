package measure

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	minBatches = 20
	maxBatches = 256
)

// Batches finds a confidence interval of a mean whose values are correlated, as
// the latencies of items that queue behind one another are, by batch means (J.
// Banks et al., Discrete-Event System Simulation, 5th ed., section 11.5.5): the
// means of batches longer than the correlation are nearly independent. Batches
// are stretches of time with unequal numbers of values, so the variance is that
// of a ratio estimator (W. G. Cochran, Sampling Techniques, 3rd ed., chapter 6).
//
// The zero value is ready. It takes 8 KB however long it is fed: when it has 256
// batches, it merges them in pairs. It is owned by one goroutine.
type Batches struct {
	full     [maxBatches]batch
	n        int   // full batches
	current  batch // of steps steps
	steps    int
	perBatch int // steps in a full batch; 0 means 1
	total    batch
	merged   [maxBatches]batch // scratch of CI
}

// batch is some values' number and sum, in nanoseconds.
type batch struct{ count, sum float64 }

func (b batch) plus(o batch) batch { return batch{b.count + o.count, b.sum + o.sum} }

// Push adds the number and the sum of the values of one more step. All steps
// must take the same time. It allocates nothing.
func (b *Batches) Push(count int64, sum time.Duration) {
	step := batch{float64(count), float64(sum)}
	b.total = b.total.plus(step)
	b.current = b.current.plus(step)
	b.steps++
	if b.steps < max(b.perBatch, 1) {
		return
	}
	b.full[b.n] = b.current
	b.n++
	b.current, b.steps = batch{}, 0
	if b.n == maxBatches {
		b.n = mergePairs(b.full[:])
		b.perBatch = 2 * max(b.perBatch, 1)
	}
}

// CI is the 95 % confidence interval of the mean; nil while there are fewer than
// 20 batches that are longer than the correlation.
//
// Batches are merged in pairs until each has a value and neighbours do not
// correlate significantly, and then once more if enough remain, because a
// correlation too weak to be seen still narrows the interval. It allocates the
// result, and takes some 10 us: it is meant for reports, not for each sample.
func (b *Batches) CI() *[2]time.Duration {
	n := copy(b.merged[:], b.full[:b.n])
	for n >= minBatches && !b.independent(b.merged[:n]) {
		n = mergePairs(b.merged[:n])
	}
	if n < minBatches {
		return nil
	}
	if n >= 2*minBatches {
		n = mergePairs(b.merged[:n])
	}
	mean, half := b.mean(), b.halfWidth(b.merged[:n])
	return &[2]time.Duration{time.Duration(mean - half), time.Duration(mean + half)}
}

func (b *Batches) mean() float64 { return b.total.sum / b.total.count }

// independent says whether no batch is empty and the correlation of neighbours
// (lag 1) is not above 0 at the 5 % level, given that it would scatter by
// 1/sqrt(n) around 0.
func (b *Batches) independent(batches []batch) bool {
	const z95 = 1.645
	mean := b.mean()
	var squares, products, before float64
	for _, x := range batches {
		if x.count == 0 {
			return false
		}
		residual := x.sum - mean*x.count
		squares += residual * residual
		products += residual * before
		before = residual
	}
	return products <= squares*z95/math.Sqrt(float64(len(batches)))
}

// halfWidth is half the width of the interval, by Student's t.
func (b *Batches) halfWidth(batches []batch) float64 {
	mean := b.mean()
	var squares, count float64
	for _, x := range batches {
		residual := x.sum - mean*x.count
		squares += residual * residual
		count += x.count
	}
	n := float64(len(batches))
	t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975)
	return t * math.Sqrt(squares*n/(n-1)) / count
}

// mergePairs merges neighbours in place and returns how many there are then; the
// last of an odd number is left out.
func mergePairs(batches []batch) int {
	n := len(batches) / 2
	for i := range n {
		batches[i] = batches[2*i].plus(batches[2*i+1])
	}
	return n
}
