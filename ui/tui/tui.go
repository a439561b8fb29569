// Package tui is the playground: a Bubble Tea program that shows a running
// scenario and lets a person change it with keys and the mouse.
//
// There is one Bubble Tea model. It draws everything into one grid of cells,
// once a frame, and View hands out the string made of it. What it shows comes
// from an [engine.Run] that it is given and asks for snapshots; the run never
// waits for the screen. What may take time (starting a run, applying a change,
// closing a run) happens in commands and goroutines, never in Update.
package tui

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// Preset is one scenario that can be picked.
type Preset struct {
	Name  string // short, unique
	Title string
	Story string      // a few sentences
	Group string      // the heading it stands under; those of a group come together
	Ask   *engine.Ask // its question; nil: none
	Open  func() (*engine.Scenario, error)
}

// Options are what the playground needs. Scenario and NewRun are required, and
// NewVirtual as well to begin with it.
type Options struct {
	Scenario *engine.Scenario // what to start with; of one with cases the first case

	// Presets reads what can be picked, in order; nil: nothing can. It is called once,
	// from a goroutine of its own, so that the first picture does not wait for it.
	Presets func() []Preset

	// OpenFile opens a file as a scenario, by the path that was typed; nil: no files
	// are opened. It is called from a goroutine of its own, and its error is shown.
	OpenFile func(path string) (*engine.Scenario, error)

	// NewRun starts a run without an end, paused at its beginning or not. It is called from a goroutine of its
	// own, and so is Close of what it returns. An error is shown; of the very
	// first run it is returned by Play.
	NewRun func(s *engine.Scenario, paused bool) (engine.Run, error)

	// NewVirtual does the same in virtual time; nil: there is no simulation. Where
	// what it returns is an [engine.Rewinder], one can go back in it.
	NewVirtual func(s *engine.Scenario, paused bool) (engine.Run, error)
	Virtual    bool // begin in virtual time

	// Fork starts a run in virtual time that begins, paused, in the state of a
	// snapshot, after the changes made until then; nil: that cannot be done.
	Fork func(from *engine.Snapshot, changes []engine.Change) (engine.Run, error)

	// Save writes a scenario to a file. One that is there already is an error that
	// is [fs.ErrExist], unless over says to replace it. It is called from a goroutine
	// of its own; nil: nothing can be saved.
	Save func(name string, s *engine.Scenario, over bool) error

	// Forecast tells what is to be expected after a snapshot, if nothing is
	// changed, as far as reach says or as can be afforded; nil: nobody knows. It is called from a goroutine of its own, soon
	// gives up when ctx ends, and may keep nothing of what it is given.
	Forecast func(ctx context.Context, dst *engine.Forecast, from *engine.Snapshot, changes []engine.Change, reach time.Duration) error

	Ask      bool         // ask the questions of scenarios before they are played, and show new people round; keys do both anyway
	Memory   Memory       // of the person, from the time before
	Remember func(Memory) // is called in the end, when there is more to remember; nil: nobody remembers

	ASCII         bool // draw with ASCII only; a dumb terminal gets that anyway
	NoColor       bool // no colours, whatever the terminal can show
	ReducedMotion bool // eight pictures a second

	Program []tea.ProgramOption // further ones, as tests need them: input, output, size
}

// Play shows the playground and blocks until the person quits. Every run that
// was started is closed then, and the terminal is as it was before: also after
// an error, a panic, SIGINT, SIGTERM and the end of ctx. It returns the
// error of the first run, that of a terminal that cannot be used, the cause
// of ctx when that ended it, and nil when a person or a signal did.
func Play(ctx context.Context, o Options) error {
	m := newModel(o)
	m.outlet = newOutlet(os.Stdout)
	options := append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(maxFlush), tea.WithOutput(m.outlet)}, o.Program...)
	p := tea.NewProgram(m, options...)
	var err error
	pprof.Do(ctx, pprof.Labels("role", "screen"), func(context.Context) { _, err = p.Run() })
	m.outlet.end()
	m.runs.end()
	m.remember()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, tea.ErrInterrupted):
		return m.failed
	case err != nil:
		return err
	default:
		return m.failed
	}
}

// maxFlush is how often a second Bubble Tea looks for a new picture: twice as
// often as there is one, so that none waits for long.
const maxFlush = 120
