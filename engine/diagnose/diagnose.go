// Package diagnose names what is happening in a run: each finding is one
// sentence with the numbers that it rests on.
//
// It looks at snapshots only, keeps nothing between calls, and decides with
// what a snapshot measured over its recent window. Chance alone makes a queue
// rise and fall; a trend is named only when it exceeds what chance would do,
// so that a stable lane is not called unstable every other second.
package diagnose

import (
	"math"
	"slices"
	"time"

	"duet/engine"
)

// Kind names a kind of finding.
type Kind string

// The kinds of findings, the most important first among equally severe ones.
const (
	Paused         Kind = "paused"          // the run's clock stands still
	LaneDown       Kind = "lane down"       // the lane died of a panic
	GoroutineLimit Kind = "goroutine limit" // goroutine dispatch can start no more
	WorkerDown     Kind = "worker down"     // crashed workers
	Faulted        Kind = "faulted"         // a handler is stalled, slowed, failing or panicking
	Dropping       Kind = "dropping"        // a full queue throws items away
	Blocked        Kind = "blocked"         // producers or publishers stand at a full queue
	Unstable       Kind = "unstable"        // utilisation is 1 or more and nothing bounds what waits
	Growing        Kind = "growing"         // more comes than goes
	Stopped        Kind = "stopped"         // the producers are stopped
	Survivors      Kind = "survivors"       // the oldest item waits longer than the percentiles of finished items show
	CatchingUp     Kind = "catching up"     // what had piled up is being worked off
	Idle           Kind = "idle"            // nothing arrives
	Healthy        Kind = "healthy"         // none of these
)

// Severity says how bad a finding is.
type Severity int

// The severities, in rising order.
const (
	Good Severity = iota
	Warning
	Bad
)

// Finding is one thing that is happening.
type Finding struct {
	Kind     Kind
	Severity Severity
	Lane     string // the lane's name; empty: the run as a whole
	Text     string // one sentence, without the lane's name

	Growth float64       // Growing, Unstable: items a second; Blocked: the same, outside the queue
	FullIn time.Duration // Growing: until the queue is full at this growth, at most 24h; 0: it is full, or has no end
	Share  float64       // Blocked: part of the producers' time; Dropping: part of the arrivals; 0 to 1
}

// Of returns what is happening now, most severe first; it is never empty.
// before is a snapshot of the same run, best one or two seconds older: with it
// a trend that has turned is no longer reported, and a rate that varies is
// known as it is now. It may be nil. Of only reads the two, which must not be
// written meanwhile.
func Of(now, before *engine.Snapshot) []Finding {
	if now.Paused {
		return []Finding{paused(now)}
	}
	lanes := views(now, before)
	var found []Finding
	for _, check := range []func(*lane) *Finding{
		(*lane).down, (*lane).atLimit, (*lane).workersDown, (*lane).faulted, (*lane).load, (*lane).stopped, (*lane).survivors, (*lane).catchingUp,
	} {
		for i := range lanes {
			if f := check(&lanes[i]); f != nil {
				f.Lane = lanes[i].now.Name
				found = append(found, *f)
			}
		}
		lanes = slices.DeleteFunc(lanes, func(l lane) bool { return l.now.Dead != "" }) // nothing else matters there
	}
	if f := idle(now); f != nil {
		found = append(found, *f)
	}
	if len(found) == 0 {
		found = append(found, healthy(now))
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return int(b.Severity - a.Severity) })
	return found
}

// views pairs each lane with its settings and its older self.
func views(now, before *engine.Snapshot) []lane {
	lanes := make([]lane, len(now.Lanes))
	for i := range now.Lanes {
		l := &lanes[i]
		l.now, l.at = &now.Lanes[i], now.At
		l.settings = now.Scenario.Lanes[i]
		l.arrivals, l.arrived = l.now.Recent.Arrivals, l.now.Recent.Ledger.Offered
		if before != nil && before.At < now.At && i < len(before.Lanes) && before.Lanes[i].Ledger.Offered <= l.now.Ledger.Offered {
			l.before, l.elapsed = &before.Lanes[i], (now.At - before.At).Seconds()
			l.arrived = l.now.Ledger.Offered - l.before.Ledger.Offered
			l.arrivals = float64(l.arrived) / l.elapsed
		}
		if steady(now.Scenario.Load.Arrivals) && !now.Unlinked {
			l.arrivals, l.arrived = float64(now.Scenario.Load.Rate), math.MaxInt64
		}
	}
	return lanes
}

// steady says whether the set rate is the rate at every moment: then it is
// known at once and need not be measured.
func steady(a engine.Arrivals) bool {
	return a == engine.Constant || a == engine.Poisson || a == engine.Bursts
}
