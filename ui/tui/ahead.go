package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// ghost is what a run recorded of a time that somebody has gone back from: it
// stays visible until the run comes there again.
type ghost struct {
	series engine.Series
	until  time.Duration // lane time at which it ends; 0: there is none
}

// ghostSteps is how much a ghost keeps of what lies beyond the latest recording.
const ghostSteps = 20_000

// take makes the ghost begin earlier, with what a run recorded before it was
// left at its end. What it held before stays, beyond that.
func (h *ghost) take(left *engine.Series) {
	end := left.From + time.Duration(len(left.Offered))*left.Step
	if left.Step <= 0 || len(left.Offered) == 0 {
		return
	}
	old := h.series
	h.series = *left
	for n := 0; h.until > end && n < ghostSteps; n++ {
		for i := range min(len(left.Lanes), len(old.Lanes)) {
			to, from := &h.series.Lanes[i], &old.Lanes[i]
			for _, pair := range [...]struct {
				to   *[]float32
				from []float32
			}{
				{&to.DepthMax, from.DepthMax}, {&to.BacklogMax, from.BacklogMax}, {&to.P99, from.P99}, {&to.Bad, from.Bad},
			} {
				*pair.to = append(*pair.to, float32(valueAt(&old, pair.from, end)))
			}
		}
		end += left.Step
	}
	h.until = end
}

// drawAhead draws what is expected of the time after now: the band of the
// forecast, and the mean that theory knows, where it does.
func (s *scene) drawAhead(g *grid.Grid, c *chart) {
	if c.future.area.W == 0 {
		return
	}
	plot.Mark(g, c.future.area, 0, s.theme.dim)
	if l := s.forecastOf(c.lane); l != nil {
		f := s.forecast
		main, other := &l.Depth, &l.Backlog
		if !s.queues(c.lane) {
			main, other = other, main
		}
		low := c.future.sampled(&s.values, main.Low, f.From, f.Step)
		high := c.future.sampled(&s.more, main.High, f.From, f.Step)
		plot.Band(g, c.future.area, low, high, c.axis, s.theme.band(s.snap.Lanes[c.lane].Model))
		if peak(other.Mid) >= 1 {
			mid := c.future.sampled(&s.values, other.Mid, f.From, f.Step)
			plot.Line(g, c.future.area, mid, c.axis, s.theme.warning)
		}
	}
	if c.lane < len(s.theory) {
		if r := &s.theory[c.lane]; r.Applies && float64(r.Depth) >= 0 {
			plot.HLine(g, c.future.area, float64(r.Depth), c.axis, s.theme.text)
		}
	}
}

// forecastOf is the forecast of a lane; nil when there is none.
func (s *scene) forecastOf(lane int) *engine.LaneForecast {
	if !s.forecasting || s.forecast == nil || lane >= len(s.forecast.Lanes) {
		return nil
	}
	return &s.forecast.Lanes[lane]
}

// highestAhead is the highest value that a chart must have room for beyond now.
func (s *scene) highestAhead(c *chart) float64 {
	if c.future.area.W == 0 {
		return 0
	}
	highest := 0.0
	if l := s.forecastOf(c.lane); l != nil {
		n := int((c.future.to-s.forecast.From)/max(s.forecast.Step, 1)) + 1
		for _, band := range [...]*engine.Band{&l.Depth, &l.Backlog} {
			highest = max(highest, peak(band.High[:min(max(n, 0), len(band.High))]))
		}
	}
	if c.lane < len(s.ghost.series.Lanes) && s.ghost.until > s.to {
		rec := &s.ghost.series.Lanes[c.lane]
		highest = max(highest, peak(rec.DepthMax), peak(rec.BacklogMax))
	}
	return highest
}

// drawGhost draws what waited where it is meant to wait before somebody went
// back, as a dim line over the rest.
func (s *scene) drawGhost(g *grid.Grid, c *chart) {
	if s.ghost.until == 0 || c.lane >= len(s.ghost.series.Lanes) {
		return
	}
	h := &s.ghost.series
	recorded := h.Lanes[c.lane].DepthMax
	if !s.queues(c.lane) {
		recorded = h.Lanes[c.lane].BacklogMax
	}
	for _, part := range [...]*span{&c.past, &c.future} {
		if part.area.W > 0 {
			plot.Line(g, part.area, part.sampled(&s.values, recorded, h.From, h.Step), c.axis, s.theme.dim)
		}
	}
}
