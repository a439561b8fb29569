package engine

import "time"

// Version is the version of the scenario file format, the field `duet`.
const Version = 1

// Scenario says what to run: a workload, the handlers that each item needs,
// the lanes that run them, what happens meanwhile, and what to expect. A
// Scenario is a value: it is never changed once a Run has been given it;
// [Scenario.With] makes a changed copy.
type Scenario struct {
	Duet     int           `yaml:"duet"`     // format version, always [Version]
	Name     string        `yaml:"-"`        // preset or file name without extension; not part of the file
	Case     string        `yaml:"-"`        // of a variant, the name of its case; see [Scenario.Variants]
	Title    string        `yaml:"title"`    // one line; defaults to Name
	Story    string        `yaml:"story"`    // a few sentences for people
	Ask      *Ask          `yaml:"ask"`      // the question to bet on; optional
	Seed     uint64        `yaml:"seed"`     // of everything random; defaults to 1
	Duration time.Duration `yaml:"duration"` // of a headless run; defaults to 30s
	Warmup   time.Duration `yaml:"warmup"`   // left out of the report's figures; defaults to 0
	Drain    time.Duration `yaml:"drain"`    // how long a headless run may take to empty afterwards; defaults to 5s
	Load     Load          `yaml:"load"`
	Handlers []Handler     `yaml:"handlers"` // at least one
	Lanes    []Lane        `yaml:"lanes"`    // one to four; defaults to one message lane and one event lane
	Events   []Event       `yaml:"events"`   // conditions that raise a named event
	Timeline []Moment      `yaml:"timeline"` // settings and faults at given times; decoded in the order of time
	Cases    []Case        `yaml:"cases"`    // variants, run one after another headless
	Expect   []Claim       `yaml:"expect"`   // what the scenario claims
}

// Ask is a preset's question, asked before the run and answered by it.
type Ask struct {
	Question string   `yaml:"question"`
	Choices  []string `yaml:"choices"`
	Answer   string   `yaml:"answer"` // one of Choices
	Because  string   `yaml:"because"`
}

// Arrivals names an arrival process.
type Arrivals string

// The arrival processes. Ramp, sine and steps modulate a Poisson process.
const (
	Constant Arrivals = "constant" // evenly spaced
	Poisson  Arrivals = "poisson"  // independent exponential gaps; the default
	Bursts   Arrivals = "bursts"   // groups
	Ramp     Arrivals = "ramp"
	Sine     Arrivals = "sine"
	Steps    Arrivals = "steps"
	Trace    Arrivals = "trace" // recorded arrivals from a file
)

// Load is what arrives: one stream of items, the same for every lane.
type Load struct {
	Rate     Rate     `yaml:"rate"`     // mean arrivals a second, 0 to 1,000,000/s; for patterns the base that they multiply. With a trace: see LoadTrace
	Arrivals Arrivals `yaml:"arrivals"` // defaults to poisson
	Keys     Keys     `yaml:"keys"`
	Payload  int      `yaml:"payload"` // bytes that an item carries, 0 to 1 MiB; defaults to 0

	Bursts *BurstShape `yaml:"bursts"` // only with arrivals: bursts
	Ramp   *RampShape  `yaml:"ramp"`   // only with arrivals: ramp
	Sine   *SineShape  `yaml:"sine"`   // only with arrivals: sine
	Steps  []StepShape `yaml:"steps"`  // only with arrivals: steps
	Trace  *TraceShape `yaml:"trace"`  // only with arrivals: trace
}

// BurstShape groups arrivals: Size items at a time, one group every Size/Rate,
// so that the mean rate stays Rate.
type BurstShape struct {
	Size int   `yaml:"size"` // items in a group, at least 1; defaults to 50
	Duty Share `yaml:"duty"` // the part of the period over which the group is spread; 0 (the default): all at one instant
}

// RampShape multiplies the rate by a factor that goes from From to To in
// Over, and stays at To.
type RampShape struct {
	From float64       `yaml:"from"` // factor at the start; defaults to 0
	To   float64       `yaml:"to"`   // factor at the end; defaults to 2
	Over time.Duration `yaml:"over"` // defaults to 1m
}

