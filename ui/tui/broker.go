package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// fresh is how old what a broker has said may be before it is shown as old.
const fresh = time.Second

// drawBroker says at the lower edge of a lane how its broker is, and how much that
// says it holds. What it said long ago is not passed off as what it holds now.
func (s *scene) drawBroker(g *grid.Grid, l *engine.LaneSnapshot) {
	b, t := &l.Broker, s.theme
	if b.Kind == "" {
		return
	}
	p := pen{g: g, x: 2, y: g.H - 1, end: g.W - len(" × not balanced ") - 2}
	if !b.Connected {
		p.text(" × ", t.bad)
		p.text(string(b.Kind), t.bad)
		p.text(" lost for ", t.bad)
		p.text(figure.Duration(b.Since), t.bad)
		p.text(" ", t.bad)
		return
	}
	p.text(" ● ", t.good)
	p.text(string(b.Kind), t.dim)
	p.text(" ", t.dim)
	figures := t.text
	switch {
	case b.Age < 0:
		return
	case b.Age > fresh:
		figures = t.dim
	}
	p.text("ready ", t.dim)
	p.over(5, figure.Count(b.Ready), figures)
	p.text(" out ", t.dim)
	p.over(4, figure.Count(b.InFlight), figures)
	p.text(" ", t.dim)
	switch unsure := b.Down + b.Unknown + b.Full; {
	case b.Age > fresh:
		p.text(figure.Duration(b.Age), t.warning)
		p.text(" old ", t.warning)
	case b.Blocked != "":
		p.text("blocked ", t.bad)
	case b.Lost > 0:
		p.text("lost ", t.dim)
		p.text(figure.Count(b.Lost), t.bad)
		p.text(" ", t.dim)
	case b.Repeats > 0:
		p.text("twice ", t.dim)
		p.text(figure.Count(b.Repeats), t.warning)
		p.text(" ", t.dim)
	case unsure > 0:
		p.text("resent ", t.dim)
		p.text(figure.Count(unsure), t.warning)
		p.text(" ", t.dim)
	}
}
