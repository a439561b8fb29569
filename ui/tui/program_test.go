package tui

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"duet/engine"
)

// The goroutine that hands out signals is started by the first who asks, and
// must not belong to a bubble.
func TestMain(m *testing.M) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	signal.Stop(c)
	os.Exit(m.Run())
}

// terminal collects what a program writes.
type terminal struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (w *terminal) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

func (w *terminal) written() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.String()
}

func (w *terminal) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.Reset()
}

// screen is what a person would see: the output as a terminal of w by h shows
// it. Without a terminal as its input the renderer leaves it to the terminal's
// driver to return the carriage, and asks nothing that it would have to answer.
func (w *terminal) screen(t *testing.T, width, height int) string {
	t.Helper()
	emulator := vt.NewEmulator(width, height)
	if _, err := emulator.WriteString(strings.ReplaceAll(w.written(), "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return emulator.String()
}

// playing is a program that plays in fake time.
type playing struct {
	program *tea.Program
	out     terminal
	mu      sync.Mutex
	runs    []*fakeRun
	ended   chan error
}

// play starts the playground on a screen of 100 by 30.
func play(ctx context.Context, t *testing.T, newRun func(*engine.Scenario, bool) (engine.Run, error), more ...func(*Options)) *playing {
	p := &playing{ended: make(chan error, 1)}
	if newRun == nil {
		newRun = func(s *engine.Scenario, paused bool) (engine.Run, error) {
			run := newFakeRun(s)
			run.ticking, run.snap.Paused = true, paused
			p.mu.Lock()
			defer p.mu.Unlock()
			p.runs = append(p.runs, run)
			return run, nil
		}
	}
	o := Options{Scenario: saleScenario(t), NewRun: newRun, Program: []tea.ProgramOption{
		tea.WithInput(nil), tea.WithOutput(&p.out), tea.WithoutSignalHandler(), tea.WithWindowSize(100, 30),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
		func(program *tea.Program) { p.program = program },
	}}
	for _, change := range more {
		change(&o)
	}
	go func() { p.ended <- Play(ctx, o) }()
	return p
}

// restored checks that the terminal is as it was.
func (p *playing) restored(t *testing.T) {
	t.Helper()
	out := p.out.written()
	for _, pair := range [][2]string{{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?1002h", "\x1b[?1002l"}, {"\x1b[?25l", "\x1b[?25h"}} {
		if set, undone := strings.LastIndex(out, pair[0]), strings.LastIndex(out, pair[1]); set < 0 || undone < set {
			t.Errorf("%q is not undone by %q", pair[0], pair[1])
		}
	}
}

// settled waits until what a program left behind has come to its end.
func settled() { time.Sleep(time.Second) }

func TestProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := play(t.Context(), t, nil)
		time.Sleep(2050 * time.Millisecond)
		screen := p.out.screen(t, 100, 30)
		for _, text := range []string{"Flash sale", "00:02.0", "◂120/s▸", "message  queue → workers"} {
			if !strings.Contains(screen, text) {
				t.Errorf("no %q on the screen:\n%s", text, screen)
			}
		}
		p.program.Send(keyPress("+"))
		time.Sleep(50 * time.Millisecond)
		if screen := p.out.screen(t, 100, 30); !strings.Contains(screen, "◂130/s▸") {
			t.Errorf("a key shows nothing within 50 ms:\n%s", screen)
		}
		p.program.Send(tea.WindowSizeMsg{Width: 50, Height: 10})
		time.Sleep(50 * time.Millisecond)
		p.program.Send(keyPress("q"))
		if err := <-p.ended; err != nil {
			t.Error(err)
		}
		settled()
		p.restored(t)
		if !p.runs[0].isClosed() {
			t.Error("the run is still open")
		}
		if c := p.runs[0].asked(); len(c) != 1 || c[0].Value != "130/s" {
			t.Errorf("asked %+v", c)
		}
	})
}

// How many pictures there are in a second.
func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(m *model)
		want    int
	}{
		"lively":  {func(m *model) { m.run.(*fakeRun).snap.Rate = 20; m.sample(time.Now()) }, 60},
		"dense":   {func(m *model) { m.run.(*fakeRun).snap.Rate = 200; m.sample(time.Now()) }, 30},
		"reduced": {func(m *model) { m.options.ReducedMotion = true }, 8},
		"blurred": {func(m *model) { m.blurred = true }, 4},
		"paused":  {func(m *model) { m.run.(*fakeRun).snap.Paused = true; m.scene.snap.Paused = true }, 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newModel(Options{Scenario: saleScenario(t)})
				m.run = newFakeRun(m.piece.scenario)
				m.grid.Resize(80, 24)
				c.prepare(m)
				frames := 0
				next := m.pace.next(time.Now(), m.interval())
				for end := time.Now().Add(10 * time.Second); !time.Now().After(end); frames++ {
					msg := next().(frameMsg)
					next = m.pace.next(time.Now(), m.interval())
					m.sample(time.Now())
					m.build(time.Now())
					if msg.chain != m.pace.chain {
						t.Fatal("another chain")
					}
				}
				if want := 10 * c.want; frames < want-1 || frames > want+1 {
					t.Errorf("%d pictures in 10 s, want %d", frames, want)
				}
			})
		})
	}
}

