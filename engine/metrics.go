package engine

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// dimension is the power of seconds in a quantity: 0 of counts and shares, 1
// of durations, -1 of rates.
type dimension int

// metric reads one figure of a lane, handler, resource or class. Without the metrics, claims
// and conditions would have to build all figures to read one.
type metric struct {
	dimension dimension
	lane      func(v view) float64
	handler   func(h *HandlerSnapshot, recent bool) float64
	resource  func(r *ResourceSnapshot, recent bool) float64
	class     func(c *ClassSnapshot, recent bool) float64
}

// laneMetrics and handlerMetrics are all figures, under their paths in
// [LaneFigures] and [HandlerFigures]. A gauge's own name is its value now.
var laneMetrics, handlerMetrics = func() (lane, handler map[string]metric) {
	lane, handler = map[string]metric{}, map[string]metric{}
	for name, count := range counts {
		lane[name] = metric{lane: func(v view) float64 { return float64(count(v.ledger)) }}
		handler[name] = metric{handler: func(h *HandlerSnapshot, _ bool) float64 { return float64(count(&h.Ledger)) }}
	}
	for name, gauge := range gauges {
		for part, read := range gaugeParts {
			lane[name+part] = metric{lane: func(v view) float64 { return read(gauge(v)) }}
		}
	}
	for part, read := range gaugeParts {
		handler["depth"+part] = metric{handler: func(h *HandlerSnapshot, _ bool) float64 { return read(&h.Depth) }}
	}
	for part, p := range summaryParts {
		for name, summary := range summaries {
			lane[name+part] = metric{dimension: p.dimension, lane: func(v view) float64 { return p.read(summary(v.window)) }}
		}
		for name, summary := range handlerSummaries {
			handler[name+part] = metric{dimension: p.dimension, handler: func(h *HandlerSnapshot, recent bool) float64 {
				return p.read(summary(h, recent))
			}}
		}
	}
	maps.Copy(lane, laneNumbers)
	maps.Copy(handler, handlerNumbers)
	return lane, handler
}()

var counts = map[string]func(l *Ledger) int64{
	"offered":       func(l *Ledger) int64 { return l.Offered },
	"done":          func(l *Ledger) int64 { return l.Done },
	"failed":        func(l *Ledger) int64 { return l.Failed },
	"dropped":       func(l *Ledger) int64 { return l.Dropped },
	"expired":       func(l *Ledger) int64 { return l.Expired },
	"dead_lettered": func(l *Ledger) int64 { return l.DeadLettered },
	"waiting":       func(l *Ledger) int64 { return l.Waiting },
	"in_flight":     func(l *Ledger) int64 { return l.InFlight },
	"lost":          func(l *Ledger) int64 { return l.Lost },
	"redelivered":   func(l *Ledger) int64 { return l.Redelivered },
	"deduplicated":  func(l *Ledger) int64 { return l.Deduplicated },
	"duplicates":    func(l *Ledger) int64 { return l.Duplicates },
	"skipped":       func(l *Ledger) int64 { return l.Skipped },
	"attempts":      func(l *Ledger) int64 { return l.Attempts },
}

// classMetrics are all figures of a class, under their paths in [ClassFigures].
var classMetrics = func() map[string]metric {
	class := map[string]metric{}
	for _, name := range []string{"offered", "done", "failed", "dropped", "expired", "dead_lettered", "waiting", "in_flight", "lost"} {
		count := counts[name]
		class[name] = metric{class: func(c *ClassSnapshot, _ bool) float64 { return float64(count(&c.Ledger)) }}
	}
	for part, p := range summaryParts {
		class["latency"+part] = metric{dimension: p.dimension, class: func(c *ClassSnapshot, recent bool) float64 {
			if recent {
				return p.read(&c.Latency)
			}
			return p.read(&c.WholeLatency)
		}}
	}
	return class
}()

var gauges = map[string]func(v view) *Gauge{
	"depth":      func(v view) *Gauge { return &v.window.Depth },
	"backlog":    func(v view) *Gauge { return &v.window.Backlog },
	"in_system":  func(v view) *Gauge { return &v.window.InSystem },
	"goroutines": func(v view) *Gauge { return &v.lane.Goroutines },
}

var gaugeParts = map[string]func(g *Gauge) float64{
	"":      func(g *Gauge) float64 { return float64(g.Now) },
	".now":  func(g *Gauge) float64 { return float64(g.Now) },
	".mean": func(g *Gauge) float64 { return g.Mean },
	".max":  func(g *Gauge) float64 { return float64(g.Max) },
}

var summaries = map[string]func(w *Window) *Summary{
	"latency":        func(w *Window) *Summary { return &w.Latency },
	"latency_naive":  func(w *Window) *Summary { return &w.Naive },
	"wait":           func(w *Window) *Summary { return &w.Wait },
	"service":        func(w *Window) *Summary { return &w.Service },
	"publish":        func(w *Window) *Summary { return &w.Publish },
	"pacer_lateness": func(w *Window) *Summary { return &w.Lateness },
}

