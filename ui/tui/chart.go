package tui

import (
	"math"
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// scale is the width of the figures beside a chart.
const scale = 6

// tall is how high a chart must be for another one to be drawn below it.
const tall = 12

// chart is what a chart shows of a lane over time: up to three figures of its
// recording, what is expected of the first two, and levels to hold them against,
// all on one axis.
type chart struct {
	view         view
	lane         int
	lines        [3]line
	n            int
	capacity     float64 // a level that is not to be passed; 0: there is none
	limit        string  // what it is called
	theory       float64 // the mean that theory knows; NaN: none
	expected     [2]*engine.Band
	axis         plot.Axis
	past, future span
	style        grid.Style
}

// newChart is the chart of a view of a lane, but for its axis.
func (s *scene) newChart(v view, lane int, area grid.Rect) chart {
	c := chart{view: v, lane: lane, theory: math.NaN(), style: s.theme.lane(s.snap.Lanes[lane].Model)}
	c.past, c.future = s.spans(area)
	switch v {
	case viewFlow:
		s.flowing(&c)
	case viewLatency:
		s.lasting(&c)
	case viewWaiting, viewSpread, views:
		s.waiting(&c)
	}
	return c
}

// add adds a line to a chart.
func (s *scene) add(c *chart, l line) {
	c.lines[c.n] = l
	c.n++
}

// drawCharts draws as many charts of a lane, one below the other, as there is
// room for: the view that was chosen, and those after it. at is where g is on the
// screen.
func (s *scene) drawCharts(g *grid.Grid, at grid.Rect, lane int) {
	n := 1
	if s.size != wholeChart {
		n = min(max(g.H/tall, 1), int(views))
	}
	rest := grid.Rect{W: g.W, H: g.H}
	for i := range n {
		var r grid.Rect
		r, rest = rest.SplitTop(rest.H / (n - i))
		v := (s.view + view(i)) % views
		s.charted = append(s.charted, charted{rect: grid.Rect{X: at.X + r.X, Y: at.Y + r.Y, W: r.W, H: r.H}, view: v, lane: lane})
		if v == viewSpread {
			s.drawSpread(g.Sub(r), lane)
		} else {
			s.drawChart(g.Sub(r), v, lane)
		}
	}
}

// charted is where a chart is on the screen.
type charted struct {
	rect grid.Rect
	view view
	lane int
}

// plotArea is the part of a chart between the figures beside it and those below,
// which there are when it is high enough.
func plotArea(w, h int) grid.Rect {
	area := grid.Rect{X: scale + 1, W: w - scale - 1, H: h}
	if h >= 6 {
		area.H--
	}
	return area
}

// drawChart draws a view of a lane over time. Beyond now it draws what is
// expected, and what came of it before somebody went back.
func (s *scene) drawChart(g *grid.Grid, v view, lane int) {
	if g.H < 2 || lane >= len(s.series.Lanes) {
		return
	}
	area := plotArea(g.W, g.H)
	c := s.newChart(v, lane, area)
	c.axis.Max = s.top(&c, area)
	if area.H < g.H {
		s.drawAxis(g, area, &c)
	}
	g.TextRight(scale, 0, v.write(c.axis.Max), s.theme.dim)
	g.TextRight(scale, area.H-1, "0", s.theme.dim)
	if c.capacity > 0 {
		plot.HLine(g, area, c.capacity, c.axis, s.theme.dim)
	}
	s.drawMarks(g, &c)
	s.drawAhead(g, &c)
	for i := range c.n {
		l := &c.lines[i]
		values := s.drawn(l, lane, c.past.area.W)
		if l.filled {
			plot.Area(g, c.past.area, values, c.axis, l.style)
		} else {
			plot.Line(g, c.past.area, values, c.axis, l.style)
		}
	}
	s.drawGhost(g, &c)
	if y := c.axis.Row(c.capacity, area.H); y >= 0 && c.capacity > 0 {
		g.Text(area.X, y, c.limit, s.theme.dim)
	}
	if at, on := s.pointed(); on {
		s.drawCursor(g, area, &c, at)
	}
}

// drawn is what a line shows of the recording. It is valid until the next call.
func (s *scene) drawn(l *line, lane, columns int) plot.Series {
	data := s.past(l.figure.of(&s.series, lane))
	l.scaled(data, s.series.Step)
	return s.folded(data, s.foldSize(l.figure.fold, columns), l.figure.fold)
}

// each is what a recorded value is to be multiplied by: what is counted within a
// step is shown a second.
func (l *line) each(step time.Duration) float64 {
	if !l.figure.counts || step <= 0 {
		return 1
	}
	return 1 / step.Seconds()
}

// scaled multiplies values, in place, by that.
func (l *line) scaled(data []float32, step time.Duration) {
	if each := float32(l.each(step)); each != 1 {
		for i := range data {
			data[i] *= each
		}
	}
}

// top is the upper end of the axis of a chart: room for all that it shows, and
// with all lanes on one scale for what the charts of the others show.
func (s *scene) top(c *chart, area grid.Rect) float64 {
	highest := s.highest(c)
	if !s.alike {
		return s.tops[c.lane][c.view].Fit(highest)
	}
	for lane := range min(len(s.snap.Lanes), len(s.series.Lanes)) {
		if lane != c.lane {
			other := s.newChart(c.view, lane, area)
			highest = max(highest, s.highest(&other))
		}
	}
	return s.commonTops[c.view].Fit(highest)
}

// highest is the highest value that a chart must have room for. A level far above
// all else is not one.
func (s *scene) highest(c *chart) float64 {
	top := s.highestAhead(c)
	for i := range c.n {
		top = max(top, peak(s.drawn(&c.lines[i], c.lane, c.past.area.W).Data))
	}
	least := 1.0
	if c.view == viewLatency {
		least = 0
	}
	if c.capacity > 0 && c.capacity <= 8*max(top, least) {
		top = max(top, c.capacity)
	}
	return top
}

// drawAxis names the ends of the time axis and what is drawn.
func (s *scene) drawAxis(g *grid.Grid, area grid.Rect, c *chart) {
	t, now := s.theme, c.past.area.X+c.past.area.W
	p := pen{g: g, x: area.X, y: area.H, end: now - 4}
	names, apart, begin := 0, 2, 6
	for i := range c.n {
		names += 2 + len(c.lines[i].figure.name)
	}
	switch gaps := c.n - 1; {
	case names+apart*gaps+begin <= p.room() || names+gaps > p.room():
		p.text("-", t.dim)
		p.left(begin-1, spanText(s.window()), t.dim)
	case names+apart*gaps > p.room(): // without the beginning, the names of all lines say more
		apart = 1
	}
	for i := range c.n {
		l := &c.lines[i]
		s.legend(&p, l.figure.name, l.filled, l.style, min(i, 1)*apart)
	}
	if s.ghost.until > 0 {
		s.legend(&p, "before", false, t.dim, apart)
	}
	if _, on := s.pointed(); !on {
		g.TextRight(now, area.H, "now", t.dim)
	}
	if s.forecasting && c.future.area.W >= 17 && c.expected[0] != nil {
		g.Text(now+1, area.H, "forecast", t.dim)
	}
	if c.future.area.W >= 6 {
		g.TextRight(g.W, area.H, "+"+spanText(c.future.to-c.future.from), t.dim)
	}
}

// legend names a line, so many cells apart from what is before, where there is room
// for it.
func (s *scene) legend(p *pen, name string, filled bool, st grid.Style, apart int) {
	sign := p.g.Glyphs.Horizontal
	if filled {
		sign = p.g.Glyphs.Rise[8]
	}
	if apart > 0 {
		if p.room() < 2+apart+len(name) {
			return
		}
		p.skip(apart)
	}
	p.sign(sign, st)
	p.text(name, s.theme.dim)
}

// capacity is the room in the largest queue of a lane; 0 without a queue, or without
// a limit.
func (s *scene) capacity(lane int) int {
	if !s.queues(lane) {
		return 0
	}
	most := 0
	for i := range s.snap.Lanes[lane].Handlers {
		h := &s.snap.Lanes[lane].Handlers[i]
		if h.Capacity != engine.Unbounded {
			most = max(most, h.Capacity*max(1, len(h.Partitions)))
		}
	}
	return most
}

// queues says whether there are queues between the hand-over and the handlers.
func (s *scene) queues(lane int) bool {
	return s.snap.Lanes[lane].Model == engine.Message || s.spec(lane).Dispatch == engine.Buffered
}
