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
	arrivals := d.pick("arrivals", "poisson", "poisson", "constant", "ramp, ramp: {from: 0.2, to: 2, over: 1s}",
		"sine, sine: {amplitude: 0.9, period: 777ms}", "steps, steps: [{at: 500ms, times: 3}, {at: 1s, times: 0}, {at: 1300ms, times: 2}]",
		"bursts, bursts: {size: 7, duty: 40%}")
	d.line("load: {rate: %s, payload: %s, keys: {count: %s, skew: %s}, arrivals: %s}", d.pick("rate", "23/s", "61/s", "127/s"),
		d.pick("payload", "0", "0", "1"), d.pick("keys", "1", "16"), d.pick("skew", "0", "1"), arrivals)
}

func (d *drawer) handler(n int) {
	dist := d.pick("dist", "exponential", "uniform", "lognormal", "gamma", "pareto")
	d.line("  - {name: h%d, service: {dist: %s, mean: %s}, fail: %s, panic: %s, per: %s}", n, dist,
		d.pick("mean", "3ms", "11ms", "37ms"), d.pick("fail", "0%", "20%"), d.pick("panic", "0%", "0%", "5%"), d.pick("per", "item", "attempt"))
}

func (d *drawer) lane(n int) {
	queue := fmt.Sprintf("capacity: %s, when_full: %s", d.pick("capacity", "1", "2", "5", "100"), d.pick("when_full", "block", "drop_newest", "drop_oldest"))
	recovers := d.pick("recover", "true", "true", "false")
	some := d.pick("some", "apart", "apart", "[h1]")
	if d.pick("model", "message", "event") == "event" {
		d.line("  - {name: lane%d, model: event, handlers: %s, recover: %s, queue: {%s}, publishers: %s, dispatch: %s, publish_by: %q, speed: %s}",
			n, some, recovers, queue, d.pick("publishers", "1", "3"), d.pick("dispatch", "inline", "goroutine", "buffered"), d.pick("by", "", "", "key"), d.pick("speed", "1", "1", "1.7"))
		return
	}
	if d.pick("grouping", "apart", "together") == "together" {
		some = "together"
	}
	ack := d.pick("ack", "ack: none", "ack: before", "ack: after", "ack: after, attempts: 3", "ack: after, attempts: 3, backoff: {base: 17ms}",
		"ack: after, attempts: 4, backoff: {base: 20ms, max: 30ms, jitter: full}")
	d.line("  - {name: lane%d, model: message, handlers: %s, recover: %s, queue: {%s, partitions: %s}, workers: %s, producers: %s, %s, speed: %s}",
		n, some, recovers, queue, d.pick("partitions", "0", "0", "4"), d.pick("workers", "1", "2", "4"), d.pick("producers", "1", "3"), ack, d.pick("speed", "1", "1", "1.7"))
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
		return fmt.Sprintf("set: {%s: %s}", c.path, c.value)
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
	switch d.number("what", 0, 15) {
	case 0:
		return set("load.rate", "0/s", "41/s", "200/s")
	case 1:
		return set("handlers."+handler+".service.mean", "7ms", "29ms")
	case 2:
		return set("handlers."+handler+".fail", "0%", "50%")
	case 3, 4:
		if lane.Producers > 1 || lane.Publishers > 1 { // who of those that stand at the queue looks first?
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
		if slices.Contains(d.doomed, lane.Name) { // does the sound one take the next item?
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
		queues := lane.Model == engine.Message || lane.Dispatch == engine.Buffered
		if queues && (lane.Producers > 1 || lane.Publishers > 1 || lane.Queue.WhenFull != engine.Block) { // the same
			return change{}
		}
		return fault("%s, lane: %s", d.pick("producers", "stop: producers", "start: producers", "start: producers", "revive: lane"), lane.Name)
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
