package tui

import (
	"strings"
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
	"duet/ui/internal/plot"
)

// maxRows is how many rows of workers there are; twice as many workers still
// get half a row each, more become a heat map.
const maxRows = 12

// workerRows is how many rows the workers of a lane, or its publishers, ask for;
// where there is room, a publisher asks for one for each of its calls.
func (s *scene) workerRows(lane int, roomy bool) int {
	l := &s.snap.Lanes[lane]
	n := len(l.Workers)
	tree := len(l.Publishers) * (1 + len(l.Handlers))
	switch {
	case n > 0:
	case roomy && !s.queues(lane) && tree <= maxRows:
		return max(tree, 4)
	default:
		n = max(2*len(l.Publishers), 4)
		if n > maxRows {
			n /= 2
		}
	}
	switch {
	case n <= maxRows:
		return n
	case n <= 2*maxRows:
		return (n + 1) / 2
	default:
		return min(max(2+n/50, len(l.Handlers)), maxRows)
	}
}

// drawServers draws who does the work: workers and buffered observers, or the
// publishers of an inline bus with the calls they are at.
func (s *scene) drawServers(g *grid.Grid, lane int) {
	if g.H == 0 {
		return
	}
	l := &s.snap.Lanes[lane]
	s.drawServersTitle(g, lane)
	g = g.Sub(grid.Rect{Y: 1, W: g.W, H: g.H - 1})
	switch {
	case len(l.Workers) > 0:
		s.drawWorkers(g, l)
	case l.Model == engine.EventModel && s.spec(lane).Dispatch == engine.Goroutine:
		s.drawGoroutines(g, lane)
	default:
		s.drawPublishers(g, l)
	}
}

func (s *scene) drawServersTitle(g *grid.Grid, lane int) {
	l, t := &s.snap.Lanes[lane], s.theme
	p := row(g, 0)
	part := func(name string, n int) {
		p.text(name, t.dim)
		p.skip(1)
		p.text(figure.Count(int64(n)), t.text)
		p.skip(2)
	}
	if l.Model == engine.EventModel {
		part("publishers", len(l.Publishers))
		part("observers", len(l.Handlers))
	} else {
		part("workers", len(l.Workers))
	}
	if p.room() >= 10 {
		p.text("busy", t.dim)
		p.right(6, figure.Percent(l.Recent.Utilisation), t.text)
	}
	s.drawResources(&p, l)
	s.drawElsewhere(&p, l)
	n := len(l.Workers)
	if n == 0 && s.spec(lane).Dispatch != engine.Goroutine {
		n = len(l.Publishers)
	}
	if crowded(n, g.W, g.H-1) {
		s.drawHeatLegend(&p, n, l.Model, g.H-1)
	}
	for i := range l.Handlers {
		if fault := l.Handlers[i].Fault; fault != "" && p.room() > 12 {
			p.skip(2)
			p.text("× ", t.bad)
			p.text(l.Handlers[i].Name, t.bad)
			p.text(" ", t.bad)
			p.text(fault, t.bad)
		}
	}
}

// elsewhere is how many of a lane's workers are in other processes.
func elsewhere(l *engine.LaneSnapshot) (n int64) {
	for i := range l.Workers {
		if l.Workers[i].Host != "" {
			n++
		}
	}
	return n
}

// drawElsewhere says how many of the workers are in other processes, and under which
// name others find the run.
func (s *scene) drawElsewhere(p *pen, l *engine.LaneSnapshot) {
	t, n := s.theme, elsewhere(l)
	if n > 0 && p.room() >= 16 {
		p.skip(2)
		p.text("elsewhere ", t.dim)
		p.text(figure.Count(n), t.text)
	}
	if run := l.Broker.Run; run != "" && p.room() >= 8+len(run) {
		p.skip(2)
		p.text("run ", t.dim)
		p.text(run, t.text)
	}
	if n > 0 && p.room() >= 48 {
		p.skip(2)
		p.text("waits include the way of their reports", t.dim)
	}
}

// crowded says whether so many workers have not even half a row each.
func crowded(n, w, h int) bool {
	const halfRow = 18
	return n > h && (n > min(h, maxRows)*2 || w < 2*halfRow)
}

// drawWorkers gives each worker a row, half a row, or a cell.
func (s *scene) drawWorkers(g *grid.Grid, l *engine.LaneSnapshot) {
	switch n := len(l.Workers); {
	case g.H <= 0:
	case n <= g.H:
		for i := range l.Workers {
			p := row(g, i)
			s.drawWorker(&p, l, &l.Workers[i])
		}
	case !crowded(n, g.W, g.H):
		half := (g.W - 1) / 2
		for i := range l.Workers {
			x := i % 2 * (g.W - half)
			p := pen{g: g, x: x, y: i / 2, end: x + half}
			s.drawWorker(&p, l, &l.Workers[i])
		}
	case len(l.Handlers) > 1 && len(l.Handlers) <= g.H:
		s.drawCrews(g, l)
	default:
		s.drawHeat(g, s.loads(l, -1), l.Model)
	}
}

