package tui

import (
	"time"

	"charm.land/bubbles/v2/key"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/engine/theory"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// scene is everything that the picture shows, overlays excepted. Drawing reads
// it and changes nothing but what it keeps for the next time: the ends of axes
// and where the knobs are.
type scene struct {
	theme           *theme
	layout          layout
	snap            engine.Snapshot
	series          engine.Series
	marks           []engine.Change
	findings        []diagnose.Finding
	focus           int // number of the lane looked at
	unlinked        bool
	rate            string // set, of the lane looked at
	knobs           knobs
	cursor          cursor
	pin             pin
	at, to          time.Duration // lane time: now, and what the charts show as now
	starting        bool          // no run yet
	voiceAt, paceAt grid.Rect     // where the header shows the voice, and how time passes
	note            string        // one line that wants to be read, in place of the footer
	hints           []key.Help    // the keys of the footer

	pastHints []key.Help // the same while the past is looked at

	traffic    []*traffic // of the lanes
	motionless bool       // nothing moves but figures
	byKey      bool       // items are coloured by key

	theory      []theory.Result // of the lanes
	theoryOf    *engine.Scenario
	theoryRates []float64
	shapes      []shape          // that theory gives the spread of latencies, of the lanes
	forecasting bool             // room is kept for forecasts
	forecast    *engine.Forecast // the latest; nil: none yet
	unforeseen  string           // why the latest could not be made
	ghost       ghost

	view  view // what the charts show
	zoom  int  // of their window, from the usual one
	alike bool // all lanes on one scale
	size  size

	charted    []charted             // where charts are on the screen
	tops       [][views]plot.Top     // of the lanes' charts
	commonTops [views]plot.Top       // of all lanes, where they have one scale
	spreads    []engine.Distribution // of the lanes' latencies, while charts show them
	spreadAxes []spreadAxes
	commonAxes spreadAxes
	length     float64 // pointed to: a part of the axis of latencies; 0: none

	values, more []float32 // for drawing one line or map after another
}

// show makes the scene that of a scenario about which nothing is known yet.
func (s *scene) show(sc *engine.Scenario, mode engine.Mode) {
	lanes := make([]engine.LaneSnapshot, len(sc.Lanes))
	for i := range lanes {
		lanes[i].Name, lanes[i].Model = sc.Lanes[i].Name, sc.Lanes[i].Model
	}
	s.snap = engine.Snapshot{Mode: mode, Scenario: sc, Speed: 1, Lanes: lanes}
	s.series, s.marks, s.findings = engine.Series{}, s.marks[:0], nil
	s.traffic = make([]*traffic, len(lanes))
	for i := range s.traffic {
		s.traffic[i] = newTraffic(len(sc.Handlers))
	}
	s.tops = make([][views]plot.Top, len(lanes))
	s.spreads, s.spreadAxes = make([]engine.Distribution, len(lanes)), make([]spreadAxes, len(lanes))
	s.commonTops, s.commonAxes = [views]plot.Top{}, spreadAxes{}
	s.focus = min(s.focus, len(lanes)-1)
	s.cursor, s.pin, s.at, s.to, s.ghost, s.forecast = cursor{}, pin{}, 0, 0, ghost{}, nil
	s.unlinked, s.rate = false, sc.Load.Rate.String()
}

// arrange finds the places of all panels in a screen of w by h.
func (s *scene) arrange(w, h int) {
	most := contents{handlers: 1, workers: 1}
	for i := range s.snap.Lanes {
		l := &s.snap.Lanes[i]
		most.handlers = max(most.handlers, len(l.Handlers))
		most.workers = max(most.workers, s.workerRows(i, h >= 48))
		most.broker = max(most.broker, brokerRows(&l.Broker))
	}
	arrange(&s.layout, w, h, len(s.snap.Lanes), s.focus, most, s.size)
}

// draw draws everything but overlays.
func (s *scene) draw(g *grid.Grid) {
	s.arrange(g.W, g.H)
	l := &s.layout
	s.charted = s.charted[:0]
	s.drawHeader(g.Sub(l.header))
	s.drawOffered(g.Sub(l.offered))
	for i, r := range l.lanes {
		s.drawLane(g, r, l.first+i)
	}
	s.drawOthers(g.Sub(l.others))
	s.drawSentence(g.Sub(l.sentence))
	s.knobs.draw(s, g, l.knobs)
	s.drawAbout(g.Sub(l.about))
	s.drawFooter(g.Sub(l.footer))
}

// spec is the settings of a lane now in force.
func (s *scene) spec(lane int) *engine.Lane { return &s.snap.Scenario.Lanes[lane] }

// buffer makes room for n values, to be drawn before the next call. What was in
// it stays.
func (s *scene) buffer(n int) []float32 {
	if cap(s.values) < n {
		more := make([]float32, n)
		copy(more, s.values)
		s.values = more
	}
	s.values = s.values[:n]
	return s.values
}