var handlerSummaries = map[string]func(h *HandlerSnapshot, recent bool) *Summary{
	"wait": func(h *HandlerSnapshot, recent bool) *Summary {
		if recent {
			return &h.Wait
		}
		return &h.WholeWait
	},
	"service": func(h *HandlerSnapshot, recent bool) *Summary {
		if recent {
			return &h.Service
		}
		return &h.WholeService
	},
}

// part reads one figure of a summary.
type part struct {
	dimension dimension
	read      func(s *Summary) float64
}

var summaryParts = map[string]part{
	".count":  {0, func(s *Summary) float64 { return float64(s.Count) }},
	".mean":   durationPart(func(s *Summary) time.Duration { return s.Mean }),
	".p50":    durationPart(func(s *Summary) time.Duration { return s.P50 }),
	".p90":    durationPart(func(s *Summary) time.Duration { return s.P90 }),
	".p95":    durationPart(func(s *Summary) time.Duration { return s.P95 }),
	".p99":    durationPart(func(s *Summary) time.Duration { return s.P99 }),
	".p999":   durationPart(func(s *Summary) time.Duration { return s.P999 }),
	".max":    durationPart(func(s *Summary) time.Duration { return s.Max }),
	".ci95.0": {1, func(s *Summary) float64 { return interval(s, 0) }},
	".ci95.1": {1, func(s *Summary) float64 { return interval(s, 1) }},
}

func durationPart(of func(s *Summary) time.Duration) part {
	return part{1, func(s *Summary) float64 { return float64(measured(s, of(s))) }}
}

// interval is one end of the confidence interval, not defined without one.
func interval(s *Summary, end int) float64 {
	if s.CI95 == nil {
		return math.NaN()
	}
	return s.CI95[end].Seconds()
}

var laneNumbers = map[string]metric{
	"throughput":             {dimension: -1, lane: func(v view) float64 { return v.window.Throughput }},
	"goodput":                {dimension: -1, lane: func(v view) float64 { return v.window.Goodput }},
	"utilisation":            {lane: func(v view) float64 { return v.window.Utilisation }},
	"wasted":                 {lane: func(v view) float64 { return float64(v.wasted()) }},
	"retries":                {lane: func(v view) float64 { return float64(v.retries()) }},
	"p_wait":                 {lane: func(v view) float64 { return v.window.PWait }},
	"oldest_waiting":         {dimension: 1, lane: func(v view) float64 { return v.lane.OldestWaiting.Seconds() }},
	"blocked_seconds":        {dimension: 1, lane: func(v view) float64 { return v.window.Blocked.Seconds() }},
	"order.late":             {lane: func(v view) float64 { return float64(v.window.Order.Late) }},
	"order.max_displacement": {lane: func(v view) float64 { return float64(v.window.Order.MaxDisplacement) }},
	"order.key_late":         {lane: func(v view) float64 { return float64(v.window.Order.KeyLate) }},
	"order.nested_late":      {lane: func(v view) float64 { return float64(v.window.Order.NestedLate) }},
}

var handlerNumbers = map[string]metric{
	"workers": {handler: func(h *HandlerSnapshot, _ bool) float64 { return float64(h.Workers) }},
	"utilisation": {handler: func(h *HandlerSnapshot, recent bool) float64 {
		if recent {
			return h.Utilisation
		}
		return h.WholeUtilisation
	}},
}

// resourceMetrics are all figures of a resource, under their paths in
// [ResourceFigures].
var resourceMetrics = func() map[string]metric {
	all := map[string]metric{
		"slots": {resource: func(r *ResourceSnapshot, _ bool) float64 { return float64(r.Slots) }},
		"utilisation": {resource: func(r *ResourceSnapshot, recent bool) float64 {
			if recent {
				return r.Utilisation
			}
			return r.WholeUtilisation
		}},
	}
	for part, read := range gaugeParts {
		all["in_use"+part] = metric{resource: func(r *ResourceSnapshot, _ bool) float64 { return read(&r.InUse) }}
		all["waiting"+part] = metric{resource: func(r *ResourceSnapshot, _ bool) float64 { return read(&r.Waiting) }}
	}
	for part, p := range summaryParts {
		all["wait"+part] = metric{dimension: p.dimension, resource: func(r *ResourceSnapshot, recent bool) float64 {
			if recent {
				return p.read(&r.Wait)
			}
			return p.read(&r.WholeWait)
		}}
	}
	return all
}()

// metricNames lists the names that may follow a path as far as it is right,
// for an error: latency.p9 gets the parts of latency, anything else the first
// words of all metrics.
func metricNames(metrics map[string]metric, name string) []string {
	prefix, _, _ := strings.Cut(name, ".")
	set, firsts := map[string]bool{}, map[string]bool{}
	for known := range metrics {
		word, _, more := strings.Cut(known, ".")
		firsts[word] = true
		if more && word == prefix {
			set[known] = true
		}
	}
	if len(set) == 0 {
		set = firsts
	}
	return slices.Sorted(maps.Keys(set))
}
