package tui

import (
	"math"

	"duet/engine"
	"duet/ui/internal/figure"
)

// better says which of two figures one would rather have.
type better int8

const (
	less    better = -1
	neither better = 0
	more    better = 1
)

// compared is a figure that lanes are compared by: a row of the table.
type compared struct {
	label  string
	better better
	write  func(float64) string
	of     func(f *engine.LaneFigures) float64
}

// cost is what handing work over costs somebody: the figure that sums it up,
// and all those behind it.
type cost struct {
	payer string
	sum   compared
	rows  []compared
}

// costs are who may have to pay, in the order in which an item meets them, and
// below them what became of the items and what the servers did.
var costs = []cost{
	{
		"caller", seconds("publish, mean", func(f *engine.LaneFigures) engine.Figure { return f.Publish.Mean }),
		append(spread("publish", func(f *engine.LaneFigures) *engine.SummaryFigures { return &f.Publish }),
			seconds("blocked", func(f *engine.LaneFigures) engine.Figure { return f.BlockedSeconds })),
	},
	{
		"item", seconds("latency, mean", func(f *engine.LaneFigures) engine.Figure { return f.Latency.Mean }),
		joined(
			spread("wait", func(f *engine.LaneFigures) *engine.SummaryFigures { return &f.Wait }),
			spread("service", func(f *engine.LaneFigures) *engine.SummaryFigures { return &f.Service }),
			spread("latency", func(f *engine.LaneFigures) *engine.SummaryFigures { return &f.Latency }),
			spread("naive", func(f *engine.LaneFigures) *engine.SummaryFigures { return &f.LatencyNaive }),
			[]compared{
				{"had to wait", less, figure.Percent, func(f *engine.LaneFigures) float64 { return float64(f.PWait) }},
				count("late", less, func(f *engine.LaneFigures) int64 { return f.Order.Late }),
				count("displaced by", less, func(f *engine.LaneFigures) int64 { return f.Order.MaxDisplacement }),
				count("key-late", less, func(f *engine.LaneFigures) int64 { return f.Order.KeyLate }),
				count("nested-late", less, func(f *engine.LaneFigures) int64 { return f.Order.NestedLate }),
			},
		),
	},
	{
		"memory", count("held now", less, func(f *engine.LaneFigures) int64 { return f.Depth.Now + f.Backlog.Now + f.Goroutines.Now }),
		joined(
			level("depth", func(f *engine.LaneFigures) *engine.GaugeFigures { return &f.Depth }),
			level("backlog", func(f *engine.LaneFigures) *engine.GaugeFigures { return &f.Backlog }),
			level("in system", func(f *engine.LaneFigures) *engine.GaugeFigures { return &f.InSystem }),
			level("goroutines", func(f *engine.LaneFigures) *engine.GaugeFigures { return &f.Goroutines }),
		),
	},
	{
		"freshness", seconds("oldest waiting", func(f *engine.LaneFigures) engine.Figure { return f.OldestWaiting }),
		[]compared{
			count("expired", less, func(f *engine.LaneFigures) int64 { return f.Expired }),
			count("wasted", less, func(f *engine.LaneFigures) int64 { return f.Wasted }),
		},
	},
	{payer: "items", rows: []compared{
		count("offered", neither, func(f *engine.LaneFigures) int64 { return f.Offered }),
		count("done", more, func(f *engine.LaneFigures) int64 { return f.Done }),
		count("failed", less, func(f *engine.LaneFigures) int64 { return f.Failed }),
		count("dropped", less, func(f *engine.LaneFigures) int64 { return f.Dropped }),
		count("dead-lettered", less, func(f *engine.LaneFigures) int64 { return f.DeadLettered }),
		count("lost", less, func(f *engine.LaneFigures) int64 { return f.Lost }),
		count("waiting", less, func(f *engine.LaneFigures) int64 { return f.Waiting }),
		count("in flight", neither, func(f *engine.LaneFigures) int64 { return f.InFlight }),
		count("redelivered", less, func(f *engine.LaneFigures) int64 { return f.Redelivered }),
		count("duplicates", less, func(f *engine.LaneFigures) int64 { return f.Duplicates }),
		count("skipped", less, func(f *engine.LaneFigures) int64 { return f.Skipped }),
		count("attempts", neither, func(f *engine.LaneFigures) int64 { return f.Attempts }),
		count("retries", less, func(f *engine.LaneFigures) int64 { return f.Retries }),
	}},
	{payer: "servers", rows: []compared{
		{"done a second", more, figure.Rate, func(f *engine.LaneFigures) float64 { return float64(f.Throughput) }},
		{"in time a second", more, figure.Rate, func(f *engine.LaneFigures) float64 { return float64(f.Goodput) }},
		{"utilisation", neither, figure.Percent, func(f *engine.LaneFigures) float64 { return float64(f.Utilisation) }},
		{"pacer late, p99", neither, figure.Seconds, func(f *engine.LaneFigures) float64 { return float64(f.PacerLateness.P99) }},
	}},
}

