package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/grid"
)

// faults is the menu of what can be broken, and mended, in a lane.
type faults struct {
	lane     int // number of the lane; as many as there are lanes: all of them
	selected int
	list     []breakage
	err      error
	rows     grid.Rect // where the list is on the screen
	top      int       // the first one of the list shown
}

// breakage is one line of the menu.
type breakage struct {
	text  string
	fault engine.Fault
}

func newFaults(m *model) *faults {
	f := &faults{lane: m.scene.focus}
	f.fill(m)
	return f
}

// fill lists what can be done to the lane: a dead one can be revived, and that
// comes first.
func (f *faults) fill(m *model) {
	f.list, f.err = f.list[:0], nil
	lane := ""
	lanes := m.now().Lanes
	if f.lane < len(lanes) {
		lane = lanes[f.lane].Name
	}
	add := func(text string, fault engine.Fault) {
		fault.Lane = lane
		f.list = append(f.list, breakage{text, fault})
	}
	revive := engine.Fault{Kind: engine.FaultRevive, Target: "lane"}
	start := engine.Fault{Kind: engine.FaultStart, Target: "producers"}
	for i := range lanes {
		if f.lane != len(lanes) && f.lane != i {
			continue
		}
		if lanes[i].Dead != "" {
			add("revive the lane", revive)
		}
		if lanes[i].Stopped {
			add("start the producers", start)
		}
	}
	add("crash a worker, back in 2 s", engine.Fault{Kind: engine.FaultCrash, Target: "worker"})
	for _, h := range m.now().Scenario.Handlers {
		add("stall "+h.Name+" for 2 s", engine.Fault{Kind: engine.FaultStall, Target: h.Name, For: 2 * time.Second})
		add("slow "+h.Name+" 3 times for 5 s", engine.Fault{Kind: engine.FaultSlow, Target: h.Name, Factor: 3, For: 5 * time.Second})
		add("let half of "+h.Name+" fail for 5 s", engine.Fault{Kind: engine.FaultFail, Target: h.Name, Share: 0.5, For: 5 * time.Second})
		add("let "+h.Name+" panic for 1 s", engine.Fault{Kind: engine.FaultPanic, Target: h.Name, Share: 1, For: time.Second})
	}
	add("stop the producers for 5 s", engine.Fault{Kind: engine.FaultStop, Target: "producers", For: 5 * time.Second})
	add("stop the producers", engine.Fault{Kind: engine.FaultStop, Target: "producers"})
	add("start the producers", start)
	add("revive the lane", revive)
	f.selected = min(f.selected, len(f.list)-1)
}

func (f *faults) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		f.press(m, msg)
	case tea.MouseClickMsg:
		if i := f.top + msg.Y - f.rows.Y; f.rows.Contains(msg.X, msg.Y) && i < len(f.list) {
			f.selected = i
			f.choose(m)
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			f.selected = max(f.selected-1, 0)
		} else {
			f.selected = min(f.selected+1, len(f.list)-1)
		}
	}
	return nil
}

func (f *faults) press(m *model, k tea.KeyPressMsg) {
	keys, n := m.keys, len(m.scene.snap.Lanes)
	switch {
	case key.Matches(k, keys.Next):
		f.selected = (f.selected + 1) % len(f.list)
	case key.Matches(k, keys.Previous):
		f.selected = (f.selected + len(f.list) - 1) % len(f.list)
	case key.Matches(k, keys.More):
		f.lane = (f.lane + 1) % (n + 1)
		f.fill(m)
	case key.Matches(k, keys.Less):
		f.lane = (f.lane + n) % (n + 1)
		f.fill(m)
	case key.Matches(k, keys.Enter):
		f.choose(m)
	case key.Matches(k, keys.Fault, keys.Quit):
		m.overlay = nil
	}
}

// choose makes the fault that is selected. One that makes no sense here is
// refused with the reason.
func (f *faults) choose(m *model) {
	fault, err := m.now().Scenario.Complete(f.list[f.selected].fault)
	if err != nil {
		f.err = err
		return
	}
	m.ask(engine.Change{Fault: &fault})
	m.overlay = nil
}

func (f *faults) draw(m *model, g *grid.Grid) {
	t, snap := m.scene.theme, &m.scene.snap
	in, at := m.window(g, 64, len(f.list)+6, "break something")
	p := row(in, 0)
	p.text("in ", t.dim)
	p.sign(g.Glyphs.Left, t.strong)
	if f.lane < len(snap.Lanes) {
		p.text(snap.Lanes[f.lane].Name, t.lane(snap.Lanes[f.lane].Model).With(grid.Bold))
	} else {
		p.text("all lanes", t.strong)
	}
	p.skip(1)
	p.sign(g.Glyphs.Right, t.strong)

	h := in.H - 4
	f.top = scrolled(f.selected, len(f.list), h)
	f.rows = grid.Rect{X: at.X, Y: at.Y + 2, W: at.W, H: h}
	for y := range min(h, len(f.list)-f.top) {
		i := f.top + y
		p = row(in, 2+y)
		st := t.text
		if i == f.selected {
			st = t.selected
			p.sign(g.Glyphs.Right, t.strong)
		} else {
			p.skip(2)
		}
		p.text(f.list[i].text, st)
	}
	p = row(in, in.H-1)
	if f.err != nil {
		p.text(f.err.Error(), t.bad)
		return
	}
	p.text("enter does it, ←→ another lane, esc leaves it", t.dim)
}