// A key while nothing moves is seen at once, and does not leave two chains of
// frames behind.
func TestChains(t *testing.T) {
	m := newModel(Options{Scenario: saleScenario(t)})
	now := time.Now()
	m.pace.next(now, still)
	if m.pace.soon(now, lively) == nil || m.pace.chain != 1 {
		t.Error("no frame soon")
	}
	if m.pace.soon(now, lively) != nil {
		t.Error("one more, though one comes soon")
	}
	if _, cmd := m.Update(frameMsg{0}); cmd != nil {
		t.Error("the old chain goes on")
	}
}

func TestFirstRunFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no such trace")
		p := play(t.Context(), t, func(*engine.Scenario, bool) (engine.Run, error) { return nil, broken })
		if err := <-p.ended; !errors.Is(err, broken) {
			t.Errorf("Play returned %v", err)
		}
		settled()
		p.restored(t)
	})
}

func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := play(ctx, t, nil)
		time.Sleep(time.Second)
		enough := errors.New("enough")
		cancel(enough)
		if err := <-p.ended; !errors.Is(err, enough) {
			t.Errorf("Play returned %v", err)
		}
		settled()
		p.restored(t)
		if !p.runs[0].isClosed() {
			t.Error("the run is still open")
		}
	})
}

// A run that is still starting when the program ends is closed as well.
func TestQuitWhileStarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late *fakeRun
		p := play(t.Context(), t, func(s *engine.Scenario, _ bool) (engine.Run, error) {
			time.Sleep(300 * time.Millisecond)
			late = newFakeRun(s)
			return late, nil
		})
		time.Sleep(100 * time.Millisecond)
		if screen := p.out.screen(t, 100, 30); !strings.Contains(screen, "starts") {
			t.Errorf("the first picture waits for the run:\n%s", screen)
		}
		p.program.Send(keyPress("q"))
		if err := <-p.ended; err != nil {
			t.Error(err)
		}
		settled()
		if !late.isClosed() {
			t.Error("the late run is still open")
		}
	})
}

// A panic must not leave the terminal in disorder.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stderr := os.Stderr
		os.Stderr, _ = os.Open(os.DevNull) // where Bubble Tea writes the stack
		defer func() { os.Stderr = stderr }()
		p := play(t.Context(), t, func(*engine.Scenario, bool) (engine.Run, error) {
			time.Sleep(100 * time.Millisecond) // until there is a picture
			panic("at the disco")
		})
		if err := <-p.ended; !errors.Is(err, tea.ErrProgramPanic) {
			t.Errorf("Play returned %v", err)
		}
		settled()
		synctest.Wait() // until the goroutine that panicked has told of it
		p.restored(t)
	})
}
