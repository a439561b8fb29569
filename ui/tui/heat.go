package tui

import (
	"math"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// drawCrews draws a heat map for the workers of each handler, in as many rows
// each as there is room for.
func (s *scene) drawCrews(g *grid.Grid, l *engine.LaneSnapshot) {
	const name = 9
	tall := g.H / len(l.Handlers)
	for i := range l.Handlers {
		p := row(g, i*tall)
		p.left(name-1, l.Handlers[i].Name, s.theme.text)
		s.drawHeat(g.Sub(grid.Rect{X: name, Y: i * tall, W: g.W - name, H: min(tall, 1+len(l.Workers)/g.W)}), s.loads(l, i), l.Model)
	}
}

// loads is what a heat map shows of the workers of a handler; of all for -1.
func (s *scene) loads(l *engine.LaneSnapshot, handler int) []float32 {
	values := s.buffer(len(l.Workers))
	n := 0
	for i := range l.Workers {
		if w := &l.Workers[i]; handler < 0 || w.Handler == handler {
			values[n] = s.load(w)
			n++
		}
	}
	return values[:n]
}

// drawHeat draws a heat map of one row or more, its cells wider where there
// are few of them.
func (s *scene) drawHeat(g *grid.Grid, values []float32, model engine.Model) {
	const widest = 4
	n := len(values)
	wide := min(max(g.W*g.H/max(n, 1), 1), widest)
	r := grid.Rect{W: g.W / wide * wide, H: g.H}
	if n > r.W/wide*g.H {
		wide, r.W = 1, g.W
	}
	if wide > 1 {
		values = s.buffer(n * wide)
		for i := n*wide - 1; i >= 0; i-- { // from the end: in place
			values[i] = values[i/wide]
		}
	}
	plot.Heat(g, r, values, s.theme.palette(model))
}

// load is what a heat map shows of a worker: idle, ever longer at its item, or
// not there.
func (s *scene) load(w *engine.WorkerSnapshot) float32 {
	switch w.State {
	case engine.Idle:
		return 0
	case engine.Queuing: // at an item, and not at work
		return 0.3
	case engine.Crashed:
		return float32(math.NaN())
	default:
		return 0.3 + 0.7*float32(progress(s.snap.At-w.Since, w.Demand))
	}
}

// drawHeatLegend says what the shades of a heat map of h rows mean, and how many
// of those that it shows share a cell when they are more than there are cells.
func (s *scene) drawHeatLegend(p *pen, n int, model engine.Model, h int) {
	t, shades, colors := s.theme, &p.g.Glyphs.Shade, s.theme.palette(model)
	if cells := p.g.W * h; n > cells && cells > 0 {
		p.skip(2)
		p.right(3, figure.Count(int64((n+cells-1)/cells)), t.text)
		p.text(" a cell", t.dim)
	}
	if p.room() < 36 {
		return
	}
	p.skip(2)
	p.sign(shades[0], grid.Foreground(colors.At(0)))
	p.text("idle ", t.dim)
	for _, v := range [...]float32{0.3, 0.6, 1} {
		p.g.Set(p.x, p.y, shades[min(int(v*10), 9)], grid.Foreground(colors.At(v)))
		p.skip(1)
	}
	p.text(" at an item, ever longer ", t.dim)
	if p.room() >= 6 {
		p.sign(p.g.Glyphs.Cross, t.bad)
		p.text("down", t.dim)
	}
}
