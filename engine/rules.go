package engine

// rule says what one setting may be. There is one for every field of a
// scenario that is not free text, and everything that reads or writes a
// setting goes by it: files, knobs, --set, timelines, cases, Encode.
type rule struct {
	path    string // pattern: * stands for a name or a place in a list
	kind    ParamKind
	min     float64 // inclusive; durations in seconds, shares 0..1
	max     float64
	def     string // as written in a file; empty: none
	choices []string
	word    string // of a count, written in place of 0; empty: there is none
	help    string
	fixed   bool // not while a run goes on
	file    bool // in files only: no path that can be set
}

// The longest of times, in seconds.
const (
	hour = 3600
	day  = 24 * hour
	week = 7 * day
)

var rules = []rule{
	{path: "load.rate", kind: KindRate, max: 1e6, help: "mean arrivals; patterns multiply it"},
	{path: "load.arrivals", kind: KindChoice, def: "poisson", choices: []string{"constant", "poisson", "bursts", "ramp", "sine", "steps", "trace"}, help: "how arrivals are spaced"},
	{path: "load.bursts.size", kind: KindCount, min: 1, max: 1e6, def: "50", help: "items in a group"},
	{path: "load.bursts.duty", kind: KindShare, max: 1, def: "0%", help: "part of the period over which a group is spread; 0%: all at one instant"},
	{path: "load.ramp.from", kind: KindNumber, max: 1000, def: "0", help: "factor on the rate at the start"},
	{path: "load.ramp.to", kind: KindNumber, max: 1000, def: "2", help: "factor on the rate at the end, and from then on"},
	{path: "load.ramp.over", kind: KindDuration, min: 1e-3, max: day, def: "1m", help: "how long the ramp takes"},
	{path: "load.sine.amplitude", kind: KindNumber, max: 1, def: "0.5", help: "swing, as a factor on the rate"},
	{path: "load.sine.period", kind: KindDuration, min: 1e-3, max: day, def: "1m", help: "how long a swing takes"},
	{path: "load.trace.scale", kind: KindDuration, min: 1e-9, max: hour, def: "1ms", help: "what one unit of the service column takes"},
	{path: "load.trace.speed", kind: KindNumber, min: 0.001, max: 1e6, def: "1", help: "times faster than recorded"},
	{path: "load.trace.at_end", kind: KindChoice, def: Loop, choices: []string{Loop, Stop}, help: "what happens when the recording ends"},
	{path: "load.keys.count", kind: KindCount, min: 1, max: 1e6, def: "16", help: "how many keys items are spread over"},
	{path: "load.keys.skew", kind: KindNumber, max: 10, def: "0", help: "0: uniform; above, Zipf's exponent"},
	{path: "load.classes.*.share", kind: KindShare, max: 1, help: "part of the items that are of this class; the last has the rest"},
	{path: "load.payload", kind: KindCount, max: 1 << 20, def: "0", help: "bytes that an item carries"},
	{path: "load.timeout", kind: KindDuration, max: hour, def: "0s", help: "clients give a try up after so long; 0s: they wait for ever"},
	{path: "load.retry.attempts", kind: KindCount, min: 1, max: 100, def: "1", help: "tries that a client makes in all, each until its timeout"},
	{path: "load.retry.backoff.base", kind: KindDuration, max: hour, def: "0s", help: "pause before a client's second try, doubled for each further one"},
	{path: "load.retry.backoff.max", kind: KindDuration, max: day, def: "10s", help: "longest pause between a client's tries"},
	{path: "load.retry.backoff.jitter", kind: KindChoice, def: JitterNone, choices: []string{JitterNone, JitterFull}, help: "full: pauses are uniform between 0 and the whole"},
	{path: "load.retry.budget", kind: KindShare, max: 1, def: "0%", help: "retries are at most this part of the first tries, and ten more; 0%: no limit"},

	{path: "handlers.*.service.dist", kind: KindChoice, def: "exponential", choices: []string{"constant", "exponential", "uniform", "lognormal", "gamma", "pareto", "bimodal", "empirical", "trace"}, help: "distribution of the time that the work takes"},
	{path: "handlers.*.service.mean", kind: KindDuration, max: hour, def: "10ms", help: "mean time that the work takes"},
	{path: "handlers.*.service.spread", kind: KindShare, max: 1, def: "50%", help: "uniform: half the width, as a part of the mean"},
	{path: "handlers.*.service.cv", kind: KindNumber, max: 100, def: "1", help: "lognormal, gamma: standard deviation over mean"},
	{path: "handlers.*.service.shape", kind: KindNumber, min: 1.1, max: 100, def: "2.5", help: "pareto: exponent of its tail; up to 2 the variance is infinite"},
	{path: "handlers.*.service.share", kind: KindShare, max: 1, def: "10%", help: "bimodal: part of the items that take long"},
	{path: "handlers.*.service.factor", kind: KindNumber, min: 1, max: 1e4, def: "10", help: "bimodal: how many times as long as the others these take"},
	{path: "handlers.*.work", kind: KindChoice, def: "wait", choices: []string{"wait", "cpu"}, help: "wait as on input or output, or burn a core"},
	{path: "handlers.*.fail", kind: KindShare, max: 1, def: "0%", help: "part of the items whose handling returns an error"},
	{path: "handlers.*.panic", kind: KindShare, max: 1, def: "0%", help: "part of the items whose handling panics"},
	{path: "handlers.*.per", kind: KindChoice, def: PerAttempt, choices: []string{PerItem, PerAttempt}, help: "failing is drawn for an item (every attempt alike) or for an attempt"},

	{path: "handlers.*.idempotent", kind: KindBool, def: "false", help: "what it has done and gets again it recognises, and has nothing to do"},

	{path: "resources.*.slots", kind: KindCount, min: 1, max: 1e5, def: "4", help: "how many handlings of a lane may hold one at once"},

	{path: "lanes.*.workers", kind: KindCount, max: 1e5, def: "4", help: "of each subscription"},
	{path: "lanes.*.publishers", kind: KindCount, min: 1, max: 1000, word: "per_item", def: "1", help: "goroutines that publish; per_item: each item has its own"},
	{path: "lanes.*.dispatch", kind: KindChoice, def: "inline", choices: []string{"inline", "goroutine", "buffered"}, help: "who runs the observers of an event"},
	{path: "lanes.*.queue.capacity", kind: KindCount, max: 1e6, def: "100", help: "room in each queue; 0: hand to hand"},
	{path: "lanes.*.queue.when_full", kind: KindChoice, def: "block", choices: []string{"block", "drop_newest", "drop_oldest"}, help: "what happens when a queue is full"},
	{path: "lanes.*.queue.order", kind: KindChoice, def: "fifo", choices: []string{"fifo", "lifo", "priority", "select"}, help: "which item is next; priority: of the most urgent class; select: of any class, by chance"},
	{path: "lanes.*.queue.visibility", kind: KindDuration, max: day, def: "0s", help: "what a worker has in hand for longer is delivered to another as well; 0s: never"},
	{path: "lanes.*.queue.partitions", kind: KindCount, max: 1e4, def: "0", help: "queues that items are dealt to by key; 0: workers compete for one"},
	{path: "lanes.*.queue.drop_expired", kind: KindBool, def: "false", help: "tries that clients have given up are thrown away when their turn comes"},
	{path: "lanes.*.pools.*", kind: KindCount, max: 1e5, help: "of the workers, so many take this class and nothing else; 0: it shares the rest"},
	{path: "lanes.*.producers", kind: KindCount, min: 1, max: 1000, def: "1", help: "goroutines that send"},
	{path: "lanes.*.publish_by", kind: KindChoice, choices: []string{"", "key"}, help: "key: each key has its publisher; else an idle one takes the oldest item", fixed: true},
	{path: "lanes.*.ack", kind: KindChoice, def: "none", choices: []string{"none", "before", "after"}, help: "when a message counts as handled"},
	{path: "lanes.*.attempts", kind: KindCount, min: 1, max: 100, def: "1", help: "tries before an item is dead-lettered"},
	{path: "lanes.*.backoff.base", kind: KindDuration, max: hour, def: "0s", help: "pause before the second attempt, doubled for each further one"},
	{path: "lanes.*.backoff.max", kind: KindDuration, max: day, def: "10s", help: "longest pause between attempts"},
	{path: "lanes.*.backoff.jitter", kind: KindChoice, def: JitterNone, choices: []string{JitterNone, JitterFull}, help: "full: pauses are uniform between 0 and the whole"},
	{path: "lanes.*.limit", kind: KindCount, min: 1, max: 1e6, def: "10000", help: "goroutine dispatch, or a goroutine for each item, stops at this many goroutines"},
	{path: "lanes.*.recover", kind: KindBool, def: "true", help: "a panic is an error of its item; else the lane dies of it"},
	{path: "lanes.*.source", kind: KindChoice, def: string(Schedule), choices: []string{string(Schedule), string(Ticker)}, help: "ticker: room for one tick, and what does not fit is dropped at the source"},
	{path: "lanes.*.speed", kind: KindNumber, min: 0.001, max: 1000, def: "1", help: "servers that many times faster"},
	{path: "lanes.*.handlers", kind: KindChoice, def: apart, choices: []string{apart, together}, help: "a subscription for each handler, or one that runs them in turn"},
	{path: "lanes.*.subscriptions.*.workers", kind: KindCount, max: 1e5, help: "of this subscription, in place of the lane's"},
	{path: "lanes.*.subscriptions.*.capacity", kind: KindCount, max: 1e6, help: "of this subscription's queue, in place of the lane's"},

	{path: "seed", kind: KindCount, max: MaxSeed, def: "1", help: "of everything random", fixed: true},
	{path: "duration", kind: KindDuration, max: week, def: "30s", help: "of a run without a screen; 0s: without an end", fixed: true},
	{path: "warmup", kind: KindDuration, max: week, def: "0s", help: "left out of the report's figures", fixed: true},
	{path: "drain", kind: KindDuration, max: day, def: "5s", help: "how long a run may take to empty afterwards", fixed: true},
	{path: "steady.runs", kind: KindCount, min: 1, max: 1000, def: "10", help: "simulated by `duet verify` for each case, with a seed each", fixed: true},
	{path: "steady.duration", kind: KindDuration, max: week, def: "0s", help: "of each of these runs; 0s: as long as the scenario's", fixed: true},
	{path: "steady.warmup", kind: KindDuration, max: week, def: "0s", help: "left out of the figures of each; 0s: as much as the scenario's", fixed: true},

	{path: "duet", kind: KindCount, max: 1e6, def: "1", file: true, help: "version of the format"},
	{path: "load.steps.*.at", kind: KindDuration, max: week, file: true, help: "when the step begins"},
	{path: "load.steps.*.times", kind: KindNumber, max: 1000, file: true, help: "factor on the rate until the next step"},
	{path: "handlers.*.service.scale", kind: KindDuration, max: hour, def: "0s", file: true, help: "empirical: what 1 is in the file; 0s: times carry their units"},
	{path: "lanes.*.model", kind: KindChoice, choices: []string{"message", "event"}, file: true, help: "message: a queue and workers; event: a bus and observers"},
	{path: "lanes.*.queue.broker", kind: KindChoice, def: string(Channel), choices: []string{string(Channel), string(JetStream), string(Kafka), string(RabbitMQ)}, file: true, help: "where the queue is: in this process, or in a broker"},
	{path: "lanes.*.queue.prefetch", kind: KindCount, min: 1, max: 1000, def: "8", file: true, help: "in a broker: deliveries that a worker may hold, the one in hand included"},
	{path: "lanes.*.queue.confirms", kind: KindBool, def: "true", file: true, help: "in a broker: a send waits until the broker has confirmed the message"},
	{path: "timeline.*.at", kind: KindDuration, max: week, file: true, help: "when it happens"},
	{path: "timeline.*.fault.worker", kind: KindCount, max: 1e5, def: "0", file: true, help: "which worker, from 1; 0: busy ones first"},
	{path: "timeline.*.fault.count", kind: KindCount, min: 1, max: 1e5, def: "1", file: true, help: "how many workers"},
	{path: "timeline.*.fault.when", kind: KindChoice, def: CrashDuring, choices: []string{CrashDuring, CrashBeforeAck}, file: true, help: "during the work, or between its end and the ack"},
	{path: "timeline.*.fault.factor", kind: KindNumber, min: 0.001, max: 1000, def: "2", file: true, help: "how many times as long it takes"},
	{path: "timeline.*.fault.share", kind: KindShare, max: 1, def: "100%", file: true, help: "part of the items"},
	{path: "timeline.*.fault.for", kind: KindDuration, max: day, def: "0s", file: true, help: "how long; 0s: until something mends it"},
	{path: "timeline.*.fault.restart", kind: KindDuration, max: day, def: "2s", file: true, help: "how long until the worker is back"},
	{path: "expect.*.in", kind: KindChoice, choices: []string{"real", "virtual", "steady"}, file: true, help: "runs that it is claimed of; without: of all"},
	{path: "cases.*.expect.*.in", kind: KindChoice, choices: []string{"real", "virtual", "steady"}, file: true, help: "runs that it is claimed of; without: of all"},
}

var rulesByPath = func() map[string]*rule {
	byPath := make(map[string]*rule, len(rules))
	for i := range rules {
		byPath[rules[i].path] = &rules[i]
	}
	return byPath
}()

// ruleFor finds the rule of a pattern; nil when there is none.
func ruleFor(pattern string) *rule { return rulesByPath[pattern] }

// laneFields says which model the fields of a lane belong to that are not for
// both.
var laneFields = map[string]Model{
	"workers": Message, "producers": Message, "ack": Message, "attempts": Message,
	"backoff": Message, "subscriptions": Message, "pools": Message, "partitions": Message, "order": Message, "visibility": Message,
	"broker": Message, "url": Message, "prefetch": Message, "confirms": Message,
	"publishers": EventModel, "publish_by": EventModel, "dispatch": EventModel, "limit": EventModel,
}

// queueFields are those of laneFields that belong to a lane's queue.
var queueFields = []string{"partitions", "order", "visibility", "broker", "url", "prefetch", "confirms"}

// shapes are the fields of a load that need the arrivals of the same name.
var shapes = []string{"bursts", "ramp", "sine", "steps", "trace"}
