package tui

import "duet/ui/internal/grid"

// The smallest terminal that is drawn on, and the narrowest lane.
const (
	minWidth, minHeight = 60, 20
	minLane             = 38
)

// mostStations is up to how many handlers get a row each of the way of items.
const mostStations = 8

// contents are what there is to be shown of a lane.
type contents struct {
	handlers int
	workers  int // rows that these would take
	broker   int // rows that there are to tell of it
}

// layout says where everything is.
type layout struct {
	header, offered         grid.Rect
	lanes                   []grid.Rect // of the lanes shown, borders included
	first                   int         // number of the first lane shown
	others                  grid.Rect   // a row for each lane that is not
	sentence, knobs, footer grid.Rect
	about                   grid.Rect // of the selected knob; empty where there is no room
	flow, chart, workers    grid.Rect // within the border of each lane, from its top left
	latency, ledger         grid.Rect
	broker                  grid.Rect // empty where no lane has one, or there is no room
}

// arrange divides a screen of w by h between its panels, for a number of lanes
// of which focus is looked at, with the most that one of them has. A lane or its chart
// may have it all.
func arrange(into *layout, w, h, lanes, focus int, most contents, size size) {
	l := layout{lanes: into.lanes[:0]}
	rest := grid.Rect{W: w, H: h}
	rows := func(small, medium, large int) int {
		switch {
		case h < 30:
			return small
		case h < 48:
			return medium
		default:
			return large
		}
	}
	l.header, rest = rest.SplitTop(1)
	if size == wholeChart {
		l.footer, rest = rest.SplitBottom(1)
		l.sentence, rest = rest.SplitBottom(rows(1, 2, 3))
		l.lanes, l.first = append(l.lanes, rest), focus
		l.chart = grid.Rect{W: max(rest.W-2, 0), H: max(rest.H-2, 0)}
		*into = l
		return
	}
	l.offered, rest = rest.SplitTop(rows(1, 1, 3))
	l.footer, rest = rest.SplitBottom(1)
	l.about, rest = rest.SplitBottom(rows(0, 1, 1))
	l.knobs, rest = rest.SplitBottom(rows(1, 2, 3))
	l.sentence, rest = rest.SplitBottom(rows(2, 3, 3))
	l.divide(rest, lanes, focus, size)
	if len(l.lanes) > 0 {
		l.inside(l.lanes[0].Inset(1), most)
	}
	*into = l
}

// divide places as many lanes side by side as there is room for, the one
// looked at among them, and gives each of the others a row.
func (l *layout) divide(r grid.Rect, lanes, focus int, size size) {
	shown := min(max(r.W/minLane, 1), lanes)
	if size == wholeLane {
		shown = 1
	}
	l.others, r = r.SplitBottom(lanes - shown)
	l.first = min(max(focus-shown+1, 0), lanes-shown)
	for i := range shown {
		var lane grid.Rect
		lane, r = r.SplitLeft(r.W / (shown - i))
		l.lanes = append(l.lanes, lane)
	}
}

// inside divides what is within the border of a lane; r.W and r.H are its size.
// All lanes are divided alike, so that their charts can be compared.
func (l *layout) inside(r grid.Rect, most contents) {
	rest := grid.Rect{W: r.W, H: r.H}
	flow := 1
	if r.H >= 22 && most.handlers <= mostStations {
		flow = most.handlers
	}
	if r.H >= 40 {
		flow += 2 // what the signs mean, and what happened last
	}
	table := 6
	switch {
	case r.H < 16:
		table = 4
	case r.H < 22:
		table = 5
	}
	l.flow, rest = rest.SplitTop(flow)
	l.ledger, rest = rest.SplitBottom(min(max(r.H/8, 1), 3))
	l.latency, rest = rest.SplitBottom(table)
	l.broker, rest = rest.SplitBottom(min(most.broker, max((r.H-14)/3, 0)))
	l.workers, l.chart = rest.SplitBottom(min(1+most.workers, rest.H*55/100))
}