// SineShape multiplies the rate by 1 + Amplitude * sin(2 pi t / Period).
type SineShape struct {
	Amplitude float64       `yaml:"amplitude"` // 0 to 1; defaults to 0.5
	Period    time.Duration `yaml:"period"`    // defaults to 1m
}

// StepShape multiplies the rate by Times from At on, until the next step.
type StepShape struct {
	At    time.Duration `yaml:"at"`
	Times float64       `yaml:"times"`
}

// What a trace does when its file ends.
const (
	Loop = "loop" // starts again; the default
	Stop = "stop" // nothing arrives any more
)

// TraceShape replays recorded arrivals from a CSV file with a header line.
// Rate scales the whole relative to the recorded mean when it is changed; in
// the file it is omitted and is then the recorded mean times Speed.
type TraceShape struct {
	File    string        `yaml:"file"`    // path, relative to the scenario file; a preset's is embedded; .gz is unpacked
	Time    string        `yaml:"time"`    // the column with the time: RFC 3339, "2006-01-02 15:04:05.999", or seconds; defaults to time
	Key     string        `yaml:"key"`     // the column with the key; optional
	Service string        `yaml:"service"` // the column with the demand, for handlers with dist: trace; optional
	Scale   time.Duration `yaml:"scale"`   // what one unit of the service column takes; defaults to 1ms
	Speed   float64       `yaml:"speed"`   // times faster than recorded; defaults to 1
	AtEnd   string        `yaml:"at_end"`  // loop or stop

	Open func() ([]byte, error) `yaml:"-" json:"-"` // reads File, unpacked; set by whoever decoded the scenario
}

// Keys says how items are spread over keys 0 to Count-1.
type Keys struct {
	Count int     `yaml:"count"` // 1 to 1,000,000; defaults to 16
	Skew  float64 `yaml:"skew"`  // 0 is uniform (the default); above, Zipf's exponent: key k gets a part proportional to 1/(k+1)^skew
}

// Dist names a distribution of service times.
type Dist string

// The distributions of service times.
const (
	DistConstant    Dist = "constant"
	DistExponential Dist = "exponential" // the default
	DistUniform     Dist = "uniform"
	DistLognormal   Dist = "lognormal"
	DistTrace       Dist = "trace" // from the trace's service column
)

// Service is how long a handler works on an item.
type Service struct {
	Dist   Dist          `yaml:"dist"`
	Mean   time.Duration `yaml:"mean"`   // 0 to 1h; defaults to 10ms
	Spread Share         `yaml:"spread"` // uniform: half the width, as a part of the mean; defaults to 50%
	CV     float64       `yaml:"cv"`     // lognormal: standard deviation over mean; defaults to 1
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
	Name    string  `yaml:"name"` // unique
	Service Service `yaml:"service"`
	Work    Work    `yaml:"work"`
	Fail    Share   `yaml:"fail"`  // the part of the items whose handling returns an error after its work; defaults to 0
	Panic   Share   `yaml:"panic"` // the part of the items whose handling panics after its work; defaults to 0
	Per     string  `yaml:"per"`   // whether failing is drawn per item (every attempt fails alike) or per attempt (the default)
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

// Moment is one entry of a timeline: at a time, settings, a fault, or both.
type Moment struct {
	At    time.Duration     `yaml:"at"`
	Set   map[string]string `yaml:"set"` // path to value, applied in the order of the paths
	Fault *Fault            `yaml:"fault"`
}

// Case is a variant of a scenario: some settings and claims of its own.
type Case struct {
	Name   string            `yaml:"name"`
	Set    map[string]string `yaml:"set"`
	Expect []Claim           `yaml:"expect"`
}

// Claim is one line of `expect`. In a file it is a text, or a mapping that
// also says where and when it holds.
type Claim struct {
	Text   string            `yaml:"claim"`
	In     Mode              `yaml:"in"`     // only in real or virtual runs; empty: both
	During *[2]time.Duration `yaml:"during"` // figures of this part of the run only, written 60s..90s; nil: the whole
}
