package engine

import "time"

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
	Classes  []Class  `yaml:"classes"` // of items, the most urgent first; none (the default): all are alike
	Payload  int      `yaml:"payload"` // bytes that an item carries, 0 to 1 MiB; defaults to 0

	Timeout time.Duration `yaml:"timeout"` // how long a client waits for one try, 0 to 1h; 0 (the default): for ever
	Retry   Retry         `yaml:"retry"`   // what a client does then

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

// MaxClasses is how many classes items may have.
const MaxClasses = 8

// Class is a part of the items, drawn at random.
type Class struct {
	Name  string `yaml:"name"`  // unique
	Share Share  `yaml:"share"` // the part of the items; the last class has what the others leave, and no share of its own
}

// ClassNames are the names of the classes, in order.
func (l *Load) ClassNames() []string {
	names := make([]string, len(l.Classes))
	for i := range l.Classes {
		names[i] = l.Classes[i].Name
	}
	return names
}

// Retry says how clients try again. Each item is a client, in every lane alike:
// when its try has not ended Load.Timeout after it arrived, the client gives
// the try up and makes another one after a pause, or else the item is expired.
// Nobody tells the servers: what was given up stays in the queues, and is
// handled all the same, for nobody.
type Retry struct {
	Attempts int     `yaml:"attempts"` // tries in all, 1 to 100; defaults to 1: no other
	Backoff  Backoff `yaml:"backoff"`  // the pause before the next try
	Budget   Share   `yaml:"budget"`   // retries are at most this part of the first tries, and [BudgetStart] more, of each lane; 0 (the default): no limit
}

// BudgetStart is how many retries a budget allows before any tries have been
// counted.
const BudgetStart = 10
