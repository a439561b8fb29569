package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// drawPublishers draws each publisher with the callbacks of the publish it is
// in: beside it, or below where that is too narrow. Producers of a message lane
// without workers are drawn alike. When not all fit, all become a heat map.
func (s *scene) drawPublishers(g *grid.Grid, l *engine.LaneSnapshot) {
	n := len(l.Publishers)
	tall := 2
	switch {
	case n*(1+len(l.Handlers)) <= g.H && g.W >= treeWidth:
		tall = 1 + len(l.Handlers)
	case s.callsBeside(g.W, l):
		tall = 1
	}
	if n*tall > g.H && n <= g.H {
		tall = 1 // cramped, but all of them
	}
	if n*tall > g.H {
		values := s.buffer(n)
		for i := range l.Publishers {
			values[i] = 0
			if pub := &l.Publishers[i]; pub.Busy {
				values[i] = 0.3 + 0.7*float32(progress(s.snap.At-pub.Since, l.Recent.Service.P95))
			}
		}
		s.drawHeat(g, values, l.Model)
		return
	}
	for i := range l.Publishers {
		s.drawPublisher(g, i*tall, tall, l, &l.Publishers[i])
	}
}

// The widths of a publisher's row.
const (
	publisherWidth = 13 // 1 ● #1038
	callFigures    = 11 // ✓ 18.5ms and blanks around it, after the name
)

// callsBeside says whether the calls have room beside their publisher.
func (s *scene) callsBeside(w int, l *engine.LaneSnapshot) bool {
	for i := range l.Handlers {
		w -= min(len(l.Handlers[i].Name), maxName) + callFigures
	}
	return w >= publisherWidth
}

// maxName is how much of an observer's name is shown at most.
const maxName = 9

func (s *scene) drawPublisher(g *grid.Grid, y, tall int, l *engine.LaneSnapshot, pub *engine.PublisherSnapshot) {
	t := s.theme
	p := row(g, y)
	p.right(2, decimal(int64(pub.ID)), t.dim)
	p.skip(1)
	switch {
	case pub.Blocked:
		p.sign(g.Glyphs.Vertical, t.warning)
	case pub.Busy:
		p.sign(s.item(g.Glyphs, l.Model, pub.Key))
	default:
		p.sign(g.Glyphs.Circle, t.dim)
		p.text("idle", t.dim)
		return
	}
	p.text("#", t.dim)
	p.text(decimal(pub.Seq), t.dim)
	if tall > 2 || len(l.Handlers) == 1 && tall == 2 {
		s.drawTree(g.Sub(grid.Rect{Y: y, W: g.W, H: tall}), l, pub)
		return
	}
	if tall == 2 {
		p.x = max(p.x, publisherWidth)
		p.right(figureWidth, figure.Duration(max(s.snap.At-pub.Since, 0)), t.text)
		if pub.Blocked {
			p.text(" blocked", t.warning)
		}
		p = pen{g: g, x: 3, y: y + 1, end: g.W}
	} else {
		p.x = max(p.x+1, publisherWidth)
	}
	for i := range pub.Calls {
		part := min(p.room()/(len(pub.Calls)-i), maxName+callFigures)
		q := pen{g: g, x: p.x, y: p.y, end: p.x + part - 1}
		s.drawCall(&q, l, &pub.Calls[i])
		p.skip(part)
	}
}

// drawCall draws how far the call of one observer is: its name, the state, and
// how long it took or has been going on.
func (s *scene) drawCall(p *pen, l *engine.LaneSnapshot, c *engine.CallSnapshot) {
	t := s.theme
	name, took := "", true
	if c.Handler >= 0 && c.Handler < len(l.Handlers) {
		name = l.Handlers[c.Handler].Name
	}
	sign, st := s.callSign(p.g.Glyphs, l.Model, c.State)
	if c.State == engine.CallPending || c.State == engine.CallSkipped {
		took = false
	}
	figures := 0
	if p.room() >= 12 {
		figures = 6
	}
	p.left(min(max(p.room()-3-figures, 1), maxName), name, st)
	p.skip(1)
	p.sign(sign, st)
	switch {
	case figures == 0:
	case took:
		p.right(figures, figure.Duration(c.Took), t.text)
	case c.State == engine.CallSkipped:
		p.left(figures, "skip", st)
	}
}
