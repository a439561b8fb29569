package voices

import (
	"context"
	"time"

	"duet/engine"
	"duet/engine/replicate"
)

// Options say what to run, and how much of it.
type Options struct {
	Virtual replicate.Start // simulates
	Real    replicate.Start // runs in real time; nil: theory and simulation only

	Runs    int           // simulated for each model
	For     time.Duration // how long items arrive in each
	AtOnce  int           // so many at the same time
	RealFor time.Duration // how long items arrive in each real run
	// RealRuns for each model, all of them at the same time: their work is
	// waiting, and disturbs nobody.
	RealRuns int

	Seed     uint64
	Progress func(ended, all int) // of all runs; called by one goroutine at a time; may be nil
}

// The usual amounts: intervals of some 2 % of the figure in the simulation, in a
// few seconds; and some three minutes of real time for all models.
const (
	UsualRuns     = 20
	UsualFor      = 1000 * time.Second
	UsualRealRuns = 10
	UsualRealFor  = 20 * time.Second
)

// Table is all models compared.
type Table struct {
	Comparisons []Comparison   `json:"comparisons"`
	Machine     engine.Machine `json:"machine"`
}

// Agree reports whether the voices agree in all comparisons.
func (t *Table) Agree() bool {
	for i := range t.Comparisons {
		if !t.Comparisons[i].Agree {
			return false
		}
	}
	return len(t.Comparisons) > 0
}

// busy is how late a pacer is at one in a hundred items when something else has
// the processors: such real runs are made once more, at most twice.
const (
	busy   = 5 * time.Millisecond
	rounds = 3
)

// Run compares the voices, model after model. After an error, or when ctx is
// done, the table has the models that were finished, and the error is told.
func Run(ctx context.Context, models []Model, o Options) (*Table, error) {
	r := runner{Options: o, table: &Table{}}
	figures := 0
	for i := range models {
		figures += len(models[i].Figures)
		r.all += o.Runs
		if o.Real != nil {
			r.all += 2 * o.RealRuns
		}
	}
	for i := range models {
		if err := r.compare(ctx, &models[i], figures); err != nil {
			return r.table, err
		}
	}
	return r.table, nil
}

type runner struct {
	Options
	table      *Table
	ended, all int
}

// compare runs one model by all voices.
func (r *runner) compare(ctx context.Context, m *Model, figures int) error {
	cs := make([]Comparison, len(m.Figures))
	for i, f := range m.Figures {
		cs[i] = newComparison(m, f)
	}
	long, err := r.carry(ctx, m, r.Virtual, r.For, r.Runs, r.AtOnce)
	if err != nil {
		return err
	}
	for i, f := range m.Figures {
		cs[i].Virtual = long.estimate(f)
	}
	for round := 1; ; round++ {
		var late time.Duration
		if r.Real != nil {
			if late, err = r.compareReal(ctx, m, cs); err != nil {
				return err
			}
		}
		all := true
		for i := range cs {
			cs[i].judge(figures)
			all = all && cs[i].Agree
			if !cs[i].Agree && late >= busy {
				cs[i].Why += "; the machine was busy meanwhile: one item in a hundred was sent " + late.Round(time.Millisecond).String() + " late or more"
			}
		}
		if all || late < busy || round == rounds {
			r.table.Comparisons = append(r.table.Comparisons, cs...)
			return nil
		}
		r.all += 2 * r.RealRuns
	}
}

// compareReal runs a model in real time, and simulates the same items. It
// returns how late the pacers were.
func (r *runner) compareReal(ctx context.Context, m *Model, cs []Comparison) (late time.Duration, err error) {
	measured, err := r.carry(ctx, m, r.Real, r.RealFor, r.RealRuns, r.RealRuns)
	if err != nil {
		return 0, err
	}
	simulated, err := r.carry(ctx, m, r.Virtual, r.RealFor, r.RealRuns, r.AtOnce)
	if err != nil {
		return 0, err
	}
	for i, f := range m.Figures {
		cs[i].Real = measured.estimate(f)
		differences := make([]float64, r.RealRuns)
		for n := range differences {
			differences[n] = measured.values[f][n] - simulated.values[f][n]
		}
		e := replicate.Of(differences)
		cs[i].Difference = &e
	}
	return measured.late, nil
}

// scenario is a model's with the length of its runs. A fiftieth of it, but at
// least two seconds, is warm-up.
func (r *runner) scenario(m *Model, length time.Duration) *engine.Scenario {
	s := m.Scenario.Clone()
	s.Seed, s.Duration = r.Seed, length
	s.Warmup = min(max(2*time.Second, length/50), length/2)
	return s
}

// outcome is what several runs of a model came to.
type outcome struct {
	values map[Figure][]float64 // of each run
	late   time.Duration        // the pacer's p99, of the latest
}

func (o *outcome) estimate(f Figure) *replicate.Estimate {
	e := replicate.Of(o.values[f])
	return &e
}

// carry runs a model with several seeds.
func (r *runner) carry(ctx context.Context, m *Model, start replicate.Start, length time.Duration, runs, atOnce int) (*outcome, error) {
	s := r.scenario(m, length)
	metrics := make([]replicate.Metric, len(m.Figures))
	o := &outcome{values: map[Figure][]float64{}}
	for i, f := range m.Figures {
		var err error
		if metrics[i], err = replicate.ParseMetric(string(f), s); err != nil {
			return nil, err
		}
		o.values[f] = make([]float64, runs)
	}
	err := replicate.Each(ctx, start, runs, atOnce,
		func(i int) *engine.Scenario { return replicate.Seeded(s, i) },
		func(i int, snap *engine.Snapshot) {
			for n, f := range m.Figures {
				o.values[f][i] = metrics[n].Of(snap, 0)
			}
			o.late = max(o.late, snap.Lanes[0].Whole.Lateness.P99)
			r.table.Machine = snap.Machine
			r.ended++
			if r.Progress != nil {
				r.Progress(r.ended, r.all)
			}
		})
	return o, err
}
