package theory

import (
	"math"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

// one is a scenario with one lane, 80/s and one handler of 10 ms, unless more
// is said.
func one(lane string) string { return with("{name: work}", lane) }

func with(handlers, lane string) string {
	return "load: {rate: 80/s}\nhandlers: [" + handlers + "]\nlanes: [" + lane + "]\n"
}

func loaded(load, lane string) string {
	return "load: {" + load + "}\nhandlers: [{name: work}]\nlanes: [" + lane + "]\n"
}

func TestModelOfALane(t *testing.T) {
	const worker = "{model: message, workers: 1}"
	for _, c := range []struct {
		name, src string
		model     string
		method    string
		wait      float64 // mean, in ms; below 0: not said
		latency   float64
	}{
		{"one worker", one(worker), "M/M/1", Exact, 40, 50},
		{"the capacity does not matter when it blocks", one("{model: message, workers: 1, queue: {capacity: 0}}"), "M/M/1", Exact, 40, 50},
		{"many producers share one backlog", one("{model: message, workers: 1, producers: 9}"), "M/M/1", Exact, 40, 50},
		{"last in, first out", one("{model: message, workers: 1, queue: {order: lifo}}"), "M/M/1", Exact, 40, 50},
		{"the urgent first", loaded("rate: 80/s, classes: [{name: urgent, share: 20%}, {name: normal}]", "{model: message, workers: 1, queue: {order: priority}}"), "M/M/1", Exact, 40, 50},
		{"four workers", one("{model: message}"), "M/M/4", Exact, 1000 * float64(MMc(80, 0.010, 4).WaitMean), 1000 * float64(MMc(80, 0.010, 4).LatencyMean)},
		{"constant service", with("{name: a, service: {dist: constant}}", worker), "M/D/1", Exact, 20, 30},
		{"uniform service", with("{name: a, service: {dist: uniform, spread: 60%}}", worker), "M/G/1", Exact, 40 * (1 + 0.12) / 2, 10 + 40*(1+0.12)/2},
		{"a spread of nothing", with("{name: a, service: {dist: uniform, spread: 0%}}", worker), "M/D/1", Exact, 20, 30},
		{"lognormal service", with("{name: a, service: {dist: lognormal, cv: 2}}", worker), "M/G/1", Exact, 100, 110},
		{"a lognormal without variation", with("{name: a, service: {dist: lognormal, cv: 0}}", worker), "M/D/1", Exact, 20, 30},
		{"lognormal service, many workers", with("{name: a, service: {dist: lognormal, cv: 3, mean: 40ms}}", "{model: message}"), "M/G/4", AllenCunneen, 5000 * float64(MMc(80, 0.040, 4).WaitMean), 40 + 5000*float64(MMc(80, 0.040, 4).WaitMean)},
		{"gamma service", with("{name: a, service: {dist: gamma, cv: 0.5}}", worker), "M/G/1", Exact, 25, 35},
		{"a pareto with a finite variance", with("{name: a, service: {dist: pareto}}", worker), "M/G/1", Exact, 36, 46},
		{"bimodal service", with("{name: a, service: {dist: bimodal, share: 50%, factor: 3}}", worker), "M/G/1", Exact, 25, 35},
		{"a share of nothing", with("{name: a, service: {dist: bimodal, share: 0%}}", worker), "M/D/1", Exact, 20, 30},
		{"a goroutine for each, with an infinite variance", with("{name: a, service: {dist: pareto, shape: 1.5}}", "{model: event, dispatch: goroutine}"), "M/G/inf", Exact, 0, 10},
		{"no room, with an infinite variance", with("{name: a, service: {dist: pareto, shape: 1.5}}", "{model: message, workers: 4, queue: {capacity: 0, when_full: drop_newest}}"), "M/G/4/4", Exact, 0, 10},
		{"patient enough", "load: {rate: 80/s, timeout: 1s, retry: {attempts: 3}}\nhandlers: [{name: a}]\nlanes: [{model: event}]", "M/M/1", Exact, 40, 50},
		{"no work", with("{name: a, service: {mean: 0s}}", worker), "M/D/1", Exact, 0, 0},
		{"nothing arrives", loaded("rate: 0/s", worker), "M/M/1", Exact, 0, 10},
		{"constant arrivals", loaded("rate: 80/s, arrivals: constant", worker), "D/M/1", Exact, 10 * 0.62863 / (1 - 0.62863), 10 / (1 - 0.62863)},
		{"constant both", "load: {rate: 80/s, arrivals: constant}\nhandlers: [{name: a, service: {dist: constant}}]\nlanes: [{model: message, workers: 2}]", "D/D/2", Exact, 0, 10},
		{"a faster lane", one("{model: message, workers: 1, speed: 2}"), "M/M/1", Exact, 5 * 0.4 / 0.6, 5 / 0.6},
		{"failures that are final", with("{name: a, fail: 50%, panic: 10%}", worker), "M/M/1", Exact, 40, 50},
		{"together", with("{name: a, service: {mean: 5ms}}, {name: b, service: {mean: 5ms}}", "{model: message, workers: 1, handlers: together}"), "M/G/1", Exact, 30, 40},
		{"one of two handlers", with("{name: a, service: {mean: 5ms}}, {name: b}", "{model: message, workers: 1, handlers: [b]}"), "M/M/1", Exact, 40, 50},
		{"a subscription of its own", with("{name: a}", "{model: message, subscriptions: {a: {workers: 1}}}"), "M/M/1", Exact, 40, 50},

		{"an inline bus", one("{model: event}"), "M/M/1", Exact, 40, 50},
		{"an inline bus, two observers", with("{name: a, service: {mean: 5ms}}, {name: b, service: {mean: 5ms}}", "{model: event}"), "M/G/1", Exact, 30, 40},
		{"an inline bus, two constant observers", with("{name: a, service: {mean: 5ms, dist: constant}}, {name: b, service: {mean: 5ms, dist: constant}}", "{model: event}"), "M/D/1", Exact, 20, 30},
		{"an observer that does nothing", with("{name: a}, {name: b, service: {mean: 0s}}", "{model: event}"), "M/M/1", Exact, 40, 50},
		{"three publishers", one("{model: event, publishers: 3}"), "M/M/3", Exact, 1000 * float64(MMc(80, 0.010, 3).WaitMean), 1000 * float64(MMc(80, 0.010, 3).LatencyMean)},
		{"keys with publishers of their own", loaded("rate: 160/s, keys: {count: 2}", "{model: event, publishers: 2, publish_by: key}"), "2 x M/M/1", Exact, 40, 50},
		{"a publisher for each item", with("{name: a, service: {dist: constant}}, {name: b, service: {dist: constant}}", "{model: event, publishers: per_item}"), "M/D/inf", Exact, 0, 20},
		{"a slot for each worker", "load: {rate: 80/s}\nresources: [{name: db, slots: 1}]\nhandlers: [{name: a, needs: db}]\nlanes: [{model: message, workers: 1}]", "M/M/1", Exact, 40, 50},
		{"a visibility that nothing exceeds", one("{model: message, workers: 1, ack: after, queue: {visibility: 30s}}"), "M/M/1", Exact, 40, 50},
		{"a goroutine for each", one("{model: event, dispatch: goroutine}"), "M/M/inf", Exact, 0, 10},
		{"a goroutine for each of four", with("{name: a}, {name: b}, {name: c}, {name: d}", "{model: event, dispatch: goroutine}"), "M/G/inf, slowest of 4", Exact, 0, 10 * 25.0 / 12},
		{"a goroutine for each, constant ones too", with("{name: a, service: {dist: constant}}, {name: b}", "{model: event, dispatch: goroutine}"), "M/G/inf, slowest of 2", Exact, 0, 10 * 1.36787944},
		{"goroutines with nothing to do", with("{name: a, service: {mean: 0s}}, {name: b, service: {mean: 0s}}", "{model: event, dispatch: goroutine}"), "M/G/inf, slowest of 2", Exact, 0, 0},
		{"a buffered observer", one("{model: event, dispatch: buffered}"), "M/M/1", Exact, 40, 50},
		{"buffered observers, little to do", "load: {rate: 1/s}\nhandlers: [{name: a}, {name: b}]\nlanes: [{model: event, dispatch: buffered}]", "M/M/1, slowest of 2", Bounded, -1, 15 + 10.0/99},

		{"dropping the newest", one("{model: message, workers: 1, queue: {capacity: 9, when_full: drop_newest}}"), "M/M/1/10", Exact, 1000 * float64(MMcK(80, 0.010, 1, 9).WaitMean), 1000 * float64(MMcK(80, 0.010, 1, 9).LatencyMean)},
		{"dropping the oldest", one("{model: message, workers: 1, queue: {capacity: 9, when_full: drop_oldest}}"), "M/M/1/10", Exact, -1, -1},
		{"no room", with("{name: a, service: {dist: constant}}", "{model: message, workers: 4, queue: {capacity: 0, when_full: drop_newest}}"), "M/D/4/4", Exact, 0, 10},
		{"dropping, but never full", with("{name: a, service: {dist: constant}}", "{model: message, workers: 1, queue: {capacity: 100, when_full: drop_newest}}"), "M/D/1/101", Endless, 20, 30},
		{"partitions of two workers", loaded("rate: 160/s, keys: {count: 16}", "{model: message, workers: 2, queue: {partitions: 8}}"), "2 x M/M/1", Endless, 40, 50},
		{"partitions that are full just rarely enough", loaded("rate: 160/s", "{model: message, workers: 2, queue: {partitions: 2, capacity: 30}}"), "2 x M/M/1", Endless, 40, 50},
		{"one partition gets all, and holds up nobody", loaded("rate: 80/s, keys: {count: 1}", "{model: message, workers: 2, queue: {partitions: 2, capacity: 0}}"), "2 x M/M/1", Exact, 40, 50},
		{"partitions that drop", loaded("rate: 160/s, keys: {count: 16}", "{model: message, workers: 2, queue: {partitions: 2, capacity: 9, when_full: drop_newest}}"), "2 x M/M/1/10", Exact, 1000 * float64(MMcK(80, 0.010, 1, 9).WaitMean), 1000 * float64(MMcK(80, 0.010, 1, 9).LatencyMean)},
		{"partitions of constant arrivals", loaded("rate: 100/s, arrivals: constant, keys: {count: 2}", "{model: message, workers: 2, queue: {partitions: 2, capacity: 1000000}}"), "2 x G/M/1", AllenCunneen, 7.5 * math.Exp(-1.0/9), 10 + 7.5*math.Exp(-1.0/9)},
		{"an idle server among partitions", loaded("rate: 80/s, keys: {count: 1}", "{model: event, publishers: 2, publish_by: key}"), "2 x M/M/1", Exact, 40, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ForLane(scenario(t, c.src), 0, 0)
			sound(t, r)
			if r.Model != c.model || r.Method != c.method || !r.Applies {
				t.Fatalf("%s by %s (%s), want %s by %s", r.Model, r.Method, r.Why, c.model, c.method)
			}
			for what, v := range map[string][2]float64{"wait": {float64(r.WaitMean), c.wait}, "latency": {float64(r.LatencyMean), c.latency}} {
				if v[1] < 0 {
					if !math.IsNaN(v[0]) {
						t.Errorf("%s is %g, want nothing said", what, v[0])
					}
					continue
				}
				want(t, what, 1000*v[0], v[1], 1e-4)
			}
		})
	}
}