func seconds(label string, of func(f *engine.LaneFigures) engine.Figure) compared {
	return compared{label, less, figure.Seconds, func(f *engine.LaneFigures) float64 { return float64(of(f)) }}
}

func count(label string, b better, of func(f *engine.LaneFigures) int64) compared {
	write := func(x float64) string { return figure.Count(int64(x)) }
	return compared{label, b, write, func(f *engine.LaneFigures) float64 { return float64(of(f)) }}
}

// spread is a distribution, from its mean to its worst.
func spread(name string, of func(f *engine.LaneFigures) *engine.SummaryFigures) []compared {
	part := func(label string, part func(s *engine.SummaryFigures) engine.Figure) compared {
		return seconds(name+" "+label, func(f *engine.LaneFigures) engine.Figure { return part(of(f)) })
	}
	return []compared{
		part("mean", func(s *engine.SummaryFigures) engine.Figure { return s.Mean }),
		part("p50", func(s *engine.SummaryFigures) engine.Figure { return s.P50 }),
		part("p90", func(s *engine.SummaryFigures) engine.Figure { return s.P90 }),
		part("p95", func(s *engine.SummaryFigures) engine.Figure { return s.P95 }),
		part("p99", func(s *engine.SummaryFigures) engine.Figure { return s.P99 }),
		part("p99.9", func(s *engine.SummaryFigures) engine.Figure { return s.P999 }),
		part("max", func(s *engine.SummaryFigures) engine.Figure { return s.Max }),
	}
}

// level is a quantity over time: now, on average, at most.
func level(name string, of func(f *engine.LaneFigures) *engine.GaugeFigures) []compared {
	return []compared{
		count(name+" now", less, func(f *engine.LaneFigures) int64 { return of(f).Now }),
		{name + " mean", less, figure.Rate, func(f *engine.LaneFigures) float64 { return float64(of(f).Mean) }},
		count(name+" max", less, func(f *engine.LaneFigures) int64 { return of(f).Max }),
	}
}

func joined(lists ...[]compared) []compared {
	var all []compared
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// even is how many times as much as another a figure must be to be worth a
// word.
const even = 1.05

// weigh says which lane has the worst of some figures, by how many times the
// best of them; worst is -1 where that is not worth a word. Where the best is
// nothing at all, times is infinite; where there is nothing to weigh, it is 0.
// Figures that are not defined do not count.
func weigh(values []float64, b better) (worst int, times float64) {
	low, high, n := -1, -1, 0
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		n++
		if low < 0 || v < values[low] {
			low = i
		}
		if high < 0 || v > values[high] {
			high = i
		}
	}
	switch {
	case n < 2 || values[low] < 0:
		return -1, 0
	case values[high] == 0:
		return -1, 1
	}
	times = values[high] / values[low]
	switch {
	case times < even || b == neither:
		return -1, times
	case b == more:
		return low, times
	default:
		return high, times
	}
}
