package size

import (
	"context"
	"math"
	"time"

	"duet/engine"
	"duet/engine/replicate"
)

// How much is simulated of a plan.
const (
	LeastRuns = 10  // replications to begin with
	MostRuns  = 160 // and at most

	fewestItems = 10_000     // a run
	mostItems   = 500_000    // a run
	allItems    = 10_000_000 // in all runs of a plan
)

// Verdict is what came of a target.
type Verdict string

// The verdicts.
const (
	Holds      Verdict = "holds"      // all of the interval is below the limit
	Fails      Verdict = "fails"      // all of it is above
	Unsure     Verdict = "unsure"     // the limit is within, however often it was run: taken for a failure
	Overloaded Verdict = "overloaded" // not simulated: more arrives than can be done, and waits grow without end
	TooLong    Verdict = "too_long"   // not simulated: so near overload, or so large, that no run is long enough. Taken for a failure
)

// Check is a target held against the runs of a plan.
type Check struct {
	Target  string           `json:"target"`
	Metric  string           `json:"metric"`
	Kind    engine.ParamKind `json:"kind"` // duration in seconds, or share
	Limit   engine.Figure    `json:"limit"`
	Verdict Verdict          `json:"verdict"`
	replicate.Estimate
	Theory engine.Figure `json:"theory"` // NaN (null) where there is no closed form
}

// trial is the simulations of one plan at one load.
type trial struct {
	question *Question
	scenario *engine.Scenario // as it is asked about
	targets  []Target
	run      Runner
}

// Runner is what carries simulations out.
type Runner struct {
	Start  replicate.Start
	AtOnce int // runs at once; 0: one after another
	// Progress is told after each run which design is tried, and how large; nil:
	// nobody.
	Progress func(d Design, p Plan, runs int)
}

// checks simulates until every target is decided, or one has failed.
func (t *trial) checks(ctx context.Context, tell func(runs int)) ([]Check, error) {
	q := t.question
	ahead := q.expect(t.scenario)
	if !ahead.theory.Applies && ahead.theory.Growth > 0 && !t.dropping() {
		return t.undecided(Overloaded, &ahead), nil
	}
	s, faster, long := t.scaled()
	if !long {
		return t.undecided(TooLong, &ahead), nil
	}
	metrics := make([]replicate.Metric, len(t.targets))
	for i := range metrics {
		var err error
		if metrics[i], err = replicate.ParseMetric(t.targets[i].Metric, s); err != nil {
			return nil, err
		}
	}
	items := float64(s.Load.Rate) * (s.Duration - s.Warmup).Seconds()
	most := max(LeastRuns, min(MostRuns, int(allItems/items)))
	values := make([][]float64, len(metrics))
	for runs := 0; ; {
		more := min(max(LeastRuns, runs), most-runs)
		found, ended := make([]*engine.Snapshot, more), runs
		job := func(i int) *engine.Scenario { return replicate.Seeded(s, runs+i) }
		err := replicate.Each(ctx, t.run.Start, more, max(1, t.run.AtOnce), job, func(i int, snap *engine.Snapshot) {
			found[i] = snap
			ended++ // in whichever order
			tell(ended)
		})
		if err != nil {
			return nil, err
		}
		runs += more
		for m := range metrics {
			for _, snap := range found {
				x := metrics[m].Of(snap, 0)
				if metrics[m].Kind == engine.KindDuration {
					x *= faster
				}
				values[m] = append(values[m], x)
			}
		}
		checks := t.decide(values, items*float64(runs), &ahead)
		if runs >= most || verdict(checks) != Unsure {
			return checks, nil
		}
	}
}

// undecided are checks of what was not simulated.
func (t *trial) undecided(v Verdict, ahead *outlook) []Check {
	return t.decide(make([][]float64, len(t.targets)), 0, ahead, v)
}

