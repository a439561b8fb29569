package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
)

// drawResources draws how many slots of each resource are taken, and how many stand
// in line for one.
func (s *scene) drawResources(p *pen, l *engine.LaneSnapshot) {
	t := s.theme
	for i := range l.Resources {
		r := &l.Resources[i]
		if p.room() < len(r.Name)+8 {
			return
		}
		p.skip(2)
		p.text(r.Name, t.dim)
		p.skip(1)
		p.text(figure.Count(r.InUse.Now), t.text)
		p.text("/", t.dim)
		p.text(figure.Count(int64(r.Slots)), t.text)
		if r.Waiting.Now > 0 && p.room() >= 10+len(figure.Count(r.Waiting.Now)) {
			p.skip(1)
			p.text(figure.Count(r.Waiting.Now), t.warning)
			p.text(" in line", t.warning)
		}
	}
}
