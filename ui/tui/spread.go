package tui

import (
	"time"

	"duet/engine"
	"duet/engine/theory"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// spreadAxes are the ends of the axes of a lane's spread of latencies: from 1/low
// to high seconds, and the largest share.
type spreadAxes struct{ low, high, share plot.Top }

// spread asks for how latencies are spread, where a chart shows it.
func (m *model) spread() {
	s := &m.scene
	d, ok := m.run.(engine.Distributor)
	m.watch.spreading = s.showsSpread()
	for i := range s.spreads {
		if ok && m.watch.spreading {
			d.Distribution(&s.spreads[i], i)
		} else {
			s.spreads[i].Count = 0
		}
	}
}

// lacksSpread says whether a chart of the picture just drawn shows how latencies are
// spread, and nobody has asked for that yet: while time stands still nobody would.
func (m *model) lacksSpread() bool {
	return m.run != nil && !m.watch.spreading && m.scene.showsSpread()
}

// showsSpread says whether some chart of the latest picture shows that, or the first
// one of the next does.
func (s *scene) showsSpread() bool {
	for i := range s.charted {
		if s.charted[i].view == viewSpread {
			return true
		}
	}
	return s.view == viewSpread
}

// bars are the shares of latencies that lie in each column of a chart.
type bars struct {
	axis   plot.Log
	shares []float32
	top    float64
}

// drawSpread draws how the latencies of the recent window are spread, on a
// logarithmic axis: as a bar for each column, with their mean and tail; and as
// theory has them, where it knows: as a line, with the same.
func (s *scene) drawSpread(g *grid.Grid, lane int) {
	if g.H < 2 || g.W <= scale+1 || lane >= len(s.spreads) {
		return
	}
	t, area := s.theme, plotArea(g.W, g.H)
	d, l := &s.spreads[lane], &s.snap.Lanes[lane]
	p := pen{g: g, x: area.X, y: area.H / 2, end: g.W}
	switch {
	case s.cursor.on && (s.snap.At-d.To).Abs() >= keptEvery:
		p.text("the spread is not kept", t.dim)
		return
	case d.Count == 0:
		p.text("nothing ended in the last 10 s", t.dim)
		return
	}
	b := s.bars(lane, area.W)
	g.TextRight(scale, 0, figure.Percent(b.top), t.dim)
	g.TextRight(scale, area.H-1, "0", t.dim)
	plot.Spark(g, area, plot.Series{Data: b.shares}, b.top, t.lane(l.Model))
	if expected := s.expectedShares(lane, area.W, b.axis); expected != nil {
		plot.Line(g, area, plot.Series{Data: expected}, plot.Axis{Max: b.top}, t.text)
		b.behind(g, area, t.lane(l.Model).Fg)
	}
	s.drawMoments(g, area, b.axis, lane)
	if area.H < g.H {
		s.drawLengths(g, area, b.axis)
	}
	s.tellLength(g, area, d, b.axis)
}

// bars makes the bars of a lane, on the scale of all where that is wanted.
func (s *scene) bars(lane, columns int) bars {
	low, high := ends(&s.spreads[lane])
	axes := &s.spreadAxes[lane]
	if s.alike {
		axes = &s.commonAxes
		for i := range s.spreads {
			if d := &s.spreads[i]; d.Count > 0 {
				first, last := ends(d)
				low, high = min(low, first), max(high, last)
			}
		}
	}
	b := bars{axis: plot.Log{Min: 1 / axes.low.Fit(1/low), Max: axes.high.Fit(high)}}
	b.shares = s.shares(lane, columns, b.axis)
	highest := max(peak(b.shares), peak(s.expectedShares(lane, columns, b.axis)))
	if s.alike {
		for i := range s.spreads {
			highest = max(highest, peak(s.shares(i, columns, b.axis)), peak(s.expectedShares(i, columns, b.axis)))
		}
		b.shares = s.shares(lane, columns, b.axis)
	}
	b.top = axes.share.Fit(highest)
	return b
}

// behind has bars go on behind the line that was drawn over them.
func (b *bars) behind(g *grid.Grid, area grid.Rect, of grid.Color) {
	for x, share := range b.shares {
		for y := range int(float64(share) / b.top * float64(area.H)) {
			c := g.At(area.X+x, area.Y+area.H-1-y)
			if c.Rune != g.Glyphs.Rise[8] {
				g.Set(area.X+x, area.Y+area.H-1-y, c.Rune, c.Style.On(of))
			}
		}
	}
}

// ends are the least and the highest latency in seconds, within a millionth.
func ends(d *engine.Distribution) (low, high float64) {
	high = max(d.Buckets[len(d.Buckets)-1].High, time.Microsecond).Seconds()
	return max(d.Buckets[0].Low.Seconds(), high/1e6), high
}

// shares are the parts of a lane's latencies that lie in each column. They are
// valid until the next call.
func (s *scene) shares(lane, columns int, axis plot.Log) []float32 {
	dst := s.buffer(columns)
	clear(dst)
	d := &s.spreads[lane]
	for _, b := range d.Buckets {
		axis.Deal(dst, b.Low.Seconds(), (b.High + 1).Seconds(), float64(b.Count)/float64(d.Count))
	}
	return dst
}

// shape is how theory has latencies spread: the lengths in seconds between which a
// hundredth of them lies each. Where it does not know they are zero.
type shape [101]float64

func shapeOf(r *theory.Result) (sh shape) {
	if r.Latency == nil {
		return sh
	}
	for i := range sh { // what is below a thousandth, or above, has no end
		sh[i] = r.Latency.At(min(max(float64(i)/100, 0.001), 0.999))
	}
	return sh
}

// expectedShares are the parts of a lane's latencies that should lie in each column, nil
// where nobody knows. They are valid until the next call.
func (s *scene) expectedShares(lane, columns int, axis plot.Log) []float32 {
	if s.theoryOfLane(lane) == nil || s.shapes[lane] == (shape{}) {
		return nil
	}
	if cap(s.more) < columns {
		s.more = make([]float32, columns)
	}
	dst := s.more[:columns]
	clear(dst)
	sh := &s.shapes[lane]
	for i := 1; i < len(sh); i++ {
		if sh[i-1] >= axis.Min && sh[i] <= axis.Max { // what is off the chart is not to heap up at its edges
			axis.Deal(dst, sh[i-1], sh[i], 0.01)
		}
	}
	return dst
}

// drawMoments draws mean and tail of what was measured, and those that theory
// knows, as lines down the chart; and names them, each in a row of its own, as
// far as there are rows above the middle.
func (s *scene) drawMoments(g *grid.Grid, area grid.Rect, axis plot.Log, lane int) {
	recent := &s.snap.Lanes[lane].Recent.Latency
	moments := [4]struct {
		name    string
		seconds float64
		style   grid.Style
	}{
		{"mean", recent.Mean.Seconds(), s.theme.strong},
		{"p99", recent.P99.Seconds(), s.theme.strong},
	}
	if r := s.theoryOfLane(lane); r != nil {
		moments[2].name, moments[2].seconds, moments[2].style = "theory", float64(r.LatencyMean), s.theme.text
		if r.Latency != nil {
			moments[3].name, moments[3].seconds, moments[3].style = "theory p99", float64(r.Latency.P99), s.theme.text
		}
	}
	for i := range moments {
		if m := &moments[i]; m.seconds > 0 && m.seconds <= axis.Max { // never NaN
			plot.Mark(g, area, axis.Column(m.seconds, area.W), m.style)
		}
	}
	y := 0
	for i := range moments {
		m := &moments[i]
		if !(m.seconds > 0) || y > area.H/2 {
			continue
		}
		value := figure.Seconds(m.seconds)
		p := pen{g: g, x: area.X + axis.Column(m.seconds, area.W) + 1, y: y, end: g.W}
		if w := len(m.name) + 1 + g.Width(value); w > p.room() {
			p.x = max(p.x-1-w, area.X)
		}
		p.text(m.name, s.theme.dim)
		p.text(" ", s.theme.dim)
		p.text(value, m.style)
		y++
	}
}

// drawLengths names lengths of time below the chart: powers of ten, and where
// there are few of those what lies between.
func (s *scene) drawLengths(g *grid.Grid, area grid.Rect, axis plot.Log) {
	steps := []float64{1}
	if axis.Max < 100*axis.Min {
		steps = []float64{1, 2, 5}
	}
	end := 0
	for decade := 1e-9; decade <= axis.Max; decade *= 10 {
		for _, step := range steps {
			v := step * decade
			if v < axis.Min*0.999 || v > axis.Max*1.001 {
				continue
			}
			text := figure.Seconds(v)
			x := area.X + axis.Column(v, area.W)
			if w := g.Width(text); x >= end && x+w <= g.W {
				end = g.Text(x, area.H, text, s.theme.dim) + 1
			}
		}
	}
}

// tellLength says what part of the latencies is up to that pointed to.
func (s *scene) tellLength(g *grid.Grid, area grid.Rect, d *engine.Distribution, axis plot.Log) {
	if s.length <= 0 {
		return
	}
	at := axis.Value(s.length)
	var below int64
	for _, b := range d.Buckets {
		if b.High.Seconds() <= at {
			below += b.Count
		}
	}
	x := axis.Column(at, area.W)
	g.Sub(area).Fill(grid.Rect{X: x, W: 1, H: area.H}, g.Glyphs.Vertical, s.theme.strong)
	y := area.H
	if y == g.H {
		y = 0
	}
	g.Fill(grid.Rect{X: area.X, Y: y, W: area.W, H: 1}, ' ', grid.Style{})
	p := pen{g: g, x: area.X, y: y, end: g.W}
	p.text(figure.Percent(float64(below)/float64(d.Count)), s.theme.strong)
	p.text(" take up to ", s.theme.dim)
	p.text(figure.Seconds(at), s.theme.strong)
	p.text(", of ", s.theme.dim)
	p.text(figure.Count(d.Count), s.theme.text)
}
