package cli

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"duet/engine"
	"duet/engine/replicate"
	"duet/ui/report"
)

// proving is the runs that are to prove the claims of some scenarios.
type proving struct {
	w     *world
	left  *countdown
	cases []*caseProof // of all scenarios, in their order
}

// caseProof is a case of one of the scenarios, and what came of its runs.
type caseProof struct {
	of       *engine.Scenario // whose case it is
	scenario *engine.Scenario
	report.Proof
}

// newProving takes scenarios apart into their cases. A seed that is given takes
// the place of theirs.
func (w *world) newProving(scenarios []*engine.Scenario, chosen *seed) *proving {
	p := &proving{w: w, left: w.countdown()}
	for _, s := range scenarios {
		for _, v := range s.Variants() {
			if chosen.given {
				v = v.Clone()
				v.Seed = chosen.value
			}
			p.cases = append(p.cases, &caseProof{of: s, scenario: v})
		}
	}
	return p
}

// simulate makes the simulated runs of all cases, some at once. After an error or
// an interruption a case has all of its runs, or none.
func (p *proving) simulate(ctx context.Context) error {
	type job struct {
		of          *caseProof
		replication int
	}
	var jobs []job
	for _, c := range p.cases {
		if !simulable(c.scenario) {
			continue
		}
		c.Simulated = make([]*engine.Snapshot, c.scenario.Steady.Runs)
		for i := range c.Simulated {
			jobs = append(jobs, job{c, i})
		}
	}
	slices.SortStableFunc(jobs, func(a, b job) int { return cmp.Compare(lasts(b.of.scenario), lasts(a.of.scenario)) })
	ended := 0
	err := replicate.Each(ctx, p.w.newVirtual, len(jobs), runtime.GOMAXPROCS(0),
		func(i int) *engine.Scenario {
			return replicate.Seeded(jobs[i].of.scenario.Steadied(), jobs[i].replication)
		},
		func(i int, snap *engine.Snapshot) {
			jobs[i].of.Simulated[jobs[i].replication] = snap
			ended++
			p.left.show(ended, len(jobs))
		})
	for _, c := range p.cases {
		if slices.Contains(c.Simulated, nil) {
			c.Simulated = nil
		}
	}
	p.left.clear()
	return err
}

// lasts is how long a simulated run of a scenario goes on: the longest come first, so
// that no processor is left with one of them in the end.
func lasts(s *engine.Scenario) time.Duration { return s.Steadied().Duration }

// simulable tells whether a scenario can be simulated: what a broker does cannot.
func simulable(s *engine.Scenario) bool {
	return !slices.ContainsFunc(s.Lanes, func(l engine.Lane) bool { return l.Queue.Remote() })
}

// notSimulated names the scenarios that only real runs can say something of.
func (p *proving) notSimulated() (names []string) {
	for _, c := range p.cases {
		if !simulable(c.scenario) && !slices.Contains(names, c.of.Name) {
			names = append(names, c.of.Name)
		}
	}
	return names
}

// At most so many real runs go on at once, of lanes that leave the processors
// alone: they wait, and have few deliveries a second in all.
const (
	crowd       = 4
	quietEnough = 1000
)

// rounds is how often a real run is made whose claims fail while the machine was
// busy with something else.
const rounds = 3

// measure makes the real runs of all cases: first those that do not disturb each
// other, some at once, then the others one after another. What a busy machine has
// spoilt is made again at the end, alone. After an error or an interruption a case
// has what there is.
func (p *proving) measure(ctx context.Context) error {
	isQuiet := func(c *caseProof) bool { return quiet(c.scenario) }
	isLoud := func(c *caseProof) bool { return !quiet(c.scenario) }
	p.left = p.w.countdown()
	defer p.left.clear()
	all, ended := len(p.cases), 0
	progress := func() {
		ended++
		p.left.show(ended, all)
	}
	err := p.run(ctx, p.only(isQuiet), crowd, progress)
	if err == nil {
		err = p.run(ctx, p.only(isLoud), 1, progress)
	}
	for round := 1; round < rounds && err == nil && ctx.Err() == nil; round++ {
		spoilt := p.only(func(c *caseProof) bool { return report.Spoilt(c.Ran) })
		all += len(spoilt)
		err = p.run(ctx, spoilt, 1, progress)
	}
	return err
}

func (p *proving) only(wanted func(*caseProof) bool) []*caseProof {
	return slices.DeleteFunc(slices.Clone(p.cases), func(c *caseProof) bool { return !wanted(c) })
}

// run makes real runs of cases, so many at once, and says when one has ended. The
// error is that of the first that could not be carried out.
func (p *proving) run(ctx context.Context, cases []*caseProof, atOnce int, ended func()) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var (
		workers sync.WaitGroup
		telling sync.Mutex
		failed  error
		next    = make(chan *caseProof)
	)
	for range min(atOnce, len(cases)) {
		workers.Go(func() {
			for c := range next {
				outcome, err := p.w.together(ctx, c.scenario, &progress{})
				telling.Lock()
				if outcome.Snapshot != nil {
					c.Ran = &outcome
				}
				if err != nil && failed == nil {
					failed = err
					stop(err)
				}
				ended()
				telling.Unlock()
			}
		})
	}
	for _, c := range cases {
		if ctx.Err() != nil {
			break
		}
		select {
		case next <- c:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return failed
}

// quiet reports whether a scenario's lanes leave the processors alone.
func quiet(s *engine.Scenario) bool {
	for i := range s.Handlers {
		if s.Handlers[i].Work == engine.CPU {
			return false
		}
	}
	if s.Load.Arrivals == engine.Trace || s.Load.Arrivals == engine.Bursts {
		return false
	}
	rate, most := float64(s.Load.Rate), 1.0
	for _, step := range s.Load.Steps {
		most = max(most, step.Times)
	}
	return rate*most*float64(len(s.Handlers)*len(s.Lanes)) <= quietEnough
}

// verification is what has been proven so far, by scenario. Cases without a run
// are left out.
func (p *proving) verification() *report.Verification {
	v := &report.Verification{Duet: report.Version, Scenarios: []report.Verified{}}
	var proofs []report.Proof
	for i, c := range p.cases {
		if c.Simulated != nil || c.Ran != nil {
			proofs = append(proofs, c.Proof)
		}
		last := i == len(p.cases)-1 || p.cases[i+1].of != c.of
		if last && len(proofs) > 0 {
			v.Scenarios = append(v.Scenarios, report.Prove(proofs...))
			proofs = nil
		}
	}
	return v
}
