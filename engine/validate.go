package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Bounds of lists that no sensible scenario reaches.
const (
	maxHandlers = 1000
	maxCases    = 100
	maxEntries  = 500 // of events, timeline, expect
)

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	eventForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
)

// reserved names mean something else in paths and expressions.
var reserved = []string{"load", "handlers", "lanes", "cases", "theory", "resources"}

// check finds the first thing wrong with a filled scenario, nil if nothing is.
func (s *Scenario) check() *problem {
	return first(s.checkSettings, s.checkAsk, s.checkTimes, s.checkEvents, s.checkTimeline, s.checkCases,
		func() *problem { return s.checkClaims(s.Expect, "expect") })
}

// checkSettings holds what settings must obey together, beyond the range of
// each.
func (s *Scenario) checkSettings() *problem {
	if s.Duet != Version {
		return &problem{path: "duet", found: strconv.Itoa(s.Duet), need: fmt.Sprintf("this duet reads version %d", Version)}
	}
	names := func() *problem { return checkNames("handlers", s.handlerNames(), maxHandlers) }
	if p := first(names, s.checkLaneNames, s.checkLoad); p != nil {
		return p
	}
	if p := s.checkClasses(); p != nil {
		return p
	}
	for i := range s.Handlers {
		if p := s.checkService(i); p != nil {
			return p
		}
	}
	if p := s.checkResources(); p != nil {
		return p
	}
	if p := s.checkNested(); p != nil {
		return p
	}
	for i := range s.Lanes {
		if p := s.checkLane(i); p != nil {
			return p
		}
		if p := s.checkNestedLane(i); p != nil {
			return p
		}
	}
	return nil
}

// checkNames holds the names of handlers or lanes.
func checkNames(path string, names []string, most int) *problem {
	if len(names) == 0 {
		return &problem{path: path, need: "at least one is needed"}
	}
	if len(names) > most {
		return &problem{path: path, found: fmt.Sprintf("a list of %d", len(names)), need: fmt.Sprintf("1 to %d are needed", most)}
	}
	for i, name := range names {
		at := fmt.Sprintf("%s.%d.name", path, i)
		switch {
		case name == "":
			return &problem{path: at, need: "a name is needed"}
		case !nameForm.MatchString(name):
			return &problem{path: at, found: shown(name), need: "a name of small letters, digits and _ that begins with a letter is needed, at most 40 long"}
		case slices.Contains(reserved, name):
			return &problem{path: at, found: shown(name), need: "this word is taken; so are " + strings.Join(reserved, ", ")}
		case slices.Contains(names[:i], name):
			return &problem{path: at, found: shown(name), need: "this name is taken by another of the " + path}
		}
	}
	return nil
}

func (s *Scenario) checkLaneNames() *problem {
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if i > 0 && l.Name == string(l.Model) && slices.Contains(s.laneNames()[:i], l.Name) {
			return &problem{path: fmt.Sprintf("lanes.%d.name", i), need: fmt.Sprintf("a second %s lane needs a name of its own", l.Model)}
		}
	}
	return checkNames("lanes", s.laneNames(), MaxLanes)
}

func (s *Scenario) checkLoad() *problem {
	l := &s.Load
	switch {
	case l.Arrivals == Trace && (l.Trace == nil || l.Trace.File == ""):
		return &problem{path: "load.arrivals", found: "trace", need: "load.trace has to name its file"}
	case l.Arrivals == Steps && len(l.Steps) == 0:
		return &problem{path: "load.arrivals", found: "steps", need: "load.steps has to list them, such as [{at: 10s, times: 2}]"}
	}
	for i := 1; i < len(l.Steps); i++ {
		if l.Steps[i].At <= l.Steps[i-1].At {
			return &problem{path: fmt.Sprintf("load.steps.%d.at", i), found: FormatDuration(l.Steps[i].At), need: "steps have to be later and later"}
		}
	}
	return nil
}

