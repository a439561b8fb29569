package report

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/sweep"
	"duet/ui/internal/chart"
)

// charts are the pictures of a sweep along numbers: one for each metric, with a
// line for each lane; or, where a lane has several curves, one for each metric
// and lane.
func (s *Sweep) charts() []*chart.Chart {
	if s.Axes[0].Numbers == nil {
		return nil
	}
	curves, several := s.curves(), false
	for i := range curves {
		several = several || i > 0 && curves[i].lane == curves[i-1].lane
	}
	var all []*chart.Chart
	for _, m := range s.Metrics {
		if !several {
			all = append(all, s.chart(m, m.Name, curves))
			continue
		}
		for of := range chunks(curves) {
			all = append(all, s.chart(m, s.base.Lanes[of[0].lane].Name+" "+m.Name, of))
		}
	}
	return slices.DeleteFunc(all, empty)
}

// curve is the points of a lane along the first axis, in its order.
type curve struct {
	lane   int
	name   string
	colour chart.Colour
	points []*sweep.Outcome
}

// curves are all there are, those of a lane together.
func (s *Sweep) curves() []curve {
	var all []curve
	for i := range s.base.Lanes {
		lane := s.base.Lanes[i].Name
		if !s.Axes[0].Concerns(lane) {
			continue
		}
		first := len(all)
		for n := range s.Points {
			p := &s.Points[n]
			if s.Repeats(p, lane) {
				continue
			}
			last := len(all) - 1
			if last < first || !slices.Equal(all[last].points[0].Index[1:], p.Index[1:]) {
				all = append(all, curve{lane: i, name: s.curve(lane, p.At), colour: chart.Colour(len(all) - first)})
				last++
			}
			all[last].points = append(all[last].points, p)
		}
		if len(all) == first+1 {
			all[first].name, all[first].colour = lane, s.colour(i)
		}
	}
	for i := range all {
		slices.SortFunc(all[i].points, func(a, b *sweep.Outcome) int {
			return cmp.Compare(s.Axes[0].Numbers[a.Index[0]], s.Axes[0].Numbers[b.Index[0]])
		})
	}
	return all
}

// colour is that of a lane.
func (s *Sweep) colour(lane int) chart.Colour {
	c := Case{Lanes: make([]Lane, len(s.base.Lanes))}
	for i := range c.Lanes {
		c.Lanes[i].Model = s.base.Lanes[i].Model
	}
	return c.colours()[lane]
}

// chunks parts curves by lane.
func chunks(curves []curve) iter.Seq[[]curve] {
	return func(yield func([]curve) bool) {
		for len(curves) > 0 {
			n := 1
			for n < len(curves) && curves[n].lane == curves[0].lane {
				n++
			}
			if !yield(curves[:n]) {
				return
			}
			curves = curves[n:]
		}
	}
}

// chart draws a metric of some curves, theory's below what was measured.
func (s *Sweep) chart(m replicate.Metric, title string, curves []curve) *chart.Chart {
	along := &s.Axes[0]
	p := &chart.Chart{
		Title: title,
		X:     chart.Axis{Label: along.Path, Log: along.Log, Format: scale(along.Kind)},
		Y:     chart.Axis{Format: scale(m.Kind)},
	}
	var lines []chart.Line
	named := false
	for i := range curves {
		line, theory := s.line(m.Name, &curves[i])
		if slices.ContainsFunc(theory.Y, func(y float64) bool { return !math.IsNaN(y) }) {
			if !named {
				theory.Name, named = "theory", true
			}
			p.Lines = append(p.Lines, theory)
		}
		lines = append(lines, line)
		if m.Kind == engine.KindDuration {
			s.ringKnees(p, &curves[i], &line)
		}
	}
	p.Lines = append(p.Lines, lines...)
	if m.Kind == engine.KindDuration {
		bend(p, lines)
	}
	return p
}

// bend makes the axis of some lines logarithmic where their values differ too much
// for another. Bands that go down to 0 end at the bottom then.
func bend(p *chart.Chart, lines []chart.Line) {
	least, most := math.Inf(1), 0.0
	for i := range lines {
		for _, y := range lines[i].Y {
			if y > 0 {
				least, most = min(least, y), max(most, y)
			}
		}
	}
	if most <= 50*least {
		return
	}
	p.Title += ", logarithmic"
	p.Y.Log = true
	for i := range lines {
		for n, low := range lines[i].Low {
			lines[i].Low[n] = max(low, least/2)
		}
	}
}

// line is a curve of a metric, with its interval where it is known everywhere,
// and what theory says.
func (s *Sweep) line(metric string, c *curve) (measured, theory chart.Line) {
	measured = chart.Line{Name: c.name, Colour: c.colour, Dots: true}
	theory = chart.Line{Colour: chart.Dim}
	for _, p := range c.points {
		v := p.Lanes[c.lane].Figures[metric]
		x := s.Axes[0].Numbers[p.Index[0]]
		measured.X, measured.Y = append(measured.X, x), append(measured.Y, float64(v.Mean))
		theory.X, theory.Y = append(theory.X, x), append(theory.Y, float64(v.Theory))
		low, high := math.NaN(), math.NaN()
		if v.CI95 != nil {
			low, high = max(0, float64(v.CI95[0])), float64(v.CI95[1]) // none of the metrics is below 0
		}
		measured.Low, measured.High = append(measured.Low, low), append(measured.High, high)
	}
	return measured, theory
}

// ringKnees rings those of a curve, and marks where along the axis they are.
func (s *Sweep) ringKnees(p *chart.Chart, c *curve, on *chart.Line) {
	for i, point := range c.points {
		if !s.isKnee(point, s.base.Lanes[c.lane].Name) {
			continue
		}
		p.Spots = append(p.Spots, chart.Spot{X: on.X[i], Y: on.Y[i], Colour: c.colour})
		mark := chart.Mark{X: on.X[i], Text: "knee " + point.At[0]}
		if !slices.Contains(p.Marks, mark) {
			p.Marks = append(p.Marks, mark)
		}
	}
}

// scale writes values of a kind beside an axis.
func scale(k engine.ParamKind) func(float64) string {
	if k == engine.KindDuration {
		return tick
	}
	return func(x float64) string {
		switch k {
		case engine.KindShare:
			return short(100*x) + "%"
		case engine.KindRate:
			return short(x) + "/s"
		default:
			return short(x)
		}
	}
}

// short writes a number without what it does not need.
func short(x float64) string { return strconv.FormatFloat(x, 'g', 7, 64) }
