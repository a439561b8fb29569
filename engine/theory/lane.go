package theory

import (
	"math"
	"slices"

	"duet/engine"
)

// ForLane says what theory knows of a lane of a scenario, by its number, in the
// steady state of the settings in force: timeline, faults and crashes are not
// considered, and work that burns a core is taken to find one. arrivalRate is in
// items a second; 0 stands for the scenario's. Nothing is too wrong to be
// answered: what is out of range is refused.
//
// # Which model
//
// A message lane with one handler (or all together) is a queue before its
// workers: M/M/c, M/G/1, D/M/1 or G/G/c by its arrivals and services. Where a full
// queue blocks, its capacity makes no difference: latency is measured from
// the intended arrival, and whoever does not fit waits before the queue, in the
// same order. Where it drops, the lane is M/M/c/K, or without room M/G/c/c; with
// the oldest dropped as many are in the system and as many are lost, but what
// the others wait has no closed form here. With partitions, or publish_by:
// key, each server has a queue of its own, with its keys' part of the items.
//
// Whatever the order of a queue, the means are the same; there are no percentiles
// but for fifo. What a class by itself waits is not answered here: see [Priority].
//
// An inline bus is a queue in the publisher: its publishers are the servers, and
// a service is all observers one after another; with a publisher for each item it is
// M/G/inf. So is goroutine dispatch, and an item has the latency of its slowest observer. A buffered bus is a queue
// with one server for each observer.
//
// With several queues for an item (handlers apart, a buffered bus) the latency
// is that of the slowest, and queues that share their arrivals are not
// independent. What is certain is that it is at least the mean of the longest of the services
// (and the latency of any one queue), and at most this and all mean waits
// together: max(W+S) <= max(S) + sum(W). Both bounds are given; the model
// applies where they are within 5 % of each other.
//
// # What it refuses
//
// Rates that change (ramp, sine, steps), groups (bursts) and recordings: there
// is no steady state, or no closed form. Overload, where nothing is dropped. Retries,
// which arrive when they are least wanted. Clients that give up, unless fewer
// than one in a thousand is known to. Queues in a
// broker. Resources of which there are fewer slots than
// servers that need one, tickers, handlers that publish, and what may be in hand for longer than its
// visibility. A lane that a panic ends. Services with an infinite
// variance, but for goroutine dispatch and no room. A bounded
// queue that drops, with services that are not exponential, or that holds up others
// when it is full, unless it is full for fewer than one arrival in a thousand.
func ForLane(s *engine.Scenario, lane int, arrivalRate float64) Result {
	if s == nil || lane < 0 || lane >= len(s.Lanes) {
		return refused("", "there is no lane with the number %d", lane)
	}
	spec := &s.Lanes[lane]
	a := arrivals{kind: s.Load.Arrivals, rate: arrivalRate, keys: s.Load.Keys}
	if a.rate == 0 {
		a.rate = float64(s.Load.Rate)
	}
	if spec.Queue.Remote() {
		return refused("", "no closed form: the queue is in %s, which takes its own time, and hands out more than is worked on", spec.Queue.Broker)
	}
	var work []task
	for i := range s.Handlers {
		h := &s.Handlers[i]
		if !spec.Runs(h.Name) {
			continue
		}
		l, err := newLaw(h.Service, spec.Speed)
		switch {
		case h.Own:
			return refused(a.letter()+"/G", "no closed form: %s is a function of yours, and how long it takes is not known before", h.Name)
		case h.Service.Dist == engine.DistTrace:
			return refused(a.letter()+"/G", "no closed form: how long %s works is %s, known item by item only", h.Name, h.Service.Dist)
		case err != nil:
			return refused(a.letter()+"/G", "how long %s works is not known: %v", h.Name, err)
		}
		work = append(work, task{h, l})
	}
	switch {
	case len(work) == 0:
		return refused("", "the lane has no handler")
	case a.kind == engine.Trace && a.rate == 0:
		return refused(a.letter()+"/G", "arrivals are a recording, and its rate is not known here")
	}
	var r Result
	if spec.Model == engine.EventModel && spec.Dispatch == engine.Goroutine {
		r = unqueued(a, work, spec.Limit)
	} else if spec.PerItem() && spec.Dispatch == engine.Inline {
		laws := make([]law, len(work))
		for i, t := range work {
			laws[i] = t.law
		}
		r = unqueued(a, []task{{law: inTurn(laws)}}, spec.Limit)
	} else if stages := stagesOf(spec, a, work); len(stages) == 1 {
		r = stages[0].result()
	} else {
		r = apart(stages)
	}
	if why := unfit(spec, &a, work); why != "" {
		return r.Refuse("%s", why)
	}
	if from, to, ok := s.Nested(); ok && spec.Runs(s.Handlers[from].Name) && spec.Runs(s.Handlers[to].Name) {
		return r.Refuse("no closed form: %s publishes to %s while handling an item", s.Handlers[from].Name, s.Handlers[to].Name)
	}
	if why := shortOf(s, spec, work); why != "" {
		return r.Refuse("%s", why)
	}
	if v := spec.Queue.Visibility; v > 0 && r.Applies && (r.Latency == nil || float64(r.Latency.P999) > v.Seconds()) {
		return r.Refuse("no closed form: what is in hand for more than %s is handled by others as well", engine.FormatDuration(v))
	}
	if t := s.Load.Timeout; t > 0 && r.Applies && (r.Latency == nil || float64(r.Latency.P999) > t.Seconds()) {
		return r.Refuse("no closed form: clients give up after %s, and what they gave up is handled all the same", engine.FormatDuration(t))
	}
	return r
}

