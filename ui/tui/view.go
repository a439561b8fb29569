package tui

import (
	"math"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// view is what the charts show, of all lanes alike, so that they can be compared.
type view uint8

// The views, in the order in which a key goes through them.
const (
	viewWaiting view = iota // what waits, and where
	viewFlow                // what comes in and what goes out
	viewLatency             // how long items take, over time
	viewSpread              // how the latencies of the recent window are spread
	views
)

// viewTexts say what is seen.
var viewTexts = [views]string{"what waits: depth and backlog", "what comes in and goes out", "latency over time", "how latencies are spread"}

// write writes a value of a view as its axis and its cursor have it.
func (v view) write(x float64) string {
	switch {
	case v == viewFlow:
		return figure.Rate(x)
	case v == viewLatency || x != x:
		return figure.Seconds(x)
	default:
		return figure.Count(int64(x))
	}
}

// recording is a figure of a lane's recording.
type recording struct {
	name   string
	of     func(s *engine.Series, lane int) []float32
	fold   fold
	counts bool // a number within each step, shown as one a second
}

// fold is how several steps of a recording become one value.
type fold uint8

const (
	unfolded fold = iota // they do not: all of them are drawn
	means                // their mean: what is counted would else look like noise
	peaks                // the highest
)

// The figures that are drawn or told.
var (
	depths   = recording{name: "depth", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].DepthMax }}
	backlogs = recording{name: "backlog", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].BacklogMax }}

	arrived  = recording{name: "in", of: func(s *engine.Series, _ int) []float32 { return s.Offered }, fold: means, counts: true}
	finished = recording{name: "out", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].Done }, fold: means, counts: true}
	spoilt   = recording{name: "bad", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].Bad }, fold: means, counts: true}

	medians = recording{name: "p50", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].P50 }, fold: means}
	tails   = recording{name: "p99", of: func(s *engine.Series, lane int) []float32 { return s.Lanes[lane].P99 }, fold: peaks}
)

// line is a figure as a chart draws it.
type line struct {
	figure *recording
	style  grid.Style
	filled bool // down to the axis
}

// waiting makes a chart that of what waits: in queues as an area, where it is
// meant to wait, or without any, before the publishers; and what waits at the
// other place as a line, when there is any.
func (s *scene) waiting(c *chart) {
	main, other := &depths, &backlogs
	c.capacity, c.limit = float64(s.capacity(c.lane)), "capacity "
	if !s.queues(c.lane) {
		main, other = other, main
	}
	s.add(c, line{figure: main, style: c.style, filled: true})
	if peak(other.of(&s.series, c.lane)) >= 2 { // one is in the hands of whoever hands over
		s.add(c, line{figure: other, style: s.theme.warning})
	}
	if r := s.theoryOfLane(c.lane); r != nil && float64(r.Depth) >= 0 {
		c.theory = float64(r.Depth)
	}
	if l := s.forecastOf(c.lane); l != nil {
		c.expected = [2]*engine.Band{&l.Depth, &l.Backlog}
		if main == &backlogs {
			c.expected = [2]*engine.Band{&l.Backlog, &l.Depth}
		}
	}
}

// flowing makes a chart that of what comes in and goes out. What the servers can
// finish at most is its level.
func (s *scene) flowing(c *chart) {
	s.add(c, line{figure: &finished, style: c.style, filled: true})
	s.add(c, line{figure: &arrived, style: s.theme.text})
	if peak(spoilt.of(&s.series, c.lane)) > 0 {
		s.add(c, line{figure: &spoilt, style: s.theme.bad})
	}
	if c.lane < len(s.theory) {
		rate := s.ownRate(c.lane)
		if rate == 0 {
			rate = float64(s.snap.Scenario.Load.Rate)
		}
		if most := rate / float64(s.theory[c.lane].Rho); most > 0 && !math.IsInf(most, 0) {
			c.capacity, c.limit = most, "at most "
		}
	}
}

// lasting makes a chart that of latencies: the median as an area, and the tail.
func (s *scene) lasting(c *chart) {
	s.add(c, line{figure: &medians, style: c.style, filled: true})
	s.add(c, line{figure: &tails, style: c.style})
	if r := s.theoryOfLane(c.lane); r != nil && float64(r.LatencyMean) > 0 {
		c.theory = float64(r.LatencyMean)
	}
	if l := s.forecastOf(c.lane); l != nil {
		c.expected[0] = &l.Latency
	}
}

// next shows the next view, or the one before (-1).
func (m *model) showNext(by int) {
	s := &m.scene
	s.view = (s.view + views + view(by)) % views
	m.say("the charts show " + viewTexts[s.view])
}

// toggleAlike draws the charts of all lanes on one scale, or each on its own.
func (m *model) toggleAlike() {
	s := &m.scene
	s.alike = !s.alike
	if s.alike {
		m.say("all lanes on one scale")
	} else {
		m.say("each lane on a scale of its own")
	}
}
