package tui

import (
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// tour shows a new person round: four steps, each of which points at a part of
// the screen, which goes on being live.
type tour struct {
	step  int
	under overlay // what it was asked for from; nil: the scene
}

// parent implements [nested].
func (t *tour) parent() overlay { return t.under }

// stop is a step of the tour.
type stop struct {
	title string
	at    func(s *scene) grid.Rect
	text  func(s *scene) string
}

var stops = [...]stop{
	{"the rate", func(s *scene) grid.Rect { return s.layout.knobs }, func(s *scene) string {
		return "Items arrive at " + s.rate + ", whether or not anybody is ready for them. + and - change that at any time, and all lanes get the same items. Up and down turn to other knobs."
	}},
	{"the queue", func(s *scene) grid.Rect { return s.within(s.laneOf(engine.Message), s.layout.flow) }, func(s *scene) string {
		l := &s.snap.Lanes[s.laneOf(engine.Message)]
		if l.Model != engine.Message {
			return "A message lane hands items to a queue, and workers take them from it. There is none here: what waits is the backlog, " + figure.Count(l.Recent.Backlog.Now) + " now."
		}
		return "A message lane hands items to a queue, and workers take them from it. " + figure.Count(l.Recent.Depth.Now) + " wait in it now. When it is full, somebody has to wait, or something is dropped."
	}},
	{"the observers", func(s *scene) grid.Rect { return s.within(s.laneOf(engine.EventModel), s.layout.workers) }, func(s *scene) string {
		l := &s.snap.Lanes[s.laneOf(engine.EventModel)]
		if l.Model != engine.EventModel {
			return "An event lane has no queue: the publisher calls its observers itself. There is none here: these are the workers, and what each is at."
		}
		return "An event lane has no queue: the publisher calls one observer after another, and is busy meanwhile. What arrives in the meantime is its backlog: " + figure.Count(l.Recent.Backlog.Now) + " now."
	}},
	{"the latency", func(s *scene) grid.Rect { return s.within(s.focus, s.layout.latency) }, func(*scene) string {
		return "How long things took in the last 10 s. publish is what the caller pays; latency is what an item takes, from when it was to arrive until its last handler ends. Now break something: f. More: p presets, ? help."
	}},
}

func (t *tour) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch keys := m.keys; {
		case key.Matches(msg, keys.Less, keys.Previous):
			t.step = max(t.step-1, 0)
		case key.Matches(msg, keys.Enter, keys.More, keys.Next, keys.Pause):
			t.next(m)
		case key.Matches(msg, keys.Faster, keys.Slower): // to be tried
			return m.press(msg)
		case key.Matches(msg, keys.Quit):
			m.closeOverlay()
		}
	case tea.MouseClickMsg:
		t.next(m)
	}
	return nil
}

func (t *tour) next(m *model) {
	if t.step++; t.step == len(stops) {
		m.closeOverlay()
	}
}

// tourWidth is that of the words beside what is pointed at.
const tourWidth = 58

func (t *tour) draw(m *model, g *grid.Grid) {
	s := &m.scene
	step := &stops[min(t.step, len(stops)-1)]
	at := step.at(s).Intersect(g.Bounds())
	shade(g, at, s.theme)
	w := min(tourWidth, g.W-2)
	lines := wrap(g, step.text(s), w-4)
	h := len(lines) + 4
	r := grid.Rect{X: min(max(at.X+at.W/2-w/2, 1), g.W-w-1), Y: at.Y + at.H + 1, W: w, H: h}
	arrow, y := g.Glyphs.Up, r.Y-1
	if r.Y+r.H > g.H { // no room below
		r.Y = max(at.Y-h-1, 0)
		arrow, y = g.Glyphs.Down, r.Y+r.H
	}
	g.Fill(r, ' ', grid.Style{})
	g.Box(r, s.theme.strong, step.title, s.theme.strong)
	g.TextRight(r.X+r.W-2, r.Y, " "+strconv.Itoa(t.step+1)+" of "+strconv.Itoa(len(stops))+" ", s.theme.dim)
	g.Set(min(max(at.X+at.W/2, r.X+1), r.X+r.W-2), y, arrow, s.theme.warning)
	in := g.Sub(grid.Rect{X: r.X + 2, Y: r.Y + 1, W: r.W - 4, H: r.H - 2})
	prose(in, 0, lines, s.theme.text)
	p := row(in, in.H-1)
	p.text(named(in, "enter goes on, ← goes back, esc ends the tour"), s.theme.dim)
}

// laneOf is the first lane shown of a model, else the first shown.
func (s *scene) laneOf(model engine.Model) int {
	for i := range s.layout.lanes {
		if s.snap.Lanes[s.layout.first+i].Model == model {
			return s.layout.first + i
		}
	}
	return s.layout.first
}

// within is a part of a lane on the screen.
func (s *scene) within(lane int, part grid.Rect) grid.Rect {
	i := lane - s.layout.first
	if i < 0 || i >= len(s.layout.lanes) {
		return grid.Rect{}
	}
	inside := s.layout.lanes[i].Inset(1)
	part.X, part.Y = part.X+inside.X, part.Y+inside.Y
	return part
}

// tourFrom is how long a run goes on before a new person is shown round: there
// must be something to see.
const tourFrom = time.Second

// tourInTime shows a person round who was never here, unless somebody wants no
// questions, or nobody remembers that it was done.
func (m *model) tourInTime() {
	o := &m.options
	if m.memory.Toured || !o.Ask || o.Remember == nil || m.overlay != nil || m.run == nil || m.scene.snap.At < tourFrom {
		return
	}
	m.memory.Toured = true
	m.overlay = &tour{}
}