func (s *Scenario) checkLane(i int) *problem {
	l := &s.Lanes[i]
	at := func(field string) string { return fmt.Sprintf("lanes.%d.%s", i, field) }
	for n, name := range l.Handlers.Names {
		switch {
		case !slices.Contains(s.handlerNames(), name):
			return &problem{path: at("handlers"), found: l.Handlers.String(), need: "there is no handler " + shown(name) + "; " + suggest(name, s.handlerNames())}
		case slices.Contains(l.Handlers.Names[:n], name):
			return &problem{path: at("handlers"), found: l.Handlers.String(), need: shown(name) + " is listed twice"}
		}
	}
	if l.Model == Message {
		if p := s.checkBroker(i); p != nil {
			return p
		}
	}
	if l.Queue.WhenFull == DropOldest && l.Queue.Capacity == 0 {
		return &problem{path: at("queue.when_full"), found: "drop_oldest", need: "this needs a capacity of 1 or more, for with 0 there is no oldest"}
	}
	if l.Source == Ticker && s.Load.Timeout > 0 {
		return &problem{path: at("source"), found: string(Ticker), need: "a ticker has no clients: load.timeout has to be 0s"}
	}
	if l.Model == EventModel {
		return s.checkEventLane(i)
	}
	if p := s.checkOrder(i); p != nil {
		return p
	}
	if l.Queue.Partitions > 0 && !l.Queue.Remote() && l.Workers > l.Queue.Partitions {
		return &problem{path: at("workers"), found: strconv.Itoa(l.Workers), need: fmt.Sprintf("at most one for each of the %d partitions is needed", l.Queue.Partitions)}
	}
	if l.Attempts > 1 && l.Ack != AckAfter {
		return &problem{path: at("attempts"), found: strconv.Itoa(l.Attempts), need: "more than one attempt needs ack: after"}
	}
	if l.Queue.Visibility > 0 && l.Ack != AckAfter {
		return &problem{path: at("queue.visibility"), found: FormatDuration(l.Queue.Visibility), need: "a queue that delivers again needs ack: after"}
	}
	return s.checkSubscriptions(i)
}

func (s *Scenario) checkEventLane(i int) *problem {
	l := &s.Lanes[i]
	at := func(field string) string { return fmt.Sprintf("lanes.%d.%s", i, field) }
	observers := 0
	for _, name := range s.handlerNames() {
		if l.Runs(name) {
			observers++
		}
	}
	switch perItem := l.Publishers == PublishersPerItem; {
	case l.Dispatch == Goroutine && l.Limit < observers:
		return &problem{path: at("limit"), found: strconv.Itoa(l.Limit), need: fmt.Sprintf("at least %d are needed, a goroutine for each of the handlers that an item is for", observers)}
	case l.Handlers.Together:
		return &problem{path: at("handlers"), found: together, need: "this belongs to the message model; an event lane has apart or a list of handlers"}
	case perItem && l.PublishBy != "":
		return &problem{path: at("publish_by"), found: l.PublishBy, need: "keys cannot have their publishers where each item has its own: publishers is per_item"}
	case perItem && l.Source == Ticker:
		return &problem{path: at("source"), found: string(Ticker), need: "a ticker drops what comes while its goroutine is busy, and with publishers: per_item none is"}
	}
	return nil
}

