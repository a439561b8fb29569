package cli

import (
	"context"
	"errors"
	"time"

	"duet/engine"
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
	run, err := w.newRun(s, s.Duration == 0)
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

// simulated is together in virtual time, as fast as it goes. What went on is
// looked up afterwards, at moments of the run's own time: the same run has the
// same findings, however fast the machine is.
func (w *world) simulated(ctx context.Context, s *engine.Scenario, p *progress) (report.Outcome, error) {
	run, err := w.newVirtual(s)
	if err != nil {
		return report.Outcome{}, failure(err)
	}
	snap := &engine.Snapshot{}
	interrupted := watch(ctx, run, func() {
		run.Snapshot(snap)
		p.show(snap)
	})
	if interrupted {
		err = run.Apply(engine.Change{Control: engine.Pause})
	}
	run.Snapshot(snap)
	past := report.PastOf(run, snap.At)
	var log report.Log
	if back, ok := run.(engine.Rewinder); ok && !interrupted && err == nil {
		err = lookBack(back, snap.At, &log)
	}
	log.Add(snap)
	err = errors.Join(err, run.Err(), run.Close())
	return report.Outcome{
		Snapshot: snap, Findings: log.Findings(), Interrupted: interrupted,
		Began: s, Past: []report.Past{past},
	}, failure(err)
}

// lookBack goes through a run that is over once more, and looks at it now and
// then.
func lookBack(run engine.Rewinder, end time.Duration, log *report.Log) error {
	const most = 240
	step := max(glance, end/most)
	var snap engine.Snapshot
	for at := step; at < end; at += step {
		if err := run.Rewind(at); err != nil {
			return err
		}
		run.Snapshot(&snap)
		log.Add(&snap)
	}
	return nil
}

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
