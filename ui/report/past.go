package report

import (
	"math"
	"slices"
	"time"

	"duet/engine"
)

// Past is how some lanes went.
type Past struct {
	Series engine.Series   // from the beginning to the end
	Marks  []engine.Change // what was changed meanwhile
}

// PastOf takes down how a run went, for its report.
func PastOf(run engine.Run, until time.Duration) Past {
	var p Past
	run.Series(&p.Series, 0, until)
	p.Marks = run.Marks(nil, 0)
	return p
}

// points is how many a line of a chart has: fewer where fewer items were done,
// so that most stand for some.
func (c *Case) points() int {
	const most, least, items = 150, 30, 4
	done := int64(0)
	for i := range c.Lanes {
		done = max(done, c.Lanes[i].Done)
	}
	return int(min(most, max(least, done/items)))
}

// binned is a lane's series in steps that are wide enough to be seen.
type binned struct {
	from, step float64 // seconds
	each       int     // recorded steps in a wide one
	all        *engine.Series
	*engine.LaneSeries
}

// binned lists the lanes' series, in their order; those of lanes without one are
// left out.
func (c *Case) binned() []binned {
	var lanes []binned
	points := c.points()
	for i := range c.past {
		s := &c.past[i].Series
		each := (len(s.Offered) + points - 1) / points
		for n := range s.Lanes {
			lanes = append(lanes, binned{s.From.Seconds(), s.Step.Seconds() * float64(each), each, s, &s.Lanes[n]})
		}
	}
	return lanes[:min(len(lanes), len(c.Lanes))]
}

// times are the middles of the wide steps.
func (b *binned) times() []float64 {
	var at []float64
	for n := 0; n < len(b.all.Offered); n += b.each {
		at = append(at, b.from+(float64(len(at))+0.5)*b.step)
	}
	return at
}

// values makes one of those of each wide step, by whichever way; NaN where
// nothing was recorded.
func (b *binned) values(recorded []float32, way func([]float64) float64) []float64 {
	var all, some []float64
	for from := 0; from < len(recorded); from += b.each {
		some = some[:0]
		for _, v := range recorded[from:min(from+b.each, len(recorded))] {
			if v == v {
				some = append(some, float64(v))
			}
		}
		if len(some) == 0 {
			all = append(all, math.NaN())
		} else {
			all = append(all, way(some))
		}
	}
	return all
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// aSecond makes a rate of the counts of recorded steps.
func (b *binned) aSecond(values []float64) float64 { return mean(values) / b.all.Step.Seconds() }

// marksShown is how many changes are marked in the charts at most: more would
// hide what they changed.
const marksShown = 30

// marks are the changes made while the case ran, in the order of time; one that
// was made for several lanes in turn is there once.
func (c *Case) marks() []engine.Change {
	var all []engine.Change
	for _, p := range c.past {
		all = append(all, p.Marks...)
	}
	slices.SortStableFunc(all, func(a, b engine.Change) int { return int(a.At - b.At) })
	all = slices.CompactFunc(all, func(a, b engine.Change) bool { return a.At == b.At && a.String() == b.String() })
	return all[:min(len(all), marksShown)]
}
