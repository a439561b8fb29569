package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/ui/internal/grid"
)

// model is the Bubble Tea model: the scene, what a person is doing to it, and
// the picture made of both.
type model struct {
	options Options
	keys    *keyMap
	scene   scene
	overlay overlay // what lies over the scene; nil: nothing

	runs      *runs
	run       engine.Run      // nil until the first one has started
	present   engine.Snapshot // of it, while the past is looked at
	parked    parked
	forecasts forecasts
	piece     piece  // that it plays
	next      *piece // that is being started, with the settings made since; nil: none
	gen       int    // number of the latest start asked for
	failed    error  // why there is no first run

	pending  []engine.Change        // asked for, not yet handed to the run
	wanted   *engine.Scenario       // the settings once all changes have been made; nil: as they are
	applying bool                   // a command is handing changes to the run
	rates    map[string]engine.Rate // that lanes have of their own, by name
	rated    int                    // number of changes of the run that those are known from; -1: another run, or another past
	history  history
	broken   *engine.Fault // the latest fault made here; nil: none

	presets []Preset // what can be picked, once it has been read
	wager   wager
	played  wager // that of what is played, while something else is being started
	memory  Memory
	asked   map[string]bool // names of the scenarios whose question was asked this time

	profile colorprofile.Profile
	dark    bool
	blurred bool

	outlet  *outlet // nil: pictures are for nobody
	grid    *grid.Grid
	encoder grid.Encoder
	view    tea.View
	pace    pace
	watch   watch
}

func newModel(o Options) *model {
	m := &model{
		options: o, dark: true, grid: grid.New(0, 0), keys: newKeyMap(), pace: pace{tick: tea.Tick}, runs: newRuns(),
		memory: o.Memory.clone(), asked: map[string]bool{}, rates: ratesOf(nil), rated: -1,
	}
	m.view = tea.View{AltScreen: true, MouseMode: tea.MouseModeCellMotion, ReportFocus: true, WindowTitle: "duet"}
	if o.ASCII {
		m.useASCII()
	} else {
		m.hint()
	}
	m.piece = newPiece(o.Scenario, engine.Real)
	if o.Virtual {
		m.piece.mode = engine.Virtual
	}
	m.scene.forecasting = o.Forecast != nil
	m.recolor()
	m.scene.show(m.piece.scenario, m.piece.mode)
	m.scene.knobs.read(m.piece.scenario)
	m.scene.starting = true
	m.scene.motionless = o.ReducedMotion
	m.consider(o.Scenario)
	return m
}

// Init implements [tea.Model].
func (m *model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.start(m.piece), m.readPresets(), m.pace.next(time.Now(), m.interval()))
}

// View implements [tea.Model]. Bubble Tea asks after every message; the picture
// is made once a frame.
func (m *model) View() tea.View { return m.view }

// build makes the picture.
func (m *model) build(now time.Time) {
	g := m.grid
	switch {
	case g.W == 0 || g.H == 0 || m.outlet != nil && m.outlet.behind():
		return
	case m.tooSmall():
		g.Clear(grid.Style{})
		m.drawTooSmall(g)
	default:
		g.Clear(grid.Style{})
		m.scene.draw(g)
		if m.lacksSpread() {
			m.spread()
			g.Clear(grid.Style{})
			m.scene.draw(g)
		}
		if m.overlay != nil {
			m.overlay.draw(m, g)
		}
	}
	m.view.Content = m.encoder.Encode(g)
	m.pace.built(now)
}

// tooSmall says whether the screen has no room for the scene. A screen whose size is
// not known yet is not.
func (m *model) tooSmall() bool {
	return m.grid.W > 0 && m.grid.H > 0 && (m.grid.W < minWidth || m.grid.H < minHeight)
}

func (m *model) drawTooSmall(g *grid.Grid) {
	p := row(g, g.H/2)
	p.text("too small: duet needs ", m.scene.theme.text)
	p.text(decimal(minWidth)+"x"+decimal(minHeight), m.scene.theme.strong)
	if g.H > 1 {
		p = row(g, g.H/2+1)
		if m.now().Paused {
			p.text("the run is paused; q quits", m.scene.theme.dim)
		} else {
			p.text("the run goes on; q quits", m.scene.theme.dim)
		}
	}
}

// recolor takes the theme for what is known of the terminal.
func (m *model) recolor() {
	profile := m.profile
	if m.options.NoColor && profile != colorprofile.NoTTY {
		profile = colorprofile.ASCII
	}
	m.encoder.Profile = profile
	m.scene.theme = newTheme(profile, m.dark)
}

// settings are those that the person wants: the run's, with all changes that
// are still on their way.
func (m *model) settings() *engine.Scenario {
	if m.wanted != nil {
		return m.wanted
	}
	return m.now().Scenario
}

// refresh shows the settings in the knobs. The rate is that of the lane looked
// at, once they are unlinked.
func (m *model) refresh() {
	k := &m.scene.knobs
	k.read(m.settings())
	m.scene.rate = m.rate().String()
	if i := k.index(rateKnob); i >= 0 {
		k.list[i].value = m.scene.rate
	}
}

// focused is the name of the lane looked at.
func (m *model) focused() string { return m.scene.snap.Lanes[m.scene.focus].Name }
