package tui

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/theory"
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

// ghostly are the figures of which a ghost keeps what lies beyond that.
var ghostly = [...]func(*engine.LaneSeries) *[]float32{
	func(l *engine.LaneSeries) *[]float32 { return &l.DepthMax },
	func(l *engine.LaneSeries) *[]float32 { return &l.BacklogMax },
	func(l *engine.LaneSeries) *[]float32 { return &l.Done },
	func(l *engine.LaneSeries) *[]float32 { return &l.Bad },
	func(l *engine.LaneSeries) *[]float32 { return &l.P50 },
	func(l *engine.LaneSeries) *[]float32 { return &l.P99 },
}

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
			for _, of := range ghostly {
				to, from := of(&h.series.Lanes[i]), of(&old.Lanes[i])
				*to = append(*to, float32(valueAt(&old, *from, end)))
			}
		}
		end += left.Step
	}
	h.until = end
}

// drawAhead draws what is expected of the time after now: the bands of the
// forecast, and the mean that theory knows, where it does. Without a time after
// now, theory is about all of it.
func (s *scene) drawAhead(g *grid.Grid, c *chart) {
	area := c.future.area
	if area.W == 0 {
		if c.axis.Row(c.theory, c.past.area.H) == c.past.area.H-1 {
			return // it would be taken for the axis
		}
		plot.HLine(g, c.past.area, c.theory, c.axis, s.theme.text)
		return
	}
	plot.Mark(g, area, 0, s.theme.dim)
	styles := [...]grid.Style{s.theme.band(s.snap.Lanes[c.lane].Model), s.theme.warning.With(grid.Dim)}
	for i, band := range slices.Backward(c.expected[:]) { // the first lies over the second
		if band == nil || i > 0 && peak(band.High) < 1 {
			continue
		}
		f := s.forecast
		low := c.future.sampled(&s.values, band.Low, f.From, f.Step)
		high := c.future.sampled(&s.more, band.High, f.From, f.Step)
		plot.Band(g, area, low, high, c.axis, styles[i])
	}
	plot.HLine(g, area, c.theory, c.axis, s.theme.text)
	if c.view != viewFlow { // of which nothing ever is
		s.drawUnforeseen(g, area)
	}
}

// drawUnforeseen says why nothing is expected.
func (s *scene) drawUnforeseen(g *grid.Grid, area grid.Rect) {
	why, f := s.unforeseen, s.forecast
	if why == "" && s.forecasting && (s.outrun() || f == nil && s.snap.Speed > fastest) {
		why = "time passes too fast to simulate what comes"
	}
	if why == "" || area.W < 17 {
		return
	}
	p := pen{g: g.Sub(area), x: 3, end: area.W}
	p.flow("no forecast: "+why, s.theme.dim, area.H-1)
}

// outrun says whether time has passed all that the forecast is about.
func (s *scene) outrun() bool {
	f := s.forecast
	return f != nil && f.From+time.Duration(f.Steps())*f.Step < s.to
}

// forecastOf is the forecast of a lane; nil when there is none, or none of the
// time after now.
func (s *scene) forecastOf(lane int) *engine.LaneForecast {
	if !s.forecasting || s.forecast == nil || lane >= len(s.forecast.Lanes) || s.outrun() {
		return nil
	}
	return &s.forecast.Lanes[lane]
}

// theoryOfLane is what theory says of a lane; nil where it says nothing.
func (s *scene) theoryOfLane(lane int) *theory.Result {
	if lane >= len(s.theory) || !s.theory[lane].Applies {
		return nil
	}
	return &s.theory[lane]
}

// highestAhead is the highest value that a chart must have room for beyond now.
func (s *scene) highestAhead(c *chart) float64 {
	if c.future.area.W == 0 {
		return 0
	}
	highest := 0.0
	for _, band := range c.expected {
		if band != nil {
			n := int((c.future.to-s.forecast.From)/max(s.forecast.Step, 1)) + 1
			highest = max(highest, peak(band.High[:min(max(n, 0), len(band.High))]))
		}
	}
	if c.lane < len(s.ghost.series.Lanes) && s.ghost.until > s.to {
		for i := range c.n {
			highest = max(highest, peak(c.ghostOf(s, i))*c.lines[i].each(s.ghost.series.Step))
		}
	}
	return highest
}

// ghostOf is what a ghost has recorded of a line.
func (c *chart) ghostOf(s *scene, i int) []float32 {
	return c.lines[i].figure.of(&s.ghost.series, c.lane)
}

// drawGhost draws what the first line was before somebody went back, as a dim
// line over the rest.
func (s *scene) drawGhost(g *grid.Grid, c *chart) {
	if s.ghost.until == 0 || c.lane >= len(s.ghost.series.Lanes) {
		return
	}
	h := &s.ghost.series
	for _, part := range [...]*span{&c.past, &c.future} {
		if part.area.W > 0 {
			was := part.sampled(&s.values, c.ghostOf(s, 0), h.From, h.Step)
			c.lines[0].scaled(was.Data, h.Step)
			plot.Line(g, part.area, was, c.axis, s.theme.dim)
		}
	}
}
