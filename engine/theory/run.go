package theory

import (
	"math"
	"strings"

	"duet/engine"
)

// Of is what the closed forms say of a lane of a run, for the load that it had.
func Of(snap *engine.Snapshot, lane int) Result {
	var rate float64 // the scenario's
	if snap.Scenario.Load.Arrivals == engine.Trace {
		rate = snap.Lanes[lane].Whole.Arrivals
	}
	r := ForLane(snap.Scenario, lane, rate)
	if snap.Changes > 0 {
		return r.Refuse("no steady state: settings changed or something broke while it ran")
	}
	return r
}

// Figure is one figure of [Of] by its name in reports: an [engine.Theory].
func Figure(snap *engine.Snapshot, lane int, name string) (value float64, why string) {
	r := Of(snap, lane)
	value = math.NaN()
	if f := r.figure(name); f != nil {
		value = float64(*f)
	}
	switch {
	case !math.IsNaN(value):
		return value, ""
	case !r.Applies:
		return value, r.Why
	default:
		return value, r.Model + " has no closed form for it"
	}
}

// figure finds a figure by its name; nil where there is none.
func (r *Result) figure(name string) *engine.Figure {
	switch name {
	case "rho":
		return &r.Rho
	case "utilisation":
		return &r.Utilisation
	case "throughput":
		return &r.Throughput
	case "wait_mean":
		return &r.WaitMean
	case "latency_mean":
		return &r.LatencyMean
	case "p_wait":
		return &r.PWait
	case "loss":
		return &r.Loss
	case "in_system":
		return &r.InSystem
	case "depth":
		return &r.Depth
	case "growth":
		return &r.Growth
	case "full_after":
		return &r.FullAfter
	case "latency_at_least":
		return &r.AtLeast
	case "latency_at_most":
		return &r.AtMost
	}
	if rest, ok := strings.CutPrefix(name, "wait."); ok {
		return r.Wait.figure(rest)
	}
	if rest, ok := strings.CutPrefix(name, "latency."); ok {
		return r.Latency.figure(rest)
	}
	return nil
}

func (q *Quantiles) figure(name string) *engine.Figure {
	switch {
	case q == nil:
		return nil
	case name == "p50":
		return &q.P50
	case name == "p90":
		return &q.P90
	case name == "p95":
		return &q.P95
	case name == "p99":
		return &q.P99
	case name == "p999":
		return &q.P999
	default:
		return nil
	}
}
