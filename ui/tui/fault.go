package tui

import (
	"slices"
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
	field    int // of the selected fault: 0 is the lane, then its own
	list     []breakage
	turned   map[string]engine.Fault // those that were changed here, by their text
	err      error

	rows   grid.Rect // where the list is on the screen
	top    int       // the first one of the list shown
	fields []grid.Rect
}

// breakage is one line of the menu.
type breakage struct {
	text  string
	fault engine.Fault
}

func newFaults(m *model) *faults {
	f := &faults{lane: m.scene.focus, turned: map[string]engine.Fault{}}
	f.fill(m)
	return f
}

// fill lists what can be done to the lane. What mends something that is broken
// now comes first.
func (f *faults) fill(m *model) {
	f.list, f.err = f.list[:0], nil
	lane := ""
	lanes, handlers := m.now().Lanes, m.now().Scenario.Handlers
	if f.lane < len(lanes) {
		lane = lanes[f.lane].Name
	}
	add := func(text string, fault engine.Fault) {
		if own, ok := f.turned[text]; ok {
			fault = own
		}
		fault.Lane = lane
		f.list = append(f.list, breakage{text, fault})
	}
	mend := func(handler string) { add("mend "+handler, engine.Fault{Kind: engine.FaultMend, Target: handler}) }
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
		for j := range lanes[i].Handlers {
			if lanes[i].Handlers[j].Fault != "" {
				mend(lanes[i].Handlers[j].Name)
			}
		}
	}
	add("crash a worker", engine.Fault{Kind: engine.FaultCrash, Target: "worker", Count: 1, When: engine.CrashDuring, Restart: 2 * time.Second})
	if slices.Contains(m.now().Scenario.FaultTargets(engine.FaultCrash), engine.TargetBroker) {
		add("crash the broker", engine.Fault{Kind: engine.FaultCrash, Target: engine.TargetBroker, Count: 1, When: engine.CrashDuring, Restart: 2 * time.Second})
	}
	for i := range handlers {
		h := handlers[i].Name
		add("stall "+h, engine.Fault{Kind: engine.FaultStall, Target: h, For: 2 * time.Second})
		add("slow "+h, engine.Fault{Kind: engine.FaultSlow, Target: h, Factor: 3, For: 5 * time.Second})
		add("let "+h+" fail", engine.Fault{Kind: engine.FaultFail, Target: h, Share: 0.5, For: 5 * time.Second})
		add("let "+h+" panic", engine.Fault{Kind: engine.FaultPanic, Target: h, Share: 1, For: time.Second})
	}
	add("stop the producers", engine.Fault{Kind: engine.FaultStop, Target: "producers", For: 5 * time.Second})
	add("start the producers", start)
	for i := range handlers {
		mend(handlers[i].Name)
	}
	add("revive the lane", revive)
	f.selected = min(f.selected, len(f.list)-1)
}

func (f *faults) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		f.press(m, msg)
	case tea.MouseClickMsg:
		f.click(m, msg)
	case tea.MouseWheelMsg:
		f.wheel(m, msg)
	}
	return nil
}

func (f *faults) press(m *model, k tea.KeyPressMsg) {
	keys := m.keys
	switch {
	case k.String() == "tab":
		f.field = (f.field + 1) % len(f.params(m))
	case k.String() == "shift+tab":
		f.field = (f.field + len(f.params(m)) - 1) % len(f.params(m))
	case key.Matches(k, keys.Next):
		f.choose((f.selected + 1) % len(f.list))
	case key.Matches(k, keys.Previous):
		f.choose((f.selected + len(f.list) - 1) % len(f.list))
	case key.Matches(k, keys.More):
		f.turn(m, 1, false)
	case key.Matches(k, keys.Less):
		f.turn(m, -1, false)
	case key.Matches(k, keys.FineMore):
		f.turn(m, 1, true)
	case key.Matches(k, keys.FineLess):
		f.turn(m, -1, true)
	case key.Matches(k, keys.Enter):
		f.make(m)
	case key.Matches(k, keys.Fault, keys.Quit):
		m.overlay = nil
	}
}

// choose selects a line; of its fields, the lane.
func (f *faults) choose(line int) { f.selected, f.field, f.err = line, 0, nil }

// params are the fields of the selected fault; the lane is the first.
func (f *faults) params(m *model) []engine.Param {
	return m.now().Scenario.FaultParams(f.list[f.selected].fault.Kind)
}

// turn changes the selected field by a step; of a lane it takes the next one.
func (f *faults) turn(m *model, direction int, fine bool) {
	if f.field == 0 {
		n := len(m.now().Lanes) + 1
		f.lane = (f.lane + direction + n) % n
		f.fill(m)
		return
	}
	p, b := f.params(m)[f.field], &f.list[f.selected]
	value := turned(&p, b.fault.Get(p.Path), direction, fine)
	if value == "0%" || value == "0s" && p.Path == "restart" {
		return // nothing at all would count as not given
	}
	if f.err = b.fault.Set(p.Path, value); f.err == nil {
		f.turned[b.text] = b.fault
	}
}

