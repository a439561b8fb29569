package tui

import (
	"math"
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// scale is the width of the figures beside a chart.
const scale = 6

// past is a recorded stretch as the charts want it: the last minute, with gaps
// where there is nothing (yet). It is valid until the next call.
func (s *scene) past(recorded []float32) []float32 {
	n := s.steps()
	dst := s.buffer(n)
	missing := max(n-len(recorded), 0)
	for i := range missing {
		dst[i] = nan
	}
	copy(dst[missing:], recorded[max(len(recorded)-n, 0):])
	return dst
}

var nan = float32(math.NaN())

// grouped makes of past values, in place, the means of neighbours, about as
// many as a chart has columns: what is counted in each step would else look
// like noise. Which steps make a group does not change as time passes.
func (s *scene) grouped(data []float32, columns int) plot.Series {
	size := max(len(data)/max(columns, 1), 1)
	first := s.firstStep(len(data))
	skip := ((-first)%size + size) % size // steps before the first whole group
	n := (len(data) - skip) / size
	for i := range n {
		var sum float32
		for _, v := range data[skip+i*size : skip+(i+1)*size] {
			sum += v
		}
		data[i] = sum / float32(size)
	}
	return plot.Series{Data: data[:n], First: (first + skip) / size}
}

// steps is how many steps of the recording make the last minute.
func (s *scene) steps() int {
	if s.series.Step <= 0 {
		return 1
	}
	return int(min(minute/s.series.Step, 10_000))
}

// firstStep is the number of the first of n recorded steps shown.
func (s *scene) firstStep(n int) int {
	if s.series.Step <= 0 {
		return 0
	}
	return int(s.series.From/s.series.Step) + len(s.series.Offered) - n
}

// drawChart draws what waits in a lane: as an area where it is meant to wait (in
// queues; without any, before the publishers), and as a line the other, when
// there is any.
func (s *scene) drawChart(g *grid.Grid, lane int) {
	if g.H < 2 || lane >= len(s.series.Lanes) {
		return
	}
	rec, model := &s.series.Lanes[lane], s.snap.Lanes[lane].Model
	main, other, names := rec.DepthMax, rec.BacklogMax, [2]string{"depth", "backlog"}
	if !s.queues(lane) {
		main, other, names = other, main, [2]string{"backlog", "depth"}
	}
	highest, otherHighest := peak(main), peak(other)
	capacity := float64(s.capacity(lane))
	top := max(highest, otherHighest)
	if capacity > 0 && capacity <= 8*max(top, 1) {
		top = max(top, capacity)
	}
	axis := plot.Axis{Max: s.tops[lane].Fit(top)}

	area := grid.Rect{X: scale + 1, W: g.W - scale - 1, H: g.H}
	if g.H >= 6 {
		area.H--
		s.drawAxis(g, area, names, otherHighest > 0, s.theme.lane(model))
	}
	g.TextRight(scale, 0, figure.Count(int64(axis.Max)), s.theme.dim)
	g.TextRight(scale, area.H-1, "0", s.theme.dim)
	if capacity > 0 {
		plot.HLine(g, area, capacity, axis, s.theme.dim)
	}
	s.drawMarks(g, area)
	s.drawPast(g, area, main, axis, s.theme.lane(model), plot.Area)
	if otherHighest > 0 {
		s.drawPast(g, area, other, axis, s.theme.warning, plot.Line)
	}
	if y := axis.Row(capacity, area.H); y >= 0 && capacity > 0 {
		g.Text(area.X, y, "capacity ", s.theme.dim)
	}
	if s.cursor.on {
		s.drawCursor(g, area, lane)
	}
}

// drawCursor draws the moment looked at, and what was recorded of it: below the
// chart, or in its first row when there is nothing below.
func (s *scene) drawCursor(g *grid.Grid, area grid.Rect, lane int) {
	x := s.column(area.W, s.cursor.at)
	if x < 0 || s.series.Step <= 0 {
		return
	}
	g.Sub(area).Fill(grid.Rect{X: x, W: 1, H: area.H}, g.Glyphs.Vertical, s.theme.strong)
	y := area.H
	if y == g.H {
		y = 0
	}
	g.Fill(grid.Rect{X: area.X, Y: y, W: area.W, H: 1}, ' ', grid.Style{})
	rec, t := &s.series.Lanes[lane], s.theme
	p := pen{g: g, x: area.X, y: y, end: g.W}
	p.left(8, clockTime(s.cursor.at), t.strong)
	i := int((s.cursor.at - s.series.From) / s.series.Step)
	value := func(name, figure string) {
		if p.room() >= len(name)+9 {
			p.text(name, t.dim)
			p.right(7, figure, t.text)
			p.skip(2)
		}
	}
	value("depth", figure.Count(int64(valueAt(rec.DepthMax, i))))
	value("backlog", figure.Count(int64(valueAt(rec.BacklogMax, i))))
	value("p99", figure.Seconds(valueAt(rec.P99, i)))
	value("bad", figure.Count(int64(valueAt(rec.Bad, i))))
}

// valueAt is value i of a recording, of the last one when it ends before.
func valueAt(recorded []float32, i int) float64 {
	if len(recorded) == 0 {
		return math.NaN()
	}
	return float64(recorded[min(max(i, 0), len(recorded)-1)])
}

// column is the column of a chart, w wide, in which a moment is; -1 when it is
// not in the minute shown.
func (s *scene) column(w int, at time.Duration) int {
	ago := s.to - at
	if ago < 0 || ago > minute {
		return -1
	}
	return max(w-1-int(ago*time.Duration(w)/minute), 0)
}

type stroke = func(*grid.Grid, grid.Rect, plot.Series, plot.Axis, grid.Style)

func (s *scene) drawPast(g *grid.Grid, r grid.Rect, recorded []float32, a plot.Axis, st grid.Style, draw stroke) {
	data := s.past(recorded)
	draw(g, r, plot.Series{Data: data, First: s.firstStep(len(data))}, a, st)
}

// drawAxis names the ends of the time axis and what is drawn.
func (s *scene) drawAxis(g *grid.Grid, area grid.Rect, names [2]string, both bool, st grid.Style) {
	p := pen{g: g, x: area.X, y: area.H, end: g.W}
	p.left(6, "-60s", s.theme.dim)
	p.sign(g.Glyphs.Rise[8], st)
	p.text(names[0], s.theme.dim)
	if both {
		p.skip(2)
		p.sign(g.Glyphs.Horizontal, s.theme.warning)
		p.text(names[1], s.theme.dim)
	}
	if p.room() >= 5 && !s.cursor.on {
		g.TextRight(g.W, area.H, "now", s.theme.dim)
	}
}

// drawMarks draws when something was changed or broken.
func (s *scene) drawMarks(g *grid.Grid, area grid.Rect) {
	for i := len(s.marks) - 1; i >= 0; i-- {
		c := &s.marks[i]
		if s.to-c.At > minute {
			break
		}
		x := s.column(area.W, c.At)
		if x < 0 || c.Control != "" {
			continue
		}
		st := s.theme.dim
		if c.Fault != nil {
			st = s.theme.bad
		}
		plot.Mark(g, area, x, st)
	}
}

// capacity is the room in the largest queue of a lane; 0 without a queue.
func (s *scene) capacity(lane int) int {
	if !s.queues(lane) {
		return 0
	}
	most := 0
	for i := range s.snap.Lanes[lane].Handlers {
		h := &s.snap.Lanes[lane].Handlers[i]
		most = max(most, h.Capacity*max(1, len(h.Partitions)))
	}
	return most
}

// queues says whether there are queues between the hand-over and the handlers.
func (s *scene) queues(lane int) bool {
	return s.snap.Lanes[lane].Model == engine.Message || s.spec(lane).Dispatch == engine.Buffered
}

func peak(values []float32) float64 {
	var highest float32
	for _, v := range values {
		if v > highest { // never a gap
			highest = v
		}
	}
	return float64(highest)
}
