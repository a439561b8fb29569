package engine

import (
	"math"
	"time"
)

// Snapshot is the state of a run at one moment: what the screen draws and a
// report is made of. Its slices are reused from call to call; copy what must
// outlive the next one with [Snapshot.Clone].
type Snapshot struct {
	Mode      Mode
	Scenario  *Scenario     // the settings now in force; shared, never changed
	Began     *Scenario     // those that the run began with, which with its changes make its items; shared, never changed
	At        time.Duration // lane time
	Speed     float64       // of the clock, 1 is real time
	Slowed    bool          // the speed was not 1 at some time: figures are marked, expect is not checked
	Unlinked  bool          // lanes got different loads
	Paused    bool
	Finished  bool     // Done is closed
	Quiescent bool     // nothing is on its way: ledgers must balance now
	Offered   int64    // items arrived by schedule
	Rate      float64  // arrivals a second by schedule in the recent window
	Raised    []string // events raised now, such as queue.high
	Changes   int      // how many changes were made so far; see Run.Marks
	Lanes     []LaneSnapshot
	Machine   Machine
}

// Machine is where a run was measured.
type Machine struct {
	Go         string `json:"go"`
	GOMAXPROCS int    `json:"gomaxprocs"` // processors of the Go runtime; a real run may have raised it, so that sleepers do not wait for each other
	Cores      int    `json:"cores"`      // what cpu work has to share
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	CPU        bool   `json:"cpu_work"` // lanes share the cores: some handler burns CPU
}

// Ledger accounts for every item (or, of a handler, every delivery). At a
// quiescent moment Offered equals the sum of the others but Redelivered,
// Duplicates, Deduplicated, Attempts and Skipped.
type Ledger struct {
	Offered      int64 // arrived by schedule
	Done         int64
	Failed       int64
	Dropped      int64
	Expired      int64
	DeadLettered int64
	Lost         int64 // accepted, then gone without an outcome
	Waiting      int64 // backlog, depth and retry delay
	InFlight     int64

	Redelivered  int64 // handed out again after a crash or a failure
	Duplicates   int64 // handled again after it was already done
	Deduplicated int64 // the same, but by idempotent handlers, which recognised it
	Attempts     int64 // tries, the first one included
	Skipped      int64 // deliveries to observers not reached in a publish (panic); part of Failed or Lost
}

// Ended is how many items are no longer on their way.
func (l *Ledger) Ended() int64 {
	return l.Done + l.Failed + l.Dropped + l.Expired + l.DeadLettered + l.Lost
}

// Balance is Offered less everything accounted for: 0 when the ledger balances.
func (l *Ledger) Balance() int64 {
	return l.Offered - l.Ended() - l.Waiting - l.InFlight
}

// Summary describes a distribution of durations. Percentiles are within 1 % of
// the exact ones of the values recorded.
type Summary struct {
	Count                               int64
	Mean, P50, P90, P95, P99, P999, Max time.Duration
	CI95                                *[2]time.Duration // of the mean, by batch means; nil where the run is too short. Only in whole-run figures
}

// Gauge describes a quantity over time, by time integral.
type Gauge struct {
	Now  int64
	Mean float64
	Max  int64
}

// Window is the figures of one stretch of time.
type Window struct {
	From, To    time.Duration
	Arrivals    float64 // offered a second
	Throughput  float64 // done a second; with Wasted, what the servers do
	Utilisation float64 // of the busiest stage, 0 to 1
	Depth       Gauge
	Backlog     Gauge
	InSystem    Gauge
	Publish     Summary // wall time of the handing-over call
	Wait        Summary // intended arrival to start
	Service     Summary
	Latency     Summary       // intended arrival to the end of the last handler
	Naive       Summary       // latency from when the send could start
	Lateness    Summary       // of the pacer itself: intended arrival to release, where nothing blocked
	PWait       float64       // the part of the items that had to wait for a server
	Blocked     time.Duration // that producers or publishers stood at a full queue, or before a broker
	Order       Disorder
	Ledger      Ledger  // what happened within the stretch; Waiting and InFlight at its end
	Goodput     float64 // done before the client gave up, a second
	Wasted      int64   // deliveries handled within the stretch for a try that its client had given up
	Retries     int64   // tries that clients made within the stretch after their first
}

