package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"duet/engine"
)

// header is the comment at the beginning.
func (p *program) header() []string {
	s := p.scenario
	name := s.Name
	if s.Title != s.Name {
		name = fmt.Sprintf("%s (%s)", strings.TrimRight(s.Title, "."), s.Name)
	}
	if s.Case != "" {
		name += ", case " + s.Case
	}
	lines := wrapped(name + ", as a program of its own.")
	if s.Story != "" {
		lines = append(append(lines, ""), wrapped(s.Story)...)
	}
	lines = append(lines, "", "Run it, and it says at the end what became of the items; -for says how long they arrive.", "", "\tgo run main.go -for 10s")
	if notes := p.notes(); len(notes) > 0 {
		lines = append(lines, "", "Not carried over from the scenario:")
		for _, note := range notes {
			for i, line := range wrapped(note) {
				bullet := "  - "
				if i > 0 {
					bullet = "    "
				}
				lines = append(lines, bullet+line)
			}
		}
	}
	return lines
}

// notes are what the program does not do.
func (p *program) notes() []string {
	s := p.scenario
	var notes []string
	add := func(when bool, format string, args ...any) {
		if when {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	add(s.Duration == 0, "duration: the scenario has no end; here items arrive for %s", engine.FormatDuration(withoutEnd))
	add(s.Warmup > 0, "warmup: its first %s are part of the figures", engine.FormatDuration(s.Warmup))
	p.noteRecording(add)
	for _, l := range p.Lanes {
		add(!l.spec.Recover && l.panics(), "lanes.%s.recover: false: a panic ends the whole program, and not only this lane", l.Name)
		add(l.spec.Queue.Remote(), "lanes.%s.queue.broker: %s: here the queue is a channel, and what it holds ends with the program", l.Name, l.spec.Queue.Broker)
		add(!l.spec.Queue.Broker.Bounded(), "lanes.%s.queue: in %s it has no limit; a channel has one, here of %d items", l.Name, l.spec.Queue.Broker, l.capacity())
		add(l.spec.Queue.DropExpired && !p.Clients, "lanes.%s.queue.drop_expired: no client gives up", l.Name)
		add(l.Ticker && l.spec.PublishBy == "key", "lanes.%s.publish_by: key: whoever is free takes the next tick", l.Name)
		add(l.spec.Attempts > 1 && l.Attempts == 0, "lanes.%s.attempts: %d: no handler fails here", l.Name, l.spec.Attempts)
		add(l.spec.Ack != "" && l.spec.Ack != engine.AckNone && l.Attempts == 0, "lanes.%s.ack: %s: workers do not crash here, and what they hold ends with the program", l.Name, l.spec.Ack)
	}
	p.noteOrder(add)
	for _, h := range p.Handlers {
		add(h.idempotent && !p.Once(), "handlers.%s.idempotent: nothing is delivered twice here", h.Name)
	}
	for _, l := range p.Lanes {
		if from, to, ok := s.Nested(); ok && l.spec.Runs(s.Handlers[from].Name) && l.spec.Runs(s.Handlers[to].Name) {
			add(true, "handlers.%s.publishes: %s: it publishes nothing in %s", s.Handlers[from].Name, s.Handlers[to].Name, l.Name)
		}
	}
	for _, path := range p.unknown() {
		value, err := s.Get(path)
		add(err == nil, "%s: %s", path, value)
	}
	for _, m := range s.Timeline {
		notes = append(notes, p.moment(&m))
	}
	add(len(s.Events) > 0, "events: %s", eventNames(s))
	add(len(s.Expect) > 0, "expect: %s", plural(len(s.Expect), "claim", "which duet verify checks"))
	add(len(s.Cases) > 0, "cases: %s; --case NAME writes one", caseNames(s))
	return notes
}

// noteRecording says what takes the place of recorded arrivals and times.
func (p *program) noteRecording(add func(when bool, format string, args ...any)) {
	load := &p.scenario.Load
	if load.Arrivals != engine.Trace {
		return
	}
	add(true, "load.trace: the recording %s; items come by chance at its mean rate of %s a second", load.Trace.File, p.Rate)
	for i := range p.scenario.Handlers {
		h := &p.scenario.Handlers[i]
		add(h.Service.Dist == engine.DistTrace && p.has(h.Name), "handlers.%s.service: the recorded times; it takes their mean, by an exponential distribution", h.Name)
	}
}

func (p *program) has(name string) bool {
	return slices.ContainsFunc(p.Handlers, func(h *handler) bool { return h.Name == name })
}

// moment is an entry of the timeline in one line.
func (p *program) moment(m *engine.Moment) string {
	when := "at " + engine.FormatDuration(m.At)
	if m.On != "" {
		when = "on " + m.On
	}
	var what []string
	for _, path := range slices.Sorted(maps.Keys(m.Set)) {
		what = append(what, path+": "+m.Set[path])
	}
	if f := m.Fault; f != nil {
		text := fmt.Sprintf("%s %s", f.Kind, f.Target)
		if f.For > 0 {
			text += " for " + engine.FormatDuration(f.For)
		}
		if f.Lane != "" {
			text += " in " + f.Lane
		}
		what = append(what, text)
	}
	return "timeline, " + when + ": " + strings.Join(what, ", ")
}

func eventNames(s *engine.Scenario) string {
	names := make([]string, len(s.Events))
	for i, e := range s.Events {
		names[i] = e.Name
	}
	return strings.Join(names, ", ")
}

func caseNames(s *engine.Scenario) string {
	names := make([]string, len(s.Cases))
	for i, c := range s.Cases {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func plural(n int, what, rest string) string { return count(n, what) + ", " + rest }

// carried are the settings that pieces or notes speak of, with * for names.
var carried = []string{
	"load.rate", "load.arrivals", "load.bursts.*", "load.ramp.*", "load.sine.*", "load.trace.*", "load.keys.*", "load.payload",
	"load.timeout", "load.retry.*", "load.retry.backoff.*",
	"handlers.*.service.*", "handlers.*.work", "handlers.*.fail", "handlers.*.panic", "handlers.*.per",
	"lanes.*.workers", "lanes.*.publishers", "lanes.*.dispatch", "lanes.*.queue.capacity", "lanes.*.queue.when_full",
	"lanes.*.queue.partitions", "lanes.*.queue.drop_expired", "lanes.*.producers", "lanes.*.publish_by", "lanes.*.ack", "lanes.*.attempts", "lanes.*.backoff.*",
	"lanes.*.limit", "lanes.*.recover", "lanes.*.speed", "lanes.*.handlers", "lanes.*.subscriptions.*",
	"lanes.*.queue.order", "lanes.*.pools.*", "load.classes.*",
	"handlers.*.needs", "handlers.*.idempotent", "resources.*.slots", "lanes.*.source",
	"steady.*", "seed", "duration", "warmup", "drain",
}

// unknown are the settings that have no piece, where they are not at their
// defaults.
func (p *program) unknown() []string {
	var paths []string
	for _, param := range p.scenario.Params() {
		parts := strings.Split(param.Path, ".")
		switch {
		case slices.ContainsFunc(carried, func(pattern string) bool { return matches(pattern, parts) }):
			continue
		case parts[0] == "lanes" && !p.any(func(l *lane) bool { return l.Name == parts[1] }):
			continue
		case parts[0] == "handlers" && !p.has(parts[1]):
			continue
		}
		if value, err := p.scenario.Get(param.Path); err == nil && value != param.Default {
			paths = append(paths, param.Path)
		}
	}
	return paths
}

// matches compares a path with a pattern, where a * at the end stands for all that
// may follow.
func matches(pattern string, parts []string) bool {
	wanted := strings.Split(pattern, ".")
	for i, part := range wanted {
		switch {
		case i >= len(parts):
			return false
		case part == "*" && i == len(wanted)-1:
			return true
		case part != "*" && part != parts[i]:
			return false
		}
	}
	return len(wanted) == len(parts)
}
