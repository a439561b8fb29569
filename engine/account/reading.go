package account

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/measure"
)

// Level is how much there is of something at a reading, and how much there was
// since the one before.
type Level struct {
	Now  int64
	Area float64 // the integral over that time, in seconds
	Max  int64   // the highest in that time
	last int64   // what Sample saw last
}

// Sample says the level's area and maximum for who knows it at samples only: over
// the time since the sample before it is taken to have gone straight.
func (l *Level) Sample(since time.Duration) {
	l.Area, l.Max = (float64(l.last)+float64(l.Now))/2*since.Seconds(), l.Now
	l.last = l.Now
}

func (l *Level) follow(i *measure.Integral, at time.Duration) { i.Add(at, l.Now, l.Area, l.Max) }

// Reading is a lane's counters and levels at one moment. Slices have an element
// for each handler of the scenario, but Classes.
type Reading struct {
	At         time.Duration
	Offered    int64 // items arrived by schedule
	Items      Sums
	Deliveries []Sums
	Blocked    int64 // nanoseconds that producers stood at full queues in all
	Wasted     int64 // deliveries handled for tries that their clients had given up
	Retries    int64 // tries that clients made after their first
	Goroutines Level
	Servers    []int64
	Spared     []int64 // items handed over while the lane did not run the handler, less what was published to it besides
	Depth      []Level // deliveries that wait in queues
	Await      []int64 // deliveries not yet begun, wherever they are: Depth and what has not come to the queue
	Busy       []Level
	Nested     Level         // inline publishers at an observer that another one, which is busy as well, publishes to
	Doubled    []int64       // deliveries in hand that are so elsewhere as well, or have ended
	Unsettled  []int64       // deliveries handled that end with those to the handlers after this one
	Queued     Level         // depth of all queues
	Backlog    Level         // items arrived by schedule, neither handed over nor begun
	InSystem   Level         // items arrived by schedule and not ended
	InHand     Level         // items begun and not ended, but for those that wait to be tried again
	Waiting    int64         // items not begun, wherever they are, or waiting to be tried again
	Oldest     time.Duration // age of the oldest item that has not been begun; 0: none
	Inline     bool          // publishers handle what they publish
	Producing  int64         // producers inside a hand-over
	Working    int64         // places at which something is handled that may not be counted yet
	Impatient  bool          // there are clients that do not wait for ever
	Expecting  int64         // those of them whose items have not ended

	Resources []ResourceReading // of the scenario
	Classes   []ClassReading
}

// ClassReading is a lane's counters of one class of items.
type ClassReading struct {
	Offered int64 // arrived by schedule
	Ended   [Outcomes]int64
	InHand  int64 // begun and not ended, but for those that wait to be tried again
}

// ledger is the ledger of a class. Where the counts were read one after another
// while a lane moved, they may be off by what moved meanwhile.
func (c *ClassReading) ledger() engine.Ledger {
	sums := Sums{Ended: c.Ended}
	l := sums.Ledger()
	l.Offered, l.InFlight = c.Offered, c.InHand
	l.Waiting = max(0, c.Offered-c.InHand-sums.Total())
	return l
}

// NewReading makes room for a lane that runs a scenario.
func NewReading(s *engine.Scenario) Reading {
	n := len(s.Handlers)
	return Reading{
		Resources:  make([]ResourceReading, len(s.Resources)),
		Classes:    make([]ClassReading, len(s.Load.Classes)),
		Deliveries: make([]Sums, n), Servers: make([]int64, n), Spared: make([]int64, n),
		Depth: make([]Level, n), Await: make([]int64, n), Busy: make([]Level, n), Unsettled: make([]int64, n), Doubled: make([]int64, n),
	}
}

// Sample says the areas and maxima of all levels for who knows them at samples
// only, as [Level.Sample] does.
func (r *Reading) Sample(since time.Duration) {
	for _, l := range []*Level{&r.Goroutines, &r.Queued, &r.Backlog, &r.InSystem, &r.InHand, &r.Nested} {
		l.Sample(since)
	}
	for i := range r.Depth {
		r.Depth[i].Sample(since)
		r.Busy[i].Sample(since)
	}
	for i := range r.Resources {
		r.Resources[i].InUse.Sample(since)
		r.Resources[i].Queued.Sample(since)
	}
}

// Still tells whether no delivery is in a queue or in hand.
func (r *Reading) Still() bool {
	for i := range r.Depth {
		if r.Depth[i].Now != 0 || r.Busy[i].Now != 0 {
			return false
		}
	}
	return true
}

// Quiescent tells whether nothing is on its way.
func (r *Reading) Quiescent() bool {
	return r.Still() && r.Backlog.Now == 0 && r.Producing == 0 && r.Working == 0 && r.Expecting == 0
}

// Ledger is the lane's ledger over items.
func (r *Reading) Ledger() engine.Ledger {
	l := r.Items.Ledger()
	l.Offered, l.InFlight = r.Offered, r.InHand.Now
	l.Waiting = r.Waiting
	return l
}

// handlerLedger is the ledger of a handler over deliveries.
func (r *Reading) handlerLedger(i int) engine.Ledger {
	l := r.Deliveries[i].Ledger()
	l.Offered, l.InFlight, l.Waiting = r.Offered-r.Spared[i], r.Busy[i].Now+r.Unsettled[i]-r.Doubled[i], r.Await[i]
	if r.Impatient && !r.Quiescent() { // what servers and queues have may be for nobody: it is known what has ended
		open := max(0, l.Offered-l.Ended())
		l.InFlight = min(open, l.InFlight)
		l.Waiting = open - l.InFlight
	}
	return l
}

// million is what shares are counted in, so that levels are whole numbers.
const million = 1_000_000

// load is how busy the servers of a handler are, in millionths.
func (r *Reading) load(i int) Level { return r.Busy[i].over(r.Servers[i]) }

// publishing is how busy the publishers are that handle what they publish,
// whichever observer they are at.
func (r *Reading) publishing() Level {
	if !r.Inline {
		return Level{}
	}
	var sum Level
	for _, b := range r.Busy {
		sum.Now += b.Now
		sum.Area += b.Area
		sum.Max += b.Max
	}
	sum.Now -= r.Nested.Now
	sum.Area -= r.Nested.Area
	return sum.over(slices.Max(r.Servers))
}

// over is the part of so many servers that are busy, in millionths.
func (l Level) over(servers int64) Level {
	if servers == 0 {
		return Level{}
	}
	return Level{
		Now: min(million, l.Now*million/servers), Max: min(million, l.Max*million/servers),
		Area: l.Area * million / float64(servers),
	}
}

// mark is what is remembered of a moment to make differences with.
type mark struct {
	at              time.Duration
	offered         int64
	items           Sums
	blocked         int64
	wasted, retries int64
	disorder        engine.Disorder
}

func (r *Reading) mark(d engine.Disorder) mark {
	return mark{at: r.At, offered: r.Offered, items: r.Items, blocked: r.Blocked, wasted: r.Wasted, retries: r.Retries, disorder: d}
}