func TestMeasuredServices(t *testing.T) {
	s := scenario(t, with("{name: a, service: {file: took.txt}}", "{model: message, workers: 1, speed: 2}"))
	s.Attach(func(string) ([]byte, error) { return []byte("10ms\n10ms\n40ms\n"), nil }) // mean 20 ms, variance 200
	r := ForLane(s, 0, 0)
	sound(t, r)
	want(t, "wait", r.WaitMean, 0.040*(1+0.5)/2, exactly)
	want(t, "latency", r.LatencyMean, 0.040*(1+0.5)/2+0.010, exactly)
}

func TestRefusals(t *testing.T) {
	const panics = "{name: a, panic: 1%}"
	for _, c := range []struct {
		name, src string
		why       string
		rho       float64
	}{
		{"overload", loaded("rate: 120/s", "{model: message, workers: 1}"), "no steady state: 120/s arrive, and one server finishes at most 100/s", 1.2},
		{"just so", loaded("rate: 100/s", "{model: event}"), "no steady state: 100/s arrive, and one server finishes at most 100/s", 1},
		{"just so, but for rounding", loaded("rate: 999.99999999/s", "{model: event, publishers: 10}"), "no steady state", 1},
		{"overload of four", loaded("rate: 500/s", "{model: message}"), "no steady state: 500/s arrive, and 4 servers finish at most 400/s", 1.25},
		{"nobody works", one("{model: message, workers: 0}"), "nobody works", -1},
		{"ramp", loaded("rate: 80/s, arrivals: ramp", "{model: event}"), "the rate changes with time (ramp)", 0.8},
		{"sine", loaded("rate: 80/s, arrivals: sine", "{model: event}"), "the rate changes with time (sine)", 0.8},
		{"steps", loaded("rate: 80/s, arrivals: steps, steps: [{at: 1s, times: 2}]", "{model: event}"), "the rate changes with time (steps)", 0.8},
		{"bursts", loaded("rate: 80/s, arrivals: bursts", "{model: event}"), "in groups", 0.8},
		{"bursts of goroutines", loaded("rate: 80/s, arrivals: bursts", "{model: event, dispatch: goroutine}"), "in groups", 0},
		{"recorded arrivals", loaded("rate: 80/s, arrivals: trace, trace: {file: x.csv}", "{model: event}"), "a recording", 0.8},
		{"recorded arrivals of unknown rate", loaded("arrivals: trace, trace: {file: x.csv}", "{model: event}"), "its rate is not known", -1},
		{"recorded services", "load: {rate: 80/s, arrivals: trace, trace: {file: x.csv, service: took}}\nhandlers: [{name: a, service: {dist: trace}}]\nlanes: [{model: event}]", "how long a works is trace", -1},
		{"measured services that nobody has opened", with("{name: a, service: {file: took.txt}}", "{model: event}"), "how long a works is not known: dist is empirical, which needs a file", -1},
		{"an infinite variance", with("{name: a, service: {dist: pareto, shape: 2}}", "{model: event}"), "no mean wait: the variance of the service time is infinite", 0.8},
		{"an infinite variance, among others", with("{name: a, service: {mean: 5ms}}, {name: b, service: {dist: pareto, shape: 1.5, mean: 5ms}}", "{model: event}"), "no mean wait: the variance", 0.8},
		{"an infinite variance, many workers", with("{name: a, service: {dist: pareto, shape: 2}}", "{model: message, workers: 2}"), "no closed form: the variance of the service time is infinite", 0.4},
		{"an infinite variance, in overload", with("{name: a, service: {dist: pareto, shape: 2, mean: 20ms}}", "{model: event}"), "no steady state: 80/s arrive", 1.6},
		{"a heavy tail fills any room now and then", with("{name: a, service: {dist: pareto}}", "{model: message, workers: 1, queue: {capacity: 100000, when_full: drop_newest}}"), "no closed form for what a queue with room for 100000 drops", 0.8},
		{"clients that give up", "load: {rate: 80/s, timeout: 300ms}\nhandlers: [{name: a}]\nlanes: [{model: event}]", "clients give up after 300ms", 0.8}, // exp(-20 x 0.3) > 1/1000
		{"clients that give up who knows how often", "load: {rate: 80/s, timeout: 10s}\nhandlers: [{name: a, service: {dist: constant}}]\nlanes: [{model: event}]", "clients give up after 10s", 0.8},
		{"fewer slots than workers", "load: {rate: 80/s}\nresources: [{name: db, slots: 3}]\nhandlers: [{name: a, needs: db}]\nlanes: [{model: message}]", "may wait for db, which has 3 slots", 0.2},
		{"fewer slots than calls", "load: {rate: 80/s}\nresources: [{name: db, slots: 9999}]\nhandlers: [{name: a, needs: db}]\nlanes: [{model: event, dispatch: goroutine}]", "may wait for db", 0},
		{"fewer slots than workers of two handlers", "load: {rate: 8/s}\nresources: [{name: db, slots: 7}]\nhandlers: [{name: a, needs: db}, {name: b, needs: db}]\nlanes: [{model: message}]", "may wait for db", 0.02},
		{"a ticker", one("{model: event, source: ticker}"), "a ticker drops", 0.8},
		{"a visibility that some exceed", one("{model: message, workers: 1, ack: after, queue: {visibility: 300ms}}"), "in hand for more than 300ms", 0.8},
		{"a panic ends it", with(panics, "{model: event, recover: false}"), "a panic will end the lane", 0.8},
		{"retries", with("{name: a, fail: 50%}", "{model: message, ack: after, attempts: 2}"), "tried again", 0.3},
		{"retries that do not help", with("{name: a, fail: 50%, per: item}", "{model: message, ack: after, attempts: 3}"), "tried again", 0.4},
		{"retries of all", with("{name: a, fail: 100%}", "{model: message, ack: after, attempts: 5}"), "tried again", 1},
		{"dropping, with other services", with("{name: a, service: {dist: constant}}", "{model: message, workers: 1, queue: {capacity: 2, when_full: drop_newest}}"), "no closed form for what a queue with room for 2 drops", 0.8},
		{"dropping in overload, with other services", with("{name: a, service: {dist: constant, mean: 20ms}}", "{model: message, workers: 1, queue: {capacity: 100, when_full: drop_oldest}}"), "no closed form for what a queue with room for 100 drops", 1.6},
		{"pools", loaded("rate: 80/s, classes: [{name: urgent, share: 20%}, {name: normal}]", "{model: message, workers: 2, pools: {urgent: 1}}"), "classes have workers of their own", 0.4},
		{"classes that are dropped", loaded("rate: 80/s, classes: [{name: urgent, share: 20%}, {name: normal}]", "{model: message, workers: 1, queue: {order: select, capacity: 3, when_full: drop_newest}}"), "one for each class", 0.8},
		{"handlers apart", with("{name: a}, {name: b}", "{model: message, workers: 1}"), "not independent; the mean latency is 0.05 to 0.095 s", 0.8},
		{"handlers apart, the second overloaded", with("{name: a}, {name: b, service: {mean: 20ms}}", "{model: message, workers: 1}"), "b: no steady state", 1.6},
		{"handlers apart, the overloaded one named first", with("{name: a}, {name: b, service: {mean: 20ms}}", "{model: message, workers: 1, queue: {capacity: 3}}"), "b: no steady state", 1.6},
		{"partitions that are full just too often", loaded("rate: 160/s", "{model: message, workers: 2, queue: {partitions: 2, capacity: 29}}"), "full too often", 0.8}, // 0.8^30 > 1/1000
		{"partitions of constant arrivals without room", loaded("rate: 80/s, arrivals: constant", "{model: message, workers: 2, queue: {partitions: 2, capacity: 0}}"), "full too often", 0.4},
		{"handlers apart, holding up each other", with("{name: a}, {name: b, service: {mean: 1ms}}", "{model: message, workers: 1, queue: {capacity: 10}}"), "the queue of a, with room for 10, is full too often", 0.8},
		{"handlers apart, a short queue among them", with("{name: a}, {name: b, service: {mean: 1ms}}", "{model: message, workers: 1, subscriptions: {a: {capacity: 5}}}"), "the queue of a, with room for 5, is full too often", 0.8},
		{"handlers apart, the last without workers", with("{name: a}, {name: b}", "{model: message, workers: 1, subscriptions: {b: {workers: 0}}}"), "b: no steady state: nobody works", 0.8},
		{"handlers apart, the second much too slow", with("{name: a, service: {dist: constant}}, {name: b, service: {mean: 20ms}}", "{model: message, workers: 1, queue: {capacity: 3, when_full: drop_newest}, handlers: [a, b]}"), "a: no closed form", 1.6},
		{"too many goroutines to be true", with("{name: a, service: {mean: 1h}}", "{model: event, dispatch: goroutine, speed: 0.001}"), "goroutines on average", 0},
		{"handlers apart, dropping", with("{name: a}, {name: b}", "{model: message, workers: 1, queue: {capacity: 10, when_full: drop_newest}}"), "an item that a drops", 0.8},
		{"handlers apart, dropping the oldest", with("{name: a}, {name: b}", "{model: message, workers: 1, queue: {capacity: 100, when_full: drop_oldest}}"), "when the oldest is dropped", 0.8},
		{"one partition gets all", loaded("rate: 80/s, keys: {count: 2, skew: 10}", "{model: message, workers: 2, queue: {partitions: 2, capacity: 10}}"), "full too often, and then holds up the others", 0.79921},
		{"one partition is overloaded", loaded("rate: 180/s, keys: {count: 2, skew: 1}", "{model: message, workers: 2, queue: {partitions: 2}}"), "one of 2 queues: no steady state: 120/s arrive", 1.2},
		{"partitions that share a worker and drop", loaded("rate: 80/s", "{model: message, workers: 1, queue: {partitions: 2, capacity: 5, when_full: drop_newest}}"), "bounded queues drop that share a server", 0.8},
		{"too many goroutines", loaded("rate: 1000000/s", "{model: event, dispatch: goroutine}"), "1e+04 goroutines on average, and the lane stops at 10000", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ForLane(scenario(t, c.src), 0, 0)
			sound(t, r)
			if r.Applies || !strings.Contains(r.Why, c.why) {
				t.Errorf("applies %v, because %q; want %q", r.Applies, r.Why, c.why)
			}
			if known(r.WaitMean) || known(r.LatencyMean) || r.Wait != nil || r.Latency != nil {
				t.Errorf("refused, and yet it says %+v", r)
			}
			if c.rho >= 0 {
				want(t, "rho", r.Rho, c.rho, 1e-4)
			} else if known(r.Rho) {
				t.Errorf("rho is %g, want nothing said", float64(r.Rho))
			}
		})
	}
}