// fieldAt is the field drawn at a place of the screen. Since that picture was made
// another fault may have been selected, which has fewer of them.
func (f *faults) fieldAt(m *model, x, y int) (field int, ok bool) {
	field = slices.IndexFunc(f.fields, func(r grid.Rect) bool { return r.Contains(x, y) })
	return field, field >= 0 && field < len(f.params(m))
}

// click selects a line, makes its fault when it is selected already, and turns
// a field: its left half down, its right half up.
func (f *faults) click(m *model, c tea.MouseClickMsg) {
	if field, ok := f.fieldAt(m, c.X, c.Y); ok {
		direction, r := 1, f.fields[field]
		if c.X < r.X+r.W/2 {
			direction = -1
		}
		f.field = field
		f.turn(m, direction, false)
		return
	}
	i := f.top + c.Y - f.rows.Y
	switch {
	case !f.rows.Contains(c.X, c.Y) || i >= len(f.list):
	case i == f.selected:
		f.make(m)
	default:
		f.choose(i)
	}
}

// wheel turns the field under the mouse, and else goes through the list.
func (f *faults) wheel(m *model, w tea.MouseWheelMsg) {
	by := 1
	if w.Button == tea.MouseWheelUp {
		by = -1
	}
	if field, ok := f.fieldAt(m, w.X, w.Y); ok {
		f.field = field
		f.turn(m, -by, false)
		return
	}
	f.choose(min(max(f.selected+by, 0), len(f.list)-1))
}

// make makes the fault that is selected. One that makes no sense here is
// refused with the reason.
func (f *faults) make(m *model) {
	if f.err = m.breakIt(f.list[f.selected].fault); f.err == nil {
		m.overlay = nil
	}
}

// breakIt makes a fault, and remembers it.
func (m *model) breakIt(f engine.Fault) error {
	fault, err := m.now().Scenario.Complete(f)
	if err != nil {
		return err
	}
	m.ask(engine.Change{Fault: &fault})
	m.broken = &fault
	return nil
}

// breakAgain makes the latest fault once more.
func (m *model) breakAgain() {
	if m.broken == nil {
		m.say("nothing was broken yet: f shows what can be")
		return
	}
	if err := m.breakIt(*m.broken); err != nil {
		m.say(err.Error())
		return
	}
	m.say("once more: " + m.broken.String())
}

func (f *faults) draw(m *model, g *grid.Grid) {
	t := m.scene.theme
	in, at := m.window(g, 66, len(f.list)+8, "break something")
	f.drawFields(m, in, at)
	h := max(in.H-6, 1)
	f.top = scrolled(f.selected, len(f.list), h)
	f.rows = grid.Rect{X: at.X, Y: at.Y + 3, W: at.W, H: h}
	for y := range min(h, len(f.list)-f.top) {
		i := f.top + y
		p := row(in, 3+y)
		st := t.text
		if i == f.selected {
			st = t.selected
			p.sign(g.Glyphs.Right, t.strong)
		} else {
			p.skip(2)
		}
		p.text(f.list[i].text, st)
	}
	p := row(in, in.H-2)
	if f.err != nil {
		p.text(f.err.Error(), t.bad)
	} else {
		param := f.params(m)[f.field]
		p.text(param.Path+": "+param.Help, t.dim)
		if param.Kind != engine.KindChoice {
			p.text("; "+allowed(&param), t.dim)
		}
	}
	p = row(in, in.H-1)
	p.text(named(in, "enter does it, tab ←→ how and where, esc leaves it"), t.dim)
}

// drawFields draws how and where the selected fault is made, as knobs in a row
// or two.
func (f *faults) drawFields(m *model, in *grid.Grid, at grid.Rect) {
	t, snap := m.scene.theme, &m.scene.snap
	p := row(in, 0)
	f.fields = f.fields[:0]
	for i, param := range f.params(m) {
		value, st := orNone(f.list[f.selected].fault.Get(param.Path)), t.text
		name := param.Path + " "
		if i == 0 {
			name, value = "in ", "all lanes"
			if f.lane < len(snap.Lanes) {
				value, st = snap.Lanes[f.lane].Name, t.lane(snap.Lanes[f.lane].Model).With(grid.Bold)
			}
		}
		if param.Path == "for" && value == "0s" && f.list[f.selected].fault.Kind != engine.FaultStall {
			value = "good"
		}
		if in.Width(name+value)+3 > p.room() {
			p = row(in, p.y+1)
		}
		p.text(name, t.dim)
		from := p.x
		if i == f.field {
			in.Set(p.x, p.y, in.Glyphs.Left, t.strong)
			st = t.selected
		}
		p.skip(1)
		p.text(value, st)
		if i == f.field && p.room() > 0 {
			in.Set(p.x, p.y, in.Glyphs.Right, t.strong)
		}
		p.skip(1)
		f.fields = append(f.fields, grid.Rect{X: at.X + from, Y: at.Y + p.y, W: p.x - from, H: 1})
		p.skip(1)
	}
}
