package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// scale is the width of the figures beside a chart.
const scale = 6

// chart is what a chart shows of a lane: what waits where it is meant to wait
// (in queues; without any, before the publishers), and what waits at the other
// place.
type chart struct {
	lane         int
	main, other  []float32 // recorded
	names        [2]string
	otherHighest float64
	axis         plot.Axis
	past, future span
	style        grid.Style
}

func (s *scene) newChart(lane int, area grid.Rect) chart {
	rec := &s.series.Lanes[lane]
	c := chart{
		lane: lane, main: rec.DepthMax, other: rec.BacklogMax, names: [2]string{"depth", "backlog"},
		style: s.theme.lane(s.snap.Lanes[lane].Model),
	}
	if !s.queues(lane) {
		c.main, c.other, c.names = c.other, c.main, [2]string{"backlog", "depth"}
	}
	c.past, c.future = s.spans(area)
	if c.otherHighest = peak(c.other); c.otherHighest < 2 { // one is in the hands of whoever hands over
		c.otherHighest = 0
	}
	top := max(peak(c.main), c.otherHighest, s.highestAhead(&c))
	if capacity := float64(s.capacity(lane)); capacity > 0 && capacity <= 8*max(top, 1) {
		top = max(top, capacity)
	}
	c.axis.Max = s.tops[lane].Fit(top)
	return c
}

// drawChart draws what waits in a lane: as an area where it is meant to wait,
// and as a line the other, when there is any. Beyond now it draws what is
// expected, and what came of it before somebody went back.
func (s *scene) drawChart(g *grid.Grid, lane int) {
	if g.H < 2 || lane >= len(s.series.Lanes) {
		return
	}
	area := grid.Rect{X: scale + 1, W: g.W - scale - 1, H: g.H}
	if g.H >= 6 {
		area.H--
	}
	c := s.newChart(lane, area)
	if area.H < g.H {
		s.drawAxis(g, area, &c)
	}
	g.TextRight(scale, 0, figure.Count(int64(c.axis.Max)), s.theme.dim)
	g.TextRight(scale, area.H-1, "0", s.theme.dim)
	capacity := float64(s.capacity(lane))
	if capacity > 0 {
		plot.HLine(g, area, capacity, c.axis, s.theme.dim)
	}
	s.drawMarks(g, &c.past)
	s.drawAhead(g, &c)
	s.drawPast(g, &c, c.main, c.style, plot.Area)
	if c.otherHighest > 0 {
		s.drawPast(g, &c, c.other, s.theme.warning, plot.Line)
	}
	s.drawGhost(g, &c)
	if y := c.axis.Row(capacity, area.H); y >= 0 && capacity > 0 {
		g.Text(area.X, y, "capacity ", s.theme.dim)
	}
	if s.cursor.on {
		s.drawCursor(g, area, &c)
	}
}

type stroke = func(*grid.Grid, grid.Rect, plot.Series, plot.Axis, grid.Style)

func (s *scene) drawPast(g *grid.Grid, c *chart, recorded []float32, st grid.Style, draw stroke) {
	data := s.past(recorded)
	draw(g, c.past.area, plot.Series{Data: data, First: s.firstStep(len(data))}, c.axis, st)
}

// drawAxis names the ends of the time axis and what is drawn.
func (s *scene) drawAxis(g *grid.Grid, area grid.Rect, c *chart) {
	t, now := s.theme, c.past.area.X+c.past.area.W
	p := pen{g: g, x: area.X, y: area.H, end: now - 4}
	p.left(6, "-60s", t.dim)
	p.sign(g.Glyphs.Rise[8], c.style)
	p.text(c.names[0], t.dim)
	if c.otherHighest > 0 && p.room() >= 4+len(c.names[1]) {
		p.skip(2)
		p.sign(g.Glyphs.Horizontal, t.warning)
		p.text(c.names[1], t.dim)
	}
	if s.ghost.until > 0 && p.room() >= 10 {
		p.skip(2)
		p.sign(g.Glyphs.Horizontal, t.dim)
		p.text("before", t.dim)
	}
	if !s.cursor.on {
		g.TextRight(now, area.H, "now", t.dim)
	}
	if s.forecasting && c.future.area.W >= 17 {
		label := "forecast"
		if s.unforeseen {
			label = "no " + label
		}
		g.Text(now+1, area.H, label, t.dim)
	}
	if c.future.area.W >= 6 {
		g.TextRight(g.W, area.H, "+"+decimal(int64((c.future.to-c.future.from)/time.Second))+"s", t.dim)
	}
}

// drawMarks draws when something was changed or broken.
func (s *scene) drawMarks(g *grid.Grid, past *span) {
	for i := len(s.marks) - 1; i >= 0; i-- {
		c := &s.marks[i]
		if c.At < past.from {
			break
		}
		x := past.column(c.At)
		if x < 0 || c.Control != "" || c.Speed != 0 && s.snap.Mode == engine.Virtual {
			continue // nothing is other than without it
		}
		st := s.theme.dim
		if c.Fault != nil {
			st = s.theme.bad
		}
		plot.Mark(g, past.area, x, st)
	}
}

// drawCursor draws the moment looked at, and what was recorded of it: below the
// chart, or in its first row when there is nothing below.
func (s *scene) drawCursor(g *grid.Grid, area grid.Rect, c *chart) {
	part := &c.past
	if s.cursor.at > part.to {
		part = &c.future
	}
	x := part.column(s.cursor.at)
	if x < 0 {
		return
	}
	g.Sub(part.area).Fill(grid.Rect{X: x, W: 1, H: area.H}, g.Glyphs.Vertical, s.theme.strong)
	y := area.H
	if y == g.H {
		y = 0
	}
	g.Fill(grid.Rect{X: area.X, Y: y, W: area.W, H: 1}, ' ', grid.Style{})
	t := s.theme
	p := pen{g: g, x: area.X, y: y, end: g.W}
	p.left(8, clockTime(s.cursor.at), t.strong)
	series := &s.series
	if part == &c.future {
		series = &s.ghost.series
		p.text("what was ", t.dim)
	}
	if c.lane >= len(series.Lanes) {
		return
	}
	rec := &series.Lanes[c.lane]
	for _, value := range [...]struct{ name, figure string }{
		{"depth", figure.Count(int64(valueAt(series, rec.DepthMax, s.cursor.at)))},
		{"backlog", figure.Count(int64(valueAt(series, rec.BacklogMax, s.cursor.at)))},
		{"p99", figure.Seconds(valueAt(series, rec.P99, s.cursor.at))},
		{"bad", figure.Count(int64(valueAt(series, rec.Bad, s.cursor.at)))},
	} {
		if p.room() >= len(value.name)+9 {
			p.text(value.name, t.dim)
			p.right(7, value.figure, t.text)
			p.skip(2)
		}
	}
}

// capacity is the room in the largest queue of a lane; 0 without a queue.
func (s *scene) capacity(lane int) int {
	if !s.queues(lane) {
		return 0
	}
	most := 0
	for i := range s.snap.Lanes[lane].Handlers {
		h := &s.snap.Lanes[lane].Handlers[i]
		most = max(most, h.Capacity*max(1, len(h.Partitions)))
	}
	return most
}

// queues says whether there are queues between the hand-over and the handlers.
func (s *scene) queues(lane int) bool {
	return s.snap.Lanes[lane].Model == engine.Message || s.spec(lane).Dispatch == engine.Buffered
}