// progress is how much of what is demanded has passed, 0 to 1.
func progress(passed, demand time.Duration) float64 {
	if demand <= 0 || passed >= demand {
		return 1
	}
	return max(float64(passed)/float64(demand), 0)
}

// drawWorker draws one worker: its number, its state, and how far it is with
// the item in hand.
func (s *scene) drawWorker(p *pen, l *engine.LaneSnapshot, w *engine.WorkerSnapshot) {
	t, g := s.theme, p.g
	wide := p.room() >= 30
	p.right(2, decimal(int64(w.ID)), t.dim)
	p.skip(1)
	handler := ""
	if w.Handler >= 0 && w.Handler < len(l.Handlers) {
		handler = l.Handlers[w.Handler].Name
	}
	name := 8
	switch {
	case !wide:
		name = min(7, p.room()-9)
	case p.room() >= 44 && elsewhere(l) > 0:
		name = 16 // of all, so that they stand below each other
	}
	if w.Host != "" { // where it is says more than what it does, where there is no room for both
		handler = strings.TrimSpace(handler + " @" + w.Host)
		if len(l.Handlers) == 1 || name < len(handler) {
			handler = "@" + w.Host
		}
	}
	switch w.State {
	case engine.Idle:
		p.sign(g.Glyphs.Circle, t.dim)
		p.left(name, handler, t.dim)
		p.skip(1)
		p.text("idle", t.dim)
	case engine.Crashed:
		p.sign(g.Glyphs.Cross, t.bad)
		p.left(name, handler, t.bad)
		p.skip(1)
		s.drawCrashed(p, w)
	case engine.Queuing:
		p.sign(g.Glyphs.Ellipsis, t.warning)
		p.left(name, handler, t.warning)
		s.drawQueuing(p, w, wide)
	case engine.Stalled:
		p.sign(g.Glyphs.Vertical, t.warning)
		p.left(name, handler, t.warning)
		s.drawInHand(p, w, wide, t.warning)
	default:
		st := t.lane(l.Model)
		sign, key := s.item(g.Glyphs, l.Model, w.Key)
		p.sign(sign, key)
		p.left(name, handler, t.text)
		s.drawInHand(p, w, wide, st)
	}
}

func (s *scene) drawCrashed(p *pen, w *engine.WorkerSnapshot) {
	switch {
	case w.BackAt > 0 && p.room() >= 22:
		p.text("crashed, back in ", s.theme.bad)
		p.text(figure.Duration(max(w.BackAt-s.snap.At, 0)), s.theme.bad)
	case w.BackAt > 0 && p.room() < 7:
		p.right(p.room(), figure.Duration(max(w.BackAt-s.snap.At, 0)), s.theme.bad)
	case p.room() < 7:
		p.text("down", s.theme.bad)
	default:
		p.text("crashed", s.theme.bad)
	}
}

// drawAttempt draws which attempt it is, from the second on.
func (s *scene) drawAttempt(p *pen, attempt int) {
	const width = 4
	q := *p
	p.skip(width)
	if attempt > 1 {
		q.end = p.x
		q.g.Set(q.x, q.y, q.g.Glyphs.Again, s.theme.warning)
		q.skip(1)
		q.text(decimal(int64(attempt)), s.theme.warning)
	}
}

// drawQueuing draws a worker that stands in line for what its handler needs, with
// the item in hand, and for how long.
func (s *scene) drawQueuing(p *pen, w *engine.WorkerSnapshot, wide bool) {
	p.skip(1)
	if wide {
		at := p.x
		p.text("#", s.theme.dim)
		p.text(decimal(w.Seq), s.theme.dim)
		p.x = max(p.x, at+7) + 1
		p.left(max(p.room()-figureWidth, 0), "in line for what it needs", s.theme.warning)
	} else {
		p.left(max(p.room()-figureWidth, 0), "in line", s.theme.warning)
	}
	p.right(min(figureWidth, p.room()), figure.Duration(max(s.snap.At-w.Since, 0)), s.theme.text)
}

// longestBar is how many cells progress is shown in where there is room: more tell no
// more, and move with every picture.
const longestBar = 40

// drawInHand draws the item, how far it is, and for how long.
func (s *scene) drawInHand(p *pen, w *engine.WorkerSnapshot, wide bool, st grid.Style) {
	passed := max(s.snap.At-w.Since, 0)
	if wide {
		p.skip(1)
		at := p.x
		p.text("#", s.theme.dim)
		p.text(decimal(w.Seq), s.theme.dim)
		p.x = max(p.x, at+7)
		p.skip(1)
		if p.room() >= 24 {
			s.drawAttempt(p, w.Attempt)
		}
	} else {
		p.skip(1)
	}
	if bar := min(p.room()-figureWidth, longestBar); bar >= 3 {
		plot.Bar(p.g, p.x, p.y, bar, progress(passed, w.Demand), st, s.theme.dim)
		p.skip(bar)
	}
	p.right(min(figureWidth, p.room()), figure.Duration(passed), s.theme.text)
}
