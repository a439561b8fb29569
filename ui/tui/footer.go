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
	drawKeys(&p, s.theme, s.footerHints())
}

// footerHints are the keys that the footer shows.
func (s *scene) footerHints() []key.Help {
	if s.cursor.on {
		return s.pastHints
	}
	return s.hints
}

// drawKeys draws what keys do, as many of them as there is room for.
func drawKeys(p *pen, t *theme, keys []key.Help) {
	fitKeys(p.g, p.x, p.end, keys, func(i, x int) {
		if i > 0 {
			p.x++
			p.sign(p.g.Glyphs.Between, t.dim)
		}
		p.x = x
		p.text(keys[i].Key, t.text)
		p.skip(1)
		p.text(keys[i].Desc, t.dim)
	})
}

// fitKeys finds places from x to end for what keys do, and leaves out those for
// which there is no room.
func fitKeys(g *grid.Grid, x, end int, keys []key.Help, place func(i, x int)) {
	for i := range keys {
		need := g.Width(keys[i].Key) + 1 + g.Width(keys[i].Desc)
		if need+3 > end-x {
			continue
		}
		if i > 0 {
			x += 3
		}
		place(i, x)
		x += need
	}
}
