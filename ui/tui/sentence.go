package tui

import (
	"duet/engine/diagnose"
	"duet/ui/internal/grid"
)

// drawSentence says what is happening, most severe first, a row each, and shows
// the events that are raised.
func (s *scene) drawSentence(g *grid.Grid) {
	t := s.theme
	end := s.drawRaised(g)
	for y := range min(g.H, len(s.findings)) {
		f := &s.findings[y]
		sign, st := g.Glyphs.Tick, t.good
		switch f.Severity {
		case diagnose.Warning:
			sign, st = g.Glyphs.Up, t.warning
		case diagnose.Bad:
			sign, st = '▲', t.bad
		case diagnose.Good:
		}
		p := row(g, y)
		if y == 0 {
			p.end = end
		}
		p.skip(1)
		p.sign(sign, st)
		if f.Lane != "" {
			p.text(f.Lane, st.With(grid.Bold))
			p.text(": ", st)
		}
		p.text(f.Text, st)
	}
}

// drawRaised draws the raised events at the end of the first row and returns
// where they begin.
func (s *scene) drawRaised(g *grid.Grid) (begin int) {
	flag := '⚑'
	if g.Glyphs == &grid.ASCII {
		flag = '!'
	}
	x := g.W - 1
	for i := len(s.snap.Raised) - 1; i >= 0; i-- {
		name := s.snap.Raised[i]
		w := g.Width(name) + 2
		if x-w < g.W/2 {
			break
		}
		x -= w
		p := pen{g: g, x: x, end: g.W}
		p.sign(flag, s.theme.warning)
		p.text(name, s.theme.warning)
		x -= 2
	}
	return x
}

// drawFooter draws the keys, or what wants to be read.
func (s *scene) drawFooter(g *grid.Grid) {
	p := row(g, 0)
	p.skip(1)
	if s.note != "" {
		p.text(s.note, s.theme.warning)
		return
	}
	for _, b := range s.keys.ShortHelp() {
		h := b.Help()
		need := g.Width(h.Key) + 1 + g.Width(h.Desc)
		if need > p.room() {
			continue
		}
		p.text(h.Key, s.theme.text)
		p.skip(1)
		p.text(h.Desc, s.theme.dim)
		p.text(" "+string(g.Glyphs.Dot)+" ", s.theme.dim)
	}
}
