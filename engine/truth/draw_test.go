package truth_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"duet/engine"
)

// drawer draws scenarios.
type drawer struct {
	t       *rapid.T
	text    strings.Builder
	wild    bool     // who is first may matter
	doomed  []string // lanes in which something is to happen to the next item
	single  bool     // every lane has one server for a handler, so that services may be alike
	steady  bool     // nothing fails, so that several workers may have copies of an item
	visible []string // lanes in which what is in hand for long is delivered again, or was
	sound   bool     // no lane dies, so that services may take no time
	shared  bool     // the first handler needs a resource: who stands in line for it first matters
	patient bool     // clients wait for ever, so that a ticker may tell of their items
	classes string   // of items; empty: there are none
	instant bool     // a service takes no time: several items are taken at one moment
	nested  string   // the handler to which another one publishes; empty: none does
	copies  bool     // clients try again: an item may be in a lane twice, and take equally long
	recalls bool     // a handler recognises what it has done
}

func (d *drawer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.t, label)
}

func (d *drawer) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(d.t, label)
}

func (d *drawer) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// drawCalm draws a scenario in which nothing is left to chance: see the package's
// documentation.
func drawCalm(t *rapid.T) *engine.Scenario { return (&drawer{t: t}).scenario() }

// drawWild draws any.
func drawWild(t *rapid.T) *engine.Scenario { return (&drawer{t: t, wild: true}).scenario() }

// scenario draws one with a timeline. It is returned with its text in its story,
// for who must understand a failure.
func (d *drawer) scenario() *engine.Scenario {
	d.single = d.pick("single", "no", "no", "yes") == "yes"
	d.sound = d.pick("sound", "no", "yes") == "yes"
	d.steady = d.pick("steady", "no", "no", "yes") == "yes"
	d.shared = d.pick("shared", "no", "no", "yes") == "yes"
	d.line("duration: 2s\ndrain: 10s\nseed: %d", d.number("seed", 1, 1000))
	d.load()
	d.line("resources: [{name: db, slots: %s}]", d.pick("slots", "1", "2", "3"))
	handlers := d.number("handlers", 1, 3)
	publisher := 0
	if handlers > 1 && d.patient && d.pick("nested", "no", "no", "yes") == "yes" {
		publisher = d.number("publisher", 1, handlers)
		d.nested = fmt.Sprintf("h%d", publisher%handlers+1)
		d.shared = d.shared && d.single // a worker that ends lets others go on that stand at a queue, and in line
	}
	d.line("handlers:")
	for i := range handlers {
		d.handler(i+1, i+1 == publisher)
	}
	d.line("lanes:")
	for i := range d.number("lanes", 1, 3) {
		d.lane(i + 1)
	}
	s, err := engine.Decode("drawn.yaml", []byte("duet: 1\n"+d.text.String()))
	if err != nil {
		d.t.Fatalf("%v\n%s", err, d.text.String())
	}
	s = d.timeline(s)
	s.Story = d.text.String()
	return s
}

func (d *drawer) load() {
	spacing := []string{
		"poisson", "ramp, ramp: {from: 0.2, to: 2, over: 1s}", "sine, sine: {amplitude: 0.9, period: 777ms}",
		"steps, steps: [{at: 500ms, times: 2}, {at: 1s, times: 0}, {at: 1300ms, times: 2}]",
	}
	if !d.single {
		spacing = append(spacing, "constant", "bursts, bursts: {size: 7, duty: 40%}")
	}
	arrivals := d.pick("arrivals", spacing...)
	clients := d.pick("clients", "timeout: 0s", "timeout: 0s", "timeout: 7777us", "timeout: 31777us, retry: {attempts: 3}",
		"timeout: 21777us, retry: {attempts: 4, backoff: {base: 9333us, jitter: full}, budget: 10%}")
	d.patient = strings.HasSuffix(clients, ": 0s")
	d.copies = strings.Contains(clients, "retry")
	d.classes = d.pick("classes", "", "", "classes: [{name: urgent, share: 30%}, {name: normal, share: 50%}, {name: bulk}], ")
	d.line("load: {%srate: %s, payload: %s, keys: {count: %s, skew: %s}, %s, arrivals: %s}", d.classes, d.pick("rate", "23/s", "61/s", "83/s"),
		d.pick("payload", "0", "0", "1"), d.pick("keys", "1", "16"), d.pick("skew", "0", "1"), clients, arrivals)
}

func (d *drawer) handler(n int, publishes bool) {
	dists, means := []string{"exponential", "uniform", "lognormal", "gamma", "pareto"}, []string{"3ms", "11ms", "37ms"}
	if d.single {
		dists, means = []string{"constant", "bimodal", "uniform"}, []string{fmt.Sprintf("3.%d7ms", n), fmt.Sprintf("11.%d1ms", n)}
		if n == 1 && d.sound && !publishes { // else who sends on and who sends stand at one queue at one moment
			means = append(means, "0s")
		}
	}
	dist := d.pick("dist", dists...)
	needs := ""
	if d.shared && n == 1 {
		needs = "db"
	}
	mean := d.pick("mean", means...)
	d.instant = d.instant || mean == "0s"
	fail, panics := "0%", "0%"
	if !d.steady {
		fail, panics = d.pick("fail", "0%", "20%"), d.pick("panic", "0%", "0%", "5%")
	}
	idempotent, to := "false", ""
	if d.nested == "" {
		idempotent = d.pick("idempotent", "false", "true")
		d.recalls = d.recalls || idempotent == "true"
	} else if publishes {
		to = d.nested
	}
	d.line("  - {name: h%d, service: {dist: %s, mean: %s}, fail: %s, panic: %s, per: %s, idempotent: %s, needs: %q, publishes: %q}", n, dist,
		mean, fail, panics, d.pick("per", "item", "attempt"), idempotent, needs, to)
}

