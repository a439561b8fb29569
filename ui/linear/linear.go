// Package linear is the playground without a screen: one line of text after
// another, for screen readers, logs and terminals that cannot place a cursor.
//
// It says something when something has changed and is silent otherwise: at most
// one line a second tells what is happening now, what was changed or broken, and
// the figures that matter. A person writes lines too: `rate 200/s`, `pause`,
// `crash worker`, `quit`; `help` lists them.
package linear

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"duet/engine"
)

// Options are what the plain playground needs: all but Save and In.
type Options struct {
	Scenario *engine.Scenario // of one with cases the first case is played
	NewRun   func(*engine.Scenario) (engine.Run, error)
	// Save writes a scenario to a file; see the screen's option of this name.
	Save func(name string, s *engine.Scenario, over bool) error

	In  io.Reader // where lines are read from; when it ends the run goes on. nil: nobody writes
	Out io.Writer
}

// How often a run is looked at, and how often at most something is said of it.
const (
	glance = 250 * time.Millisecond
	quiet  = time.Second
)

// Play runs the scenario and talks about it until somebody writes quit, ctx is
// done, or nothing can be written any more. The run is closed then. It returns
// the error of the run or of Out, and the cause of ctx when that ended it. The
// goroutine that reads In ends with it, or with the next line.
func Play(ctx context.Context, o Options) error {
	p := &player{Options: o, scenario: o.Scenario.Variants()[0]}
	if err := p.start(); err != nil {
		return err
	}
	err := p.talk(ctx)
	return errors.Join(err, p.run.Close())
}

// talk says what changes and obeys what is written, until there is an end to it.
func (p *player) talk(ctx context.Context) error {
	p.greet()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	lines := read(ctx, p.In)
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for p.err == nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
			p.look(time.Now())
		case line, ok := <-lines:
			if !ok {
				lines = nil
				continue
			}
			if err := p.obey(line); errors.Is(err, errQuit) {
				return p.err
			} else if err != nil {
				p.say(err.Error())
			}
		}
	}
	return p.err
}

// errQuit is what the line that ends the program answers with.
var errQuit = errors.New("quit")

// read hands out the lines of a text, until it or ctx ends.
func read(ctx context.Context, in io.Reader) <-chan string {
	if in == nil {
		return nil
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// player is a run and what was said of it.
type player struct {
	Options
	scenario *engine.Scenario // with the settings that a person made; a restart starts it
	run      engine.Run
	snap     engine.Snapshot
	before   *engine.Snapshot // some seconds ago, for trends
	next     *engine.Snapshot
	told     told
	err      error // of Out
}

// start starts the run, or starts it again.
func (p *player) start() error {
	run, err := p.NewRun(p.scenario)
	if err != nil {
		return err
	}
	if p.run != nil {
		if err := p.run.Close(); err != nil {
			return errors.Join(err, run.Close())
		}
	}
	p.run, p.before, p.next, p.told = run, nil, nil, told{}
	run.Snapshot(&p.snap)
	return nil
}

// say writes a line.
func (p *player) say(text string) {
	if _, err := fmt.Fprintln(p.Out, text); err != nil && p.err == nil {
		p.err = err
	}
}

// greet says what is played, and how to talk to it.
func (p *player) greet() {
	title := p.scenario.Title
	if c := p.scenario.Case; c != "" {
		title += ": " + c
	}
	p.say(fmt.Sprintf("duet: %s, %s, seed %d", title, voice(&p.snap), p.scenario.Seed))
	if p.In != nil {
		p.say("write help for what you can do, quit to end")
		if names := p.cases(); names != nil {
			p.say("the cases are " + strings.Join(names, ", ") + "; write case and the name of another to play it")
		}
	}
}

// cases are the names of the scenario's cases; nil: it has none.
func (p *player) cases() []string {
	var names []string
	for i := range p.Scenario.Cases {
		names = append(names, p.Scenario.Cases[i].Name)
	}
	return names
}

func voice(s *engine.Snapshot) string {
	if s.Mode == engine.Virtual {
		return "virtual (simulated)"
	}
	return "real"
}