func (s *Scenario) checkSubscriptions(i int) *problem {
	l := &s.Lanes[i]
	for _, name := range sortedKeys(l.Subscriptions) {
		sub, at := l.Subscriptions[name], fmt.Sprintf("lanes.%d.subscriptions.%s", i, name)
		switch {
		case l.Handlers.Together:
			return &problem{path: at, need: "with handlers together there is one subscription; set the lane's workers and capacity"}
		case !slices.Contains(s.handlerNames(), name):
			return &problem{path: at, need: "there is no handler of that name; " + suggest(name, s.handlerNames())}
		case sub.Workers != nil && l.Queue.Partitions > 0 && !l.Queue.Remote() && *sub.Workers > l.Queue.Partitions:
			return &problem{path: at + ".workers", found: strconv.Itoa(*sub.Workers), need: fmt.Sprintf("at most one for each of the %d partitions is needed", l.Queue.Partitions)}
		case sub.Capacity != nil && *sub.Capacity == 0 && l.Queue.Order == LIFO:
			return &problem{path: at + ".capacity", found: "0", need: "order: lifo needs 1 or more, for with 0 nothing waits"}
		case sub.Capacity != nil && *sub.Capacity == 0 && l.Queue.WhenFull == DropOldest:
			return &problem{path: at + ".capacity", found: "0", need: "when_full: drop_oldest needs 1 or more, for with 0 there is no oldest"}
		}
	}
	return nil
}

func (s *Scenario) checkAsk() *problem {
	switch ask := s.Ask; {
	case strings.Contains(s.Title, "\n"):
		return &problem{path: "title", found: shown(s.Title), need: "one line is needed"}
	case ask == nil:
		return nil
	case ask.Question == "":
		return &problem{path: "ask.question", need: "a question is needed"}
	case len(ask.Choices) < 2:
		return &problem{path: "ask.choices", need: "two or more are needed"}
	case !slices.Contains(ask.Choices, ask.Answer):
		return &problem{path: "ask.answer", found: shown(ask.Answer), need: "one of the choices is needed: " + list(ask.Choices)}
	}
	return nil
}

func (s *Scenario) checkTimes() *problem {
	if s.Duration > 0 && s.Warmup >= s.Duration {
		return &problem{path: "warmup", found: FormatDuration(s.Warmup), need: "less than the duration of " + FormatDuration(s.Duration) + " is needed"}
	}
	if long := s.Steadied(); long.Duration > 0 && long.Warmup >= long.Duration {
		return &problem{path: "steady.warmup", found: FormatDuration(long.Warmup), need: "less than the duration of " + FormatDuration(long.Duration) + " is needed"}
	}
	return nil
}

func (s *Scenario) checkEvents() *problem {
	if p := bounded("events", len(s.Events)); p != nil {
		return p
	}
	for i, e := range s.Events {
		at := func(field string) string { return fmt.Sprintf("events.%d.%s", i, field) }
		named := func(other Event) bool { return other.Name == e.Name }
		switch {
		case !eventForm.MatchString(e.Name):
			return &problem{path: at("name"), found: shown(e.Name), need: "a name such as queue.high is needed"}
		case slices.ContainsFunc(s.Events[:i], named):
			return &problem{path: at("name"), found: shown(e.Name), need: "this name is taken by another of the events"}
		}
		if _, err := ParseCondition(e.When, s); err != nil {
			return &problem{path: at("when"), found: shown(e.When), need: err.Error()}
		}
		if _, err := ParseCondition(e.Clear, s); e.Clear != "" && err != nil {
			return &problem{path: at("clear"), found: shown(e.Clear), need: err.Error()}
		}
	}
	return nil
}

func (s *Scenario) checkClaims(claims []Claim, path string) *problem {
	if p := bounded(path, len(claims)); p != nil {
		return p
	}
	for i, c := range claims {
		at := fmt.Sprintf("%s.%d", path, i)
		if _, err := parseClaim(c, s); err != nil {
			return &problem{path: at, found: shown(c.Text), need: err.Error()}
		}
		if d := c.During; d != nil && (d[0] < 0 || d[0] >= d[1] || s.Duration > 0 && d[1] > s.Duration) {
			return &problem{path: at + ".during", found: stretchText(*d), need: "a part of the run's " + FormatDuration(s.Duration) + " is needed, its beginning first"}
		}
	}
	return nil
}

func bounded(path string, n int) *problem {
	if n > maxEntries {
		return &problem{path: path, found: fmt.Sprintf("a list of %d", n), need: fmt.Sprintf("at most %d are needed", maxEntries)}
	}
	return nil
}
