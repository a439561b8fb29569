package event

// PublishProbe watches one publisher. Its methods are called on the publisher's
// goroutine, one after another, and are part of what a publish costs: they must
// be fast. They must not call the bus.
//
// With Inline dispatch the probe watches the calls themselves; with Goroutine
// and Buffered the handing over, and an observer's error is then the error of
// handing over to it. Observers are numbered from 0 in their order.
//
// Each observer of a publish has exactly one fate: an error (Return with an
// error, or Failed), Dropped with oldest false, Skipped, or else it went well.
// What Dropped reports with oldest true is the fate of an earlier publish.
type PublishProbe[T any] interface {
	// Begin is told the value and how many observe it. When it returns true
	// this publish is timed: Call and Return surround every observer.
	Begin(v T, observers int) (timed bool)

	Call(i int)              // timed: observer i is about to be called, or handed the value
	Return(i int, err error) // timed: and has been. Not called for one that was skipped
	Failed(i int, err error) // untimed: observer i failed

	// Skipped tells that the observers from (included) to to (excluded) were
	// not reached: a panic went through, the publisher's context ended while it
	// was blocked, the limit of goroutines was reached, the bus ended, or the
	// observer was cancelled meanwhile.
	Skipped(from, to int)

	// Dropped tells that observer i's channel was full: v, which is the value
	// being published or (oldest) the one that had waited longest, is gone. In
	// a timed publish Return follows with nil.
	Dropped(i int, v T, oldest bool)

	Block()   // the publisher is about to wait for room
	Unblock() // and has waited

	End(v T) // the publish is over, also when a panic goes through
}

// CallProbe watches the calls of one observer with Goroutine and Buffered
// dispatch, on the goroutine that runs them. With Buffered this is always the
// same one; with Goroutine the probe must be safe for concurrent use.
type CallProbe[T any] interface {
	Start(v T)          // the handler is about to be called
	End(v T, err error) // and has returned; a *PanicError if it panicked, ErrAbandoned if the bus did not wait for it
	Idle()              // Buffered: nothing is waiting, the observer is about to sleep
}
