package tui

import (
	"slices"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// way is how the row of a handler is divided: the road from whoever hands over,
// the handler's name, what waits there, the figures, who has an item in hand,
// and the road out. Without room for a part its width is 0.
type way struct {
	verb, road, name, wait, figures, hands, out int
}

// The widths of what has a fixed one.
const (
	sendWidth    = 7  // send ▸
	publishWidth = 10 // publish ▸
	waitFigures  = 15 // 9,999/100.0k
	waitBrief    = 6  // 9,999
	mostHands    = 12 // workers with a cell each beside their queue
)

// wayOf divides a row of w cells. A part gets what those before it leave.
func (s *scene) wayOf(lane, w int) way {
	l := &s.snap.Lanes[lane]
	v := way{verb: sendWidth, name: 8, figures: waitBrief, out: 6}
	if l.Model == engine.EventModel {
		v.verb = publishWidth
	}
	if w >= 50 {
		v.name, v.figures, v.out = 10, waitFigures, 8
	}
	if w >= 80 {
		v.out = 16
		if n := s.hands(lane); n > 0 && n <= mostHands {
			v.hands = n + 1
		}
	}
	if rest := w - v.verb - v.name - v.figures - v.hands - v.out; rest >= 16 {
		v.road = min((rest-1)/2, roadWidth)
	}
	v.wait = max(w-v.verb-v.name-v.figures-v.hands-v.out, 0)
	if v.road > 0 {
		v.wait -= v.road + 1
	}
	return v
}

// hands is how many workers the handler with the most of them has.
func (s *scene) hands(lane int) int {
	l, most := &s.snap.Lanes[lane], 0
	if len(l.Workers) == 0 {
		return 0
	}
	for i := range l.Handlers {
		most = max(most, l.Handlers[i].Workers)
	}
	return most
}

// drawFlow draws the way of the items: who hands them over, where they wait, who
// has them in hand, and what became of them. The two rows below, where there
// are, say what the signs mean and what happened last.
func (s *scene) drawFlow(g *grid.Grid, lane int) {
	if g.H == 0 {
		return
	}
	l, rows := &s.snap.Lanes[lane], 1
	switch n := len(l.Handlers); {
	case g.H < n && s.queues(lane):
		s.drawFlowInBrief(g, lane)
	case g.H < n || n == 1 && !s.queues(lane):
		p, v := s.drawWayIn(g, lane)
		s.drawBus(&p, lane, v)
	default:
		rows = n
		p, v := s.drawWayIn(g, lane)
		s.drawBeside(g.Sub(grid.Rect{Y: 1, W: p.x - 1, H: rows - 1}), lane)
		for i := range l.Handlers {
			q := pen{g: g, x: p.x, y: i, end: g.W}
			s.drawStation(&q, lane, i, v)
		}
	}
	if below := g.Sub(grid.Rect{Y: rows, W: g.W, H: g.H - rows}); below.H >= 2 {
		s.drawLegend(below, l)
		s.drawStory(below.Sub(grid.Rect{Y: 1, W: g.W, H: 1}), lane)
	}
}

// drawWayIn draws who hands over and the road from there. What comes next is for
// the pen it returns.
func (s *scene) drawWayIn(g *grid.Grid, lane int) (pen, way) {
	v, p := s.wayOf(lane, g.W), row(g, 0)
	s.drawHandOver(&p, &s.snap.Lanes[lane], false)
	p.x = v.verb
	if v.road > 0 {
		s.drawArrivals(p.next(v.road), lane)
		p.skip(1)
	}
	return p, v
}

// drawFlowInBrief draws the queues of all handlers in one row.
func (s *scene) drawFlowInBrief(g *grid.Grid, lane int) {
	l := &s.snap.Lanes[lane]
	p := row(g, 0)
	s.drawHandOver(&p, l, g.W < 12*len(l.Handlers)+10)
	for i := range l.Handlers {
		part := p.room() / (len(l.Handlers) - i)
		q := pen{g: g, x: p.x, end: p.x + part - 1}
		v := way{name: q.room() - waitBrief + 1, figures: waitBrief - 1}
		if q.room() >= 15 { // for a few items as well
			v.name = min(q.room()-v.figures-4, 9)
		}
		have, _ := s.holds(lane, i)
		if few := int64(q.room() - v.name); v.name < 9 && s.single() && have <= few && few <= waitBrief { // they can be counted
			v.figures = 0
		}
		v.wait = max(q.room()-v.name-v.figures, 0)
		s.drawStation(&q, lane, i, v)
		p.skip(part)
	}
}

// drawHandOver draws who sends or publishes, and whether they stand blocked; in
// brief by a sign only.
func (s *scene) drawHandOver(p *pen, l *engine.LaneSnapshot, brief bool) {
	blocked := slices.ContainsFunc(l.Publishers, func(x engine.PublisherSnapshot) bool { return x.Blocked })
	verb := "send"
	if l.Model == engine.EventModel {
		verb = "publish"
	}
	st := s.theme.text
	sign := p.g.Glyphs.Right
	if blocked {
		st, sign = s.theme.warning, p.g.Glyphs.Vertical
	}
	if !brief {
		p.text(verb, st)
		p.skip(1)
	}
	p.sign(sign, st)
}

// drawArrivals draws the road from whoever hands over; where nothing is to move,
// how many items come in its place.
func (s *scene) drawArrivals(r stretch, lane int) {
	switch {
	case s.moving():
		s.drawRoad(r, lane)
	case r.w >= 9:
		p := pen{g: r.g, x: r.x, y: r.y, end: r.x + r.w}
		p.rate(9, s.snap.Lanes[lane].Recent.Arrivals, s.theme.dim)
	}
}

// drawBeside draws, below the road, what the event is called, and what has
// arrived and is not in anybody's hands yet.
func (s *scene) drawBeside(g *grid.Grid, lane int) {
	l := &s.snap.Lanes[lane]
	switch {
	case g.H == 0 || g.W < publishWidth-1:
		return
	case g.W < 14:
		p := row(g, g.H-1)
		p.right(5, figure.Count(l.Recent.Backlog.Now), s.due(l))
		p.text(" due", s.theme.dim)
		return
	}
	if g.H > 1 && l.Model == engine.EventModel {
		p := row(g, 0)
		p.text("item.arrived", s.theme.lane(l.Model))
		if dispatch := string(s.spec(lane).Dispatch); len(dispatch)+1 <= p.room() {
			p.skip(1)
			p.text(dispatch, s.theme.dim)
		}
	}
	p := row(g, g.H-1)
	p.end = 14
	s.drawBacklog(&p, l)
}

// drawBacklog draws what waits for a publisher or producer.
func (s *scene) drawBacklog(p *pen, l *engine.LaneSnapshot) {
	p.left(8, "backlog", s.theme.dim)
	p.right(min(p.room(), 7), figure.Count(l.Recent.Backlog.Now), s.due(l))
}

// due is the style of a backlog: more than none is a warning.
func (s *scene) due(l *engine.LaneSnapshot) grid.Style {
	if l.Recent.Backlog.Now > 0 {
		return s.theme.warning
	}
	return s.theme.text
}

// drawBus draws a bus without queues in one row: the event's name, what waits
// for a publisher, and the way out where there is a single observer.
func (s *scene) drawBus(p *pen, lane int, v way) {
	l, t := &s.snap.Lanes[lane], s.theme
	const waits = 15
	q := pen{g: p.g, x: p.end - waits, y: p.y, end: p.end}
	s.drawBacklog(&q, l)
	p.end -= waits + 1
	if len(l.Handlers) == 1 && s.moving() && p.room() >= 13+v.out {
		s.drawOut(stretch{g: p.g, x: p.end - v.out, y: p.y, w: v.out}, lane, s.number(l, 0))
		p.end -= v.out + 1
	}
	p.text("item.arrived", t.lane(l.Model))
	p.skip(1)
	if dispatch := string(s.spec(lane).Dispatch); len(dispatch) <= p.room() {
		p.text(dispatch, t.dim)
	}
}
