package tui

import (
	"strings"

	"duet/engine"
	"duet/engine/theory"
	"duet/ui/internal/figure"
)

// theorise computes what theory says of each lane, when the settings or the
// lanes' own rates have changed since.
func (s *scene) theorise() {
	sc, lanes := s.snap.Scenario, s.snap.Lanes
	same := s.theoryOf == sc && len(s.theory) == len(lanes)
	for i := range lanes {
		same = same && s.theoryRates[i] == s.ownRate(i)
	}
	if same {
		return
	}
	s.theoryOf = sc
	s.theory, s.theoryRates, s.shapes = s.theory[:0], s.theoryRates[:0], s.shapes[:0]
	for i := range lanes {
		r := theory.ForLane(sc, i, s.ownRate(i))
		s.theoryRates, s.theory, s.shapes = append(s.theoryRates, s.ownRate(i)), append(s.theory, r), append(s.shapes, shapeOf(&r))
	}
}

// ownRate is the rate of a lane that is not the scenario's; 0 when it is.
func (s *scene) ownRate(lane int) float64 {
	if !s.snap.Unlinked {
		return 0
	}
	return s.snap.Lanes[lane].Rate
}

// drawTheory draws what theory says of the mean of a row of the table of
// latencies, and beside the others which model says it, or why none does, if all
// rows are there to say it.
func (s *scene) drawTheory(p *pen, width, lane int, m *measured, all bool) {
	if lane >= len(s.theory) {
		return
	}
	r, t := &s.theory[lane], s.theme
	text, st := "", t.strong
	switch {
	case !r.Applies && all:
		text, st = s.refusal(r, m), t.dim
	case !r.Applies && m.name == "latency":
		text, st = "none", t.dim
	case !r.Applies:
	case m.name == "service":
		text, st = briefly(r.Model, width-1), t.dim
	case m.name == "wait":
		text = theoretical(r.WaitMean)
	case m.name == "latency":
		text = theoretical(r.LatencyMean)
	}
	p.right(width, text, st)
}

// theoretical is a figure of theory; empty where it says none.
func theoretical(f engine.Figure) string {
	if f != f {
		return ""
	}
	return figure.Seconds(float64(f))
}

// briefly is the name of a model as far as there is room, and without what follows
// it: M/M/4 of "M/M/4, the slowest of 3". Where it is too long it is that of one of
// several queues, then without their number: 8xM/M/1 is M/M/1; and a room becomes K,
// or is left out: M/M/1/1001 is M/M/1/K or M/M/1.
func briefly(model string, w int) string {
	model, _, _ = strings.Cut(model, ",")
	if n, one, several := strings.Cut(model, " x "); several {
		one, _, _ = strings.Cut(one, " ")
		if model = n + "x" + one; len(model) > w {
			model = one
		}
	}
	model, _, _ = strings.Cut(model, " ")
	for part := "/K"; len(model) > w; part = "" {
		i := strings.LastIndexByte(model, '/')
		if i < 0 {
			return model[:w]
		}
		model = model[:i] + part
	}
	return model
}

var steadyState = [3]string{"no", "steady", "state"}

// refusal is why theory says nothing, a word a row.
func (s *scene) refusal(r *theory.Result, m *measured) string {
	words := [3]string{"no", "closed", "form"}
	switch s.snap.Scenario.Load.Arrivals {
	case engine.Ramp, engine.Sine, engine.Steps:
		words = steadyState
	default:
		if float64(r.Rho) >= 1 {
			words = steadyState
		}
	}
	switch m.name {
	case "wait":
		return words[0]
	case "service":
		return words[1]
	case "latency":
		return words[2]
	default:
		return ""
	}
}
