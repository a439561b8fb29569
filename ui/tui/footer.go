package tui

import (
	"charm.land/bubbles/v2/key"

	"duet/ui/internal/grid"
)

func hints(keys []key.Binding) []key.Help {
	list := make([]key.Help, len(keys))
	for i, k := range keys {
		list[i] = k.Help()
	}
	return list
}

// drawFooter draws the keys, or what wants to be read.
func (s *scene) drawFooter(g *grid.Grid) {
	p := row(g, 0)
	p.skip(1)
	if s.note != "" {
		p.text(s.note, s.theme.warning)
		return
	}
	hints := s.hints
	if s.cursor.on {
		hints = s.pastHints
	}
	drawKeys(&p, s.theme, hints)
}

// drawKeys draws what keys do, as many of them as there is room for.
func drawKeys(p *pen, t *theme, keys []key.Help) {
	for i, h := range keys {
		need := p.g.Width(h.Key) + 1 + p.g.Width(h.Desc)
		if need+3 > p.room() {
			continue
		}
		if i > 0 {
			p.skip(1)
			p.sign(p.g.Glyphs.Dot, t.dim)
		}
		p.text(h.Key, t.text)
		p.skip(1)
		p.text(h.Desc, t.dim)
	}
}
