package truth_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// drawer draws scenarios in which nothing is left to chance: see the package's
// documentation.
type drawer struct {
	t      *rapid.T
	text   strings.Builder
	doomed []string // lanes with workers that are to crash
	single bool     // every lane has one server for a handler, so that services may be alike
	sound  bool     // no lane dies, so that services may take no time
	copies bool     // clients try again: an item may be in a lane twice, and take equally long
}

func (d *drawer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.t, label)
}

func (d *drawer) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(d.t, label)
}

func (d *drawer) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// drawScenario draws a scenario with a timeline. It is returned with its text in
// its story, for who must understand a failure.
func drawScenario(t *rapid.T) *engine.Scenario {
	d := &drawer{t: t}
	d.single = d.pick("single", "no", "no", "yes") == "yes"
	d.sound = d.pick("sound", "no", "yes") == "yes"
	d.line("duration: 2s\ndrain: 10s\nseed: %d", d.number("seed", 1, 1000))
	d.load()
	d.line("handlers:")
	for i := range d.number("handlers", 1, 3) {
		d.handler(i + 1)
	}
	d.line("lanes:")
	for i := range d.number("lanes", 1, 3) {
		d.lane(i + 1)
	}
	s, err := engine.Decode("drawn.yaml", []byte("duet: 1\n"+d.text.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, d.text.String())
	}
	s = d.timeline(s)
	s.Story = d.text.String()
	return s
}

func (d *drawer) load() {
	spacing := []string{"poisson", "ramp, ramp: {from: 0.2, to: 2, over: 1s}", "sine, sine: {amplitude: 0.9, period: 777ms}",
		"steps, steps: [{at: 500ms, times: 2}, {at: 1s, times: 0}, {at: 1300ms, times: 2}]"}
	if !d.single {
		spacing = append(spacing, "constant", "bursts, bursts: {size: 7, duty: 40%}")
	}
	arrivals := d.pick("arrivals", spacing...)
	clients := d.pick("clients", "timeout: 0s", "timeout: 0s", "timeout: 7777us", "timeout: 31777us, retry: {attempts: 3}",
		"timeout: 21777us, retry: {attempts: 4, backoff: {base: 9333us, jitter: full}, budget: 10%}")
	d.copies = strings.Contains(clients, "retry")
	d.line("load: {rate: %s, payload: %s, keys: {count: %s, skew: %s}, %s, arrivals: %s}", d.pick("rate", "23/s", "61/s", "83/s"),
		d.pick("payload", "0", "0", "1"), d.pick("keys", "1", "16"), d.pick("skew", "0", "1"), clients, arrivals)
}

func (d *drawer) handler(n int) {
	dists, means := []string{"exponential", "uniform", "lognormal", "gamma", "pareto"}, []string{"3ms", "11ms", "37ms"}
	if d.single {
		dists, means = []string{"constant", "bimodal", "uniform"}, []string{fmt.Sprintf("3.%d7ms", n), fmt.Sprintf("11.%d1ms", n)}
		if n == 1 && d.sound {
			means = append(means, "0s")
		}
	}
	dist := d.pick("dist", dists...)
	d.line("  - {name: h%d, service: {dist: %s, mean: %s}, fail: %s, panic: %s, per: %s}", n, dist,
		d.pick("mean", means...), d.pick("fail", "0%", "20%"), d.pick("panic", "0%", "0%", "5%"), d.pick("per", "item", "attempt"))
}

func (d *drawer) lane(n int) {
	queue := d.pick("queue", "capacity: 0", "capacity: 1", "capacity: 2", "capacity: 5", "capacity: 100", "capacity: 0, when_full: drop_newest",
		"capacity: 1, when_full: drop_newest", "capacity: 4, when_full: drop_newest", "capacity: 1, when_full: drop_oldest", "capacity: 4, when_full: drop_oldest")
	recovers, speed := "true", d.pick("speed", "1", "1", "1.7")
	if !d.sound {
		recovers = d.pick("recover", "true", "false")
	}
	some := d.pick("some", "apart", "apart", "[h1]")
	count := func(label string, more ...string) string {
		if d.single {
			return "1"
		}
		return d.pick(label, append(more, "1")...)
	}
	if d.pick("model", "message", "event") == "event" {
		dispatch := []string{"inline", "buffered", "goroutine"}
		if d.single {
			dispatch = dispatch[:2]
		}
		d.line("  - {name: lane%d, model: event, handlers: %s, recover: %s, queue: {%s}, publishers: %s, dispatch: %s, publish_by: %q, speed: %s}",
			n, some, recovers, queue, count("publishers", "3"), d.pick("dispatch", dispatch...), d.pick("by", "", "", "key"), speed)
		return
	}
	if d.pick("grouping", "apart", "together") == "together" {
		some = "together"
	}
	partitions := "0"
	if !d.single {
		partitions = d.pick("partitions", "0", "0", "4")
	}
	acks := []string{"ack: none", "ack: before", "ack: after", "ack: after, attempts: 3"}
	if !d.copies {
		acks = append(acks, "ack: after, attempts: 4, backoff: {base: 20ms, max: 30ms, jitter: full}")
	}
	if !d.copies && !d.single {
		acks = append(acks, "ack: after, attempts: 3, backoff: {base: 17ms}")
	}
	d.line("  - {name: lane%d, model: message, handlers: %s, recover: %s, queue: {%s, partitions: %s}, workers: %s, producers: %s, %s, speed: %s}",
		n, some, recovers, queue, partitions, count("workers", "2", "4"), count("producers", "3"), d.pick("ack", acks...), speed)
}

