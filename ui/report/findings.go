package report

import (
	"cmp"
	"slices"
	"time"

	"duet/engine"
	"duet/engine/diagnose"
)

// Finding is something that went on in a run for a while.
type Finding struct {
	Lane     string        `json:"lane"` // empty: the run as a whole
	Kind     diagnose.Kind `json:"kind"`
	Severity string        `json:"severity"` // good, warning or bad
	From     engine.Figure `json:"from"`     // lane time in seconds, when it was first seen
	To       engine.Figure `json:"to"`       // and last
	Text     string        `json:"text"`     // one sentence, as it was at its worst
	worst    worst
}

// worst is how bad a finding was at a moment.
type worst struct {
	severity diagnose.Severity
	share    float64 // of the items or the work that is lost
	crowd    int64   // items on their way
}

func (w worst) less(than worst) bool {
	return cmp.Or(cmp.Compare(w.severity, than.severity), cmp.Compare(w.share, than.share), cmp.Compare(w.crowd, than.crowd)) < 0
}

// when says how long it went on.
func (f *Finding) when() string {
	if f.To > f.From {
		return seconds(f.From) + " to " + seconds(f.To)
	}
	return seconds(f.From)
}

// sentence is its text, of which lane.
func (f *Finding) sentence() string {
	if f.Lane == "" {
		return f.Text
	}
	return f.Lane + ": " + f.Text
}

var severities = map[diagnose.Severity]string{
	diagnose.Good: "good", diagnose.Warning: "warning", diagnose.Bad: "bad",
}

// Log writes down what diagnose finds while a run goes on. It is for one
// goroutine.
type Log struct {
	spans        []Finding
	before, next *engine.Snapshot // the one to compare with now, and from its time on
}

const (
	step = time.Second // between the snapshots that make a trend
	gap  = 2.0         // seconds that a finding may be out of sight and is still the same
)

// Add looks at a run once more; best several times a second.
func (l *Log) Add(now *engine.Snapshot) {
	for _, f := range diagnose.Of(now, l.before) {
		l.see(f, now)
	}
	switch {
	case l.next == nil:
		l.next = now.Clone()
	case now.At-l.next.At >= step:
		l.before, l.next = l.next, now.Clone()
	}
}

// see extends the span of what was seen a moment ago, or begins one.
func (l *Log) see(f diagnose.Finding, now *engine.Snapshot) {
	at := engine.Figure(now.At.Seconds())
	seen := Finding{
		Lane: f.Lane, Kind: f.Kind, Severity: severities[f.Severity], From: at, To: at, Text: f.Text,
		worst: worst{f.Severity, f.Share, onTheWay(now, f.Lane)},
	}
	if f.Kind == diagnose.Blocked {
		seen.worst.share = 0 // of time, and nothing is lost: what piles up tells more
	}
	for i := range l.spans {
		span := &l.spans[i]
		if span.Lane != f.Lane || span.Kind != f.Kind || at-span.To > gap {
			continue
		}
		span.To = at
		if !seen.worst.less(span.worst) {
			seen.From = span.From
			*span = seen
		}
		return
	}
	l.spans = append(l.spans, seen)
}

// onTheWay counts the items that are waiting or in flight in a lane, or in all.
func onTheWay(now *engine.Snapshot, lane string) int64 {
	var n int64
	for i := range now.Lanes {
		if l := &now.Lanes[i]; lane == "" || l.Name == lane {
			n += l.Ledger.Waiting + l.Ledger.InFlight
		}
	}
	return n
}

// Findings are the spans so far, in the order in which they began. What is good
// is only named where nothing else was found.
func (l *Log) Findings() []Finding {
	good := func(f Finding) bool { return f.Severity == severities[diagnose.Good] }
	found := slices.DeleteFunc(slices.Clone(l.spans), good)
	if len(found) == 0 && len(l.spans) > 0 {
		return slices.Clone(l.spans[:1])
	}
	return found
}
