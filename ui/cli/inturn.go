package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"duet/engine"
	"duet/ui/report"
)

// inTurn runs a scenario's lanes one after another, each alone on the
// processors, and puts what they did beside each other.
func (w *world) inTurn(ctx context.Context, s *engine.Scenario, p *progress) (report.Outcome, error) {
	all := report.Outcome{InTurn: true, Began: s}
	for i := range s.Lanes {
		if all.Interrupted = ctx.Err() != nil; all.Interrupted {
			break
		}
		one, err := w.together(ctx, alone(s, i), p)
		if one.Snapshot != nil {
			all.Snapshot = joined(all.Snapshot, one.Snapshot, s)
			all.Findings = append(all.Findings, one.Findings...)
			all.Past = append(all.Past, one.Past...)
			all.Interrupted = one.Interrupted
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// joined adds the lane of one run to those of the runs before it.
func joined(before, run *engine.Snapshot, whole *engine.Scenario) *engine.Snapshot {
	run.Scenario = whole
	if before == nil {
		return run
	}
	run.Lanes = append(before.Lanes, run.Lanes...)
	run.At = max(run.At, before.At)
	run.Changes = max(run.Changes, before.Changes)
	run.Slowed = run.Slowed || before.Slowed
	run.Quiescent = run.Quiescent && before.Quiescent
	run.Finished = run.Finished && before.Finished
	return run
}

// alone makes a scenario of one lane of another. Events, settings and faults of
// the other lanes go with them. The claims stay, for the parts of the run that
// they speak of.
func alone(s *engine.Scenario, lane int) *engine.Scenario {
	one := s.Clone()
	one.Lanes = one.Lanes[lane : lane+1]
	one.Events = slices.DeleteFunc(one.Events, func(e engine.Event) bool {
		return !speaksOf(one, e.When) || e.Clear != "" && !speaksOf(one, e.Clear)
	})
	now := one // as the timeline has made it
	for i := range one.Timeline {
		m := &one.Timeline[i]
		maps.DeleteFunc(m.Set, func(path, _ string) bool { return isElsewhere(path, one.Lanes[0].Name) })
		then := now
		if m.On != "" {
			then = one // it may come at any time
		} else if next, err := now.WithAll(m.Set); err == nil {
			now, then = next, next
		}
		if m.Fault != nil {
			if _, err := then.Complete(*m.Fault); err != nil {
				m.Fault = nil
			}
		}
	}
	one.Timeline = slices.DeleteFunc(one.Timeline, func(m engine.Moment) bool {
		raised := func(e engine.Event) bool { return e.Name == m.On }
		return len(m.Set) == 0 && m.Fault == nil || m.On != "" && !slices.ContainsFunc(one.Events, raised)
	})
	return one
}

// speaksOf reports whether a condition makes sense for a scenario's lanes.
func speaksOf(s *engine.Scenario, condition string) bool {
	_, err := engine.ParseCondition(condition, s)
	return err == nil
}

// isElsewhere reports whether a path is a setting of another lane.
func isElsewhere(path, lane string) bool {
	return strings.HasPrefix(path, "lanes.") && !strings.HasPrefix(path, "lanes."+lane+".")
}
