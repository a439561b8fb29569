package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// drawFlow draws the way of an item: who hands it over, and where it waits.
func (s *scene) drawFlow(g *grid.Grid, lane int) {
	if g.H == 0 {
		return
	}
	l := &s.snap.Lanes[lane]
	p := row(g, 0)
	s.drawHandOver(&p, l, s.queues(lane) && g.H < len(l.Handlers) && g.W < 12*len(l.Handlers)+10)
	if !s.queues(lane) {
		s.drawBus(&p, lane)
		return
	}
	if len(l.Handlers) == 1 || g.H >= len(l.Handlers) {
		s.drawTrack(&p, lane, min((p.room()-queueWidth)/2, trackWidth))
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

// drawHandOver draws who sends or publishes, and whether they stand blocked; in
// brief by a sign only.
func (s *scene) drawHandOver(p *pen, l *engine.LaneSnapshot, brief bool) {
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
	if !brief {
		p.text(verb, st)
		p.skip(1)
	}
	p.sign(sign, st)
}

// drawBus draws the event's name and what waits for a publisher, for a bus
// without queues.
func (s *scene) drawBus(p *pen, lane int) {
	l, t := &s.snap.Lanes[lane], s.theme
	const waits, name = 16, "item.arrived"
	dispatch := string(s.spec(lane).Dispatch)
	q := pen{g: p.g, x: p.end - waits, y: p.y, end: p.end}
	p.end -= waits
	s.drawTrack(p, lane, min(p.room()-len(name)-len(dispatch)-2, trackWidth))
	p.text(name, t.lane(l.Model))
	p.skip(1)
	p.text(dispatch, t.dim)
	q.right(9, "backlog", t.dim)
	st := t.text
	if l.Recent.Backlog.Now > 0 {
		st = t.warning
	}
	q.right(7, figure.Count(l.Recent.Backlog.Now), st)
}

// queueWidth is what a queue needs beside its track to be drawn in full.
const queueWidth = 25

// drawQueue draws a handler's queue: its name, how full it is, and the figures.
func (s *scene) drawQueue(p *pen, l *engine.LaneSnapshot, handler int) {
	h, t := &l.Handlers[handler], s.theme
	room := h.Capacity * max(1, len(h.Partitions))
	figures, name := 14, 10 // 9,999/100.0k
	if p.room() < queueWidth {
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