// timeline draws changes at odd times. One that is not possible after those
// before it is left out.
func (d *drawer) timeline(s *engine.Scenario) *engine.Scenario {
	now, head, moments := s, d.text.String(), "timeline:\n"
	at := time.Duration(0)
	for range d.number("changes", 0, 6) {
		at += time.Duration(d.number("after", 1, 400_000))*time.Microsecond + 1
		lane := &now.Lanes[d.number("lane", 0, len(s.Lanes)-1)]
		handler := s.Handlers[d.number("handler", 0, len(s.Handlers)-1)].Name
		c := d.change(lane, handler)
		if c == (change{}) {
			continue
		}
		more := fmt.Sprintf("%s  - {at: %v, %s}\n", moments, at, c.text())
		if next, err := engine.Decode("drawn.yaml", []byte("duet: 1\n"+head+more)); err == nil {
			s, moments = next, more
			if c.path != "" {
				now, _ = now.With(c.path, c.value)
			}
		}
	}
	if len(s.Timeline) > 0 {
		d.line("%s", moments)
	}
	return s
}

// change is a setting or a fault.
type change struct{ path, value, fault string }

func (c *change) text() string {
	if c.path != "" {
		return fmt.Sprintf("set: {%s: %q}", c.path, c.value)
	}
	return fmt.Sprintf("fault: {%s}", c.fault)
}

// change draws one that does the same whoever is first; it may come to nothing.
func (d *drawer) change(lane *engine.Lane, handler string) change {
	set := func(path string, values ...string) change {
		return change{path: path, value: d.pick("value", values...)}
	}
	fault := func(format string, args ...any) change { return change{fault: fmt.Sprintf(format, args...)} }
	ofLane := "lanes." + lane.Name + "."
	switch d.number("what", 0, 20) {
	case 0:
		return set("load.rate", "0/s", "41/s", "97/s")
	case 1:
		return set("handlers."+handler+".service.mean", "7.3"+handler[1:]+"ms", "29.7"+handler[1:]+"ms")
	case 2:
		return set("handlers."+handler+".fail", "0%", "50%")
	case 3, 4:
		if !inOrder(lane) {
			return change{}
		}
		if d.pick("queue", "capacity", "policy") == "capacity" {
			return set(ofLane+"queue.capacity", "1", "3", "200")
		}
		if lane.Queue.WhenFull == engine.Block { // what has piled up comes at once: before or after workers made room?
			return change{}
		}
		return set(ofLane+"queue.when_full", "block", "drop_newest", "drop_oldest")
	case 5:
		if d.single || slices.Contains(d.doomed, lane.Name) { // does the sound one take the next item?
			return change{}
		}
		return set(ofLane+"workers", fmt.Sprint(lane.Workers+1), fmt.Sprint(lane.Workers+3))
	case 6:
		return set(ofLane+"attempts", "1", "5")
	case 7:
		return set(ofLane+"speed", "0.5", "3")
	case 8:
		return fault("slow: %s, factor: 3, for: 333ms", handler)
	case 9:
		return fault("fail: %s, share: 50%%, for: 333ms", handler)
	case 10:
		return fault("panic: %s, share: 20%%, for: 111ms", handler)
	case 11:
		return fault("stall: %s, lane: %s, for: 123ms", handler, lane.Name)
	case 12, 13:
		if !inOrder(lane) || queues(lane) && lane.Queue.WhenFull != engine.Block { // the same
			return change{}
		}
		return fault("%s, lane: %s", d.pick("producers", "stop: producers", "start: producers", "start: producers", "revive: lane"), lane.Name)
	case 14:
		return set("load.keys.count", "1", "5", "40")
	case 15:
		return set("load.timeout", "0s", "13333us", "55555us")
	case 16:
		return set(ofLane+"ack", "none", "before", "after")
	case 17:
		if !inOrder(lane) || queues(lane) && lane.Queue.WhenFull != engine.Block {
			return change{}
		}
		if lane.Model == engine.EventModel && d.pick("setting", "dispatch", "handlers") == "dispatch" {
			return set(ofLane+"dispatch", "inline", "buffered")
		}
		return set(ofLane+"handlers", "apart", "together", "[h1]")
	default:
		when := d.pick("when", "during", "before_ack")
		switch alike := lane.Workers > 1 && lane.Queue.Partitions == 0; {
		case alike && lane.Ack == engine.AckAfter: // which of them drops what it holds first?
			return change{}
		case alike:
			when = "during" // which of them takes the next item, and crashes?
		case when == "before_ack":
			d.doomed = append(d.doomed, lane.Name)
		}
		return fault("crash: worker, lane: %s, handler: %s, count: 99, when: %s, restart: 157ms", lane.Name, handler, when)
	}
}

// queues tells whether there are queues between producers and who handles items.
func queues(l *engine.Lane) bool { return l.Model == engine.Message || l.Dispatch == engine.Buffered }

// inOrder tells whether what has piled up is handed over in one order, and taken
// in it: by one producer, and not from several queues by one worker.
func inOrder(l *engine.Lane) bool {
	return !queues(l) || l.Producers <= 1 && l.Publishers <= 1 && l.Queue.Partitions == 0
}
