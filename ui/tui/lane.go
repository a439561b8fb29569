package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
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

	in := g.Sub(r.Inset(1))
	at := &s.layout
	s.drawFlow(in.Sub(at.flow), lane)
	s.drawChart(in.Sub(at.chart), lane)
	s.drawServers(in.Sub(at.workers), lane)
	s.drawLatency(in.Sub(at.latency), l)
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

// drawFlow draws the way of an item: who hands it over, and where it waits.
func (s *scene) drawFlow(g *grid.Grid, lane int) {
	if g.H == 0 {
		return
	}
	l := &s.snap.Lanes[lane]
	p := row(g, 0)
	s.drawHandOver(&p, l)
	if !s.queues(lane) {
		s.drawBus(&p, lane)
		return
	}
	if g.H >= len(l.Handlers) {
		for i := range l.Handlers {
			q := pen{g: g, x: p.x, y: i, end: g.W}
			s.drawQueue(&q, l, i)
		}
		return
	}
	for i := range l.Handlers { // all in one row
		part := p.room() / (len(l.Handlers) - i)
		q := pen{g: g, x: p.x, end: p.x + part}
		s.drawQueue(&q, l, i)
		p.skip(part)
	}
}

// drawHandOver draws who sends or publishes, and whether they stand blocked.
func (s *scene) drawHandOver(p *pen, l *engine.LaneSnapshot) {
	blocked := 0
	for i := range l.Publishers {
		if l.Publishers[i].Blocked {
			blocked++
		}
	}
	verb := "send"
	if l.Model == engine.EventModel {
		verb = "publish"
	}
	st := s.theme.text
	sign := p.g.Glyphs.Right
	if blocked > 0 {
		st, sign = s.theme.warning, p.g.Glyphs.Vertical
	}
	p.text(verb, st)
	p.skip(1)
	p.sign(sign, st)
}

// drawBus draws the event's name and what waits for a publisher, for a bus
// without queues.
func (s *scene) drawBus(p *pen, lane int) {
	l, t := &s.snap.Lanes[lane], s.theme
	const waits = 16
	q := pen{g: p.g, x: p.end - waits, y: p.y, end: p.end}
	p.end -= waits
	p.text("item.arrived", t.lane(l.Model))
	p.skip(1)
	p.text(string(s.spec(lane).Dispatch), t.dim)
	q.right(9, "backlog", t.dim)
	st := t.text
	if l.Recent.Backlog.Now > 0 {
		st = t.warning
	}
	q.right(7, figure.Count(l.Recent.Backlog.Now), st)
}

// drawQueue draws a handler's queue: its name, how full it is, and the figures.
func (s *scene) drawQueue(p *pen, l *engine.LaneSnapshot, handler int) {
	h, t := &l.Handlers[handler], s.theme
	room := h.Capacity * max(1, len(h.Partitions))
	figures, name := 14, 10 // 9,999/100.0k
	if p.room() < 30 {
		figures, name = 6, min(max(p.room()-7, 3), 8)
	}
	share := 0.0
	if room > 0 {
		share = float64(h.Depth.Now) / float64(room)
	}
	st := t.lane(l.Model)
	switch {
	case room > 0 && share >= 1:
		st = t.bad
	case share > 0.8:
		st = t.warning
	}
	p.left(name, h.Name, t.text)
	p.skip(1)
	if w := p.room() - figures; w >= 3 {
		plot.Bar(p.g, p.x, p.y, w, share, st, t.dim)
		p.skip(w)
	}
	if figures < 14 {
		p.right(5, figure.Count(h.Depth.Now), st)
		return
	}
	p.right(7, figure.Count(h.Depth.Now), st)
	p.text("/", t.dim)
	p.text(figure.Count(int64(room)), t.dim)
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
