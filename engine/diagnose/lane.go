package diagnose

import (
	"time"

	"duet/engine"
)

// lane is what the checks look at.
type lane struct {
	run      *engine.Snapshot
	now      *engine.LaneSnapshot
	before   *engine.LaneSnapshot // nil: not known
	elapsed  float64              // seconds since before
	settings engine.Lane
	at       time.Duration
	arrivals float64 // a second, now
	arrived  int64   // how many arrivals that rate is measured from; math.MaxInt64: it was set
}

// window is the length of the recent window in seconds.
func (l *lane) window() float64 {
	return max((l.now.Recent.To - l.now.Recent.From).Seconds(), 1e-9)
}

// inline says whether publishers handle what they publish.
func (l *lane) inline() bool {
	return l.settings.Model == engine.EventModel && l.settings.Dispatch != engine.Buffered && l.settings.Dispatch != engine.Goroutine
}

// pinned says whether each key belongs to one publisher.
func (l *lane) pinned() bool {
	return l.settings.Model == engine.EventModel && l.settings.PublishBy == byKey
}

// byKey is the value of publish_by that pins keys.
const byKey = "key"

// broken says whether something is known to be wrong with a handler or a
// worker now.
func (l *lane) broken() bool { return l.faulted() != nil || l.workersDown() != nil }

// stood is the part of their time, since before, that producers or publishers
// stood at a full queue.
func (l *lane) stood() float64 {
	stood, within := l.now.Recent.Blocked, l.window()
	if l.before != nil {
		stood, within = l.now.Whole.Blocked-l.before.Whole.Blocked, l.elapsed
	}
	return part(stood.Seconds(), within*float64(max(1, len(l.now.Publishers))))
}

// handler is what the scenario says of the lane's i-th handler; nil: nothing.
func (l *lane) handler(i int) *engine.Handler {
	for j := range l.run.Scenario.Handlers {
		if h := &l.run.Scenario.Handlers[j]; h.Name == l.now.Handlers[i].Name {
			return h
		}
	}
	return nil
}

// senders is who hands items over.
func (l *lane) senders() string {
	if l.settings.Model == engine.EventModel {
		return "publishers"
	}
	return "producers"
}

// line is how many columns the screen has for a sentence and its lane's name.
const line = 113

// fits says whether so much text is one line of the screen.
func (l *lane) fits(text string) bool { return len(l.now.Name)+len(text) <= line }
