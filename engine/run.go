package engine

import "time"

// Mode says which of the voices a figure belongs to.
type Mode string

// The modes of a run.
const (
	Real    Mode = "real"    // measured on goroutines in real time
	Virtual Mode = "virtual" // simulated in virtual time
)

// Run is a scenario that is running. Its constructors (engine/live) return it
// already started. All methods may be called from any goroutine.
type Run interface {
	// Snapshot fills dst, which the caller owns and reuses. It takes no lock
	// that the models' hot paths take and allocates nothing once dst has grown
	// to the run's size. Fields are exact each and mutually approximate while
	// the run moves.
	Snapshot(dst *Snapshot)

	// Series fills dst with the recorded time series between two lane times,
	// at the finest resolution still kept for all of them. The caller owns and
	// reuses dst.
	Series(dst *Series, from, to time.Duration)

	// Journal appends to dst what happened to items after entry number after,
	// oldest first, as far as it is still kept.
	Journal(dst []Entry, after uint64) []Entry

	// Marks appends to dst the changes made so far from number after on
	// (counted from 0), as stamped. The latest 1,000 are kept.
	Marks(dst []Change, after int) []Change

	// Apply makes a change, which takes effect at once. After an error nothing
	// has changed; the error is fit to be shown to the person who asked.
	Apply(c Change) error

	// Done is closed when the scenario's duration is over and the lanes have
	// drained, or the drain time is over. It is never closed for a run without
	// an end.
	Done() <-chan struct{}

	// Err tells why the run could not go on, if so; nil otherwise.
	Err() error

	// Close stops every goroutine that the run started, then returns; it
	// takes at most some 200 ms. A handler that does not stop by then is named
	// in the error. It may be called again and then does nothing.
	Close() error
}
