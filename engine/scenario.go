package engine

import "time"

// Version is the version of the scenario file format, the field `duet`.
const Version = 1

// MaxSeed is the greatest seed of a scenario.
const MaxSeed = 1 << 63

// Scenario says what to run: a workload, the handlers that each item needs,
// the lanes that run them, what happens meanwhile, and what to expect. A
// Scenario is a value: it is never changed once a Run has been given it;
// [Scenario.With] makes a changed copy.
type Scenario struct {
	Duet      int           `yaml:"duet"`     // format version, always [Version]
	Name      string        `yaml:"-"`        // preset or file name without extension; not part of the file
	Case      string        `yaml:"-"`        // of a variant, the name of its case; see [Scenario.Variants]
	Title     string        `yaml:"title"`    // one line; defaults to Name
	Story     string        `yaml:"story"`    // a few sentences for people
	Ask       *Ask          `yaml:"ask"`      // the question to bet on; optional
	Seed      uint64        `yaml:"seed"`     // of everything random, 0 to [MaxSeed]; defaults to 1
	Duration  time.Duration `yaml:"duration"` // of a headless run; defaults to 30s
	Warmup    time.Duration `yaml:"warmup"`   // left out of the report's figures; defaults to 0
	Drain     time.Duration `yaml:"drain"`    // how long a headless run may take to empty afterwards; defaults to 5s
	Steady    Steady        `yaml:"steady"`   // what its claims are held against in the end
	Load      Load          `yaml:"load"`
	Handlers  []Handler     `yaml:"handlers"`  // at least one
	Resources []Resource    `yaml:"resources"` // what handlers share within a lane; optional
	Lanes     []Lane        `yaml:"lanes"`     // one to four; defaults to one message lane and one event lane
	Events    []Event       `yaml:"events"`    // conditions that raise a named event
	Timeline  []Moment      `yaml:"timeline"`  // settings and faults at given times and on events; decoded in the order of time, events last
	Cases     []Case        `yaml:"cases"`     // variants, run one after another headless
	Expect    []Claim       `yaml:"expect"`    // what the scenario claims
}

// Ask is a preset's question, asked before the run and answered by it.
type Ask struct {
	Question string   `yaml:"question"`
	Choices  []string `yaml:"choices"`
	Answer   string   `yaml:"answer"` // one of Choices
	Because  string   `yaml:"because"`
}

// Work says what a handler does while it works.
type Work string

// The kinds of work.
const (
	Wait Work = "wait" // as on input or output; the default
	CPU  Work = "cpu"  // burns a core
)

// Handler is named work to do for every item.
type Handler struct {
	Name       string  `yaml:"name"` // unique
	Service    Service `yaml:"service"`
	Work       Work    `yaml:"work"`
	Fail       Share   `yaml:"fail"`       // the part of the items whose handling returns an error after its work; defaults to 0
	Panic      Share   `yaml:"panic"`      // the part of the items whose handling panics after its work; defaults to 0
	Per        string  `yaml:"per"`        // whether failing is drawn per item (every attempt fails alike) or per attempt (the default)
	Needs      string  `yaml:"needs"`      // the resource of which it holds a slot while it works; empty: none
	Idempotent bool    `yaml:"idempotent"` // what it has done already it recognises when that is delivered again, and then has nothing to do
	Publishes  string  `yaml:"publishes"`  // the handler that gets what it publishes, within its own call, when it has done an item; empty: none

	Own bool `yaml:"-" json:"-"` // a function of whoever runs it does the work: how long that takes is measured, and not known before
}

// What failing is drawn for.
const (
	PerItem    = "item"
	PerAttempt = "attempt"
)

// Event raises a named event when a condition becomes true, and lowers it when
// Clear does (or, without Clear, when the condition is false again).
type Event struct {
	Name  string `yaml:"name"`  // such as queue.high
	When  string `yaml:"when"`  // an expression over the figures of the moment, such as message.depth > 50
	Clear string `yaml:"clear"` // optional
}

// Moment is one entry of a timeline: at a time, or each time that an event is
// raised, settings, a fault, or both.
type Moment struct {
	At    time.Duration     `yaml:"at"`
	On    string            `yaml:"on"`  // one of the scenario's events, in place of At; empty: at At
	Set   map[string]string `yaml:"set"` // path to value, applied in the order of the paths
	Fault *Fault            `yaml:"fault"`
}

// Case is a variant of a scenario: some settings and claims of its own.
type Case struct {
	Name   string            `yaml:"name"`
	Set    map[string]string `yaml:"set"`
	Expect []Claim           `yaml:"expect"`
}

// Steady says what claims are proven with: many simulated runs with a seed each,
// long enough that their means are those of the long run.
type Steady struct {
	Runs     int           `yaml:"runs"`     // 1 to 1,000; defaults to 10
	Duration time.Duration `yaml:"duration"` // of each; defaults to 0s: the scenario's
	Warmup   time.Duration `yaml:"warmup"`   // of each; defaults to 0s: the scenario's
}

// InSteady is the In of a claim about the long run: it is held against the runs of
// [Steady] together, and a single run is too short for it.
const InSteady Mode = "steady"

// Claim is one line of `expect`. In a file it is a text, or a mapping that
// also says where and when it holds.
type Claim struct {
	Text   string            `yaml:"claim"`
	In     Mode              `yaml:"in"`     // only in real or virtual runs, or [InSteady]; empty: in all
	During *[2]time.Duration `yaml:"during"` // figures of this part of the run only, written 60s..90s; nil: the whole
}