// task is a handler with its law.
type task struct {
	handler *engine.Handler
	law     law
}

// arrivals is how items arrive at a lane.
type arrivals struct {
	kind engine.Arrivals
	rate float64
	keys engine.Keys
}

// letter is the arrivals' in Kendall's notation.
func (a *arrivals) letter() string {
	switch a.kind {
	case engine.Poisson:
		return "M"
	case engine.Constant:
		return "D"
	default:
		return "G"
	}
}

// scv is the squared coefficient of variation of the times between arrivals;
// for patterns, which are refused in the end, that of a Poisson process.
func (a *arrivals) scv() float64 {
	if a.kind == engine.Constant {
		return 0
	}
	return 1
}

// unfit says why no model fits a lane, whatever its queues are; empty when one
// may.
func unfit(spec *engine.Lane, a *arrivals, work []task) string {
	panics := func(t task) bool { return t.handler.Panic > 0 }
	fails := func(t task) bool { return t.handler.Fail > 0 || panics(t) }
	switch {
	case a.kind == engine.Ramp || a.kind == engine.Sine || a.kind == engine.Steps:
		return "no steady state: the rate changes with time (" + string(a.kind) + ")"
	case a.kind == engine.Bursts:
		return "no closed form: arrivals come in groups, not one by one"
	case a.kind == engine.Trace:
		return "no closed form: arrivals are a recording"
	case a.kind != engine.Poisson && a.kind != engine.Constant:
		return "no closed form for arrivals of the kind " + string(a.kind)
	case spec.Source == engine.Ticker:
		return "no closed form: a ticker drops what comes while its producers are busy"
	case !spec.Recover && slices.ContainsFunc(work, panics):
		return "no steady state: a panic will end the lane, which does not recover"
	case pooled(spec):
		return "no closed form here: classes have workers of their own"
	case spec.Model == engine.Message && spec.Attempts > 1 && slices.ContainsFunc(work, fails):
		return "no closed form: failed items are tried again, at times that depend on the queue"
	}
	return ""
}

// pooled tells whether some class has workers of its own.
func pooled(spec *engine.Lane) bool {
	for _, n := range spec.Pools {
		if n > 0 {
			return true
		}
	}
	return false
}

// stagesOf lists the queues that each item of a lane goes through at once. What
// is tried again counts as one service, all tries long: right for the load, and
// for nothing else.
func stagesOf(spec *engine.Lane, a arrivals, work []task) []stage {
	proto := stage{arrivals: a, servers: spec.Publishers, room: endless, whenFull: engine.Block}
	if spec.Model != engine.EventModel {
		proto.servers, proto.queues, proto.order = spec.Workers, spec.Queue.Partitions, spec.Queue.Order
	} else if spec.PublishBy == "key" {
		proto.queues = spec.Publishers
	}
	inline := spec.Model == engine.EventModel && spec.Dispatch != engine.Buffered
	if !inline {
		proto.room, proto.whenFull = spec.Queue.Capacity, spec.Queue.WhenFull
	}
	if inline || spec.Handlers.Together {
		laws := make([]law, len(work))
		for i, t := range work {
			laws[i] = t.law
		}
		proto.law = inTurn(laws)
		proto.law.mean *= tries(spec, work...)
		return []stage{proto}
	}
	stages := make([]stage, len(work))
	for i, t := range work {
		st := proto
		st.name, st.law = t.handler.Name, t.law
		st.law.mean *= tries(spec, t)
		if spec.Model == engine.EventModel {
			st.servers, st.queues = 1, 0
		}
		if own, ok := spec.Subscriptions[st.name]; ok {
			st.override(own)
		}
		stages[i] = st
	}
	return stages
}

// override puts a subscription's own settings in place of the lane's.
func (st *stage) override(own engine.Subscription) {
	if own.Workers != nil {
		st.servers = *own.Workers
	}
	if own.Capacity != nil {
		st.room = *own.Capacity
	}
}

// tries is how often an item is tried on average, when any of the handlers
// failing fails it.
func tries(spec *engine.Lane, work ...task) float64 {
	if spec.Model != engine.Message || spec.Attempts <= 1 {
		return 1
	}
	most := float64(spec.Attempts)
	again, always := 0.0, 0.0 // the chances to fail by bad luck, and at every attempt
	for _, t := range work {
		p := min(1, max(0, float64(1-(1-t.handler.Fail)*(1-t.handler.Panic))))
		if t.handler.Per == engine.PerItem {
			always = 1 - (1-always)*(1-p)
		} else {
			again = 1 - (1-again)*(1-p)
		}
	}
	mean := most
	if again < 1 {
		mean = (1 - math.Pow(again, most)) / (1 - again)
	}
	return always*most + (1-always)*mean
}

// unqueued is goroutine dispatch: all observers begin at once.
func unqueued(a arrivals, work []task, limit int) Result {
	laws := make([]law, len(work))
	var running float64 // mean number of goroutines
	for i, t := range work {
		laws[i] = t.law
		running += a.rate * t.law.mean
	}
	l := slowest(laws)
	r := MGInf(a.rate, l.mean)
	r.Model = a.letter() + "/" + l.letter + "/inf"
	if len(work) > 1 {
		r.Model += slowestOf(len(work))
	}
	if !r.Applies {
		return r
	}
	if l.at != nil {
		r.Latency = quantiles(l.at)
	}
	// A Poisson number of items is in the system: six standard deviations more
	// than the mean are not seen in a lifetime.
	if n := float64(len(work)); running+6*math.Sqrt(n*running)+n > float64(limit) {
		return r.Refuse("no closed form at the limit: %.4g goroutines on average, and the lane stops at %d", running, limit)
	}
	return r
}
