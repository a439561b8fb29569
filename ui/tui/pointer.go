package tui

import (
	"math"
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// pin is a moment whose figures are told while the run goes on.
type pin struct {
	on bool
	at time.Duration // lane time
}

// pointed is the moment whose figures the charts tell: that of the cursor in the
// past, or else of the pin.
func (s *scene) pointed() (time.Duration, bool) {
	if s.cursor.on {
		return s.cursor.at, true
	}
	return s.pin.at, s.pin.on
}

// togglePin sets the pin to a moment in the middle of what is shown, or takes it
// away.
func (m *model) togglePin() {
	s := &m.scene
	switch {
	case s.cursor.on:
		m.say("the cursor shows the figures of its moment already; esc leaves the past")
	case s.pin.on:
		s.pin.on = false
	default:
		s.pin = pin{on: true, at: s.to - min(s.window(), s.to)/2}
	}
}

// movePin moves the pin within what can be seen.
func (m *model) movePin(by time.Duration) {
	s := &m.scene
	from, to := max(s.to-s.window(), 0), max(s.latest(), s.to+s.ahead())
	s.pin.at += min(max(by, from-s.pin.at), to-s.pin.at)
}

// ahead is how much of the future the first chart over time of the lane looked at
// shows, as it is on the screen.
func (s *scene) ahead() time.Duration {
	for i := range s.charted {
		if c := &s.charted[i]; c.lane == s.focus && c.view != viewSpread {
			_, future := s.spans(plotArea(c.rect.W, c.rect.H))
			return future.to - future.from
		}
	}
	return 0
}

// point tells the figures of a place on a chart: of its moment, with the cursor
// where the run stands still and else with the pin, or of its latency.
func (m *model) point(x, y int) {
	s := &m.scene
	for i := range s.charted {
		c := &s.charted[i]
		area := plotArea(c.rect.W, c.rect.H)
		column := x - c.rect.X - area.X
		if !c.rect.Contains(x, y) || column < 0 || column >= area.W {
			continue
		}
		if c.view == viewSpread {
			s.length = (float64(column) + 0.5) / float64(area.W)
			return
		}
		part, future := s.spans(area)
		if before := part.area.W; column >= before {
			part, column = future, column-before
		}
		m.pointAt(part.moment(column))
		return
	}
}

// pointAt points to a moment.
func (m *model) pointAt(at time.Duration) {
	s := &m.scene
	if s.cursor.on || m.run != nil && (s.snap.Paused || s.snap.Finished) {
		s.pin.on = false
		m.lookBack(0)
		m.lookBack(at - s.cursor.at)
		return
	}
	s.pin = pin{on: true}
	m.movePin(at)
}

// moment is the middle of the time that a column shows.
func (p *span) moment(column int) time.Duration {
	return p.from + (p.to-p.from)*time.Duration(2*column+1)/time.Duration(2*max(p.area.W, 1))
}

// drawCursor draws the moment pointed to, and what was recorded of it: below the
// chart, or in its first row when there is nothing below.
func (s *scene) drawCursor(g *grid.Grid, area grid.Rect, c *chart, at time.Duration) {
	part := &c.past
	if at > part.to {
		part = &c.future
	}
	x := part.column(at)
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
	p.left(8, clockTime(at), t.strong)
	series := &s.series
	if part == &c.future {
		if series = &s.ghost.series; at > s.ghost.until {
			s.tellExpected(&p, c, at)
			return
		}
		p.text("what was ", t.dim)
	}
	if c.lane < len(series.Lanes) {
		s.tell(&p, c, series, at)
	}
}

// tell writes what was recorded of a moment: the figures drawn, and then others.
func (s *scene) tell(p *pen, c *chart, series *engine.Series, at time.Duration) {
	for i := range c.n {
		l := &c.lines[i]
		size := s.foldSize(l.figure.fold, c.past.area.W)
		value := foldedAt(series, l.figure.of(series, c.lane), at, size, l.figure.fold) * l.each(series.Step)
		p.named(l.figure.name, c.view.write(value), s.theme)
	}
	if c.view != viewWaiting {
		return
	}
	if c.n < 2 {
		p.named("backlog", c.view.write(valueAt(series, c.other().of(series, c.lane), at)), s.theme)
	}
	rec := &series.Lanes[c.lane]
	p.named("p99", figure.Seconds(valueAt(series, rec.P99, at)), s.theme)
	p.named("bad", figure.Count(int64(max(valueAt(series, rec.Bad, at), 0))), s.theme)
}

// other is the figure of what waits that is not drawn first.
func (c *chart) other() *recording {
	if c.lines[0].figure == &depths {
		return &backlogs
	}
	return &depths
}

// tellExpected writes the band of the forecast at a moment to come.
func (s *scene) tellExpected(p *pen, c *chart, at time.Duration) {
	for i, band := range c.expected {
		if band == nil || i >= max(c.n, 1) {
			continue
		}
		f := s.forecast
		low, mid, high := between(band.Low, at-f.From, f.Step), between(band.Mid, at-f.From, f.Step), between(band.High, at-f.From, f.Step)
		p.named(c.lines[i].figure.name, c.view.write(float64(low))+" to "+c.view.write(float64(high)), s.theme)
		p.named("half below", c.view.write(float64(mid)), s.theme)
	}
}

// named writes a figure after its name, where there is room for both.
func (p *pen) named(name, value string, t *theme) {
	w := max(7, len(value)+1)
	if p.room() >= len(name)+w+2 {
		p.text(name, t.dim)
		p.right(w, value, t.text)
		p.skip(2)
	}
}

// foldedAt is the value of a recording at a moment as a chart draws it, of size
// steps; NaN when there is none.
func foldedAt(series *engine.Series, recorded []float32, at time.Duration, size int, how fold) float64 {
	if how == unfolded {
		return valueAt(series, recorded, at)
	}
	if series.Step <= 0 || len(recorded) == 0 {
		return math.NaN()
	}
	first := int(series.From / series.Step)
	from := int(at/series.Step)/size*size - first
	return float64(how.of(recorded[min(max(from, 0), len(recorded)):min(max(from+size, 0), len(recorded))]))
}
