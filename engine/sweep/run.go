package sweep

import (
	"context"
	"slices"

	"duet/engine"
	"duet/engine/replicate"
)

// Options say how a grid is run.
type Options struct {
	Metrics []replicate.Metric // of every lane; at least one
	Seeds   int                // replications of each point, 1 or more; 0: one
	AtOnce  int                // runs at once; 0: one after another
	Start   replicate.Start
	// Progress is told how many of all runs have ended, one call after another;
	// nil: nobody.
	Progress func(ended, all int)
}

// Result is what came of a grid. It is the JSON of duet sweep but for its head.
type Result struct {
	Mode        engine.Mode        `json:"mode"`
	Seed        uint64             `json:"seed"`        // of the first replication
	Seeds       int                `json:"seeds"`       // replications of each point
	Interrupted bool               `json:"interrupted"` // before the last point
	Axes        []Axis             `json:"axes"`
	Metrics     []replicate.Metric `json:"metrics"`
	Points      []Outcome          `json:"points"` // the first axis the fastest; when interrupted, those that ended
	Knees       []Knee             `json:"knees"`
	Machine     engine.Machine     `json:"machine"`
}

// Outcome is what came of a point.
type Outcome struct {
	At    []string `json:"at"`    // the value of each axis
	Index []int    `json:"index"` // and which of its values that is, from 0
	Lanes []Lane   `json:"lanes"`
}

// Repeats reports whether the figures of a lane are those of another point,
// because the point differs from it in settings of other lanes only.
func (r *Result) Repeats(p *Outcome, lane string) bool {
	for i := range r.Axes {
		if p.Index[i] > 0 && !r.Axes[i].Concerns(lane) {
			return true
		}
	}
	return false
}

// Lane is the figures of a lane at a point, by the names of the metrics.
type Lane struct {
	Name    string           `json:"name"`
	Figures map[string]Value `json:"figures"`
	// Saturated: by theory there is no steady state, because as much arrives as
	// the lane can finish, or more. Its figures then depend on how long the run was.
	Saturated bool `json:"saturated"`
	// Overload is by how many items a second more arrive than can be finished; 0
	// where the lane keeps up, NaN (null) where theory does not say.
	Overload engine.Figure `json:"overload"`

	latency, throughput float64 // means, by which knees are found
}

// Value is a figure over the replications.
type Value struct {
	replicate.Estimate
	Theory engine.Figure `json:"theory"` // NaN (null) where there is no closed form
}

// Run runs the grid. After an error, or once ctx is done, the result has what
// there is: the points of which every run ended.
func (g *Grid) Run(ctx context.Context, o Options) (*Result, error) {
	seeds := max(1, o.Seeds)
	r := &Result{
		Seed: g.Base.Seed, Seeds: seeds, Axes: g.Axes, Metrics: o.Metrics, Points: []Outcome{}, Knees: []Knee{},
	}
	runs := make([]*figures, len(g.points)*seeds)
	job := func(i int) *engine.Scenario { return replicate.Seeded(g.points[i/seeds].Scenario, i%seeds) }
	ended := 0
	err := replicate.Each(ctx, o.Start, len(runs), max(1, o.AtOnce), job, func(i int, snap *engine.Snapshot) {
		runs[i] = read(snap, o.Metrics)
		r.Mode, r.Machine = snap.Mode, snap.Machine
		ended++
		if o.Progress != nil {
			o.Progress(ended, len(runs))
		}
	})
	r.Interrupted = ended < len(runs)
	whole := make([]*Outcome, len(g.points))
	for i := range whole {
		if of := runs[i*seeds : (i+1)*seeds]; !slices.Contains(of, nil) {
			whole[i] = g.outcome(i, of, o.Metrics)
			r.Points = append(r.Points, *whole[i])
		}
	}
	r.Knees = append(r.Knees, g.knees(r, whole)...)
	return r, err
}
