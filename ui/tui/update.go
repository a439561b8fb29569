package tui

import (
	"math"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/ui/internal/grid"
)

// overlay is something that lies over the scene and takes all input while it
// does: help, a list, a field.
type overlay interface {
	// update takes a key, a paste or the mouse.
	update(m *model, msg tea.Msg) tea.Cmd
	draw(m *model, g *grid.Grid)
}

// nested is an overlay that was opened from another one.
type nested interface{ parent() overlay }

// closer is an overlay that has something to do once it is left without having
// done anything.
type closer interface{ closed(m *model) }

// closeOverlay goes back to what the overlay was opened from.
func (m *model) closeOverlay() {
	left := m.overlay
	m.overlay = nil
	if n, ok := left.(nested); ok {
		m.overlay = n.parent()
	}
	if c, ok := left.(closer); ok {
		c.closed(m)
	}
}

// Update implements [tea.Model].
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	now := time.Now()
	if f, ok := msg.(frameMsg); ok {
		if f.chain != m.pace.chain {
			return m, nil
		}
		return m, m.frame(now)
	}
	cmd := m.react(msg)
	return m, tea.Batch(cmd, m.settle(now))
}

// react takes any message but a frame.
func (m *model) react(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.grid.Resize(msg.Width, msg.Height)
		m.pace.stale, m.pace.last = true, time.Time{}
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.recolor()
		m.pace.stale = true
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.recolor()
		m.pace.stale = true
	case tea.EnvMsg:
		m.adaptTo(msg)
	case tea.FocusMsg:
		m.blurred = false
		return m.pace.soon(time.Now(), lively)
	case tea.BlurMsg:
		m.blurred = true
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseMsg:
		return m.input(msg)
	case startedMsg:
		return m.started(msg)
	case appliedMsg:
		return m.applied(msg)
	case openedMsg:
		return m.open(msg)
	case presetsMsg:
		m.presetsRead(msg)
	case lookedMsg:
		m.looked(msg)
	case rewoundMsg:
		return m.rewound(msg)
	case savedMsg:
		m.saved(msg)
	case foretoldMsg:
		m.foretold(msg)
	}
	return nil
}

// adaptTo takes what the environment says about the terminal: a dumb one gets
// ASCII and no colours.
func (m *model) adaptTo(env tea.EnvMsg) {
	if env.Getenv("TERM") != "dumb" {
		return
	}
	m.useASCII()
	m.profile = colorprofile.NoTTY
	m.recolor()
	m.pace.stale = true
}

// input takes keys, pastes and the mouse.
func (m *model) input(msg tea.Msg) tea.Cmd {
	k := m.keys
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case press.String() == "ctrl+c": // also where q is a letter
			return tea.Quit
		case key.Matches(press, k.Suspend):
			return tea.Suspend
		case m.tooSmall() && key.Matches(press, k.Quit):
			return tea.Quit
		}
	}
	if m.tooSmall() { // nobody sees what is meant
		return nil
	}
	if motion, ok := msg.(tea.MouseMotionMsg); ok && (motion.Button != tea.MouseLeft || m.overlay != nil) {
		return nil
	}
	if click, ok := msg.(tea.MouseClickMsg); ok && click.Button != tea.MouseLeft {
		return nil
	}
	m.pace.stale = true
	if m.overlay != nil {
		if press, ok := msg.(tea.KeyPressMsg); ok && key.Matches(press, k.Close) {
			m.closeOverlay()
			return m.flush()
		}
		if press, ok := msg.(tea.KeyPressMsg); ok && key.Matches(press, k.Help) && !(typing(m.overlay) && press.Text != "") {
			m.help()
			return nil
		}
		return tea.Batch(m.overlay.update(m, msg), m.flush())
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return tea.Batch(m.press(msg), m.flush())
	case tea.MouseClickMsg:
		if k, ok := m.scene.keyAt(m.grid, msg.X, msg.Y); ok {
			return tea.Batch(m.press(k), m.flush())
		}
		m.click(msg)
	case tea.MouseMotionMsg:
		m.point(msg.X, msg.Y)
	case tea.MouseWheelMsg:
		m.wheel(msg)
	}
	return m.flush()
}

