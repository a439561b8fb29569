package work

import (
	"context"
	"time"

	"duet/engine/clock"
)

// Waiter makes a worker wait, as it would for input or output, for as long as
// each item demands. It belongs to one goroutine.
//
// It keeps the worker's own schedule: work that follows on the last one starts,
// by schedule, when that one was to end, not when the worker woke. What
// one sleep was late is thus taken off the next, and so is what the worker
// spent between the two. The worker must say when it was idle, with
// [Waiter.Fresh]; what it did not sleep for would count as work done otherwise.
type Waiter struct {
	lane    *clock.Lane
	sleeper *clock.Sleeper
	end     time.Duration // of the latest work, by schedule, in lane time
	fresh   bool          // there is no schedule to follow
}

// NewWaiter returns a waiter for one worker of a lane. [PrecisionFor] says
// which precision suits which worker.
func NewWaiter(l *clock.Lane, p clock.Precision) *Waiter {
	return &Waiter{lane: l, sleeper: l.NewSleeper(p), fresh: true}
}

// Fresh says that the next work does not follow directly on the last: it starts
// when it is asked for, with no debt to work off. A worker calls it after it had
// to wait for an item, or did anything but work that this waiter knows of.
func (w *Waiter) Fresh() { w.fresh = true }

// Do blocks until the work is done by the worker's schedule, in lane time, so
// that pause and slow motion hold for it. When ctx is done first it returns
// its cause, and the next work starts fresh. A demand of 0 or less is done at
// once without a look at clock or context, and is followed by a fresh start.
func (w *Waiter) Do(ctx context.Context, demand time.Duration) error {
	if demand <= 0 {
		w.fresh = true
		return nil
	}
	if w.fresh {
		w.end = w.lane.Now()
		w.fresh = false
	}
	w.end += demand
	err := w.sleeper.Until(ctx, w.end)
	if err != nil {
		w.fresh = true
	}
	return err
}
