package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
)

// The widths in the table of latencies.
const (
	labelWidth  = 8
	figureWidth = 7 // at least
)

// percentile is a column of the table of latencies. The higher its rank, the
// wider a lane must be to show it.
type percentile struct {
	name string
	rank int
	of   func(*engine.Summary) time.Duration
}

var percentiles = [...]percentile{
	{"mean", 3, func(s *engine.Summary) time.Duration { return s.Mean }},
	{"p50", 1, func(s *engine.Summary) time.Duration { return s.P50 }},
	{"p90", 4, func(s *engine.Summary) time.Duration { return s.P90 }},
	{"p95", 2, func(s *engine.Summary) time.Duration { return s.P95 }},
	{"p99", 1, func(s *engine.Summary) time.Duration { return s.P99 }},
	{"p99.9", 5, func(s *engine.Summary) time.Duration { return s.P999 }},
	{"max", 1, func(s *engine.Summary) time.Duration { return s.Max }},
}

// measured is a row of the table. The higher its rank, the taller the table
// must be to show it.
type measured struct {
	name string
	rank int
	of   func(*engine.Window) *engine.Summary
}

var rows = [...]measured{
	{"publish", 3, func(w *engine.Window) *engine.Summary { return &w.Publish }},
	{"wait", 4, func(w *engine.Window) *engine.Summary { return &w.Wait }},
	{"service", 5, func(w *engine.Window) *engine.Summary { return &w.Service }},
	{"latency", 1, func(w *engine.Window) *engine.Summary { return &w.Latency }},
	{"naive", 2, func(w *engine.Window) *engine.Summary { return &w.Naive }},
}

// drawLatency draws how long things took in the last 10 s. Naive latency, from
// when the send could start, stands below the true one.
func (s *scene) drawLatency(g *grid.Grid, lane int) {
	l := &s.snap.Lanes[lane]
	columns := (g.W - labelWidth) / figureWidth
	rank := 1
	for _, extra := range []int{5, 6, 7, 8} { // columns that ranks 2 to 5 need
		if columns >= extra {
			rank++
		}
	}
	shown := 1 // theory always
	for i := range percentiles {
		if percentiles[i].rank <= rank {
			shown++
		}
	}
	width := min(max((g.W-labelWidth)/shown, figureWidth), 10)
	p := row(g, 0)
	p.left(labelWidth, "10 s", s.theme.dim)
	for i := range percentiles {
		if percentiles[i].rank <= rank {
			p.right(width, percentiles[i].name, s.theme.dim)
		}
	}
	p.right(width, "theory", s.theme.dim)
	y := 1
	for i := range rows {
		if rows[i].rank > g.H-1 {
			continue
		}
		p := row(g, y)
		s.drawSummary(&p, rank, width, &rows[i], l)
		s.drawTheory(&p, width, lane, &rows[i], g.H > len(rows))
		y++
	}
}

func (s *scene) drawSummary(p *pen, rank, width int, m *measured, l *engine.LaneSnapshot) {
	sum, st := m.of(&l.Recent), s.theme.text
	switch m.rank {
	case 1:
		st = s.theme.lane(l.Model)
	case 2:
		st = s.theme.dim
	}
	p.left(labelWidth, m.name, s.theme.dim)
	for i := range percentiles {
		if percentiles[i].rank <= rank {
			p.summary(width, sum, percentiles[i].of(sum), st)
		}
	}
}