func TestOverloadIsAFluid(t *testing.T) {
	r := ForLane(scenario(t, loaded("rate: 500/s", "{model: message, queue: {capacity: 50}}")), 0, 0)
	want(t, "growth", r.Growth, 100, exactly)
	want(t, "full after", r.FullAfter, 0.5, exactly)
	want(t, "throughput", r.Throughput, 400, exactly)
	want(t, "utilisation", r.Utilisation, 1, exactly)

	r = ForLane(scenario(t, one("{model: message, workers: 0, queue: {capacity: 40}}")), 0, 0)
	want(t, "growth without workers", r.Growth, 80, exactly)
	want(t, "full after, without workers", r.FullAfter, 0.5, exactly)

	r = ForLane(scenario(t, loaded("rate: 500/s", "{model: event}")), 0, 0)
	want(t, "growth of the backlog", r.Growth, 400, exactly)
	if known(r.FullAfter) {
		t.Errorf("a backlog is full after %g s", float64(r.FullAfter))
	}

	// The hot partition gets 120/s of 180/s and stops the producer: the other
	// gets half of what it finishes, too.
	r = ForLane(scenario(t, loaded("rate: 180/s, keys: {count: 2, skew: 1}", "{model: message, workers: 2, queue: {partitions: 2}}")), 0, 0)
	want(t, "growth of the hot partition", r.Growth, 20, exactly)
	want(t, "full after, the hot partition", r.FullAfter, 5, exactly)
	want(t, "throughput of both partitions", r.Throughput, 150, exactly)
	want(t, "utilisation of both partitions", r.Utilisation, 0.75, exactly)
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	s := scenario(t, one("{model: event}"))
	for name, r := range map[string]Result{
		"no scenario":     ForLane(nil, 0, 0),
		"no such lane":    ForLane(s, 1, 0),
		"a lane below 0":  ForLane(s, -1, 0),
		"a rate below 0":  ForLane(s, 0, -1),
		"an endless rate": ForLane(s, 0, 2*largest),
		"nothing set":     ForLane(&engine.Scenario{Lanes: []engine.Lane{{}}}, 0, 1),
		"hardly set":      ForLane(&engine.Scenario{Handlers: []engine.Handler{{Service: engine.Service{Dist: engine.DistExponential, Mean: time.Second}}}, Lanes: []engine.Lane{{}}}, 0, 1),
		"no servers":      MMc(1, 1, 0),
		"many servers":    MMc(1, 1, MaxServers+1),
		"no room":         MMcK(1, 1, 1, -1),
		"a scv below 0":   GGc(1, 1, -1, 1, 1),
	} {
		sound(t, r)
		if r.Applies || r.Why == "" {
			t.Errorf("%s: applies", name)
		}
	}
	if r := ForLane(s, 0, 50); r.Rho != 0.5 {
		t.Errorf("at a rate that is given rho is %g, want 0.5", float64(r.Rho))
	}
}

