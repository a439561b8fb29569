package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"text/tabwriter"
)

// gross is how many times its base a ratio may be: less than that is the machine's
// mood. Tries are how often a contest is held before it counts.
const (
	gross = 1.5
	tries = 3
)

// base is what duet's ratios were when they were last written down, by the best of
// each arm. Times are not in it: they are the machine's.
type base map[string]float64

// now are the ratios of duet's arms, by the best round of each: what else the machine
// does spoils rounds of all arms.
func (r *result) now() base {
	b := base{}
	for i, e := range r.arms {
		if e.own {
			b[r.name+": "+e.Name] = math.Round(100*r.timings[i].Ratio(&r.timings[0])) / 100
		}
	}
	return b
}

func writeBase(name string, results []result) error {
	all := base{}
	for i := range results {
		for what, x := range results[i].now() {
			all[what] = x
		}
	}
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// compare shows what the ratios were, and what they are. Where one has grown grossly
// its contest is held again: once well is enough.
func (o *options) compare(ctx context.Context, results []result) error {
	text, err := os.ReadFile(o.base)
	if err != nil {
		return err
	}
	var was base
	if err := json.Unmarshal(text, &was); err != nil {
		return fmt.Errorf("%s: %w", o.base, err)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nratio\tbase\tnow\tof base\tverdict")
	worse, known := 0, 0
	for i := range results {
		r := &results[i]
		now := r.now()
		for try := 1; try < tries && now.worst(was) > gross; try++ {
			again, err := r.hold(ctx, fewRounds)
			if err != nil {
				return err
			}
			now = now.better(again.now())
		}
		for _, e := range r.arms {
			what := r.name + ": " + e.Name
			x, ok := now[what]
			if !ok {
				continue
			}
			b, ok := was[what]
			if !ok {
				fmt.Fprintf(w, "%s\t-\t%.2f\t-\tnew: -rebase writes it down\n", what, x)
				continue
			}
			known++
			verdict, grossly := judge(b, x)
			if grossly {
				worse++
			}
			fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%s\n", what, b, x, x/b, verdict)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case worse > 0:
		return fmt.Errorf("%d ratios are grossly worse than their base", worse)
	case known < len(was):
		return fmt.Errorf("%s has %d ratios, and only %d of them were measured: -rebase writes those there are", o.base, len(was), known)
	}
	return nil
}

// judge says what to think of a ratio, and whether it has grossly worsened.
func judge(was, now float64) (verdict string, worse bool) {
	const mood = 1.15
	switch {
	case now > was*gross:
		return fmt.Sprintf("WORSE: more than %v times the base", gross), true
	case now > was*mood:
		return "slower, or the machine was busy", false
	case now < was/mood:
		return "faster: time for a new base?", false
	}
	return "fine", false
}

// worst is the highest part of its base that a ratio is.
func (b base) worst(was base) (x float64) {
	for what, now := range b {
		if w := was[what]; w > 0 {
			x = max(x, now/w)
		}
	}
	return x
}

// better takes the lower of two ratios.
func (b base) better(other base) base {
	for what, x := range other {
		b[what] = min(b[what], x)
	}
	return b
}
