package account

import (
	"slices"
	"time"

	"duet/engine"
)

// Reading is a lane's counters and levels at one moment. Slices have an element
// for each handler of the scenario.
type Reading struct {
	At         time.Duration
	Offered    int64 // items arrived by schedule
	Items      Sums
	Deliveries []Sums
	Blocked    int64 // nanoseconds that producers stood at full queues in all
	Waited     int64 // items that had to wait for a server, besides Items.Waited
	Goroutines int64
	Servers    []int64
	Depth      []int64 // deliveries that wait in queues
	Await      []int64 // deliveries not yet begun, wherever they are: Depth and what has not come to the queue
	Busy       []int64
	Queued     int64         // depth of all queues
	Backlog    int64         // items arrived by schedule, neither handed over nor begun
	Waiting    int64         // items handed over and not begun, or waiting to be tried again
	Oldest     time.Duration // age of the oldest item that has not been begun; 0: none
	Inline     bool          // publishers handle what they publish
	Producing  int64         // producers inside a hand-over
}

// NewReading makes room for a lane of n handlers.
func NewReading(n int) Reading {
	return Reading{
		Deliveries: make([]Sums, n), Servers: make([]int64, n), Depth: make([]int64, n),
		Await: make([]int64, n), Busy: make([]int64, n),
	}
}

// Reset makes all counters zero, and keeps the room.
func (r *Reading) Reset() {
	*r = Reading{Deliveries: r.Deliveries, Servers: r.Servers, Depth: r.Depth, Await: r.Await, Busy: r.Busy}
	clear(r.Deliveries)
	clear(r.Servers)
	clear(r.Depth)
	clear(r.Await)
	clear(r.Busy)
}

// Still tells whether no delivery is in a queue or in hand.
func (r *Reading) Still() bool {
	for i := range r.Depth {
		if r.Depth[i] != 0 || r.Busy[i] != 0 {
			return false
		}
	}
	return true
}

// Quiescent tells whether nothing is on its way.
func (r *Reading) Quiescent() bool { return r.Still() && r.Backlog == 0 && r.Producing == 0 }

// InSystem is how many items have arrived by schedule and not ended.
func (r *Reading) InSystem() int64 { return max(0, r.Offered-r.Items.Total()) }

// Ledger is the lane's ledger over items.
func (r *Reading) Ledger() engine.Ledger {
	l := r.Items.Ledger()
	l.Offered, l.InFlight = r.Offered, r.Items.InHand()
	l.Waiting = r.Backlog + r.Waiting
	return l
}

// handlerLedger is the ledger of a handler over deliveries.
func (r *Reading) handlerLedger(i int) engine.Ledger {
	l := r.Deliveries[i].Ledger()
	l.Offered, l.InFlight, l.Waiting = r.Offered, r.Busy[i], r.Await[i]
	return l
}

// million is what shares are counted in, so that levels are whole numbers.
const million = 1_000_000

// load is how busy the servers of a handler are, in millionths.
func (r *Reading) load(i int) int64 {
	if r.Servers[i] == 0 {
		return 0
	}
	return min(million, r.Busy[i]*million/r.Servers[i])
}

// utilisation is how busy the busiest stage is, in millionths.
func (r *Reading) utilisation() int64 {
	var most int64
	for i, n := range r.Servers {
		if n > 0 {
			most = max(most, r.Busy[i]*million/n)
		}
	}
	if r.Inline && most > 0 { // the stage is the publishers, whichever observer they are at
		var busy int64
		for _, b := range r.Busy {
			busy += b
		}
		most = min(million, busy*million/slices.Max(r.Servers))
	}
	return most
}

// mark is what is remembered of a moment to make differences with.
type mark struct {
	at              time.Duration
	offered         int64
	items           Sums
	blocked, waited int64
	disorder        engine.Disorder
}

func (r *Reading) mark(d engine.Disorder) mark {
	return mark{at: r.At, offered: r.Offered, items: r.Items, blocked: r.Blocked, waited: r.Waited + r.Items.Waited, disorder: d}
}
