package export

import (
	"fmt"
	"slices"

	"duet/engine"
	"duet/engine/script"
)

// lane is what the pieces are told about a lane.
type lane struct {
	spec *engine.Lane

	Name     string
	Func     string // that runs it
	Model    engine.Model
	Dispatch engine.Dispatch // empty: of a message lane
	Handlers []*handler

	Producers int  // publishers, on a bus
	PerItem   bool // each item has its publisher
	ByKey     bool
	Ticker    bool
	Limit     int
	Room      string // before each buffered observer; empty: there is none

	Subs       []subscription
	Partitions int
	Order      engine.Order // in which workers take
	rooms      script.Rooms // of the classes, where that matters
	Attempts   int          // 0: a failure is final
	Pause      string       // before a further attempt; empty: none
	Zero       bool         // somewhere nobody works

	Holds []resource
	Wraps []wrap

	Clients bool
	End     string // the function that is told how an item ended
	Base    string // and that which it tells in turn
	put     string // the function that puts an item into a queue; empty: there is none
	safely  bool
	Faster  []string // what makes its servers faster, or slower
}

// subscription is a queue with workers.
type subscription struct {
	Func     string
	Workers  int
	Capacity int
}

func newLane(s *engine.Scenario, spec *engine.Lane, taken names) *lane {
	l := &lane{spec: spec, Name: spec.Name, Model: spec.Model, Producers: spec.Producers}
	l.Func = taken.choose(spec.Name, "Lane", "ModelLane")
	switch {
	case spec.Model == engine.EventModel:
		l.Dispatch, l.Producers, l.Limit = spec.Dispatch, spec.Publishers, spec.Limit
		l.PerItem = spec.Publishers == engine.PublishersPerItem
		l.ByKey = spec.PublishBy == "key" && l.Producers > 1 && spec.Source != engine.Ticker
	case spec.Attempts > 1:
		l.Attempts, l.Pause = spec.Attempts, pauseOf(spec.Backoff, "it.Attempt")
	}
	if l.Model == engine.Message {
		l.Partitions = spec.Queue.Partitions
	}
	if l.Model == engine.Message || l.Dispatch == engine.Buffered {
		l.put = map[engine.WhenFull]string{
			engine.Block: "send", engine.DropNewest: "sendOrDrop", engine.DropOldest: "sendAndDrop",
		}[spec.Queue.WhenFull]
	}
	if l.Dispatch == engine.Buffered {
		l.Room = fmt.Sprint(spec.Queue.Capacity)
	}
	l.Clients, l.Ticker = s.Load.Timeout > 0, spec.Source == engine.Ticker
	return l
}

// wrap is a handler that a lane makes more of.
type wrap struct{ Func, As string }

// wrap lists what the lane's handlers hold, and which of them are called for an item
// only once.
func (l *lane) wrap(p *program) {
	for _, h := range l.Handlers {
		as := h.Func
		for _, r := range p.resources {
			if r.Name != h.needs {
				continue
			}
			if as = "holding(" + r.Var + ", " + as + ")"; !slices.Contains(l.Holds, r) {
				l.Holds = append(l.Holds, r)
			}
		}
		if p.Retried && h.idempotent {
			as = "once(" + as + ")"
		}
		if p.Clients && l.spec.Queue.DropExpired {
			as = "wanted(" + as + ")"
		}
		if as != h.Func {
			l.Wraps = append(l.Wraps, wrap{h.Func, as})
		}
	}
}

// has tells whether the lane runs a handler.
func (l *lane) has(name string) bool {
	names := l.spec.Handlers.Names
	return names == nil || slices.Contains(names, name)
}

// finish settles what depends on the handlers, once they have their names.
func (l *lane) finish(p *program) {
	l.safely = l.panics() && l.spec.Recover
	l.Base = "led.end"
	if l.Clients {
		l.Base = "answerClient"
	}
	l.End = l.Base
	if !l.Fallible() {
		l.Attempts = 0 // there is nothing to try again
	}
	if l.Attempts > 0 {
		l.End = "end"
	}
	if l.spec.Speed != 1 {
		l.Faster = faster(l.spec.Speed, len(p.Handlers) > 1)
	}
	l.wrap(p)
	l.arrange(p.scenario)
	if l.Model != engine.Message {
		return
	}
	for _, h := range l.Handlers {
		sub := subscription{Func: h.Func, Workers: l.spec.Workers, Capacity: l.capacity()}
		if own, ok := l.spec.Subscriptions[h.Name]; ok {
			if own.Workers != nil {
				sub.Workers = *own.Workers
			}
			if own.Capacity != nil {
				sub.Capacity = *own.Capacity
			}
		}
		l.Zero = l.Zero || sub.Workers == 0
		l.Subs = append(l.Subs, sub)
	}
	if l.spec.Handlers.Together {
		l.Subs = l.Subs[:1]
	}
}

// capacity is the room in a queue: a channel has an end, also in place of a log that
// has none.
func (l *lane) capacity() int {
	if l.spec.Queue.Broker.Bounded() {
		return l.spec.Queue.Capacity
	}
	return inPlaceOfALog / max(1, l.spec.Queue.Partitions)
}

// inPlaceOfALog is the room in channels that stand for a queue without a limit. They
// take it at once, and an item has some hundred bytes.
const inPlaceOfALog = 100_000

// panics tells whether a handler may.
func (l *lane) panics() bool {
	return slices.ContainsFunc(l.Handlers, func(h *handler) bool { return h.Panics != "" })
}

// faster is what a lane does with an item before anybody has it.
func faster(speed float64, several bool) []string {
	shorter := func(work string) string {
		if speed == float64(int64(speed)) {
			return fmt.Sprintf("%s /= %s", work, number(speed))
		}
		return fmt.Sprintf("%s = time.Duration(float64(%s) / %s)", work, work, number(speed))
	}
	if several {
		return []string{"for i := range it.Work { // servers " + number(speed) + " times as fast", shorter("it.Work[i]"), "}"}
	}
	return []string{shorter("it.Work") + " // servers " + number(speed) + " times as fast"}
}

// pauseOf is the expression for the pause after so many failures; empty when
// there is none.
func pauseOf(b engine.Backoff, failed string) string {
	if b.Base == 0 || b.Max == 0 {
		return ""
	}
	pause := fmt.Sprintf("backoff(%s, %s, %s)", failed, durationLiteral(b.Base), durationLiteral(b.Max))
	if b.Jitter == engine.JitterFull {
		return "rand.N(" + pause + "+1)"
	}
	return pause
}
