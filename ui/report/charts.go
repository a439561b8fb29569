package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"duet/engine"
	"duet/ui/internal/chart"
)

// charts are the pictures of how a case went. Those in which nothing happened
// are left out.
func (c *Case) charts() []*chart.Chart {
	lanes := c.binned()
	if len(lanes) == 0 {
		return nil
	}
	flow := c.chart("done a second", lanes, func(b *binned, l *chart.Line) { l.Y = b.values(b.Done, b.aSecond) })
	arrivals := chart.Line{Name: "arrivals", Colour: chart.Dim, X: lanes[0].times(), Y: lanes[0].values(lanes[0].all.Offered, lanes[0].aSecond)}
	flow.Lines = append([]chart.Line{arrivals}, flow.Lines...)
	all := []*chart.Chart{
		flow,
		c.chart("failed, dropped or lost a second", lanes, func(b *binned, l *chart.Line) { l.Y = b.values(b.Bad, b.aSecond) }),
		ofTimes(c.chart("latency p50", lanes, func(b *binned, l *chart.Line) { l.Y = b.values(b.P50, median) })),
		ofTimes(c.chart("latency p99", lanes, func(b *binned, l *chart.Line) { l.Y = b.values(b.P99, slices.Max) })),
		c.chart("queue depth, and its highest", lanes, func(b *binned, l *chart.Line) {
			l.Y, l.High = b.values(b.Depth, mean), b.values(b.DepthMax, slices.Max)
			l.Low = l.Y
		}),
		c.chart("backlog, and its highest", lanes, func(b *binned, l *chart.Line) {
			l.Y, l.High = b.values(b.Backlog, mean), b.values(b.BacklogMax, slices.Max)
			l.Low = l.Y
		}),
		c.chart("in flight", lanes, func(b *binned, l *chart.Line) { l.Y = b.values(b.InFlight, mean) }),
	}
	return slices.DeleteFunc(all, empty)
}

// empty reports whether a chart shows nothing above 0.
func empty(c *chart.Chart) bool {
	above := func(y float64) bool { return y > 0 }
	return !slices.ContainsFunc(c.Lines, func(l chart.Line) bool {
		return slices.ContainsFunc(l.Y, above) || slices.ContainsFunc(l.High, above)
	})
}

// chart draws a line for each lane, with the changes marked by their numbers.
func (c *Case) chart(title string, lanes []binned, fill func(b *binned, l *chart.Line)) *chart.Chart {
	p := &chart.Chart{Title: title, X: chart.Axis{Format: tick, Step: clockStep, Max: float64(c.Seconds)}}
	colours := c.colours()
	for i := range lanes {
		l := chart.Line{Name: c.Lanes[i].Name, Colour: colours[i], X: lanes[i].times()}
		fill(&lanes[i], &l)
		p.Lines = append(p.Lines, l)
	}
	for i, m := range c.marks() {
		p.Marks = append(p.Marks, chart.Mark{X: m.At.Seconds(), Text: fmt.Sprint(i + 1)})
	}
	return p
}

// colours are the lanes': those of the screen, and others for a second lane of a
// model.
func (c *Case) colours() []chart.Colour {
	var all []chart.Colour
	for i := range c.Lanes {
		colour := chart.Message
		if c.Lanes[i].Model == engine.EventModel {
			colour = chart.Event
		}
		for slices.Contains(all, colour) {
			colour = max(colour, chart.Event) + 1
		}
		all = append(all, colour)
	}
	return all
}

// ofTimes makes a chart one of seconds, and logarithmic where they differ too
// much for another. Lines go on over short gaps, in which nothing ended.
func ofTimes(p *chart.Chart) *chart.Chart {
	p.Y.Format = tick
	least, most := math.Inf(1), 0.0
	for i := range p.Lines {
		l := &p.Lines[i]
		l.X, l.Y = bridged(l.X, l.Y)
		for _, y := range l.Y {
			if y > 0 {
				least, most = min(least, y), max(most, y)
			}
		}
	}
	if most > 50*least {
		p.Title += ", logarithmic"
		p.Y.Log = true
	}
	return p
}

// bridged leaves out what is not defined, save where that lasts.
func bridged(x, y []float64) (keptX, keptY []float64) {
	const short = 4 // points
	missing := 0
	for i := range y {
		if math.IsNaN(y[i]) {
			missing++
			continue
		}
		if missing > short {
			keptX, keptY = append(keptX, x[i]), append(keptY, math.NaN())
		}
		missing = 0
		keptX, keptY = append(keptX, x[i]), append(keptY, y[i])
	}
	return keptX, keptY
}

// tick writes a time beside an axis, with three digits at most.
func tick(seconds float64) string {
	d := time.Duration(math.Round(seconds * 1e9))
	unit := time.Duration(1)
	for d >= 1000*unit {
		unit *= 10
	}
	return engine.FormatDuration(d.Round(unit))
}

// clockStep is a round number of seconds, minutes or hours, at least so many
// seconds.
func clockStep(least float64) float64 {
	for _, step := range clockSteps {
		if step >= least {
			return step
		}
	}
	const day = 24 * 3600
	return day * math.Ceil(least/day)
}

var clockSteps = []float64{
	0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
	60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 12 * 3600,
}