// Disorder counts items that finished after one with a higher sequence number.
type Disorder struct {
	Late            int64
	MaxDisplacement int64 // by how many sequence numbers
	KeyLate         int64 // within one key
	NestedLate      int64 // items that a handler saw after what another published while handling them
}

// LaneSnapshot is the state of one lane.
type LaneSnapshot struct {
	Name          string
	Model         Model
	Ledger        Ledger
	Rate          float64       // arrivals a second by schedule, in force now
	Recent        Window        // the last 10 s
	Whole         Window        // since the end of the warm-up
	Parts         []Window      // one for each entry of Scenario.Stretches, in order
	Wasted        int64         // deliveries handled for a try that its client had given up; they are in no ledger
	Retries       int64         // tries that clients made after their first
	OldestWaiting time.Duration // age of the oldest item not yet started; 0 when none
	Stopped       bool          // its producers are stopped
	Dead          string        // why the lane is dead; empty while it lives
	AtLimit       bool          // goroutine dispatch reached its limit: a real program would be dying here
	Goroutines    Gauge         // that run handlers and producers of this lane
	HeapBytes     int64         // an estimate of what goroutine dispatch holds; 0 otherwise
	Handlers      []HandlerSnapshot
	Resources     []ResourceSnapshot  // all of the scenario's, in order
	Classes       []ClassSnapshot     // one for each class of the load; empty without
	Workers       []WorkerSnapshot    // message: all subscriptions', in order. event: one for each buffered observer; empty otherwise
	Publishers    []PublisherSnapshot // who publishes or sends
	Broker        BrokerSnapshot      // of a queue in a broker; else its Kind is empty
}

// BrokerSnapshot is the state of the broker in which a lane's queues are. Its
// figures are the broker's own, over all queues of the lane; the lane's ledger is
// counted in this process. Times are of the wall.
type BrokerSnapshot struct {
	Kind          Broker
	Address       string // without any login
	Run           string // what the run is called there: whoever knows it can work for it; empty: nobody can
	Elsewhere     int    // workers in other processes that serve each queue of the lane
	DoneElsewhere int64  // deliveries that such have done
	Nonsense      int64  // reports of such that made no sense
	Can           BrokerCan
	Connected     bool
	Since         time.Duration // how long it has been connected, or not
	Trouble       string        // what is the matter, or was last, without any secret; empty: nothing
	Blocked       string        // why it takes no messages just now; empty: it does
	Ready         int64         // waits in the broker; -1: not known
	InFlight      int64         // delivered and not settled, prefetched included; -1: not known
	Dead          int64         // was given up, and is kept apart; -1: not known
	Partitions    []BrokerPartition
	Rebalances    int64         // how often partitions were dealt out anew
	Age           time.Duration // of these five; negative: they were never known
	Asking        time.Duration // how long the broker took to tell
	Publish       Summary       // wall time until it had taken a message, recent window
	WholePublish  Summary       // the same, of the whole run
	Unconfirmed   bool          // publishes do not wait for its word
	Down          int64         // publishes that were surely not sent, and tried again
	Unknown       int64         // publishes that were never confirmed, and tried again
	Full          int64         // publishes that the broker refused: dropped, or tried again
	Repeats       int64         // deliveries of what was done or in hand already: recognised, and not handled
	Lost          int64         // messages that it had taken, and no longer has
}

// BrokerCan is what a kind of broker can do.
type BrokerCan struct {
	Limit       bool     // a queue has the lane's capacity; else it is unbounded
	DeadLetters bool     // what is given up is kept apart
	Durable     bool     // what it has confirmed survives its own death
	Order       bool     // what was first is delivered first, also without partitions
	Back        string   // when what a crashed worker held comes again, such as "at once"
	Retry       string   // where it comes again, such as "in its old place"
	Cannot      []string // what else it cannot do, each in a few words
}

