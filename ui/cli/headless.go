package cli

import (
	"context"
	"errors"
	"time"

	"duet/engine"
	"duet/engine/live"
	"duet/ui/report"
)

// glance is how often a run without a screen is looked at: a real one in real
// time, a simulated one in its own.
const glance = 200 * time.Millisecond

// runner runs a scenario without a screen.
type runner func(context.Context, *engine.Scenario, *progress) (report.Outcome, error)

// runAll runs scenarios one after another. After an error or an interruption
// it returns what there is so far.
func runAll(ctx context.Context, scenarios []*engine.Scenario, run runner, p *progress) ([]report.Outcome, error) {
	defer p.clear()
	var outcomes []report.Outcome
	for i, s := range scenarios {
		if ctx.Err() != nil {
			break
		}
		p.number, p.runs = i+1, len(scenarios)
		outcome, err := run(ctx, s, p)
		if outcome.Snapshot != nil {
			outcomes = append(outcomes, outcome)
		}
		if err != nil {
			return outcomes, err
		}
	}
	return outcomes, nil
}

// together runs a scenario with its lanes beside each other until it is over,
// or ctx is done. The outcome has no snapshot where the run did not begin.
func (w *world) together(ctx context.Context, s *engine.Scenario, p *progress) (report.Outcome, error) {
	name := p.names.next(s)
	p.clear()
	w.invite(s, name)
	run, err := w.newRun(s, live.Options{Endless: s.Duration == 0, Name: name})
	if err != nil {
		return report.Outcome{}, failure(err)
	}
	var log report.Log
	snap := &engine.Snapshot{}
	interrupted := watch(ctx, run, func() {
		run.Snapshot(snap)
		log.Add(snap)
		p.show(snap)
	})
	err = errors.Join(run.Err(), run.Close())
	run.Snapshot(snap) // complete, now that nothing moves
	log.Add(snap)
	return report.Outcome{
		Snapshot: snap, Findings: log.Findings(), Interrupted: interrupted,
		Began: s, Past: []report.Past{report.PastOf(run, snap.At)},
	}, failure(err)
}

// simulated is together in virtual time, as fast as it goes. What goes on is
// looked at as often, but in the run's own time: the same run has the same
// findings, however fast the machine is.
func (w *world) simulated(ctx context.Context, s *engine.Scenario, p *progress) (report.Outcome, error) {
	var log report.Log // the run's until it is closed
	run, err := w.watchVirtual(s, max(glance, s.Duration/looks), log.Add)
	if err != nil {
		return report.Outcome{}, failure(err)
	}
	snap := &engine.Snapshot{}
	interrupted := watch(ctx, run, func() {
		run.Snapshot(snap)
		p.show(snap)
	})
	err = errors.Join(run.Err(), run.Close())
	run.Snapshot(snap)
	log.Add(snap)
	return report.Outcome{
		Snapshot: snap, Findings: log.Findings(), Interrupted: interrupted,
		Began: s, Past: []report.Past{report.PastOf(run, snap.At)},
	}, failure(err)
}

// looks is how often a long simulated run is looked at.
const looks = 10_000

// watch looks at a run now and then, until it is over or ctx is done.
func watch(ctx context.Context, run engine.Run, look func()) (interrupted bool) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-run.Done():
			return false
		case <-ctx.Done():
			return true
		case <-tick.C:
			look()
		}
	}
}

// failure is the error of a run: what a scenario has wrong is the person's to
// mend, all else is not.
func failure(err error) error {
	var input *engine.InputError
	if err == nil || errors.As(err, &input) {
		return err
	}
	return &exit{exitRun, err}
}
