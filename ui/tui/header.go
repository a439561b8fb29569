package tui

import (
	"strconv"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// The widths of the parts of the header.
const (
	clockPart = 26 // ● REAL     00:42.3 paused
	loadPart  = 18 // arrivals 120/s
	kindPart  = 10 // poisson
	seedPart  = 13 // seed 42
)

// drawHeader draws what runs, how time passes in it, and what arrives; the
// less important parts only where there is room.
func (s *scene) drawHeader(g *grid.Grid) {
	sc, t := s.snap.Scenario, s.theme
	p := row(g, 0)
	p.skip(1)
	p.text("duet", t.strong)
	p.skip(2)
	title := sc.Title
	if title == "" {
		title = sc.Name
	}
	titled := max(min(g.Width(title)+2, 24), g.W/5)

	end := g.W
	room := end - p.x - titled - clockPart
	if room >= loadPart+kindPart+seedPart {
		end -= seedPart
		q := pen{g: g, x: end, end: g.W - 1}
		q.text("seed ", t.dim)
		q.text(strconv.FormatUint(sc.Seed, 10), t.text)
	}
	if room >= loadPart+kindPart {
		end -= loadPart + kindPart
		q := pen{g: g, x: end, end: end + loadPart + kindPart}
		q.text("arrivals ", t.dim)
		s.drawLoad(&q)
	} else if room >= kindPart {
		end -= kindPart
		q := pen{g: g, x: end, end: end + kindPart}
		q.right(kindPart-1, s.rate, t.text)
	}
	end -= clockPart
	q := pen{g: g, x: end, end: end + clockPart}
	s.drawClock(&q)

	p.end = end - 1
	p.text(title, t.text)
	if sc.Case != "" {
		p.text(": ", t.dim)
		p.text(sc.Case, t.text)
	}
	if s.snap.Slowed && s.snap.Mode == engine.Real {
		s.badge(&p, "slowed")
	}
	if s.snap.Unlinked {
		s.badge(&p, "different load")
	}
}

// badge marks figures that must be read with care.
func (s *scene) badge(p *pen, text string) {
	if p.room() >= len(text)+2 {
		p.skip(2)
		p.text(text, s.theme.warning)
	}
}

func (s *scene) drawLoad(p *pen) {
	p.right(9, s.rate, s.theme.text)
	p.skip(1)
	p.text(string(s.snap.Scenario.Load.Arrivals), s.theme.dim)
}

// drawClock draws the voice, the lane time, and how fast it passes or why not.
func (s *scene) drawClock(p *pen) {
	t, snap := s.theme, &s.snap
	voice, sign, st := "REAL   ", p.g.Glyphs.Bullet, t.good
	if snap.Mode == engine.Virtual {
		voice, sign, st = "VIRTUAL", p.g.Glyphs.Diamond, t.strong
	}
	s.voiceAt = grid.Rect{X: p.x, W: len("R REAL   "), H: 1}
	p.sign(sign, st)
	p.text(voice, st)
	p.right(9, clockTime(snap.At), t.text)
	p.skip(1)
	pace, st := speedText(snap.Mode, snap.Speed), t.text
	if snap.Speed != 1 && snap.Mode == engine.Real {
		st = t.warning
	}
	switch {
	case s.starting:
		pace, st = "starts", t.warning
	case snap.Finished:
		pace, st = "done", t.good
	case snap.Paused || s.cursor.on:
		pace, st = "paused", t.warning
	}
	s.paceAt = grid.Rect{X: p.x, W: p.room(), H: 1}
	p.text(pace, st)
}

// drawOffered draws what arrived in the window of the charts, and the rate now.
func (s *scene) drawOffered(g *grid.Grid) {
	const label, figures = 9, 8
	p := row(g, g.H-1)
	p.skip(1)
	p.text("offered", s.theme.dim)
	p.x = g.W - figures - 1
	p.rate(figures, s.snap.Rate, s.theme.text)
	r := grid.Rect{X: label, W: g.W - label - figures - 2, H: g.H}
	data := s.folded(s.past(s.series.Offered), s.steps()/max(r.W, 1), means)
	plot.Spark(g, r, data, peak(data.Data), s.theme.text)
}