// Percentiles are for one queue, first in, first out, or several that are alike.
func TestWhereThereAreNoPercentiles(t *testing.T) {
	for lane, percentiles := range map[string]bool{
		"{model: message, workers: 1}":                         true,
		"{model: message, workers: 2, queue: {partitions: 2}}": true,
		"{model: message, workers: 2, queue: {partitions: 4}}": false,
		"{model: event, publishers: 2, publish_by: key}":       true,
		"{model: event, publishers: 3, publish_by: key}":       false,
	} {
		r := ForLane(scenario(t, loaded("rate: 60/s", lane)), 0, 0)
		if !r.Applies || (r.Latency != nil) != percentiles || (r.Wait != nil) != percentiles {
			t.Errorf("%s: applies %v, wait %v, latency %v", lane, r.Applies, r.Wait, r.Latency)
		}
	}
	if known(GGc(1, 1, 0.5, 1, 2).PWait) {
		t.Error("the chance to wait is said of arrivals that are not Poisson")
	}
}

func TestSharesOfServers(t *testing.T) {
	for _, c := range []struct {
		keys            engine.Keys
		queues, servers int
		want            []float64
	}{
		{engine.Keys{Count: 16}, 8, 8, []float64{0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}},
		{engine.Keys{Count: 5}, 2, 2, []float64{0.6, 0.4}},
		{engine.Keys{Count: 16}, 3, 2, []float64{11.0 / 16, 5.0 / 16}},
		{engine.Keys{Count: 2}, 3, 3, []float64{0.5, 0.5, 0}},
		{engine.Keys{Count: 3, Skew: 1}, 2, 2, []float64{8.0 / 11, 3.0 / 11}},
		{engine.Keys{Count: 3, Skew: 1}, 3, 2, []float64{8.0 / 11, 3.0 / 11}},
		{engine.Keys{Count: 4, Skew: 1}, 3, 2, []float64{19.0 / 25, 6.0 / 25}},
		{engine.Keys{}, 2, 2, []float64{1, 0}},
	} {
		for i, part := range shares(c.keys, c.queues, c.servers) {
			want(t, "the part of a server", part, c.want[i], exactly)
		}
	}
}
