package engine

import "time"

// Rewinder is a Run that can go back: a simulated one.
type Rewinder interface {
	Run

	// Rewind takes the run to lane time at, as it was or will be then, and pauses
	// it. at is from 0 to [Rewinder.Furthest]; beyond it is brought to the nearer
	// one. What lay after is remembered with the changes that were made there,
	// and is gone through again, exactly, when the run goes on; but the first new
	// setting or fault makes a different future, and the old one is forgotten.
	// Rewinding takes as long as simulating at most the last few seconds before
	// at once more.
	Rewind(at time.Duration) error

	// Furthest is the latest lane time that the run has come to with the changes
	// that are still in force: now, or later after a rewind.
	Furthest() time.Duration
}

// Forecast is what a stretch of a run is expected to be: the spread of several
// simulations, each with arrivals and demands of its own, of which all begin in
// the same state. Simulated, never measured.
type Forecast struct {
	From         time.Duration // lane time at which the first step begins
	Step         time.Duration
	Replications int
	Took         time.Duration // wall time that it took to make
	Changes      int           // that the run had made by then; see [Snapshot.Changes]
	Offered      int64         // items that had arrived by then
	Lanes        []LaneForecast
}

// Steps is how many steps the forecast has.
func (f *Forecast) Steps() int {
	if len(f.Lanes) == 0 {
		return 0
	}
	return len(f.Lanes[0].Depth.Mid)
}

// LaneForecast is the forecast of one lane.
type LaneForecast struct {
	Depth   Band // mean depth of the queues within each step
	Backlog Band // mean backlog within each step
	Latency Band // mean latency of what ends in each step, seconds; NaN where nothing does
}

// Band is the spread of a figure over the replications, with one element for
// each step: nine in ten lie from Low to High, and half are below Mid.
type Band struct{ Low, Mid, High []float32 }