// decide holds the targets against the values of some runs with so many items in
// all.
func (t *trial) decide(values [][]float64, items float64, ahead *outlook, without ...Verdict) []Check {
	checks := make([]Check, len(t.targets))
	for i, target := range t.targets {
		c := Check{
			Target: target.Text, Metric: target.Metric, Kind: target.Kind, Limit: engine.Figure(target.Limit),
			Estimate: replicate.Of(values[i]), Theory: engine.Figure(math.NaN()), Verdict: Unsure,
		}
		if x, ok := ahead.known[target.Metric]; ok {
			c.Theory = engine.Figure(x)
		}
		if target.Metric == replicate.LossName && c.Mean == 0 && c.CI95 != nil {
			// None was seen among so many: the rule of three (Hanley, Lippman-Hand:
			// If Nothing Goes Wrong, Is Everything All Right?, JAMA 249, 1983).
			c.CI95[1] = engine.Figure(3 / items)
		}
		switch {
		case len(without) > 0:
			c.Verdict = without[0]
		case c.CI95 == nil: // nothing was served
			c.Verdict = Fails
		case float64(c.CI95[1]) < target.Limit:
			c.Verdict = Holds
		case float64(c.CI95[0]) >= target.Limit:
			c.Verdict = Fails
		}
		checks[i] = c
	}
	return checks
}

// verdict is that of all checks together: the worst.
func verdict(checks []Check) Verdict {
	all := Holds
	for i := range checks {
		switch v := checks[i].Verdict; {
		case v == Holds:
		case v == Unsure:
			if all == Holds {
				all = Unsure
			}
		default:
			return v
		}
	}
	return all
}

// scaled makes the scenario that is simulated: with a rate at which not much
// more than the items is left to simulate, and services that are as much shorter;
// and as long as its waits need to settle and be averaged. It says how many times
// faster it is, and false if it cannot be long enough.
func (t *trial) scaled() (s *engine.Scenario, faster float64, long bool) {
	const (
		brisk    = 5000  // items a second
		shortest = 50e-6 // of a mean service, so that nanoseconds are fine enough
	)
	s = t.scenario.Clone()
	rate, mean := float64(s.Load.Rate), t.question.mean()
	faster = min(brisk/rate, mean/shortest)
	s.Load.Rate = engine.Rate(rate * faster)
	s.Handlers[0].Service.Mean = time.Duration(math.Round(mean / faster * float64(time.Second)))
	faster = mean / s.Handlers[0].Service.Mean.Seconds()
	s.Load.Rate = engine.Rate(rate * faster)
	items, long := t.items()
	s.Duration = time.Duration(items / float64(s.Load.Rate) * float64(time.Second))
	s.Warmup = s.Duration / 5
	s.Drain = s.Duration // so that the longest are not cut off
	return s, faster, long
}

// wildest is the squared coefficient of variation from which on runs are not made
// longer: of the most unlike services they see what there is to see.
const wildest = 100

// items is how many a run needs, and whether that is not too many: fifty times what
// it takes to forget how it began, a fifth of which is warm-up; and enough for some
// losses to be seen.
func (t *trial) items() (n float64, long bool) {
	forgets := t.forgets()
	n = fewestItems + 50*forgets
	if limit := t.question.lossLimit(); limit > 0 && t.dropping() {
		n = max(n, 20/limit)
	}
	return min(n, mostItems), mostItems >= 25*forgets
}

// forgets is how many items arrive until a lane has forgotten how it began: as
// many as in some services; where there is a queue, 2 rho / (1-rho)^2 as in M/M/1,
// and more for services that vary more, but not more than it takes to fill and
// empty what room there is.
func (t *trial) forgets() float64 {
	const services = 2
	q, l := t.question, &t.scenario.Lanes[0]
	busy := float64(t.scenario.Load.Rate) * q.mean()
	servers := 1
	switch {
	case l.Model == engine.Message:
		servers = l.Workers
	case l.Dispatch == engine.Inline:
		servers = l.Publishers
	case l.Dispatch == engine.Goroutine:
		return services * busy
	}
	rho := busy / float64(servers)
	queue := 2 * rho / (1 - rho) / (1 - rho) * (1 + min(q.law.SCV, wildest)) / 2
	if t.dropping() {
		room := float64(l.Queue.Capacity + servers)
		queue = min(queue, room*room)
	}
	return max(services*busy, queue)
}

// dropping reports whether the queue drops what is too much.
func (t *trial) dropping() bool { return t.scenario.Lanes[0].Queue.WhenFull == engine.DropNewest }
