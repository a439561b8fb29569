// Package rehearsal plays the playground to nobody, and measures what its screen
// costs: pictures, keys, the start.
package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
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

// few has single items, which travel: 60 pictures a second.
const few = `duet: 1
title: Rehearsal
load: {rate: 28/s}
handlers: [{name: work, service: {mean: 250ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`

// scenario has both lanes full, of more than an eye can follow: 30 pictures a second.
const scenario = `duet: 1
title: Rehearsal
load: {rate: 1200/s}
handlers: [{name: work, service: {mean: 7ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`

// Screen is everything of the screen that has a budget. It takes half a minute.
func Screen() []budget.Measurement {
	return []budget.Measurement{
		{Name: "picture", Take: picture},
		{Name: "first picture", Take: firstPicture},
		{Name: "key to picture", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return keyToPicture(ctx, "key to picture", 25)
		}},
		{Name: "key to picture, two cores busy", Take: keyWhileBusy},
		{Name: "screen at work", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return atWork(ctx, "screen at work", scenario)
		}},
		{Name: "screen with single items", Take: func(ctx context.Context) ([]budget.Figure, error) {
			return atWork(ctx, "screen with single items", few)
		}},
		{Name: "screen paused", Take: paused},
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
		p, err := begin(ctx, scenario, false)
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
	p, err := begin(ctx, scenario, false)
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

// atWork is what part of a core the screen takes: what the program takes with it, less
// what the same lanes take without, in turn. And how much it writes.
func atWork(ctx context.Context, name, scenario string) ([]budget.Figure, error) {
	lanes, whole, bytes := math.Inf(1), math.Inf(1), 0.0
	for range 2 { // the least of each, which other work on the machine has spoilt the least
		without, err := unseen(ctx, scenario)
		if err != nil {
			return nil, err
		}
		with, written, err := played(ctx, scenario, false)
		if err != nil {
			return nil, err
		}
		lanes, whole, bytes = min(lanes, without), min(whole, with), written
	}
	return []budget.Figure{
		budget.AtMost(name+", of a core", max(whole-lanes, 0), "%", 22),
		budget.AtMost(name+", with its lanes, of a core", whole, "%", 22+lanes),
		budget.AtMost(name+", written a picture", bytes, "bytes", wire),
	}, nil
}

// paused is the same of a run that stands still, all in all.
func paused(ctx context.Context) ([]budget.Figure, error) {
	whole := math.Inf(1)
	for range 2 {
		once, _, err := played(ctx, scenario, true)
		if err != nil {
			return nil, err
		}
		whole = min(whole, once)
	}
	return []budget.Figure{budget.AtMost("screen paused, of a core", whole, "%", 2)}, nil
}

// unseen is what part of a core lanes take that nobody sees, in percent.
func unseen(ctx context.Context, scenario string) (busy float64, err error) {
	s, err := engine.Decode("rehearsal.yaml", []byte(scenario))
	if err != nil {
		return 0, err
	}
	run, err := live.New(s, live.Options{Endless: true})
	if err != nil {
		return 0, err
	}
	busy, err = share(ctx)
	return busy, errors.Join(err, run.Close())
}

// played is what part of a core the playground takes, in percent, and how many bytes
// it writes a picture.
func played(ctx context.Context, scenario string, paused bool) (busy, written float64, err error) {
	p, err := begin(ctx, scenario, paused)
	if err != nil {
		return 0, 0, err
	}
	err = p.seen("Rehearsal")
	p.out.forget()
	if err == nil {
		busy, err = share(ctx)
	}
	written = p.out.each()
	return busy, written, errors.Join(err, p.end())
}

// share is what part of a core the program takes for some seconds, in percent, once what
// has begun has settled.
func share(ctx context.Context) (busy float64, err error) {
	if err := pass(ctx, 500*time.Millisecond); err != nil {
		return 0, err
	}
	runtime.GC() // what came before is not its
	began, before := time.Now(), budget.ProcessCPU()
	if err := pass(ctx, 2*time.Second); err != nil {
		return 0, err
	}
	return 100 * float64(budget.ProcessCPU()-before) / float64(time.Since(began)), nil
}

// pass waits.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// play is the playground that nobody looks at.
type play struct {
	ctx     context.Context // of all of it
	program *tea.Program
	out     terminal
	ended   chan error
}

// begin plays the scenario in real time.
func begin(ctx context.Context, scenario string, paused bool) (*play, error) {
	s, err := engine.Decode("rehearsal.yaml", []byte(scenario))
	if err != nil {
		return nil, err
	}
	p := &play{ctx: ctx, ended: make(chan error, 1)}
	ready := make(chan struct{})
	begun := sync.OnceFunc(func() { close(ready) })
	o := tui.Options{
		Scenario: s,
		NewRun: func(s *engine.Scenario, held bool) (engine.Run, error) {
			begun() // from now on the program can be sent something
			return live.New(s, live.Options{Endless: true, Paused: held || paused})
		},
		Program: []tea.ProgramOption{
			tea.WithInput(nil), tea.WithOutput(&p.out), tea.WithoutSignalHandler(), tea.WithWindowSize(width, height),
			tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
			func(program *tea.Program) { p.program = program },
		},
	}
	go func() { p.ended <- tui.Play(ctx, o) }()
	select {
	case <-ready:
		return p, nil
	case err := <-p.ended:
		return nil, err
	}
}

// end quits.
func (p *play) end() error {
	p.program.Quit()
	return <-p.ended
}

// patience is how long a text may take to come to the terminal.
const patience = 10 * time.Second

// seen waits until a text was written to the terminal, or nothing more will be.
func (p *play) seen(text string) error {
	for end := time.Now().Add(patience); !strings.Contains(p.out.written(), text); {
		switch {
		case p.ctx.Err() != nil:
			return context.Cause(p.ctx)
		case len(p.ended) > 0: // end returns why
			return fmt.Errorf("the playground ended before %q came to the terminal", text)
		case time.Now().After(end):
			return fmt.Errorf("no %q came to the terminal within %v", text, patience)
		}
		time.Sleep(100 * time.Microsecond)
	}
	return nil
}

// terminal remembers what is written to it.
type terminal struct {
	mu       sync.Mutex
	out      bytes.Buffer
	pictures int // each is written at once
}

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pictures++
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
	t.pictures = 0
}

// each is how many bytes were written for a picture.
func (t *terminal) each() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return float64(t.out.Len()) / float64(max(t.pictures, 1))
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
