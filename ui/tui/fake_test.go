package tui

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// fakeRun shows a snapshot, does what settings and controls say to it, and
// remembers what it was asked.
type fakeRun struct {
	mu      sync.Mutex
	snap    *engine.Snapshot
	series  engine.Series
	changes []engine.Change
	refuse  error // what Apply answers
	closed  bool
	ticking bool // lane time passes as the wall clock does
	began   time.Time
}

var errClosed = errors.New("closed")

func newFakeRun(s *engine.Scenario) *fakeRun {
	return &fakeRun{snap: atWork(s), series: recorded(len(s.Lanes), 80), began: time.Now()}
}

func (r *fakeRun) Snapshot(dst *engine.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	dst.CopyFrom(r.snap)
	dst.Changes = len(r.changes)
	if r.ticking {
		dst.At = time.Since(r.began)
	}
}

func (r *fakeRun) Series(dst *engine.Series, _, _ time.Duration) { *dst = r.series }

func (r *fakeRun) Journal(dst []engine.Entry, _ uint64) []engine.Entry { return dst }

func (r *fakeRun) Marks(dst []engine.Change, after int) []engine.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(dst, r.changes[min(after, len(r.changes)):]...)
}

func (r *fakeRun) Apply(c engine.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errClosed
	case r.refuse != nil:
		return r.refuse
	case c.Path != "" && c.Lane == "":
		next, err := r.snap.Scenario.With(c.Path, c.Value)
		if err != nil {
			return err
		}
		r.snap.Scenario = next
	case c.Lane != "":
		r.snap.Unlinked = true
	case c.Speed != 0:
		r.snap.Speed = c.Speed
	case c.Control != "":
		r.snap.Paused = c.Control != engine.Resume
	}
	c.At = r.snap.At
	r.changes = append(r.changes, c)
	return nil
}

func (r *fakeRun) Done() <-chan struct{} { return nil }

func (r *fakeRun) Err() error { return nil }

func (r *fakeRun) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return nil
}

func (r *fakeRun) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

func (r *fakeRun) asked() []engine.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.changes)
}

// fakeVirtual is a fakeRun that can go back.
type fakeVirtual struct {
	*fakeRun
	furthest time.Duration
}

func (r *fakeVirtual) Rewind(at time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		return r.refuse
	}
	r.furthest = max(r.furthest, r.snap.At)
	r.snap.At, r.snap.Paused = min(max(at, 0), r.furthest), true
	r.changes = slices.DeleteFunc(r.changes, func(c engine.Change) bool { return c.At > r.snap.At })
	return nil
}

func (r *fakeVirtual) Furthest() time.Duration { return r.furthest }

// bench is a model with a fake run, driven by hand.
type bench struct {
	t     testing.TB
	m     *model
	runs  []*fakeRun       // all that were started, forks included
	forks int              // how many of them are
	from  *engine.Snapshot // of the latest fork
	past  []engine.Change  // and what had been changed until then
	fail  error            // what NewRun, NewVirtual and Fork answer
	quit  bool

	forecasts int // how many were made
}

// start is NewRun, NewVirtual and Fork.
func (b *bench) start(s *engine.Scenario, mode engine.Mode, paused bool) (*fakeRun, error) {
	if b.fail != nil {
		return nil, b.fail
	}
	r := newFakeRun(s)
	r.snap.Mode, r.snap.Paused = mode, paused
	b.runs = append(b.runs, r)
	return r, nil
}

// options are those of a playground that can do everything.
func (b *bench) options(s *engine.Scenario, presets []Preset) Options {
	return Options{
		Scenario: s, Presets: func() []Preset { return presets },
		NewRun: func(s *engine.Scenario, paused bool) (engine.Run, error) {
			return b.start(s, engine.Real, paused)
		},
		NewVirtual: func(s *engine.Scenario, paused bool) (engine.Run, error) {
			r, err := b.start(s, engine.Virtual, paused)
			return &fakeVirtual{fakeRun: r}, err
		},
		Fork: func(from *engine.Snapshot, changes []engine.Change) (engine.Run, error) {
			r, err := b.start(from.Scenario, engine.Virtual, true)
			if err == nil {
				r.snap.At, b.from, b.past = from.At, from, changes
				r.changes = slices.Clone(changes)
				b.forks++
			}
			return &fakeVirtual{fakeRun: r}, err
		},
		Forecast: func(_ context.Context, dst *engine.Forecast, from *engine.Snapshot, _ []engine.Change, _ time.Duration) error {
			b.forecasts++
			*dst = foretold(from)
			return nil
		},
	}
}

// open starts a model on a scenario, on a screen of 120 by 36.
func open(t testing.TB, s *engine.Scenario, presets ...Preset) *bench {
	b := &bench{t: t}
	b.m = newModel(b.options(s, presets))
	b.m.pace.tick = noTick
	t.Cleanup(b.m.runs.end)
	b.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	b.do(b.m.readPresets())
	b.do(b.m.start(b.m.piece))
	b.frame()
	return b
}

// run is the latest run.
func (b *bench) run() *fakeRun { return b.runs[len(b.runs)-1] }

func (b *bench) send(msg tea.Msg) {
	_, cmd := b.m.Update(msg)
	b.do(cmd)
}

// frame makes the next picture.
func (b *bench) frame() { b.send(frameMsg{b.m.pace.chain}) }

// do carries out a command and what follows from it.
func (b *bench) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			b.do(c)
		}
	case tea.QuitMsg:
		b.quit = true
	case nil:
	default:
		b.send(msg)
	}
}

// noTick schedules no frame.
func noTick(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }

// special are keys that are not their own text.
var special = map[string]tea.KeyPressMsg{
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"shift+left": {Code: tea.KeyLeft, Mod: tea.ModShift}, "shift+right": {Code: tea.KeyRight, Mod: tea.ModShift},
	"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown},
	"f1": {Code: tea.KeyF1}, "enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "space": {Code: tea.KeySpace, Text: " "},
	"backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+r": {Code: 'r', Mod: tea.ModCtrl}, "ctrl+s": {Code: 's', Mod: tea.ModCtrl},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl},
}

func keyPress(name string) tea.KeyPressMsg {
	if k, ok := special[name]; ok {
		return k
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// press presses keys, one after another, with a picture after each.
func (b *bench) press(names ...string) {
	for _, name := range names {
		b.send(keyPress(name))
		b.frame()
	}
}

// write presses the letters of a text.
func (b *bench) write(text string) {
	for _, r := range text {
		b.send(keyPress(string(r)))
	}
	b.frame()
}
