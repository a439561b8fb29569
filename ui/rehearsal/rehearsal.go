// Package rehearsal plays the playground to nobody, and measures what its screen
// costs: pictures, keys, the start.
package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/engine/budget"
	"duet/engine/live"
	"duet/ui/tui"
)

// The screen that the budgets are for.
const (
	width  = 200
	height = 60
)

// wire is how many bytes a picture may take on its way to the terminal: as many as the
// cells that have changed.
const wire = 5_100

// scenario has both lanes full.
const scenario = `duet: 1
title: Rehearsal
load: {rate: 1200/s}
handlers: [{name: work, service: {mean: 7ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`

// Screen is everything of the screen that has a budget. It takes ten seconds.
func Screen() []budget.Measurement {
	return []budget.Measurement{
		{Name: "picture", Take: picture},
		{Name: "first picture", Take: firstPicture},
		{Name: "key to picture", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return keyToPicture(ctx, "key to picture", 25)
		}},
		{Name: "key to picture, two cores busy", Take: keyWhileBusy},
		{Name: "screen at work", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return share(ctx, "screen and lanes at work", false, 22)
		}},
		{Name: "screen paused", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return share(ctx, "screen paused", true, 2)
		}},
	}
}

// picture draws what a run shows.
func picture(ctx context.Context) ([]budget.Figure, error) {
	s, err := engine.Decode("rehearsal.yaml", []byte(scenario))
	if err != nil {
		return nil, err
	}
	run, err := live.New(s, live.Options{Endless: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = run.Close() }() // its picture was made
	time.Sleep(time.Second)
	if err := run.Apply(engine.Change{Control: engine.Pause}); err != nil { // so that pictures alone are measured
		return nil, err
	}
	canvas := tui.NewCanvas(s, run, width, height)
	now := time.Now()
	canvas.Look(now)
	const pictures = 20
	t, err := budget.Rounds(ctx, 20, budget.Do("picture", pictures, func(n int) {
		for range n {
			now = now.Add(time.Second / 60)
			canvas.Picture(now)
		}
	}))
	if err != nil {
		return nil, err
	}
	return []budget.Figure{
		budget.AtMost("picture of 200x60, both lanes full", t[0].Best()/1e6, "ms", 0.3),
		budget.AtMost("picture, allocations", t[0].Allocations, "", 10),
	}, nil
}

// firstPicture is from the start of the program to its first picture, on a terminal
// that answers nothing.
func firstPicture(ctx context.Context) ([]budget.Figure, error) {
	best := time.Hour
	for range 5 {
		began := time.Now()
		p, err := begin(ctx, false)
		if err != nil {
			return nil, err
		}
		err = p.seen("Rehearsal")
		best = min(best, time.Since(began))
		if err = errors.Join(err, p.end()); err != nil {
			return nil, err
		}
	}
	return []budget.Figure{budget.AtMost("start to first picture", millis(best), "ms", 60)}, nil
}

// keyWhileBusy is keyToPicture while two goroutines never rest.
func keyWhileBusy(ctx context.Context) ([]budget.Figure, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2 + 4)) // as a run with cpu work does
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for range 2 {
		go func() {
			for began := time.Now(); ctx.Err() == nil; {
				if time.Since(began) > 200*time.Microsecond {
					runtime.Gosched()
					began = time.Now()
				}
			}
		}()
	}
	return keyToPicture(ctx, "key to picture, two cores busy", 60)
}

// keyToPicture is from a key to what it changes on the terminal.
func keyToPicture(ctx context.Context, name string, limit float64) ([]budget.Figure, error) {
	p, err := begin(ctx, false)
	if err != nil {
		return nil, err
	}
	took, err := p.keys(100)
	if err = errors.Join(err, p.end()); err != nil {
		return nil, err
	}
	slices.Sort(took)
	return []budget.Figure{budget.AtMost(name+", p99", millis(took[len(took)*99/100]), "ms", limit)}, nil
}

// keys presses a key so many times, at any moment between two pictures.
func (p *play) keys(n int) (took []time.Duration, err error) {
	if err := p.seen("Rehearsal"); err != nil {
		return nil, err
	}
	for i := range n {
		time.Sleep(time.Duration(3*(i%7)) * time.Millisecond)
		p.out.forget()
		began := time.Now()
		p.program.Send(tea.KeyPressMsg{Code: 'c', Text: "c"})
		if err := p.seen("scenario"); err != nil { // has no cases
			return nil, err
		}
		took = append(took, time.Since(began))
		p.program.Send(tea.KeyPressMsg{Code: tea.KeyTab})
		if err := p.seen("pause"); err != nil { // the keys are back
			return nil, err
		}
	}
	return took, nil
}

// share is what part of a core the program takes, and how much it writes for each of
// sixty pictures a second.
func share(ctx context.Context, name string, paused bool, limit float64) ([]budget.Figure, error) {
	p, err := begin(ctx, paused)
	if err != nil {
		return nil, err
	}
	err = p.seen("Rehearsal")
	time.Sleep(500 * time.Millisecond)
	p.out.forget()
	began, before := time.Now(), budget.ProcessCPU()
	time.Sleep(2 * time.Second)
	written := float64(len(p.out.written())) / (60 * time.Since(began).Seconds())
	busy := 100 * float64(budget.ProcessCPU()-before) / float64(time.Since(began))
	if err = errors.Join(err, p.end()); err != nil {
		return nil, err
	}
	return []budget.Figure{
		budget.AtMost(name+", of a core", busy, "%", limit),
		budget.AtMost(name+", written a picture", written, "bytes", wire),
	}, nil
}

// play is the playground that nobody looks at.
type play struct {
	program *tea.Program
	out     terminal
	ended   chan error
}

// begin plays the scenario in real time.
func begin(ctx context.Context, paused bool) (*play, error) {
	s, err := engine.Decode("rehearsal.yaml", []byte(scenario))
	if err != nil {
		return nil, err
	}
	p := &play{ended: make(chan error, 1)}
	ready := make(chan struct{})
	o := tui.Options{
		Scenario: s,
		NewRun: func(s *engine.Scenario, held bool) (engine.Run, error) {
			return live.New(s, live.Options{Endless: true, Paused: held || paused})
		},
		Program: []tea.ProgramOption{
			tea.WithInput(nil), tea.WithOutput(&p.out), tea.WithoutSignalHandler(), tea.WithWindowSize(width, height),
			tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
			func(program *tea.Program) { p.program = program; close(ready) },
		},
	}
	go func() { p.ended <- tui.Play(ctx, o) }()
	<-ready
	return p, nil
}

// end quits.
func (p *play) end() error {
	p.program.Quit()
	return <-p.ended
}

// patience is how long a text may take to come to the terminal.
const patience = 10 * time.Second

// seen waits until a text was written to the terminal.
func (p *play) seen(text string) error {
	for end := time.Now().Add(patience); !strings.Contains(p.out.written(), text); {
		if time.Now().After(end) {
			return fmt.Errorf("no %q came to the terminal within %v", text, patience)
		}
		time.Sleep(100 * time.Microsecond)
	}
	return nil
}

// terminal remembers what is written to it.
type terminal struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out.Write(b)
}

func (t *terminal) written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out.String()
}

func (t *terminal) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out.Reset()
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
