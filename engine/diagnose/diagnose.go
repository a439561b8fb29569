package diagnose

import (
	"cmp"
	"math"
	"slices"
	"time"

	"duet/engine"
)

// Kind names a kind of finding.
type Kind string

// The kinds of findings, as the package comment explains them.
const (
	Paused         Kind = "paused" // the run's clock stands still
	LaneDown       Kind = "lane down"
	GoroutineLimit Kind = "goroutine limit"
	Losing         Kind = "losing silently"
	BrokerAway     Kind = "broker away"
	BrokerBlocked  Kind = "broker blocked"
	BrokerSilent   Kind = "broker silent"
	BrokerSlow     Kind = "broker slow"
	HeadOfLine     Kind = "head of line"
	Short          Kind = "short of slots"
	WorkerDown     Kind = "worker down"
	Faulted        Kind = "faulted"
	Metastable     Kind = "metastable"
	RetryStorm     Kind = "retry storm"
	Wasting        Kind = "wasting"
	HotPartition   Kind = "hot partition"
	Crowded        Kind = "crowded"
	Dropping       Kind = "dropping"
	Blocked        Kind = "blocked"
	Unstable       Kind = "unstable"
	Growing        Kind = "growing"
	Stopped        Kind = "stopped"
	BusSaturated   Kind = "bus saturated"
	Survivors      Kind = "survivors"
	CatchingUp     Kind = "catching up"
	OffForecast    Kind = "off forecast" // only from [OutOfBand]
	Idle           Kind = "idle"
	Healthy        Kind = "healthy"
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
	Share  float64       // Blocked: part of the producers' time; Dropping, Losing: of the arrivals; Metastable, RetryStorm, Wasting: of the work; 0 to 1
}

// order is how equally bad findings are told: causes before what they lead to.
var order = []Kind{
	Paused, LaneDown, GoroutineLimit, Losing,
	Crowded, BrokerAway, BrokerBlocked, BrokerSilent, BrokerSlow, HeadOfLine, Short, WorkerDown, Faulted, Metastable, RetryStorm, Wasting, HotPartition,
	Dropping, Blocked, Unstable, Growing, Stopped, BusSaturated, Survivors, CatchingUp, Idle, Healthy,
}

var (
	causes   = []Kind{Crowded, BrokerAway, BrokerBlocked, BrokerSilent, BrokerSlow, HeadOfLine, Short, WorkerDown, Faulted, Metastable, RetryStorm, Wasting, HotPartition}
	symptoms = []Kind{Dropping, Blocked, Unstable, Growing}
)

// checks are what is looked for in a lane that lives.
var checks = []func(*lane) *Finding{
	(*lane).atLimit, (*lane).losing, (*lane).broker, (*lane).headOfLine, (*lane).short, (*lane).workersDown, (*lane).faulted, (*lane).impatient,
	(*lane).hotPartition, (*lane).load, (*lane).stopped, (*lane).outdone, (*lane).survivors, (*lane).catchingUp,
}

// Of returns what is happening now, most severe first; it is never empty.
// before is a snapshot of the same run, best one to four seconds older: with it
// a trend that has turned is no longer reported, and a rate that varies is
// known as it is now. It may be nil. Of only reads the two, which must not be
// written meanwhile.
func Of(now, before *engine.Snapshot) []Finding {
	if now.Paused {
		return []Finding{paused(now)}
	}
	var found []Finding
	lanes := views(now, before)
	for i := range lanes {
		found = lanes[i].findings(found)
	}
	for _, f := range []*Finding{crowded(now), idle(now)} {
		if f != nil {
			found = append(found, *f)
		}
	}
	if len(found) == 0 {
		found = append(found, healthy(now))
	}
	blame(found)
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(int(b.Severity-a.Severity), slices.Index(order, a.Kind)-slices.Index(order, b.Kind))
	})
	return found
}

// findings appends what is found in the lane. Where it is down nothing else
// matters.
func (l *lane) findings(found []Finding) []Finding {
	if f := l.down(); f != nil {
		f.Lane = l.now.Name
		return append(found, *f)
	}
	for _, check := range checks {
		if f := check(l); f != nil {
			f.Lane = l.now.Name
			found = append(found, *f)
		}
	}
	return found
}

// blame makes each cause as bad as the worst of what it leads to: in its lane,
// or for the run as a whole in any.
func blame(found []Finding) {
	for i := range found {
		cause := &found[i]
		if !slices.Contains(causes, cause.Kind) {
			continue
		}
		for j := range found {
			if f := &found[j]; slices.Contains(symptoms, f.Kind) && (f.Lane == cause.Lane || cause.Lane == "") {
				cause.Severity = max(cause.Severity, f.Severity)
			}
		}
	}
}

// views pairs each lane with its settings and its older self.
func views(now, before *engine.Snapshot) []lane {
	lanes := make([]lane, len(now.Lanes))
	for i := range now.Lanes {
		l := &lanes[i]
		l.run, l.now, l.at = now, &now.Lanes[i], now.At
		l.settings = now.Scenario.Lanes[i]
		l.arrivals, l.arrived = l.now.Recent.Arrivals, l.now.Recent.Ledger.Offered
		if before != nil && before.At < now.At && i < len(before.Lanes) && before.Lanes[i].Ledger.Offered <= l.now.Ledger.Offered {
			l.before, l.elapsed = &before.Lanes[i], (now.At - before.At).Seconds()
			l.arrived = l.now.Ledger.Offered - l.before.Ledger.Offered
			l.arrivals = float64(l.arrived) / l.elapsed
		}
		switch {
		case steady(now.Scenario.Load.Arrivals) && !now.Unlinked:
			l.arrivals, l.arrived = float64(now.Scenario.Load.Rate), math.MaxInt64
		case l.now.Rate > 0 && now.Scenario.Load.Arrivals != engine.Trace:
			l.arrivals, l.arrived = l.now.Rate, math.MaxInt64
		}
		if l.arrivals = min(l.arrivals, fastest); !(l.arrivals >= 0) {
			l.arrivals = 0
		}
	}
	return lanes
}

// fastest is a rate that nothing comes near, in items a second.
const fastest = 1e12

// steady says whether the set rate is the rate at every moment: then it is
// known at once and need not be measured.
func steady(a engine.Arrivals) bool {
	return a == engine.Constant || a == engine.Poisson || a == engine.Bursts
}
