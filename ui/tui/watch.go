package tui

import (
	"context"
	"errors"
	"os/signal"
	"sync/atomic"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// Watch shows a run that is going on, whoever made it, and blocks until the person
// quits; then the run is closed, and what was measured can still be read of it. The
// person can do all to it that [engine.Run] can, but neither start it again nor
// simulate it: for that there is [Play]. Watch returns what Play does, and nil after
// SIGHUP. program are further options of the terminal, as tests need them.
func Watch(ctx context.Context, run engine.Run, program ...tea.ProgramOption) error {
	var now engine.Snapshot
	run.Snapshot(&now)
	o := watching(run, now.Scenario)
	o.Program = program
	hung, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal goes away: Bubble Tea does not end by itself
	defer stop()
	defer func() { _ = run.Close() }() // also where the screen never began; how it ends is of no interest
	if err := Play(hung, o); ctx.Err() != nil || hung.Err() == nil {
		return err
	}
	return nil
}

// watching is a playground of one run: whatever else is started would be another one.
func watching(run engine.Run, s *engine.Scenario) Options {
	s = s.Clone()
	s.Cases = nil
	var started atomic.Bool
	return Options{Scenario: s, NewRun: func(*engine.Scenario, bool) (engine.Run, error) {
		if started.Swap(true) {
			return nil, errAgain
		}
		return run, nil
	}}
}

// errAgain is why a run that is watched does not start again.
var errAgain = errors.New("this run is only watched: it cannot be started again")
