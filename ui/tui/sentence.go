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
	y := 0
	for i := range s.findings {
		if y >= g.H {
			return
		}
		f := &s.findings[i]
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
		y += p.flow(f.Text, st, g.H-y-1)
		y++
	}
}

// flow writes a text over the end of the row, by its words, into up to more
// rows below, and returns how many it took.
func (p *pen) flow(text string, st grid.Style, more int) (used int) {
	indent := 3
	for more > 0 && p.g.Width(text) > p.room() {
		at := fitting(p.g, text, p.room())
		if at == 0 {
			break
		}
		p.text(text[:at], st)
		text = text[at+1:]
		p.x, p.y, p.end = indent, p.y+1, p.g.W
		used, more = used+1, more-1
	}
	p.text(text, st)
	return used
}

// fitting is where to break a text so that what is before fits into w cells: at
// a blank; 0 when there is none.
func fitting(g *grid.Grid, text string, w int) int {
	last := 0
	for i := range len(text) {
		if text[i] != ' ' {
			continue
		}
		if g.Width(text[:i]) > w {
			break
		}
		last = i
	}
	return last
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
