package report

import (
	"io"
	"slices"

	"duet/engine"
	"duet/engine/sweep"
)

// Sweep is what came of running a scenario at every point of a grid. Its JSON
// follows the rules of [Report]'s: seconds, rates a second, parts of 1, null for
// what is not defined; fields are added, never renamed or removed.
//
//	duet, scenario, title, case
//	seconds, warmup_seconds  of each run, where they do not vary
//	mode            real or virtual
//	seed, seeds     of the first run at each point, and how many runs that has;
//	                each further one has the next seed
//	interrupted     it was ended before the last point
//	axes            path, kind, values as in a file, the same as numbers (null
//	                for words), log
//	metrics         name, and kind: duration, rate, share or number
//	points          at and index: the value of each axis; lanes: name, saturated,
//	                overload, and figures by the name of the metric, with runs,
//	                mean, ci95 and theory
//	knees           lane, at, index, method: power or Kneedle
//	machine         as in [Report]
type Sweep struct {
	Duet          int           `json:"duet"`
	Scenario      string        `json:"scenario"`
	Title         string        `json:"title"`
	Case          string        `json:"case"`
	Seconds       engine.Figure `json:"seconds"`
	WarmupSeconds engine.Figure `json:"warmup_seconds"`
	*sweep.Result

	base *engine.Scenario
}

// OfSweep makes the report of a grid over a scenario.
func OfSweep(base *engine.Scenario, r *sweep.Result) *Sweep {
	return &Sweep{
		Duet: Version, Scenario: base.Name, Title: base.Title, Case: base.Case,
		Seconds: engine.Figure(base.Duration.Seconds()), WarmupSeconds: engine.Figure(base.Warmup.Seconds()),
		Result: r, base: base,
	}
}

// WriteJSON writes the report as JSON.
func (s *Sweep) WriteJSON(w io.Writer) error { return writeJSON(w, s) }

// isKnee reports whether a point is the knee of a lane's curve.
func (s *Sweep) isKnee(p *sweep.Outcome, lane string) bool {
	for i := range s.Knees {
		if k := &s.Knees[i]; k.Lane == lane && slices.Equal(k.Index, p.Index) {
			return true
		}
	}
	return false
}
