package engine

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Theory says what closed forms know of a lane in the long run: a figure by its
// name within the lane's theory in reports, such as wait_mean or latency.p99.
// Where they say nothing it is NaN, and why says why in a sentence.
type Theory func(snap *Snapshot, lane int, figure string) (value float64, why string)

// theoryMetrics are the figures that a claim may take from theory.
var theoryMetrics = func() map[string]dimension {
	all := map[string]dimension{
		"rho": 0, "utilisation": 0, "throughput": -1, "wait_mean": 1, "latency_mean": 1, "p_wait": 0, "loss": 0,
		"in_system": 0, "depth": 0, "growth": -1, "full_after": 1, "latency_at_least": 1, "latency_at_most": 1,
	}
	for _, p := range []string{".p50", ".p90", ".p95", ".p99", ".p999"} {
		all["wait"+p], all["latency"+p] = 1, 1
	}
	return all
}()

// TheoryNames lists the figures that a claim may take from theory, sorted.
func TheoryNames() []string { return slices.Sorted(maps.Keys(theoryMetrics)) }

// counterparts are the figures of theory under their names in a lane. Its depth
// is none: that of a lane does not count who waits before a full queue.
var counterparts = map[string]string{
	"wait.mean": "wait_mean", "latency.mean": "latency_mean", "in_system.mean": "in_system",
	"p_wait": "p_wait", "utilisation": "utilisation", "throughput": "throughput",
	"wait.p50": "wait.p50", "wait.p90": "wait.p90", "wait.p95": "wait.p95", "wait.p99": "wait.p99", "wait.p999": "wait.p999",
	"latency.p50": "latency.p50", "latency.p90": "latency.p90", "latency.p95": "latency.p95", "latency.p99": "latency.p99",
	"latency.p999": "latency.p999",
}

// theoryFigure is what theory says of a lane.
type theoryFigure struct{ lane, name string }

func (p *exprParser) theoryFigure(lane, name string) (operand, error) {
	dim, ok := theoryMetrics[name]
	if !ok {
		return operand{}, fmt.Errorf("theory has no figure %s; %s", shown(name), suggest(name, TheoryNames()))
	}
	f := theoryFigure{lane, name}
	p.theory = append(p.theory, f)
	return operand{dim: dim, number: f}, nil
}

func (f theoryFigure) eval(at scene) float64 {
	value, _ := f.ask(at)
	return value
}

// ask is the figure, or why there is none.
func (f theoryFigure) ask(at scene) (value float64, why string) {
	if at.theory == nil {
		return math.NaN(), "nobody here knows any theory"
	}
	for i := range at.snapshot.Lanes {
		if at.snapshot.Lanes[i].Name == f.lane {
			return at.theory(at.snapshot, i, f.name)
		}
	}
	return math.NaN(), "the lane is gone"
}
