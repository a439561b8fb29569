package engine

import "time"

// Series is a stretch of recorded time series, at a fixed step.
type Series struct {
	Step    time.Duration
	From    time.Duration // lane time at which the first step begins
	Offered []float32     // arrivals by schedule within each step
	Lanes   []LaneSeries
}

// LaneSeries has one element for each step.
type LaneSeries struct {
	Depth, DepthMax     []float32 // mean and highest within the step
	Backlog, BacklogMax []float32
	InFlight            []float32 // mean
	Done                []float32 // finished well within the step
	Bad                 []float32 // failed, dropped, expired, dead-lettered or lost within the step
	P50, P99            []float32 // latency of what finished in the step, seconds; NaN when nothing did
}

// Happening says what happened to an item.
type Happening uint8

// What can happen to an item.
const (
	Arrived  Happening = iota // its intended time came and a producer took it
	Accepted                  // handed over: in the queue, or in the publisher's hands
	Started                   // a handler began
	Done
	Failed
	Retried // put back for another attempt
	DeadLettered
	Dropped
	Expired
	Lost
	Skipped
)

// Entry is one line of the journal. Above 1,000 items a second only every so
// many are written, all entries of an item or none.
type Entry struct {
	N       uint64 // number of the entry, from 1
	At      time.Duration
	Seq     int64
	Key     int32
	Lane    int16
	Handler int16 // -1: the item as a whole
	Worker  int32 // from 1; 0: none; below, of a process elsewhere, and within that: -1 is its first
	Attempt int16
	What    Happening
}