func (d *drawer) lane(n int) {
	queue := d.pick("queue", "capacity: 0", "capacity: 1", "capacity: 2", "capacity: 5", "capacity: 100", "capacity: 0, when_full: drop_newest",
		"capacity: 1, when_full: drop_newest", "capacity: 4, when_full: drop_newest", "capacity: 1, when_full: drop_oldest", "capacity: 4, when_full: drop_oldest")
	recovers, speed := "true", d.pick("speed", "1", "1", "1.7")
	if !d.sound {
		recovers = d.pick("recover", "true", "false")
	}
	source := "schedule"
	if d.patient {
		source = d.pick("source", "schedule", "schedule", "ticker")
	}
	some := d.pick("some", "apart", "apart", "[h1]")
	count := func(label string, more ...string) string {
		if d.single || d.nested != "" && label != "publishers" { // who has both of an item takes equally long for them
			return "1"
		}
		return d.pick(label, append(more, "1")...)
	}
	expired := d.pick("expired", "false", "false", "true")
	stands := !strings.Contains(queue, "when_full") // a producer, where there is no room
	if !d.wild && stands && d.shared {
		expired = "false" // one that is let go at one queue brings several to another, whose workers stand in line
	}
	queue += ", drop_expired: " + expired
	lets := !d.wild && stands && expired == "true" // it goes on, and so does who throws away
	senders := func(label string, more ...string) string {
		if lets {
			return "1" // which of several is the next, once they go on at one moment?
		}
		return count(label, more...)
	}
	if d.pick("model", "message", "event") == "event" {
		dispatch := []string{"inline", "buffered", "goroutine"}
		switch {
		case d.nested != "":
			dispatch = dispatch[:1]
		case d.single:
			dispatch = dispatch[:2]
		}
		by, mode, senders := "", d.pick("dispatch", dispatch...), senders
		if mode == "inline" {
			senders = count // there is no queue
		}
		publishers := senders("publishers", "3", "per_item")
		if publishers == "per_item" {
			source = "schedule"
		} else {
			by = d.pick("by", "", "", "key")
		}
		d.line("  - {name: lane%d, model: event, handlers: %s, recover: %s, source: %s, queue: {%s}, publishers: %s, dispatch: %s, publish_by: %q, speed: %s}",
			n, some, recovers, source, queue, publishers, mode, by, speed)
		return
	}
	if d.nested == "" && d.pick("grouping", "apart", "together") == "together" {
		some = "together"
	}
	partitions, workers := "0", count("workers", "2", "4")
	if !d.single && d.nested == "" && (d.wild || !d.shared) && d.pick("partitions", "0", "0", "4") == "4" {
		partitions = "4"
		if !d.wild && stands {
			workers = "4" // who has several takes from either when the sender fills them at once
		}
	}
	acks := []string{"ack: none", "ack: before", "ack: after"}
	if d.wild || d.single || !d.shared { // who puts an item back, and who is to take it, begin at one moment
		acks = append(acks, "ack: after, attempts: 3")
	}
	if !d.copies && d.nested == "" {
		acks = append(acks, "ack: after, attempts: 4, backoff: {base: 20ms, max: 30ms, jitter: full}")
	}
	if !d.copies && d.nested == "" && !d.single {
		acks = append(acks, "ack: after, attempts: 3, backoff: {base: 17ms}")
	}
	producers, order, pools := senders("producers", "3"), "fifo", ""
	if partitions == "0" && d.nested == "" && !strings.HasPrefix(queue, "capacity: 0") && !lets && (d.wild || !stands || !d.instant) { // is what comes now the next already?
		order = d.pick("order", "fifo", "lifo")
		if d.classes != "" {
			if d.wild || !stands || some != "apart" { // who stands at one queue brings several to another, of several classes
				order = d.pick("order by class", order, "priority")
			}
			if !d.single && (d.wild || !d.shared) && d.pick("pools", "no", "yes") == "yes" {
				workers, pools = "4", ", pools: {normal: 2}"
				if !d.wild && stands {
					order = "fifo" // the same, with workers that wait there
				}
			}
		}
		if order != "fifo" || pools != "" {
			producers = "1" // of several that stand at a queue, any is the next
		}
	}
	ack := d.pick("ack", acks...)
	if d.nested == "" && strings.HasPrefix(ack, "ack: after") && d.pick("visible", "no", "yes") == "yes" {
		several := !d.wild && workers != "1" && partitions == "0"
		if several {
			queue, ack, order, pools = "capacity: 0, when_full: drop_newest, drop_expired: "+expired, "ack: after", "fifo", ""
		}
		if !several || d.steady && !d.shared && !(d.copies && d.recalls) {
			queue += ", visibility: " + d.pick("visibility", "5222us", "23555us")
			d.visible = append(d.visible, fmt.Sprintf("lane%d", n))
		}
	}
	d.line("  - {name: lane%d, model: message, handlers: %s, recover: %s, source: %s, queue: {%s, partitions: %s, order: %s}, workers: %s%s, producers: %s, %s, speed: %s}",
		n, some, recovers, source, queue, partitions, order, workers, pools, producers, ack, speed)
}