// press obeys a key.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	keys, knobs := m.keys, &m.scene.knobs
	m.scene.note = ""
	switch {
	case key.Matches(k, keys.Faster):
		m.turnRate(1)
	case key.Matches(k, keys.Slower):
		m.turnRate(-1)
	case m.look(k):
	case key.Matches(k, keys.More):
		m.turn(1, false)
	case key.Matches(k, keys.Less):
		m.turn(-1, false)
	case key.Matches(k, keys.FineMore):
		m.turn(1, true)
	case key.Matches(k, keys.FineLess):
		m.turn(-1, true)
	case key.Matches(k, keys.Next):
		knobs.move(1)
	case key.Matches(k, keys.Previous):
		knobs.move(-1)
	case key.Matches(k, keys.Enter) && m.scene.cursor.on:
		return m.goFrom()
	case key.Matches(k, keys.Enter):
		m.overlay = newEntry(knobs.current())
	case key.Matches(k, keys.Pause):
		m.togglePause()
	case key.Matches(k, keys.Step):
		m.ask(engine.Change{Control: engine.Step})
	case key.Matches(k, keys.SlowMotion):
		m.changeSpeed(-1)
	case key.Matches(k, keys.FullMotion):
		m.changeSpeed(1)
	case key.Matches(k, keys.Undo):
		m.undo()
	case key.Matches(k, keys.Redo):
		m.redo()
	case key.Matches(k, keys.FaultAgain):
		m.breakAgain()
	case key.Matches(k, keys.Unlink):
		m.toggleLink()
	case key.Matches(k, keys.Keys):
		m.toggleKeys()
	case key.Matches(k, keys.Lanes):
		m.turnTo(int(k.Code - '1'))
	default:
		return m.pressMore(k)
	}
	return nil
}

// pressMore obeys the keys that open something or start another run.
func (m *model) pressMore(k tea.KeyPressMsg) tea.Cmd {
	keys := m.keys
	switch {
	case m.pressChart(k):
	case key.Matches(k, keys.Fault):
		m.overlay = newFaults(m)
	case key.Matches(k, keys.Settings):
		m.overlay = newSettings(m)
	case key.Matches(k, keys.Changes):
		m.overlay = newChanges(m)
	case key.Matches(k, keys.Save):
		m.overlay = newSaving(m, nil)
	case key.Matches(k, keys.Presets):
		p := newPicker(m)
		m.overlay = p
		return p.look(m)
	case key.Matches(k, keys.Ask):
		return m.askAgain()
	case key.Matches(k, keys.Compare):
		m.overlay = &comparison{}
	case key.Matches(k, keys.Help):
		m.help()
	case key.Matches(k, keys.Voice):
		return m.switchVoice()
	case key.Matches(k, keys.Forecast):
		m.toggleForecast()
	case key.Matches(k, keys.Case):
		return m.nextCase()
	case key.Matches(k, keys.Restart):
		return m.start(m.coming())
	case key.Matches(k, keys.NewSeed):
		return m.newSeed()
	case key.Matches(k, keys.Quit):
		return tea.Quit
	}
	return nil
}

// look obeys the keys that move over the past, and says whether this is one.
func (m *model) look(k tea.KeyPressMsg) bool {
	keys, on := m.keys, m.scene.cursor.on
	switch {
	case key.Matches(k, keys.Back) || on && key.Matches(k, keys.Less):
		m.lookBack(-cursorStep)
	case key.Matches(k, keys.Ahead) || on && key.Matches(k, keys.More):
		m.lookBack(cursorStep)
	case key.Matches(k, keys.LeapBack) || on && key.Matches(k, keys.FineLess):
		m.lookBack(-cursorLeap)
	case key.Matches(k, keys.LeapAhead) || on && key.Matches(k, keys.FineMore):
		m.lookBack(cursorLeap)
	case key.Matches(k, keys.FarBack):
		m.lookBack(-cursorFar)
	case key.Matches(k, keys.FarAhead):
		m.lookBack(cursorFar)
	case key.Matches(k, keys.Begin):
		m.lookBack(-math.MaxInt64)
	case key.Matches(k, keys.Latest):
		m.lookBack(math.MaxInt64)
	case on && key.Matches(k, keys.Close):
		m.lookAhead()
	default:
		return false
	}
	return true
}

// turnTo turns to a lane, when there is one of that number.
func (m *model) turnTo(lane int) {
	if lane >= 0 && lane < len(m.scene.snap.Lanes) {
		m.scene.focus = lane
		m.refresh()
	}
}

// click selects the knob under the mouse, or looks at the lane, and points to the
// moment of its chart.
func (m *model) click(c tea.MouseClickMsg) {
	if knob, ok := m.scene.knobs.at(c.X, c.Y); ok {
		m.clickKnob(knob, c.X)
		return
	}
	l := &m.scene.layout
	for i, r := range l.lanes {
		if r.Contains(c.X, c.Y) {
			m.turnTo(l.first + i)
		}
	}
	m.point(c.X, c.Y)
	if l.others.Contains(c.X, c.Y) {
		lane := c.Y - l.others.Y
		if lane >= l.first {
			lane += len(l.lanes)
		}
		m.turnTo(lane)
	}
}

// wheel turns the knob under the mouse, or the speed.
func (m *model) wheel(w tea.MouseWheelMsg) {
	by := 1
	switch w.Button {
	case tea.MouseWheelUp:
	case tea.MouseWheelDown:
		by = -1
	default:
		return
	}
	if m.scene.paceAt.Contains(w.X, w.Y) {
		m.changeSpeed(by)
		return
	}
	knob, ok := m.scene.knobs.at(w.X, w.Y)
	if !ok {
		return
	}
	m.scene.knobs.selected = knob
	m.turn(by, false)
}
