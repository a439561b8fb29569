package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// drawLane draws a lane and its border into r.
func (s *scene) drawLane(g *grid.Grid, r grid.Rect, lane int) {
	l, t := &s.snap.Lanes[lane], s.theme
	border, title := t.dim, t.lane(l.Model)
	if lane == s.focus && len(s.snap.Lanes) > 1 {
		border, title = t.lane(l.Model), title.With(grid.Bold)
	}
	g.Box(r, border, "", t.text)
	s.drawLaneTitle(g.Sub(r), lane, title)
	if s.layout.broker.H == 0 || s.size == wholeChart {
		s.drawBroker(g.Sub(r), l)
	}
	s.drawBalance(g.Sub(r), l)

	in := g.Sub(r.Inset(1))
	at := &s.layout
	chart := at.chart
	chart.X, chart.Y = chart.X+r.X+1, chart.Y+r.Y+1
	s.drawCharts(in.Sub(at.chart), chart, lane)
	if s.size == wholeChart {
		s.drawBanner(in.Sub(at.chart), l)
		return
	}
	s.drawFlow(in.Sub(at.flow), lane)
	s.drawServers(in.Sub(at.workers), lane)
	s.drawBrokerRows(in.Sub(at.broker), l)
	s.drawLatency(in.Sub(at.latency), lane)
	s.drawLedger(in.Sub(at.ledger), l)
	s.drawBanner(in.Sub(at.chart), l)
}

func (s *scene) drawLaneTitle(g *grid.Grid, lane int, title grid.Style) {
	l := &s.snap.Lanes[lane]
	p := pen{g: g, x: 2, end: g.W - 2}
	p.text(" ", title)
	if len(s.snap.Lanes) > 1 {
		p.text(decimal(int64(lane+1)), s.theme.dim)
		p.text(" ", title)
	}
	p.text(l.Name, title)
	p.text("  ", title)
	if l.Model == engine.EventModel {
		p.text("publisher → observers ", s.theme.dim)
	} else {
		p.text("queue → workers ", s.theme.dim)
	}
}

// drawBanner says over the chart that a lane is dead, at its limit or stopped,
// and which key helps.
func (s *scene) drawBanner(g *grid.Grid, l *engine.LaneSnapshot) {
	st := s.theme.bad.With(grid.Reverse)
	switch {
	case g.H == 0:
	case l.Dead != "":
		p := row(g, g.H/2)
		g.Fill(grid.Rect{Y: g.H / 2, W: g.W, H: 1}, ' ', st)
		const help = " f: revive "
		p.end -= len(help)
		p.text(" × dead: ", st.With(grid.Bold))
		p.text(l.Dead, st)
		g.TextRight(g.W, g.H/2, help, st)
	case l.AtLimit:
		g.Fill(grid.Rect{Y: g.H / 2, W: g.W, H: 1}, ' ', st)
		p := row(g, g.H/2)
		p.text(" a real program would be dying here", st)
	case l.Stopped:
		st = s.theme.warning.With(grid.Reverse)
		g.Fill(grid.Rect{Y: g.H / 2, W: g.W, H: 1}, ' ', st)
		p := row(g, g.H/2)
		p.text(" producers are stopped; f starts them", st)
	}
}

// drawOthers draws a row for each lane that is not on the screen.
func (s *scene) drawOthers(g *grid.Grid) {
	y := 0
	for i := range s.snap.Lanes {
		if i >= s.layout.first && i < s.layout.first+len(s.layout.lanes) {
			continue
		}
		l, t := &s.snap.Lanes[i], s.theme
		p := row(g, y)
		y++
		p.skip(1)
		p.text(decimal(int64(i+1)), t.dim)
		p.skip(1)
		p.left(12, l.Name, t.lane(l.Model))
		if l.Dead != "" {
			p.text("× dead", t.bad)
			continue
		}
		p.text("waiting", t.dim)
		p.right(7, figure.Count(l.Ledger.Waiting), t.text)
		p.text("  p99", t.dim)
		p.summary(7, &l.Recent.Latency, l.Recent.Latency.P99, t.text)
		p.text("  out", t.dim)
		p.rate(8, l.Recent.Throughput, t.text)
	}
}
