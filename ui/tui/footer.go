package tui

import "duet/ui/internal/grid"

// drawFooter draws the keys, or what wants to be read.
func (s *scene) drawFooter(g *grid.Grid) {
	p := row(g, 0)
	p.skip(1)
	if s.note != "" {
		p.text(s.note, s.theme.warning)
		return
	}
	for i, h := range s.hints {
		need := g.Width(h.Key) + 1 + g.Width(h.Desc)
		if need+3 > p.room() {
			continue
		}
		if i > 0 {
			p.skip(1)
			p.sign(g.Glyphs.Dot, s.theme.dim)
		}
		p.text(h.Key, s.theme.text)
		p.skip(1)
		p.text(h.Desc, s.theme.dim)
	}
}
