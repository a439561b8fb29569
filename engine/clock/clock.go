// Package clock is the one small clock of duet: everything in a run that
// reads the time or waits for it does so through a [Clock], so that a run can
// be paused and slowed, and so that tests can run on fake time.
//
// There are two times. Lane time is what a [Clock] shows: in a [Lane] it stands
// still while the lane is paused and passes slower than the wall in slow
// motion. Wall time, [Lane.Wall], is the monotonic time of the machine.
package clock

import (
	"context"
	"time"
)

// Clock tells and waits for lane time. It is safe for concurrent use.
type Clock interface {
	// Now returns the lane time since the clock's start, which never runs
	// backwards and stands still while the clock is paused.
	Now() time.Duration

	// SleepUntil blocks until Now() >= t and returns nil, at once when that
	// is already so; or until ctx is done and returns its cause. A done
	// context wins over a time reached.
	SleepUntil(ctx context.Context, t time.Duration) error
}

// processStart is the zero of [Real]. Time since it is read from the monotonic
// clock, so that setting the machine's clock does not move it.
var processStart = time.Now()

// Real returns the clock of the machine: monotonic wall time since the process
// started, never paused or slowed. Its sleeps overshoot by up to about 1 ms.
func Real() Clock { return realClock{} }

type realClock struct{}

func (realClock) Now() time.Duration { return time.Since(processStart) }

func (c realClock) SleepUntil(ctx context.Context, t time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	d := t - c.Now()
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
