package sweep

import (
	"math"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/theory"
)

// figures are those of one run.
type figures struct{ lanes []laneFigures }

// laneFigures are those of a lane: the metrics in their order, and what knees
// are found by.
type laneFigures struct {
	metrics             []float64
	latency, throughput float64
	interval            *[2]engine.Figure // of the mean latency, within the run
}

func read(snap *engine.Snapshot, metrics []replicate.Metric) *figures {
	f := &figures{make([]laneFigures, len(snap.Lanes))}
	for i := range f.lanes {
		l, w := &f.lanes[i], &snap.Lanes[i].Whole
		for m := range metrics {
			l.metrics = append(l.metrics, metrics[m].Of(snap, i))
		}
		l.latency, l.throughput = math.NaN(), w.Throughput
		if w.Latency.Count > 0 {
			l.latency = w.Latency.Mean.Seconds()
		}
		if ci := w.Latency.CI95; ci != nil {
			l.interval = &[2]engine.Figure{engine.Figure(ci[0].Seconds()), engine.Figure(ci[1].Seconds())}
		}
	}
	return f
}

// outcome puts the runs of point i together.
func (g *Grid) outcome(i int, runs []*figures, metrics []replicate.Metric) *Outcome {
	p := &g.points[i]
	out := &Outcome{Index: p.At, At: make([]string, len(g.Axes)), Lanes: make([]Lane, len(p.Scenario.Lanes))}
	for a := range g.Axes {
		out.At[a] = g.Axes[a].Values[p.At[a]]
	}
	for n := range out.Lanes {
		known := foreseen(p.Scenario, n)
		lane := Lane{Name: p.Scenario.Lanes[n].Name, Figures: map[string]Value{}, Saturated: known.saturated, Overload: known.overload}
		over := func(of func(l *laneFigures) float64) replicate.Estimate {
			values := make([]float64, len(runs))
			for r := range runs {
				values[r] = of(&runs[r].lanes[n])
			}
			return replicate.Of(values)
		}
		for m := range metrics {
			name := metrics[m].Name
			v := Value{over(func(l *laneFigures) float64 { return l.metrics[m] }), known.figure(name)}
			if name == latencyMean && len(runs) == 1 {
				v.CI95 = runs[0].lanes[n].interval
			}
			lane.Figures[name] = v
		}
		lane.latency = float64(over(func(l *laneFigures) float64 { return l.latency }).Mean)
		lane.throughput = float64(over(func(l *laneFigures) float64 { return l.throughput }).Mean)
		out.Lanes[n] = lane
	}
	return out
}

// latencyMean is the one metric that a single run has an interval of.
const latencyMean = "latency.mean"

// foresight is what theory says of a lane at a point.
type foresight struct {
	figures   map[string]engine.Figure
	saturated bool
	overload  engine.Figure
}

// foreseen asks theory, which does not consider timelines.
func foreseen(s *engine.Scenario, lane int) foresight {
	f := foresight{overload: engine.Figure(math.NaN())}
	if len(s.Timeline) > 0 {
		return f
	}
	r := theory.ForLane(s, lane, 0)
	const full = 1 - 1e-9 // what differs from 1 by rounding
	switch {
	case r.Applies:
		f.overload = 0
	case r.Rho >= full:
		f.saturated, f.overload = true, max(0, r.Growth)
	}
	f.figures = map[string]engine.Figure{
		latencyMean: r.LatencyMean, "wait.mean": r.WaitMean, "utilisation": r.Utilisation, "throughput": r.Throughput,
		"p_wait": r.PWait, "in_system.mean": r.InSystem, replicate.LossName: r.Loss,
	}
	for name, q := range map[string]*theory.Quantiles{"latency": r.Latency, "wait": r.Wait} {
		if q != nil {
			f.figures[name+".p50"], f.figures[name+".p90"], f.figures[name+".p95"] = q.P50, q.P90, q.P95
			f.figures[name+".p99"], f.figures[name+".p999"] = q.P99, q.P999
		}
	}
	return f
}

func (f *foresight) figure(name string) engine.Figure {
	if x, ok := f.figures[name]; ok {
		return x
	}
	return engine.Figure(math.NaN())
}
