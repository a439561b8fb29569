package engine

import (
	"strconv"
	"time"
)

// Change is what may be done to a running Run: exactly one of its fields
// besides At and By is set.
type Change struct {
	At time.Duration // when it took effect, lane time; stamped by the Run
	By string        // who made it: "key", "timeline", ...; free text for the marks on charts

	Path, Value string  // a setting, as in a scenario file: load.rate, 130/s
	Fault       *Fault  // something breaks, or is mended
	Control     Control // pause, resume, step
	Note        string  `json:",omitempty"` // what happened by itself, such as that a broker is away; it is never applied
	Speed       float64 // of the run's clock: 0.01 to 10 of a real one; from 0.01 on of a virtual one, where infinity is as fast as it goes
	// Lane restricts a change of load.rate to one lane (the lanes' loads are
	// then unlinked, and what compares them says so); empty: all lanes.
	Lane string
}

// String is the change in a few words, such as "load.rate 130/s" or "slow charge
// of message for 5s"; without when and by whom.
func (c *Change) String() string {
	switch {
	case c.Note != "":
		return c.Note
	case c.Fault != nil:
		return c.Fault.String()
	case c.Speed != 0:
		return "speed x" + strconv.FormatFloat(c.Speed, 'g', -1, 64)
	case c.Control != "":
		return string(c.Control)
	case c.Lane != "":
		return c.Path + " of " + c.Lane + " " + c.Value
	default:
		return c.Path + " " + c.Value
	}
}

// Control stops and starts the run's clock.
type Control string

// The controls.
const (
	Pause  Control = "pause"
	Resume Control = "resume"
	Step   Control = "step" // let one item into each lane, run until it has ended in all, pause again
)

// FaultKind names a kind of fault.
type FaultKind string

// The kinds of fault.
const (
	FaultCrash  FaultKind = "crash"  // a worker's goroutine ends; Restart later a new one starts
	FaultStall  FaultKind = "stall"  // the next handling hangs for For, and with it its worker or inline publisher; the others go on
	FaultSlow   FaultKind = "slow"   // a handler takes Factor times as long
	FaultFail   FaultKind = "fail"   // a handler fails for a Share of its items
	FaultPanic  FaultKind = "panic"  // a handler panics for a Share of its items
	FaultStop   FaultKind = "stop"   // a lane's producers stop; the schedule goes on as backlog
	FaultStart  FaultKind = "start"  // and start again
	FaultMend   FaultKind = "mend"   // a handler is neither slow nor failing nor panicking any more; what hangs, hangs on
	FaultRevive FaultKind = "revive" // a dead lane is started again
)

// Fault is one thing that breaks (or is mended). In a file the kind is the
// field's name and the target its value:
//
//	{crash: worker, lane: message, count: 1, restart: 2s, when: during}
//	{stall: charge, lane: event, for: 2s}
//	{slow: charge, factor: 3, for: 5s}
//	{fail: charge, share: 50%, for: 5s}
//	{panic: charge, share: 1%, for: 5s}
//	{stop: producers, lane: event, for: 5s}
//	{start: producers, lane: event}
//	{mend: charge}
//	{revive: lane, lane: event}
type Fault struct {
	Kind    FaultKind
	Target  string        // worker, producers, lane, or a handler's name
	Lane    string        // empty: every lane that it makes sense for
	Handler string        // crash: of this handler's subscription; empty: the first
	Worker  int           // crash: this worker (from 1); 0: busy ones first
	Count   int           // crash: how many; defaults to 1
	When    string        // crash: during (the work; the default) or before_ack (after the work, before the ack)
	Factor  float64       // slow: above 0; defaults to 2
	Share   Share         // fail, panic; defaults to 100%
	For     time.Duration // stall, slow, fail, panic, stop: how long; 0: until told otherwise
	Restart time.Duration // crash: until the worker is back; defaults to 2s
}

// When a crash hits a worker.
const (
	CrashDuring    = "during"
	CrashBeforeAck = "before_ack"
)
