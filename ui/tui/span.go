package tui

import (
	"math"
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// past is a recorded stretch as the charts want it: that of the window, with gaps
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

// foldSize is how many steps make a value of a chart of so many columns.
func (s *scene) foldSize(how fold, columns int) int {
	if how == unfolded {
		return 1
	}
	values := max(min(columns, 60), 1) // more would be noise where little is counted
	return (s.steps() + values - 1) / values
}

// folded makes, in place, one of as many values as size says. Which steps come
// together does not change as time passes.
func (s *scene) folded(data []float32, size int, how fold) plot.Series {
	first := s.firstStep(len(data))
	if size <= 1 {
		return plot.Series{Data: data, First: first}
	}
	skip := ((-first)%size + size) % size // steps before the first whole group
	n := max((len(data)-skip)/size, 0)
	for i := range n {
		data[i] = how.of(data[skip+i*size : skip+(i+1)*size])
	}
	return plot.Series{Data: data[:n], First: (first + skip) / size}
}

// of is one value for several; NaN when all are gaps.
func (how fold) of(data []float32) float32 {
	sum, high, n := float32(0), nan, 0
	for _, v := range data {
		if v != v {
			continue
		}
		sum += v
		n++
		if !(high >= v) {
			high = v
		}
	}
	switch {
	case n == 0:
		return nan
	case how == means:
		return sum / float32(n)
	default:
		return high
	}
}

// steps is how many steps of the recording make the window.
func (s *scene) steps() int {
	if s.series.Step <= 0 {
		return 1
	}
	return int(min(s.window()/s.series.Step, 10_000))
}

// firstStep is the number of the first of n recorded steps shown.
func (s *scene) firstStep(n int) int {
	if s.series.Step <= 0 {
		return 0
	}
	return int(s.series.From/s.series.Step) + len(s.series.Offered) - n
}

// span is a part of a chart and the stretch of lane time that it shows.
type span struct {
	area     grid.Rect
	from, to time.Duration
}

// spans divides a chart into what was and, where there is anything to show of
// it, what will be. Both have the same scale, to half a column.
func (s *scene) spans(area grid.Rect) (past, future span) {
	window, ahead := s.window(), s.foresight(area.W >= 80)
	past = span{area, s.to - window, s.to}
	if !s.foreseeing() || area.W < 20 {
		return past, span{}
	}
	future = span{from: s.to, to: s.to + ahead}
	part := float64(window) / float64(window+ahead)
	past.area, future.area = area.SplitLeft(int(math.Round(float64(area.W) * part)))
	return past, future
}

// foreseeing says whether there is anything to show beyond now.
func (s *scene) foreseeing() bool {
	return s.to == s.at && (s.forecasting || s.ghost.until > s.to)
}

// column is the column in which a moment is; -1 when it is not shown.
func (p *span) column(at time.Duration) int {
	if at < p.from || at > p.to || p.area.W <= 0 {
		return -1
	}
	return min(int((at-p.from)*time.Duration(p.area.W)/(p.to-p.from)), p.area.W-1)
}

// sampled is a recording as a part of a chart shows it: a value for each column
// of dots, from those recorded since first, each for a step. It is valid until
// the next call with the same buffer.
func (p *span) sampled(buffer *[]float32, recorded []float32, first, step time.Duration) plot.Series {
	n := 2 * p.area.W
	if cap(*buffer) < n {
		*buffer = make([]float32, n)
	}
	dst := (*buffer)[:n]
	for i := range dst {
		at := p.from + (p.to-p.from)*time.Duration(2*i+1)/time.Duration(2*n)
		dst[i] = between(recorded, at-first, step)
	}
	return plot.Series{Data: dst}
}

// between is the value of a recording at a time after its beginning, by a
// straight line between the middles of steps; NaN outside of it.
func between(recorded []float32, at, step time.Duration) float32 {
	n := len(recorded)
	if step <= 0 || at < 0 || n == 0 || at > time.Duration(n)*step {
		return nan
	}
	x := float64(at)/float64(step) - 0.5
	i := int(max(x, 0))
	if i+1 >= n {
		return recorded[n-1]
	}
	part := float32(max(x, 0)) - float32(i)
	return recorded[i]*(1-part) + recorded[i+1]*part
}

// valueAt is what was recorded at a moment; NaN when nothing was.
func valueAt(series *engine.Series, recorded []float32, at time.Duration) float64 {
	if series.Step <= 0 || len(recorded) == 0 {
		return math.NaN()
	}
	i := int((at - series.From) / series.Step)
	return float64(recorded[min(max(i, 0), len(recorded)-1)])
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
