package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// The widths of a tree of calls: the least, and what stands before its bars.
const (
	treeWidth  = 38
	treeBranch = 5 // ├ and blanks around it
)

// drawTree draws the publish that somebody is in: how long it has taken so far,
// and below it the calls of its observers, one after another as they follow each
// other in time. Whoever takes long has the long bar.
func (s *scene) drawTree(g *grid.Grid, l *engine.LaneSnapshot, pub *engine.PublisherSnapshot) {
	p := row(g, 0)
	p.skip(publisherWidth)
	if pub.Blocked {
		p.text("blocked", s.theme.warning)
	}
	passed := max(s.snap.At-pub.Since, 0)
	p.x = p.end - figureWidth
	p.right(figureWidth, figure.Duration(passed), s.theme.text)

	var before time.Duration
	for i := range pub.Calls {
		before += pub.Calls[i].Took
	}
	whole := max(before, l.Recent.Service.P95) // so that short ones look short
	before = 0
	for i := range pub.Calls {
		c := &pub.Calls[i]
		branch := '├'
		if i == len(pub.Calls)-1 {
			branch = '└'
		}
		g.Set(treeBranch-2, 1+i, branch, s.theme.dim)
		q := pen{g: g, x: treeBranch, y: 1 + i, end: g.W}
		s.drawBranch(&q, l, c, before, whole)
		before += c.Took
	}
}

// drawBranch draws one call: the observer's name, its state, a bar from when it
// began to now or to its end, and how long that is.
func (s *scene) drawBranch(p *pen, l *engine.LaneSnapshot, c *engine.CallSnapshot, before, whole time.Duration) {
	name, slow := "", false
	if c.Handler >= 0 && c.Handler < len(l.Handlers) {
		h := &l.Handlers[c.Handler]
		name, slow = h.Name, h.Service.Count > 0 && c.Took > h.Service.P99
	}
	sign, st := s.callSign(p.g.Glyphs, l.Model, c.State)
	p.left(maxName, name, st)
	p.skip(1)
	p.sign(sign, st)
	bar := p.next(p.room() - figureWidth)
	switch c.State {
	case engine.CallPending:
		return
	case engine.CallSkipped:
		p.right(figureWidth, "skipped", st)
		return
	default:
	}
	from := share(bar.w, before, whole)
	for x := from; x < max(share(bar.w, before+c.Took, whole), from+1) && x < bar.w; x++ {
		bar.set(x, p.g.Glyphs.Across[8], st)
	}
	if slow {
		st = s.theme.warning
	} else {
		st = s.theme.text
	}
	p.right(figureWidth, figure.Duration(c.Took), st)
}

// share is how many of w cells a part takes of a whole.
func share(w int, part, whole time.Duration) int {
	if whole <= 0 {
		return 0
	}
	return min(max(int(float64(w)*(float64(part)/float64(whole))), 0), w)
}

// callSign is how a state of a call looks.
func (s *scene) callSign(g *grid.Glyphs, model engine.Model, state engine.CallState) (rune, grid.Style) {
	t := s.theme
	switch state {
	case engine.CallRunning:
		return g.Right, t.lane(model)
	case engine.CallOK:
		return g.Tick, t.good
	case engine.CallFailed:
		return g.Cross, t.bad
	case engine.CallSkipped:
		return '-', t.warning
	case engine.CallQueuing:
		return g.Ellipsis, t.warning
	default:
		return g.Dot, t.dim
	}
}
