package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// drawGoroutines draws how many goroutines a bus without a bound has going, and
// what they hold.
func (s *scene) drawGoroutines(g *grid.Grid, lane int) {
	l, t := &s.snap.Lanes[lane], s.theme
	limit := s.spec(lane).Limit
	st := t.lane(l.Model)
	if l.AtLimit {
		st = t.bad
	}
	p := row(g, 0)
	p.text("goroutines", t.dim)
	p.right(7, figure.Count(l.Goroutines.Now), st)
	p.text(" of ", t.dim)
	p.text(figure.Count(int64(limit)), t.dim)
	if g.H > 1 && limit > 0 {
		plot.Bar(g, 0, 1, g.W, float64(l.Goroutines.Now)/float64(limit), st, t.dim)
	}
	if g.H > 2 {
		p = row(g, 2)
		p.text("they hold about ", t.dim)
		p.right(6, figure.Rate(float64(l.HeapBytes)/1e6), t.text)
		p.text(" MB", t.dim)
	}
	if g.H > 2 {
		s.drawOldest(&p, lane)
	}
	if g.H > 3 && len(l.Publishers) > 0 {
		s.drawPublishers(g.Sub(grid.Rect{Y: 3, W: g.W, H: g.H - 3}), l)
	}
}

// drawOldest draws which item has been in a handler's hands for the longest
// time, while each is followed.
func (s *scene) drawOldest(p *pen, lane int) {
	t := s.traffic[lane]
	oldest, at := s.snap.At, -1
	for i := range t.legs {
		if l := &t.legs[i]; l.what == engine.Started && l.since < oldest {
			oldest, at = l.since, i
		}
	}
	if at < 0 || !s.single() || p.room() < 30 {
		return
	}
	p.text("   oldest #", s.theme.dim)
	p.text(decimal(t.items[at/len(t.out)].seq), s.theme.text)
	p.skip(1)
	p.left(maxName, s.snap.Scenario.Handlers[at%len(t.out)].Name, s.theme.text)
	p.right(figureWidth, figure.Duration(s.snap.At-oldest), s.theme.text)
}
