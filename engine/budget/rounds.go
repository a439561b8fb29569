package budget

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// Arm is one of several ways to do the same work.
type Arm struct {
	Name string
	N    int // how many pieces a round has

	// Ready prepares a round, which run carries out; end, unless nil, clears up. Only
	// run is timed.
	Ready func(n int) (run, end func(), err error)
}

// Do is an arm that needs no preparation.
func Do(name string, n int, work func(n int)) Arm {
	return Arm{Name: name, N: n, Ready: func(n int) (run, end func(), err error) {
		return func() { work(n) }, nil, nil
	}}
}

// Timing is how long the pieces of an arm's work took.
type Timing struct {
	Rounds      []float64 // nanoseconds a piece
	Allocations float64   // a piece, in the round with the fewest: others may allocate besides
}

// Best is the time of a piece in the quickest round: that in which the machine did the
// least besides.
func (t *Timing) Best() float64 { return slices.Min(t.Rounds) }

// Ratio is how many times as long as those of bare the pieces took, by the best of
// each: what else the machine does spoils rounds of both.
func (t *Timing) Ratio(bare *Timing) float64 { return t.Best() / bare.Best() }

// Rounds lets the arms work in turn, so many times, and times each. Garbage of one arm
// is not collected at the cost of the next.
func Rounds(ctx context.Context, rounds int, arms ...Arm) ([]Timing, error) {
	all := make([]Timing, len(arms))
	for range rounds {
		for i := range arms {
			if ctx.Err() != nil {
				return all, context.Cause(ctx)
			}
			if err := all[i].round(&arms[i]); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

func (t *Timing) round(a *Arm) error {
	run, end, err := a.Ready(a.N)
	if err != nil {
		return err
	}
	if end != nil {
		defer end()
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	run()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	n := float64(a.N)
	allocations := float64(after.Mallocs-before.Mallocs) / n
	if len(t.Rounds) > 0 {
		allocations = min(allocations, t.Allocations)
	}
	t.Rounds, t.Allocations = append(t.Rounds, float64(took)/n), allocations
	return nil
}
