package tui

import (
	"slices"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// number is a handler's number in the scenario, which the journal calls it by;
// -1 when it is not there.
func (s *scene) number(l *engine.LaneSnapshot, handler int) int {
	name := l.Handlers[handler].Name
	return slices.IndexFunc(s.snap.Scenario.Handlers, func(h engine.Handler) bool { return h.Name == name })
}

// drawStation draws a handler: its name, what waits for it or is in its hands,
// the figures of that, its workers, and what became of the items.
func (s *scene) drawStation(p *pen, lane, handler int, v way) {
	l := &s.snap.Lanes[lane]
	p.left(v.name-1, l.Handlers[handler].Name, s.theme.text)
	p.skip(1)
	number := s.number(l, handler)
	have, room := s.holds(lane, handler)
	st := s.pressure(lane, have, room)
	waits := figure.Count(have)
	if wait := p.next(v.wait); v.wait >= 3 {
		if v.figures > 0 && len(waits) >= v.figures { // which has no blank before it
			wait.w--
		}
		s.drawHave(wait, lane, handler, number, v.road, st)
	}
	switch {
	case v.figures == 0:
	case v.figures < waitFigures:
		p.right(v.figures, waits, st)
	default:
		p.right(7, waits, st)
		at := p.x
		p.text("/", s.theme.dim)
		if room >= engine.Unbounded {
			p.text("any", s.theme.dim)
		} else {
			p.fit(6, figure.Count(room), s.theme.dim)
		}
		p.x = at + v.figures - 7
	}
	if v.hands > 0 {
		s.drawHands(p.next(v.hands), l, handler)
	}
	if v.out > 0 && p.room() >= v.out {
		out := p.next(v.out)
		if v.figures < waitFigures { // which end without a blank
			out.x, out.w = out.x+1, out.w-1
		}
		s.drawDepartures(out, lane, handler, number)
	}
}

// holds is what a station has and has room for: items in its queue, or calls that
// go on at a time.
func (s *scene) holds(lane, handler int) (have, room int64) {
	l := &s.snap.Lanes[lane]
	h := &l.Handlers[handler]
	switch {
	case s.queues(lane):
		return h.Depth.Now, int64(h.Capacity) * int64(max(1, len(h.Partitions)))
	case s.spec(lane).Dispatch == engine.Goroutine:
		return int64(h.Busy), int64(s.spec(lane).Limit)
	default:
		return int64(h.Busy), int64(len(l.Publishers))
	}
}

// pressure is the style of what a station has: a full queue is bad, a busy
// publisher is not.
func (s *scene) pressure(lane int, have, room int64) grid.Style {
	t := s.theme
	switch share := float64(have) / float64(max(room, 1)); {
	case s.queues(lane) && room > 0 && share >= 1 || s.snap.Lanes[lane].AtLimit:
		return t.bad
	case s.queues(lane) && room > 0 && share > 0.8:
		return t.warning
	default:
		return t.lane(s.snap.Lanes[lane].Model)
	}
}

// drawHave draws what a station has: each item while all of them are seen and
// have room, a bar otherwise; so also when the journal tells nothing of them any
// more.
func (s *scene) drawHave(r stretch, lane, handler, number, road int, st grid.Style) {
	have, room := s.holds(lane, handler)
	switch {
	case number < 0 || !s.single() || have > int64(r.w) || s.queues(lane) && have > 2 && !s.traffic[lane].anyWaits(number):
		share := 0.0
		if room > 0 {
			share = float64(have) / float64(room)
		}
		plot.Bar(r.g, r.x, r.y, r.w, share, st, s.theme.dim)
	case s.queues(lane):
		if w := int(min(room, int64(r.w))); have <= room { // a cell for each that it has room for
			r = stretch{g: r.g, x: r.x + r.w - w, y: r.y, w: w}
		}
		for x := range r.w {
			r.set(x, r.g.Glyphs.Dot, s.theme.dim)
		}
		s.drawWaiting(r, lane, number, road)
	default:
		for x := range min(r.w, int(min(room, int64(r.w)))) {
			r.set(x, r.g.Glyphs.Dot, s.theme.dim)
		}
		s.drawRunning(r, lane, number)
	}
}

// drawHands draws the workers of a handler, a cell each: idle, down, or the item
// in hand.
func (s *scene) drawHands(r stretch, l *engine.LaneSnapshot, handler int) {
	x := 0
	for i := range l.Workers {
		w := &l.Workers[i]
		if w.Handler != handler || x >= r.w-1 {
			continue
		}
		sign, st := r.g.Glyphs.Circle, s.theme.dim
		switch w.State {
		case engine.Crashed:
			sign, st = r.g.Glyphs.Cross, s.theme.bad
		case engine.Stalled:
			sign, st = r.g.Glyphs.Vertical, s.theme.warning
		case engine.Queuing:
			sign, st = r.g.Glyphs.Ellipsis, s.theme.warning
		case engine.Busy:
			sign, st = s.item(r.g.Glyphs, l.Model, w.Key)
		default:
		}
		r.set(x, sign, st)
		x++
	}
}

// drawDepartures draws the way out of a handler; where nothing is to move, how
// many deliveries were done.
func (s *scene) drawDepartures(r stretch, lane, handler, number int) {
	if s.moving() {
		s.drawOut(r, lane, number)
		return
	}
	p := pen{g: r.g, x: r.x, y: r.y, end: r.x + r.w}
	p.right(r.w, figure.Count(s.snap.Lanes[lane].Handlers[handler].Ledger.Done), s.theme.good)
}