// BrokerPartition is a part of a queue in a broker.
type BrokerPartition struct {
	Queue  string // handler, or together
	Number int    // from 0, within the queue
	Lag    int64  // messages that are not settled
	Holder string // name of the worker that reads it; empty: nobody, or it is not known
}

// Unbounded is the capacity of a queue that takes whatever comes, as a broker's may.
const Unbounded = math.MaxInt32

// HandlerSnapshot is the state of one handler in a lane: a subscription with
// its queue and workers, or an observer.
type HandlerSnapshot struct {
	Name             string
	Ledger           Ledger // over deliveries
	Workers          int    // servers now: workers, or publishers for an inline bus
	Busy             int
	Utilisation      float64 // in the recent window
	Capacity         int     // or Unbounded
	Depth            Gauge   // over the whole run
	Partitions       []int   // depth of each partition; empty without
	Queues           []int   // depth of each queue, where classes have queues of their own, the most urgent first; empty otherwise
	Wait             Summary // recent window
	Service          Summary // recent window
	WholeWait        Summary // since the end of the warm-up
	WholeService     Summary
	WholeUtilisation float64
	Fault            string // what is broken in it now, such as "stalled 1.2s"; empty: nothing
}

// ResourceSnapshot is the state of a resource in a lane.
type ResourceSnapshot struct {
	Name             string
	Slots            int
	InUse            Gauge   // slots held, over the whole run
	Waiting          Gauge   // handlings that stand in line for a slot, over the whole run
	Utilisation      float64 // in the recent window, 0 to 1
	WholeUtilisation float64 // since the end of the warm-up
	Wait             Summary // for a slot, those included that got one at once; recent window
	WholeWait        Summary // since the end of the warm-up
}

// ClassSnapshot is what became of one class of a lane's items.
type ClassSnapshot struct {
	Name         string
	Ledger       Ledger  // over items; of the figures besides those that balance there are none
	Latency      Summary // recent window
	WholeLatency Summary // since the end of the warm-up; without confidence interval
}

// WorkerState says what a worker is at.
type WorkerState uint8

// The states of a worker.
const (
	Idle WorkerState = iota
	Busy
	Crashed
	Stalled // busy, held by a stall fault
	Queuing // busy, standing in line for a slot of the resource that its handler needs
)

// AtWork tells whether an item is in hand.
func (s WorkerState) AtWork() bool { return s == Busy || s == Stalled || s == Queuing }

// WorkerSnapshot is the state of one worker or buffered observer.
type WorkerSnapshot struct {
	ID      int    // from 1, within its subscription; of one elsewhere, within its process
	Host    string // where it is, if it is in another process; empty: in this one
	Handler int    // index into the lane's Handlers; for handlers together, of the one running
	State   WorkerState
	Seq     int64 // item in hand, or the last one
	Key     int32
	Attempt int
	Since   time.Duration // lane time when the state began
	Demand  time.Duration // what the item in hand is expected to take
	BackAt  time.Duration // crashed: when it is back, lane time; 0: not by itself
	Done    int64
}

// PublisherSnapshot is the state of one producer or publisher.
type PublisherSnapshot struct {
	ID      int
	Busy    bool  // inside Send or Publish
	Blocked bool  // at a full queue, or before a broker
	Seq     int64 // item in hand, or the last one
	Key     int32
	Since   time.Duration  // lane time when the call began
	Calls   []CallSnapshot // inline dispatch: one for each observer, in order
}

// CallState says how far the call of one observer is.
type CallState uint8

// The states of a call.
const (
	CallPending CallState = iota
	CallRunning
	CallOK
	CallFailed
	CallSkipped
	CallQueuing // running, standing in line for a slot of the resource that it needs
)

// CallSnapshot is the call of one observer in a publish.
type CallSnapshot struct {
	Handler int
	State   CallState
	Took    time.Duration // in all; so far, of one that runs and needs a resource since it has its slot
}
