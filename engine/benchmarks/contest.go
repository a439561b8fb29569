package main

import (
	"context"

	"golang.org/x/perf/benchmath"

	"duet/engine/budget"
)

// entry is one that takes part.
type entry struct {
	budget.Arm
	own   bool    // duet's
	lacks string  // what of it duet does, and this does not
	least float64 // it should take at least so many times as long as duet's; 0 is no matter
}

// contest is the same work done in several ways. The first is the bare thing.
type contest struct {
	name string
	what string // a piece is
	arms []entry
}

// ours is the contest without other libraries.
func (c contest) ours() contest {
	all := c.arms
	c.arms = nil
	for i, e := range all {
		if i == 0 || e.own {
			c.arms = append(c.arms, e)
		}
	}
	if len(c.arms) == 1 {
		c.arms = nil // nobody to compare it with
	}
	return c
}

// result is how a contest went.
type result struct {
	contest
	timings []budget.Timing // without the first round
}

// hold has the arms take turns.
func (c contest) hold(ctx context.Context, rounds int) (result, error) {
	arms := make([]budget.Arm, len(c.arms))
	for i, e := range c.arms {
		arms[i] = e.Arm
	}
	timings, err := budget.Rounds(ctx, rounds+1, arms...)
	if err != nil {
		return result{}, err
	}
	for i := range timings {
		timings[i].Rounds = timings[i].Rounds[1:] // it was not warm
	}
	return result{c, timings}, nil
}

// ratio is how many times as long as the bare thing an arm took: the median over
// rounds, with what it may be at a confidence of 95 %.
func (r *result) ratio(arm int) benchmath.Summary { return r.against(arm, 0) }

// against is how many times as long as another an arm took.
func (r *result) against(arm, other int) benchmath.Summary {
	others := r.timings[other].Rounds
	values := make([]float64, len(others))
	for i, ns := range r.timings[arm].Rounds {
		values[i] = ns / others[i]
	}
	return summary(values)
}

// time is how many nanoseconds a piece took.
func (r *result) time(arm int) float64 { return summary(r.timings[arm].Rounds).Center }

func summary(values []float64) benchmath.Summary {
	sample := benchmath.NewSample(append([]float64(nil), values...), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95)
}
